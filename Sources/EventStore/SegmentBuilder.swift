import Dispatch
import EventLog
import Vocabulary

/// Turns the typed batches of one log file into sorted segments of bounded size.
///
/// The bytes of a segment are a function of its rows, its columns, its source and the secret key. Rows lie in canonical order:
/// person's key, time, `sequence` (null first), the event's rank in the vocabulary and its name, then every other column that
/// is not a key in the order of names by value, and last the columns of keys. No cut into files can change it, and
/// but for the persons and the last ties it does not depend on the secret key.
public final class SegmentBuilder {
    /// Rows that a segment has at most, unless less is asked for.
    public static let rowLimit = 1 << 20

    private let rowLimit: Int
    private let byteLimit: Int
    private let makeDraft: () throws -> SegmentDraft
    private var draft: SegmentDraft
    private var entries: [SegmentEntry] = []
    private var last: (batch: TypedBatch, columns: [TypedColumn])?

    /// The draft that is being sorted and written while the next one is filled; nil where one thread does both.
    private let background: BackgroundCut?

    /// - Parameters:
    ///   - columns: the stored columns of the source; `event_time` and `event` must be among them.
    ///   - namePrefix: the beginning of the names of the segments; a checksum of origin and content follows.
    ///   - origin: tells this log file from every other one, whose rows may be the same.
    ///   - rowLimit: a segment has at most this many rows.
    ///   - byteLimit: the unsorted columns take at most this much memory.
    ///   - overlaps: a full segment is sorted and written by another thread while the next one is filled; each has half of the
    ///     memory.
    /// - Throws: `Problem` `store.misuse` where a column is missing, doubled or has a reserved name.
    public convenience init(
        columns: [Column], source: String, folder: StoreFolder, namePrefix: String, origin: String,
        rowLimit: Int = SegmentBuilder.rowLimit, byteLimit: Int = 128 << 20, overlaps: Bool = false
    ) throws {
        try self.init(
            columns: columns, source: source, folder: folder, namePrefix: namePrefix, origin: origin,
            rowLimit: rowLimit, byteLimit: byteLimit, overlaps: overlaps, personsAreGiven: false)
    }

    /// - Parameter personsAreGiven: batches come with the person of every row.
    init(
        columns: [Column], source: String, folder: StoreFolder, namePrefix: String, origin: String,
        rowLimit: Int = SegmentBuilder.rowLimit, byteLimit: Int, overlaps: Bool = false, personsAreGiven: Bool
    ) throws {
        let rowLimit = min(max(rowLimit, 1), 1 << 24)
        self.rowLimit = rowLimit
        self.byteLimit = min(max(overlaps ? byteLimit / 2 : byteLimit, 1), 1 << 30)
        makeDraft = {
            try SegmentDraft(
                columns: columns, source: source, folder: folder, namePrefix: safeFileName(namePrefix), origin: origin,
                rowLimit: rowLimit, personsAreGiven: personsAreGiven)
        }
        draft = try makeDraft()
        background = overlaps ? BackgroundCut() : nil
    }

    /// Takes the rows of a batch in; nothing of its rows is kept.
    /// - Throws: `Problem` `store.misuse` where the batch lacks a column or a row has no time or event; or what writing a
    ///   full segment throws.
    public func append(_ batch: TypedBatch) throws { try append(batch, persons: nil) }

    /// - Parameter persons: the person of every row of the batch, where the builder is given persons.
    func append(_ batch: TypedBatch, persons: UnsafePointer<Key128>?) throws {
        if draft.rows > 0, draft.memory + batch.text.count >= byteLimit { try cut() }
        let typed = try matched(batch)
        try draft.check(typed, count: batch.count)
        var done = 0
        while done < batch.count {
            if draft.rows == rowLimit { try cut() }
            let count = min(batch.count - done, rowLimit - draft.rows)
            draft.append(typed, done..<(done + count), text: batch.text, persons: persons)
            done += count
        }
    }

    /// The columns of a batch in the order of the draft's; a reader fills the same batch again and again.
    private func matched(_ batch: TypedBatch) throws -> [TypedColumn] {
        if let last, last.batch === batch { return last.columns }
        let columns = try draft.matched(batch)
        last = (batch, columns)
        return columns
    }

    /// Writes what is left, and names all segments.
    public func finish() throws -> [SegmentEntry] {
        if draft.rows > 0 { try cut() }
        try takeWritten()
        defer { (entries, last) = ([], nil) }
        return entries
    }

    /// Forgets the rows: the file turned out to be damaged. Segments that were written are swept by the next commit.
    public func abort() {
        _ = background?.wait()
        draft.clear()
        (entries, last) = ([], nil)
    }

    private func cut() throws {
        guard let background else {
            entries.append(try draft.cut(entries.count))
            return
        }
        let free = try takeWritten()
        background.begin(draft, number: entries.count)
        draft = try free ?? makeDraft()
    }

    /// Waits for the segment that is being written; returns its draft, which is empty then.
    @discardableResult
    private func takeWritten() throws -> SegmentDraft? {
        guard let (draft, result) = background?.wait() else { return nil }
        entries.append(try result.get())
        return draft
    }
}

/// A draft in the hands of another thread. One at a time; only `wait` gives it back.
private final class BackgroundCut: @unchecked Sendable {
    private let done = DispatchSemaphore(value: 0)
    private var draft: SegmentDraft?
    private var number = 0
    private var result: Result<SegmentEntry, any Error>?

    func begin(_ draft: SegmentDraft, number: Int) {
        self.draft = draft
        self.number = number
        DispatchQueue.global().async { self.run() }
    }

    private func run() {
        if let draft { result = Result { try draft.cut(number) } }
        done.signal()
    }

    /// Waits for the draft that was begun last; nil where there is none.
    func wait() -> (SegmentDraft, Result<SegmentEntry, any Error>)? {
        guard let draft else { return nil }
        done.wait()
        defer { (self.draft, result) = (nil, nil) }
        return result.map { (draft, $0) }
    }
}
