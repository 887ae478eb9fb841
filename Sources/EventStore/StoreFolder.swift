/// Where the files of a store lie.
public struct StoreFolder: Sendable, Hashable {
    public let path: String

    public init(_ path: String) {
        self.path = path
    }

    /// The snapshot that readers see.
    public var catalogue: String { path + "/catalogue.json" }
    /// There since the first commit: where the catalogue is not, it is lost.
    var committed: String { path + "/committed" }
    /// A snapshot that the gate did not let pass.
    public var candidate: String { path + "/candidate.json" }
    public var key: String { path + "/secret.key" }
    public var lock: String { path + "/lock" }
    public var segments: String { path + "/segments" }
    public var deletions: String { path + "/deletions" }
    public var tables: String { path + "/tables" }
    /// Which users were seen on which devices, a file a segment.
    public var links: String { path + "/links" }
    /// Written by the ingest; swept with the rest.
    public var rejects: String { path + "/rejects" }

    func segment(_ name: String) -> String { segments + "/" + name }
    func deletion(_ name: String) -> String { deletions + "/" + name }
    func table(_ name: String) -> String { tables + "/" + name }
    /// The links of a segment have its name.
    func links(_ segment: String) -> String { links + "/" + segment }

    /// Makes the folder with its sub-folders.
    /// - Throws: `Problem` where it cannot be written.
    public func make() throws {
        for folder in [path, segments, links, deletions, tables, rejects] { try FileSystem.makeFolder(folder) }
    }
}
