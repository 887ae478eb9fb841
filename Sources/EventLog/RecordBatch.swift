/// One field of a record: a slice of the window.
public struct Field: Sendable {
    /// Where its bytes begin; within the window for a null as well.
    public var start: UInt32
    /// `nullLength` where the record has nothing there, which may stand in quotes.
    public var length: UInt32

    public static let nullLength = UInt32.max
    public static let null = Field(start: 0, length: nullLength)

    @inlinable
    public init(start: UInt32, length: UInt32) {
        self.start = start
        self.length = length
    }

    @inlinable
    public var isNull: Bool { length == Self.nullLength }

    /// Its bytes; nil where it is null.
    /// - Parameter text: the batch's.
    @inlinable
    public func bytes(in text: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        isNull ? nil : UnsafeRawBufferPointer(rebasing: text[Int(start)..<Int(start) + Int(length)])
    }

    /// True for nothing, and where a cutter left a field of no length.
    var isEmpty: Bool { length &+ 1 <= 1 }
}

/// Records cut from the window: per record the fields, where it lies in the window, and what is wrong with it.
///
/// Every cutter fills this structure, and typing reads nothing else.
final class RecordBatch {
    /// Fields that a record should have.
    let width: Int
    /// Slots of `fields` per record; the last one takes what is beyond `width`, and nothing reads it.
    let stride: Int
    let capacity: Int
    var count = 0
    let fields: UnsafeMutablePointer<Field>
    let fieldCounts: UnsafeMutablePointer<UInt32>
    /// The bytes of the record in the window, without its line end.
    let starts: UnsafeMutablePointer<UInt32>
    let ends: UnsafeMutablePointer<UInt32>
    /// What is wrong with the record; typing goes on writing here.
    let faults: UnsafeMutablePointer<Fault>
    /// Records that may hold what is no text; only typing reads and writes here.
    let suspects: UnsafeMutablePointer<Bool>
    /// A field holds what its record's raw bytes do not show (a NUL that an escape made).
    var mustCheckText = false

    /// The fields of a batch that is typed a column at a time lie in the nearest cache.
    private static let bytes = 32 << 10
    /// Slots behind a record that a cutter may overwrite when it makes fields four at a time; records are made in order.
    static let spareFields = 3

    init(width: Int, limit: Int = 1024) {
        self.width = width
        stride = width + 1
        capacity = min(limit, max(16, Self.bytes / (stride * MemoryLayout<Field>.stride)))
        let slots = capacity * stride + Self.spareFields
        fields = .allocate(capacity: slots)
        fields.initialize(repeating: Field(start: 0, length: 0), count: slots)
        fieldCounts = .allocate(capacity: capacity)
        fieldCounts.initialize(repeating: 0, count: capacity)
        starts = .allocate(capacity: capacity)
        starts.initialize(repeating: 0, count: capacity)
        ends = .allocate(capacity: capacity)
        ends.initialize(repeating: 0, count: capacity)
        faults = .allocate(capacity: capacity)
        faults.initialize(repeating: .none, count: capacity)
        suspects = .allocate(capacity: capacity)
        suspects.initialize(repeating: false, count: capacity)
    }

    deinit {
        fields.deallocate()
        fieldCounts.deallocate()
        starts.deallocate()
        ends.deallocate()
        faults.deallocate()
        suspects.deallocate()
    }

    var isFull: Bool { count == capacity }

    /// Ends the record being filled.
    @inline(__always)
    func endRecord(from start: Int, to end: Int, fieldCount: Int, fault: Fault) {
        starts[count] = UInt32(truncatingIfNeeded: start)
        ends[count] = UInt32(truncatingIfNeeded: end)
        fieldCounts[count] = UInt32(truncatingIfNeeded: fieldCount)
        faults[count] = fault == .none && fieldCount != width ? .fieldCount : fault
        count += 1
    }
}
