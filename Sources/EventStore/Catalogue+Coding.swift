import FoundationEssentials
import Vocabulary

extension Catalogue {
    private static let name = "catalogue"

    /// JSON with sorted keys, and behind it a checksum of its bytes.
    func encoded() throws -> [UInt8] { try CheckedJSON.encode(self, as: Self.name) }

    /// - Throws: `Problem` `store.damaged` where the bytes are not what was written.
    init(decoding bytes: [UInt8], path: String) throws {
        let damaged = Problem(
            .storeDamaged, "the catalogue is not what was written", at: .path(path),
            help: "restore it from a copy, or remove the store's folder and run again: the logs are taken in anew")
        guard let body = CheckedJSON.body(of: bytes, as: Self.name) else { throw damaged }

        struct Version: Decodable { var format: Int }
        let (decoder, data) = (JSONDecoder(), Data(body))
        let catalogue = try? decoder.decode(Catalogue.self, from: data)
        guard let format = catalogue?.format ?? (try? decoder.decode(Version.self, from: data))?.format else { throw damaged }
        guard Self.readableFormats.contains(format) else {
            throw Problem(
                .storeFormat, "the store has format \(format), this program reads formats \(Self.readableFormats.lowerBound) to \(Self.format)",
                at: .path(path), help: "use the version that wrote it, or let a new store be built in another folder")
        }
        guard var catalogue else { throw damaged }
        catalogue.format = Self.format
        self = catalogue
    }

    /// The catalogue at a path; nil where there is none.
    static func read(_ path: String) throws -> Catalogue? {
        guard let bytes = try FileSystem.read(path) else { return nil }
        return try Catalogue(decoding: bytes, path: path)
    }

    /// The current snapshot; nil before the first commit.
    /// - Throws: `Problem` `store.damaged`, `store.format`.
    public static func current(storeFolder: String) throws -> Catalogue? { try read(StoreFolder(storeFolder).catalogue) }

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
