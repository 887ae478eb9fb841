import ArrowIPC
import Synchronization
import Vocabulary

/// A segment of a snapshot. Its files are mapped at once, so that they stay whatever is committed meanwhile, and read when they are first
/// asked for: most steps look at a few days of many.
final class SnapshotSegment: Sendable {
    let entry: SegmentEntry
    /// nil where all rows are live.
    let deletion: DeletionEntry?
    private let file: MappedFile
    private let deletionFile: MappedFile?
    private let opened = Mutex<(segment: Segment?, dead: DeadRows?)>((nil, nil))

    var bytes: Int { file.size }

    /// - Throws: `Problem` `arrow.cannot-read`.
    init(_ entry: SegmentEntry, _ deletion: DeletionEntry?, _ folder: StoreFolder) throws {
        self.entry = entry
        self.deletion = deletion
        file = try MappedFile(path: folder.segment(entry.name))
        deletionFile = try deletion.map { try MappedFile(path: folder.deletion($0.name)) }
    }

    /// - Throws: `Problem` `store.damaged`, `arrow.damaged`.
    var segment: Segment {
        get throws {
            try opened.withLock { opened in
                if let segment = opened.segment { return segment }
                let segment = try Segment(entry, file)
                opened.segment = segment
                return segment
            }
        }
    }

    /// nil where all rows are live.
    /// - Throws: like `segment`.
    var dead: DeadRows? {
        get throws {
            guard let deletion, let deletionFile else { return nil }
            return try opened.withLock { opened in
                if let dead = opened.dead { return dead }
                let dead = try DeadRows(deletion, segment: entry, deletionFile)
                opened.dead = dead
                return dead
            }
        }
    }
}
