import Digests
import FoundationEssentials
import Vocabulary

extension Catalogue {
    private static let opening = Array(#"{"catalogue":"#.utf8)
    private static let middle = Array(#","checksum":""#.utf8)
    private static let closing = Array("\"}\n".utf8)

    /// JSON with sorted keys, and behind it a checksum of its bytes.
    func encoded() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let body = Array(try encoder.encode(self))
        return Self.opening + body + Self.middle + Self.checksum(of: body) + Self.closing
    }

    /// - Throws: `Problem` `store.damaged` where the bytes are not what was written.
    init(decoding bytes: [UInt8], path: String) throws {
        let damaged = Problem(
            .storeDamaged, "the catalogue is not what was written", at: .path(path),
            help: "restore it from a copy, or remove the store's folder and run again: the logs are taken in anew")
        let tail = Self.middle.count + 32 + Self.closing.count
        guard bytes.count > Self.opening.count + tail, bytes.starts(with: Self.opening) else { throw damaged }
        let body = Array(bytes[Self.opening.count..<(bytes.count - tail)])
        let rest = bytes[(bytes.count - tail)...]
        guard rest.elementsEqual(Self.middle + Self.checksum(of: body) + Self.closing) else { throw damaged }

        struct Version: Decodable { var format: Int }
        let decoder = JSONDecoder()
        guard let version = try? decoder.decode(Version.self, from: Data(body)) else { throw damaged }
        guard version.format == Self.format else {
            throw Problem(
                .storeFormat, "the store has format \(version.format), this program reads format \(Self.format)",
                at: .path(path), help: "use the version that wrote it, or let a new store be built in another folder")
        }
        guard let catalogue = try? decoder.decode(Catalogue.self, from: Data(body)) else { throw damaged }
        self = catalogue
    }

    private static func checksum(of body: [UInt8]) -> [UInt8] {
        Array(hexadecimal(BLAKE2b.hash(body, length: 16)).utf8)
    }

    /// The catalogue at a path; nil where there is none.
    static func read(_ path: String) throws -> Catalogue? {
        guard let bytes = try FileSystem.read(path) else { return nil }
        return try Catalogue(decoding: bytes, path: path)
    }

    /// What the gate set aside after the current snapshot; nil where nothing waits, or where it is damaged and will be read again.
    public static func candidate(storeFolder: String) -> Catalogue? {
        let folder = StoreFolder(storeFolder)
        guard let candidate = (try? read(folder.candidate)).flatMap({ $0 }) else { return nil }
        let current = (try? read(folder.catalogue)).flatMap { $0 }
        return candidate.sequence == current?.sequence ?? 0 ? candidate : nil
    }

    /// The files that this snapshot needs, relative to the store's folder.
    var fileNames: Set<String> {
        var names: Set<String> = []
        for segment in segments {
            names.insert("segments/" + segment.name)
            if let links = segment.links, links.count > 0 { names.insert("links/" + segment.name) }
        }
        for deletion in deletions { names.insert("deletions/" + deletion.name) }
        for table in tables { names.insert("tables/" + table.name) }
        for file in files where file.state != .superseded {
            if let rejects = file.rejectsFile { names.insert("rejects/" + rejects) }
        }
        return names
    }
}
