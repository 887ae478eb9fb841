/// The distinct order ids of one unit, each with what happened to it.
///
/// Ids are kept by their bytes, so the count is exact. Memory grows with distinct ids, not with rows.
struct OrderLedger {
    struct Marks: OptionSet {
        let rawValue: UInt8
        static let purchased = Marks(rawValue: 1)
        static let refunded = Marks(rawValue: 2)
        /// A payment's amount counts.
        static let priced = Marks(rawValue: 4)
    }

    struct Counts {
        /// Paid orders.
        var orders: Int64 = 0
        /// Of these those with a refund.
        var refunded: Int64 = 0
        /// Orders with a payment whose amount counts.
        var priced: Int64 = 0
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
    private var withoutID = Counts()

    private static let smallLimit = 1024

    /// Forgets the unit, and keeps the memory for the next one.
    mutating func reset() {
        bytes.removeAll(keepingCapacity: true)
        entries.removeAll(keepingCapacity: true)
        limit = Self.smallLimit
        withoutID = Counts()
    }

    /// Notes a row of an order. A purchase or payment without an id is an order of its own; a refund without one tells nothing.
    mutating func add(_ id: UnsafeRawBufferPointer, _ marks: Marks) {
        if id.isEmpty {
            if marks.contains(.purchased) { withoutID.orders += 1 }
            if marks.contains(.priced) { withoutID.priced += 1 }
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

    /// The orders of the unit.
    mutating func counts() -> Counts {
        if entries.count > 1 { putTogether() }
        var counts = withoutID
        for entry in entries {
            if entry.marks.contains(.priced) { counts.priced += 1 }
            guard entry.marks.contains(.purchased) else { continue }
            counts.orders += 1
            if entry.marks.contains(.refunded) { counts.refunded += 1 }
        }
        return counts
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
