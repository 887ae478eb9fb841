/// The distinct order ids of one unit, each with what happened to it.
///
/// Ids are kept by their bytes, so the count is exact. Memory grows with distinct ids, not with rows.
struct OrderLedger {
    struct Marks: OptionSet {
        let rawValue: UInt8
        static let purchased = Marks(rawValue: 1)
        static let refunded = Marks(rawValue: 2)
    }

    private struct Entry {
        var start: Int
        var length: Int
        var marks: Marks
    }

    private var bytes: [UInt8] = []
    private var entries: [Entry] = []
    /// The number of entries at which repeated ids are put together.
    private var limit = Self.smallLimit
    private var ordersWithoutID: Int64 = 0

    private static let smallLimit = 1024

    /// Forgets the unit, and keeps the memory for the next one.
    mutating func reset() {
        bytes.removeAll(keepingCapacity: true)
        entries.removeAll(keepingCapacity: true)
        limit = Self.smallLimit
        ordersWithoutID = 0
    }

    /// Notes a row of an order. A purchase without an id is an order of its own; a refund without one tells nothing.
    mutating func add(_ id: UnsafeRawBufferPointer, _ marks: Marks) {
        if id.isEmpty {
            if marks.contains(.purchased) { ordersWithoutID += 1 }
            return
        }
        if let last = entries.indices.last, isEqual(entries[last], id) {
            entries[last].marks.formUnion(marks)
            return
        }
        entries.append(Entry(start: bytes.count, length: id.count, marks: marks))
        bytes.append(contentsOf: id)
        if entries.count >= limit { putTogether() }
    }

    /// The unit's paid orders, and those of them with a refund.
    mutating func counts() -> (orders: Int64, refunded: Int64) {
        if entries.count > 1 { putTogether() }
        var orders = ordersWithoutID
        var refunded: Int64 = 0
        for entry in entries where entry.marks.contains(.purchased) {
            orders += 1
            if entry.marks.contains(.refunded) { refunded += 1 }
        }
        return (orders, refunded)
    }

    private func isEqual(_ entry: Entry, _ id: UnsafeRawBufferPointer) -> Bool {
        entry.length == id.count && bytes[entry.start..<entry.start + entry.length].elementsEqual(id)
    }

    private mutating func putTogether() {
        let old = bytes
        func id(_ entry: Entry) -> ArraySlice<UInt8> { old[entry.start..<entry.start + entry.length] }
        let sorted = entries.sorted { id($0).lexicographicallyPrecedes(id($1)) }
        bytes.removeAll(keepingCapacity: true)
        entries.removeAll(keepingCapacity: true)
        var last: Entry?
        for entry in sorted {
            if let previous = last, id(previous).elementsEqual(id(entry)) {
                entries[entries.count - 1].marks.formUnion(entry.marks)
                continue
            }
            last = entry
            entries.append(Entry(start: bytes.count, length: entry.length, marks: entry.marks))
            bytes.append(contentsOf: id(entry))
        }
        limit = max(Self.smallLimit, entries.count * 2)
    }
}
