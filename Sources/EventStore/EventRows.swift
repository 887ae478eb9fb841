import Vocabulary

/// What a scan is asked for.
public struct ScanRequest: Sendable, Hashable {
    /// Columns beside the ones every row has (person, time, event, source).
    public var columns: Set<String>
    /// Rows outside are not needed (the scan may deliver them all the same; a consumer looks at the time itself).
    /// nil: all time.
    public var span: Span?
    /// Which rows are needed, as far as the request knows; the same holds of others. nil: all.
    public var need: RowNeed?

    /// Half-open `[start, end)` in microseconds UTC.
    public struct Span: Sendable, Hashable {
        public var start: Int64
        public var end: Int64
        public init(start: Int64, end: Int64) {
            self.start = start
            self.end = end
        }
    }

    public init(columns: Set<String>, span: Span?, need: RowNeed? = nil) {
        self.columns = columns
        self.span = span
        self.need = need
    }

    /// One request that covers both.
    public func union(_ other: ScanRequest) -> ScanRequest {
        var span: Span?
        if let a = self.span, let b = other.span {
            span = Span(start: min(a.start, b.start), end: max(a.end, b.end))
        }
        let need = self.need.flatMap { need in other.need.map(need.union) }
        return ScanRequest(columns: columns.union(other.columns), span: span, need: need)
    }
}

/// Whom a row belongs to.
public enum PersonKind: UInt8, Sendable {
    /// A row without any id: it counts in events and money, never in persons.
    case nobody = 0
    case device = 1
    case user = 2
}

/// The rows of one person (or a slice of them) inside a batch.
public struct PersonSpan: Sendable {
    /// First row and the row after the last.
    public var start: Int
    public var end: Int
    public var kind: PersonKind
    /// True when the rows before, in the batch before, were of the same person (a very long history comes in slices).
    public var continues: Bool

    @inlinable
    public init(start: Int, end: Int, kind: PersonKind, continues: Bool) {
        self.start = start
        self.end = end
        self.kind = kind
        self.continues = continues
    }
}

/// What a consumer learns before the first row: where its columns lie, and the values behind codes.
///
/// Codes of a category column are global to the scan and ordered as the strings' bytes are; -1 is null.
public protocol ScanLayout: Sendable {
    /// The slot of a requested column in every batch; nil where no live segment has the column.
    func slot(_ column: String) -> Int?
    func type(ofSlot slot: Int) -> ColumnType
    /// The distinct values of a category column, in byte order; the index is the code.
    func values(ofSlot slot: Int) -> [String]
    /// The names of events, in byte order; `EventRows.events` holds indices into it.
    var eventNames: [String] { get }
    /// The names of sources; `EventRows.sources` holds indices into it.
    var sourceNames: [String] { get }
}

/// A batch of live rows of one bucket of persons: person after person, each person's rows in canonical order
/// (time, sequence, vocabulary rank, content). Buffers are valid until the consumer returns.
public struct EventRows {
    public let count: Int
    /// The persons of the batch, in order, covering all rows.
    public let persons: UnsafeBufferPointer<PersonSpan>
    /// Microseconds UTC.
    public let times: UnsafeBufferPointer<Int64>
    public let events: UnsafeBufferPointer<Int32>
    public let sources: UnsafeBufferPointer<Int32>
    /// The person's key of each span, in the order of `persons`.
    public let personKeys: UnsafeBufferPointer<Key128>
    /// One buffer a slot; see `codes`, `integers`, `keys`, `text`.
    @usableFromInline let slots: UnsafeBufferPointer<SlotBuffer>

    @inlinable
    public init(
        count: Int, persons: UnsafeBufferPointer<PersonSpan>, personKeys: UnsafeBufferPointer<Key128>,
        times: UnsafeBufferPointer<Int64>, events: UnsafeBufferPointer<Int32>, sources: UnsafeBufferPointer<Int32>,
        slots: UnsafeBufferPointer<SlotBuffer>
    ) {
        self.count = count
        self.persons = persons
        self.personKeys = personKeys
        self.times = times
        self.events = events
        self.sources = sources
        self.slots = slots
    }

    /// One column of the batch; the pointer in use depends on the column's type.
    public struct SlotBuffer {
        public var codes: UnsafePointer<Int32>?
        public var integers: UnsafePointer<Int64>?
        public var keys: UnsafePointer<Key128>?
        public var texts: UnsafePointer<UnsafeRawBufferPointer>?
        /// 1 where the row has a value. nil for category columns, where code -1 is null.
        public var valid: UnsafePointer<UInt8>?

        @inlinable
        public init() {}
    }

    /// Codes of a category column; -1 is null.
    @inlinable
    public func codes(_ slot: Int) -> UnsafeBufferPointer<Int32> {
        UnsafeBufferPointer(start: slots[slot].codes, count: count)
    }

    /// Values of a time, date, integer, decimal or boolean column; look at `valid` for nulls.
    @inlinable
    public func integers(_ slot: Int) -> UnsafeBufferPointer<Int64> {
        UnsafeBufferPointer(start: slots[slot].integers, count: count)
    }

    @inlinable
    public func keys(_ slot: Int) -> UnsafeBufferPointer<Key128> {
        UnsafeBufferPointer(start: slots[slot].keys, count: count)
    }

    @inlinable
    public func valid(_ slot: Int) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: slots[slot].valid, count: count)
    }

    /// The bytes of a text column; empty where null (look at `valid`).
    @inlinable
    public func texts(_ slot: Int) -> UnsafeBufferPointer<UnsafeRawBufferPointer> {
        UnsafeBufferPointer(start: slots[slot].texts, count: count)
    }
}

/// A consumer of one thread's share of a scan. It is called with whole buckets, one after the other; state that must
/// be merged with other threads' is merged by the owner afterwards, so it has to be exact and independent of order.
public protocol ScanConsumer: AnyObject {
    func consume(_ rows: EventRows)
    /// The last person of the bucket has been delivered.
    func endBucket()
}
