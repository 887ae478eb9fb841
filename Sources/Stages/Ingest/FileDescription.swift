import Digests
import EventLog
import EventStore
import Foundation
import Manifest
import Marts
import StageKit
import Vocabulary

extension ProblemCode {
    /// A file on the command line that no source of the manifest matches.
    static let unknownFile = ProblemCode("usage.file", exit: .wrongUsage)
}

/// Files that a process has read into segments of the store, for another one to commit.
public struct FileDescription: Codable, Sendable {
    static let format = 2
    private static let name = "taken"

    struct File: Codable, Sendable {
        var entry: FileEntry
        var segments: [SegmentEntry]
        var tables: [TableEntry]
        var waiting: String?
    }

    var format = Self.format
    var keyFingerprint: String
    /// A hash of what was forgotten: rejects that show it are not kept.
    var forgotten: String
    var files: [File]
    /// Where it was read from, for problems.
    var path = ""

    private enum CodingKeys: CodingKey { case format, keyFingerprint, forgotten, files }

    init(_ taken: [TakenFile], keyFingerprint: String, tombstones: [Tombstone]) {
        self.keyFingerprint = keyFingerprint
        forgotten = Self.hash(of: tombstones)
        files = taken.map { File(entry: $0.entry, segments: $0.segments, tables: $0.tables, waiting: $0.waiting) }
    }

    static func hash(of tombstones: [Tombstone]) -> String {
        BLAKE2b.digits(of: tombstones.sorted().map { "\($0)" }.joined(separator: "\n"))
    }

    /// - Throws: `Problem` `output.cannot-write`, `output.io`.
    func write(to path: String) throws { try OutputFiles.write(CheckedJSON.encode(self, as: Self.name), to: path) }

    /// - Throws: `Problem` `partial.damaged`, `partial.format`, `output.io`.
    public init(readingFrom path: String) throws {
        let bytes = try OutputFiles.read(path)
        struct Version: Decodable { var format: Int }
        let damaged = Problem(
            .partialDamaged, "the description is not what was written", at: .path(path), help: "read its file again with --file")
        guard let body = CheckedJSON.body(of: bytes, as: Self.name),
            let version = try? JSONDecoder().decode(Version.self, from: Data(body))
        else { throw damaged }
        guard version.format == Self.format else {
            throw Problem(
                .partialFormat, "the description has format \(version.format), this program reads format \(Self.format)",
                at: .path(path), help: "read the files with the version of the program that commits them")
        }
        guard var description = try? JSONDecoder().decode(FileDescription.self, from: Data(body)),
            description.files.allSatisfy(\.isPlausible)
        else { throw damaged }
        description.path = path
        self = description
    }
}

extension FileDescription.File {
    /// Counts that can be added up, and names of files in the store's folders.
    fileprivate var isPlausible: Bool {
        let rows = segments.map(\.rows) + tables.map(\.rows)
        let counts = [entry.read, entry.rejected, entry.stored, entry.keptRejects, entry.totals ?? 0] + rows + entry.rejects.map(\.count)
        let names = segments.map(\.name) + tables.map(\.name) + [entry.rejectsFile].compactMap { $0 }
        return counts.allSatisfy { 0...(1 << 40) ~= $0 } && names.allSatisfy { !$0.isEmpty && !$0.contains("/") }
            && entry.state != .superseded
    }
}

extension IngestStep {
    /// Reads files into the store's folders, and describes them for a later commit; takes no lock.
    ///
    /// What it writes is named by no snapshot, so that a commit in between sweeps it: the merge then reads the file again.
    /// - Parameter paths: as the catalogue names them, or as the working directory has them.
    /// - Returns: warnings for people.
    /// - Throws: `Problem` `usage.file`, and those of an unwritable store or description (73, 74).
    func describe(_ paths: [String], to partial: String) throws -> [String] {
        let known = try Catalogue.candidate(storeFolder: manifest.store) ?? Catalogue.current(storeFolder: manifest.store)
        let tombstones = known?.identity?.tombstones ?? []
        let keys = KeyedHash(secret: key.secret)
        let forgotten = ForgottenIDs(manifest, keys: keys, tombstones: tombstones)
        let all = try manifest.sources.map { ($0, try $0.discoverFiles(folder: manifest.folder).files) }
        var due: [FileTaking] = []
        for path in paths {
            let absolute = URL(fileURLWithPath: path).standardizedFileURL.path
            let found = all.flatMap { source, files in
                files.filter { $0.path == absolute || $0.name == path }.map { taking($0, of: source, forgotten) }
            }
            guard !found.isEmpty else {
                throw Problem(
                    .unknownFile, "no source of the manifest matches this file", at: .path(path),
                    help: "name a file that `files` of a source matches: nightmarket check lists them")
            }
            // A file may be named twice, by its name and by its path.
            due += found.filter { new in !due.contains { $0.source.name == new.source.name && $0.file.name == new.file.name } }
        }
        try folder.make()
        let taken = try takeIn(due)
        for file in taken { try folder.sync(file.entry, segments: file.segments, tables: file.tables) }
        try FileDescription(taken, keyFingerprint: keys.fingerprint, tombstones: tombstones).write(to: partial)
        return taken.compactMap { file in
            if let reason = file.waiting { return "waiting: \(file.entry.path): still being written (\(reason))" }
            return file.entry.problem.map { "\(file.entry.path): \($0)" }
        }
    }
}

/// The described files of a commit, until each has found its place.
struct DescribedFiles {
    private struct Key: Hashable {
        var source: String
        var path: String
    }

    private var files: [Key: (file: FileDescription.File, isCurrent: Bool)] = [:]
    private let folder: StoreFolder
    private var reread: [String] = []

    /// - Throws: `Problem` `partial.mixed` where one file is described twice, or ids were hashed under another key.
    init(_ descriptions: [FileDescription], of step: IngestStep, tombstones: [Tombstone]) throws {
        folder = step.folder
        let (fingerprint, forgotten) = (KeyedHash(secret: step.key.secret).fingerprint, FileDescription.hash(of: tombstones))
        for description in descriptions {
            guard description.keyFingerprint == fingerprint else {
                throw Problem(
                    .partialMixed, "the ids of this file were hashed under another secret key", at: .path(description.path),
                    help: "read it again with the store's key: --file")
            }
            for file in description.files {
                let key = Key(source: file.entry.source, path: file.entry.path)
                guard files.updateValue((file, description.forgotten == forgotten), forKey: key) == nil else {
                    throw Problem(
                        .partialMixed, "'\(file.entry.path)' is described twice", at: .path(description.path),
                        help: "give one description of each file")
                }
            }
        }
    }

    mutating func remove(_ source: String, _ path: String) -> (file: FileDescription.File, isCurrent: Bool)? {
        files.removeValue(forKey: Key(source: source, path: path))
    }

    /// What was read of a file, as far as it still holds; nil where it must be read again.
    mutating func use(
        _ described: (file: FileDescription.File, isCurrent: Bool), for file: DiscoveredFile, of source: Manifest.Source
    ) -> TakenFile? {
        let known = described.file
        let reason: String? =
            if known.entry.look != file.look {
                "it changed since"
            } else if known.entry.formatHash != source.formatHash {
                "the manifest reads it in another way now"
            } else if !described.isCurrent {
                "ids were forgotten since"
            } else if known.waiting == nil, !folder.holds(known.entry, segments: known.segments, tables: known.tables) {
                "its segments are gone, swept by a commit in between"
            } else {
                nil
            }
        if let reason {
            reread.append("\(file.name): read again: \(reason)")
            return nil
        }
        return TakenFile(
            entry: known.entry, segments: known.segments, tables: known.tables, change: source.change, waiting: known.waiting)
    }

    /// For people: files that were read again, and those that are there no more.
    var warnings: [String] {
        reread + files.keys.map { "\($0.path): left out: no source of the manifest matches it now" }.sorted()
    }
}
