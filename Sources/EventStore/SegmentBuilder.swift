import EventLog
import Vocabulary

/// Turns the typed batches of one log file into sorted segments of bounded size.
public final class SegmentBuilder {
    /// - Parameters:
    ///   - columns: the stored columns of the source; `event_time` and `event` must be among them.
    ///   - namePrefix: the beginning of the names of the segments; a checksum of the content follows.
    ///   - rowLimit: a segment has at most this many rows.
    ///   - byteLimit: a segment is cut when its unsorted columns take this much memory.
    public init(
        columns: [Column], source: String, folder: StoreFolder, namePrefix: String, rowLimit: Int = 1 << 20,
        byteLimit: Int = 128 << 20
    ) throws {}

    /// Takes the rows of a batch in; nothing of the batch is kept.
    public func append(_ batch: TypedBatch) throws {}

    /// Writes what is left, and names all segments.
    public func finish() throws -> [SegmentEntry] { [] }

    /// Forgets the rows and removes the segments that were written: the file turned out to be damaged.
    public func abort() {}
}
