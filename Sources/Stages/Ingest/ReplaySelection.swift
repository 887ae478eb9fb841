import EventLog
import EventStore
import Manifest
import Vocabulary

extension ProblemCode {
    /// A file whose rejects were to be replayed could not be read.
    static let notReplayed = ProblemCode("replay.not-read", exit: .stageFailed)
    static let unknownSource = ProblemCode("usage.source", exit: .wrongUsage)
}

/// Which rejects a replay is about, and where their files may lie.
public struct ReplaySelection: Sendable {
    /// Names of sources; empty: all.
    public var sources: [String]
    /// Codes of rejects; empty: all.
    public var codes: [String]
    /// Globs of places where files may lie that are gone from theirs.
    public var archives: [String]

    public init(sources: [String] = [], codes: [String] = [], archives: [String] = []) {
        self.sources = sources
        self.codes = codes
        self.archives = archives
    }

    /// Whether the file's rejects are asked for.
    func includes(_ file: FileEntry) -> Bool {
        guard file.state == .live, sources.isEmpty || sources.contains(file.source) else { return false }
        return file.rejects.contains { codes.isEmpty || codes.contains($0.code) }
    }

    /// - Throws: `Problem` `usage.source` for a name that is no source's.
    func check(_ manifest: Manifest) throws {
        let names = manifest.sources.map(\.name)
        for name in sources where !names.contains(name) {
            throw Problem(
                .unknownSource, "there is no source '\(name)'",
                help: nearestName(to: name, among: names).map { "did you mean '\($0)'?" }
                    ?? "there are \(names.joined(separator: ", "))")
        }
    }
}

/// A file whose rejects are asked for, found again.
struct ReplayFile: Sendable {
    let source: Manifest.Source
    let entry: FileEntry
    /// Called by the entry's name, wherever it lies.
    let file: DiscoveredFile
}

/// The files that a replay reads, found by path and content.
struct ReplayPlan {
    private(set) var files: [ReplayFile] = []
    /// Files that cannot be read again.
    private(set) var problems: [Problem] = []
    private(set) var warnings: [String] = []

    private let manifest: Manifest
    private let catalogue: Catalogue
    private let archives: [String]
    /// By source and path, what a file holds that had to be looked into.
    private var hashes: [[String]: String] = [:]

    init(_ manifest: Manifest, _ catalogue: Catalogue, _ selection: ReplaySelection) throws {
        try selection.check(manifest)
        self.manifest = manifest
        self.catalogue = catalogue
        archives = try selection.archives.flatMap { try matches(of: $0) }.compactMap { String(validating: $0, as: UTF8.self) }
        for entry in catalogue.files where selection.includes(entry) { find(entry) }
    }

    private mutating func find(_ entry: FileEntry) {
        guard let source = manifest.sources.first(where: { $0.name == entry.source }) else {
            problems.append(
                Problem(
                    .notReplayed, "its source '\(entry.source)' is no longer in the manifest", at: .path(entry.path),
                    help: "declare it again, or leave it out with --source"))
            return
        }
        if let path = place(of: entry, source), let look = FileLook(path: path) {
            files.append(
                ReplayFile(source: source, entry: entry, file: DiscoveredFile(name: entry.path, path: path, look: look)))
        } else if !entry.rotated, FileLook(path: absolute(entry.path)) != nil {
            warnings.append("\(entry.path): it has other content now; nightmarket run takes that in")
        } else {
            problems.append(
                Problem(
                    .notReplayed, "the file is gone; its \(entry.rejected) rejected records stay out", at: .path(entry.path),
                    help: "put it back, or say where it lies: --archive 'archive/*.gz'"))
        }
    }

    /// Where an entry's content lies now: under its own path, under that of a file that was set aside as its duplicate, or
    /// in an archive.
    private mutating func place(of entry: FileEntry, _ source: Manifest.Source) -> String? {
        let own = absolute(entry.path)
        if let look = FileLook(path: own), look.agrees(with: entry.look) { return own }
        for twin in catalogue.files
        where twin.state == .duplicate && twin.source == entry.source && twin.contentHash == entry.contentHash {
            let path = absolute(twin.path)
            if let look = FileLook(path: path), look.agrees(with: twin.look) { return path }
        }
        let content = entry.contentHash.prefix { $0 != "@" }
        return ([own] + archives).first { FileLook(path: $0) != nil && hash(of: $0, source) == content }
    }

    private mutating func hash(of path: String, _ source: Manifest.Source) -> String {
        if let known = hashes[[source.name, path]] { return known }
        let reader = LogReader(path: path, displayName: path, format: source.log, keys: .throwaway)
        // A file that cannot be read is not the one that is looked for.
        let hash = (try? reader.contentHash()) ?? ""
        hashes[[source.name, path]] = hash
        return hash
    }

    private func absolute(_ path: String) -> String { path.hasPrefix("/") ? path : "\(manifest.folder)/\(path)" }
}

extension KeyedHash {
    /// Where nothing of what is read is kept, any key will do.
    static let throwaway = KeyedHash(secret: [UInt8](repeating: 0, count: 16))
}
