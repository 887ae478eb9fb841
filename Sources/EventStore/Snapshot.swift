import Digests
import Synchronization
import Vocabulary

/// One snapshot of a store, open for reading. It stays whole whatever is committed meanwhile, and takes no lock.
public final class Snapshot: Sendable {
    public let catalogue: Catalogue
    let folder: StoreFolder
    let segments: [SnapshotSegment]
    let tableFiles: [TableFile]

    init(catalogue: Catalogue, folder: StoreFolder, threads: Int = 1) throws {
        self.catalogue = catalogue
        self.folder = folder
        let deletions = Dictionary(
            catalogue.deletions.map { ($0.segment, $0) }, uniquingKeysWith: { first, _ in first })
        let found = ParallelResults<SnapshotSegment>(catalogue.segments.count)
        try inParallel(catalogue.segments.count, threads: threads) { i in
            let entry = catalogue.segments[i]
            found.set(i, try SnapshotSegment(entry, deletions[entry.name], folder))
        }
        segments = found.all
        tableFiles = try catalogue.tables.map { try TableFile($0, path: folder.table($0.name)) }
    }

    /// Opens the current snapshot.
    /// - Throws: `Problem` `store.empty` where nothing was committed yet, `arrow.cannot-read` where a file is missing, `store.damaged` (or
    ///   `arrow.damaged`) where one of a table is not what was written.
    public static func open(storeFolder: String, threads: Int = 1) throws -> Snapshot {
        let folder = StoreFolder(storeFolder)
        while true {
            guard let catalogue = try Catalogue.read(folder.catalogue) else {
                throw Problem(
                    .storeEmpty, "the store has no snapshot yet", at: .path(storeFolder),
                    help: "take the logs in first: nightmarket run MANIFEST")
            }
            do {
                return try Snapshot(catalogue: catalogue, folder: folder, threads: threads)
            } catch {
                // Two commits since the catalogue was read may have swept a file that it names: look again.
                guard let now = try Catalogue.read(folder.catalogue), now.sequence != catalogue.sequence else {
                    throw error
                }
            }
        }
    }

    /// Equal for equal live data taken in by the same sequence of nights.
    public var fingerprint: String { catalogue.liveFingerprint }

    /// The newest live event (microseconds UTC); nil without events.
    public var newestEvent: Int64? { catalogue.liveTimes?.max }

    /// The oldest live event (microseconds UTC); nil without events.
    public var oldestEvent: Int64? { catalogue.liveTimes?.min }

    /// Live rows of events.
    public var liveRows: Int {
        catalogue.segments.reduce(0) { $0 + $1.rows } - catalogue.deletions.reduce(0) { $0 + $1.rows }
    }
}

extension Catalogue {
    /// The times of the oldest and the newest live event; nil without any.
    var liveTimes: (min: Int64, max: Int64)? {
        let deletions = Dictionary(self.deletions.map { ($0.segment, $0) }, uniquingKeysWith: { first, _ in first })
        var times: (min: Int64, max: Int64)?
        for segment in segments {
            var (first, last): (Int64?, Int64?) = (segment.minTime, segment.maxTime)
            if let deletion = deletions[segment.name] { (first, last) = (deletion.minTime, deletion.maxTime) }
            guard let first, let last else { continue }
            times = times.map { (min($0.min, first), max($0.max, last)) } ?? (first, last)
        }
        return times
    }

    /// A hash over what makes the live data: the content of segments, deletion vectors and tables, and what decides
    /// which rows of a table are live.
    var liveFingerprint: String {
        var parts = segments.map { "segment \($0.source) \($0.hash)" }
        parts += deletions.map { "deletion \($0.checksum)" }
        for table in tables {
            let settings = sources[table.source]
            parts.append(
                "table \(table.source) \(table.hash) \(settings?.key ?? []) \(settings?.versionColumn ?? "")")
        }
        let sorted = parts.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        return BLAKE2b.digits(of: sorted.joined(separator: "\n"))
    }
}
