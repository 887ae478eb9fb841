import Synchronization
import Vocabulary

/// The deletion vectors of the snapshot before the one in the making, each read when it is first needed or all at once.
final class KnownVectors: Sendable {
    /// By segment.
    let entries: [String: DeletionEntry]
    private let segments: [String: SegmentEntry]
    private let folder: StoreFolder
    private let read = Mutex<[String: DeletionVector]>([:])

    init(_ catalogue: Catalogue, folder: StoreFolder) {
        entries = Dictionary(catalogue.deletions.map { ($0.segment, $0) }, uniquingKeysWith: { first, _ in first })
        segments = Dictionary(catalogue.segments.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        self.folder = folder
    }

    /// - Throws: `Problem` where one is missing or damaged.
    func readAll(threads: Int) throws {
        let names = entries.keys.sorted()
        try inParallel(names.count, threads: threads) { _ = try vector(names[$0]) }
    }

    /// The rows of a segment that are not live; none where it is unknown.
    /// - Throws: `Problem` where the vector is missing or damaged.
    func vector(_ segment: String) throws -> DeletionVector {
        if let known = read.withLock({ $0[segment] }) { return known }
        guard let entry = entries[segment], let owner = segments[segment] else { return DeletionVector() }
        let vector = try DeadRows(entry, segment: owner, path: folder.deletion(entry.name)).vector
        read.withLock { $0[segment] = vector }
        return vector
    }
}
