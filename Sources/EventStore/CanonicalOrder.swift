import Vocabulary

/// The rows of a segment in canonical order: by person, time, and a tie-breaker; and the persons in that order.
///
/// A radix sort by the leading 22 bits of the person's key leaves groups of a few rows, which are sorted by
/// comparison; logs come nearly ordered by time, so most of those are in order already.
final class CanonicalOrder {
    let order: UnsafeMutableBufferPointer<UInt32>
    /// Per row in order: the index of its person among `persons`.
    let personOfRow: UnsafeMutableBufferPointer<Int32>
    /// Per row in order: the raw value of its `PersonKind`.
    let kinds: UnsafeMutableBufferPointer<Int8>
    /// The persons' keys in increasing order, in the bytes that are stored.
    let persons: RowStorage
    private(set) var personCount = 0

    private struct Entry {
        var prefix: UInt32
        var row: UInt32
    }

    private struct Item {
        var key: Key128
        var time: Int64
        var row: UInt32
    }

    /// - Parameters:
    ///   - key: the person's key of a row.
    ///   - tie: the order of two rows of one person and time; negative, 0 or positive.
    init(rows: Int, times: UnsafePointer<Int64>, key: (Int) -> Key128, tie: (Int, Int) -> Int) {
        order = .allocate(capacity: rows)
        personOfRow = .allocate(capacity: rows)
        kinds = .allocate(capacity: rows)
        persons = RowStorage(rows: rows, width: 16)
        let entries = Self.grouped(rows: rows, key: key)
        defer { entries.deallocate() }

        func precedes(_ a: Item, _ b: Item) -> Bool {
            if a.key != b.key { return a.key < b.key }
            if a.time != b.time { return a.time < b.time }
            return tie(Int(a.row), Int(b.row)) < 0
        }
        var items: [Item] = []
        var block = 0
        while block < rows {
            var end = min(block + 512, rows)
            while end < rows, entries[end].prefix >> 10 == entries[end - 1].prefix >> 10 { end += 1 }
            items.removeAll(keepingCapacity: true)
            for i in block..<end {
                let row = entries[i].row
                items.append(Item(key: key(Int(row)), time: times[Int(row)], row: row))
            }
            items.withUnsafeMutableBufferPointer { items in
                var start = 0
                while start < items.count {
                    let group = items[start].key.high >> 42
                    var stop = start + 1
                    while stop < items.count, items[stop].key.high >> 42 == group { stop += 1 }
                    Self.sort(UnsafeMutableBufferPointer(rebasing: items[start..<stop]), by: precedes)
                    start = stop
                }
                emit(UnsafeBufferPointer(items), at: block)
            }
            block = end
        }
    }

    deinit {
        order.deallocate()
        personOfRow.deallocate()
        kinds.deallocate()
    }

    private func emit(_ items: UnsafeBufferPointer<Item>, at start: Int) {
        let persons = self.persons.of(Key128.self)
        for (i, item) in items.enumerated() {
            let key = item.key.bigEndian
            if personCount == 0 || key != persons[personCount - 1] {
                persons[personCount] = key
                personCount += 1
            }
            order[start + i] = item.row
            personOfRow[start + i] = Int32(truncatingIfNeeded: personCount - 1)
            kinds[start + i] = Int8(truncatingIfNeeded: Int(item.key.low & 3))
        }
    }

    /// Rows grouped by the leading 22 bits of their keys, groups in order, rows of a group as they came.
    private static func grouped(rows: Int, key: (Int) -> Key128) -> UnsafeMutableBufferPointer<Entry> {
        let a = UnsafeMutableBufferPointer<Entry>.allocate(capacity: max(rows, 1))
        let b = UnsafeMutableBufferPointer<Entry>.allocate(capacity: max(rows, 1))
        defer { b.deallocate() }
        for row in 0..<rows {
            a[row] = Entry(
                prefix: UInt32(truncatingIfNeeded: key(row).high >> 32), row: UInt32(truncatingIfNeeded: row))
        }
        scatter(from: a, to: b, rows: rows, shift: 10)
        scatter(from: b, to: a, rows: rows, shift: 21)
        return a
    }

    private static func scatter(
        from: UnsafeMutableBufferPointer<Entry>, to: UnsafeMutableBufferPointer<Entry>, rows: Int, shift: UInt32
    ) {
        withUnsafeTemporaryAllocation(of: Int.self, capacity: 2048) { places in
            places.initialize(repeating: 0)
            for i in 0..<rows { places[Int(from[i].prefix >> shift) & 2047] += 1 }
            var next = 0
            for digit in 0..<2048 {
                let count = places[digit]
                places[digit] = next
                next += count
            }
            for i in 0..<rows {
                let digit = Int(from[i].prefix >> shift) & 2047
                to[places[digit]] = from[i]
                places[digit] += 1
            }
        }
    }

    @inline(__always)
    private static func sort(_ items: UnsafeMutableBufferPointer<Item>, by precedes: (Item, Item) -> Bool) {
        var items = items
        guard items.count <= 24 else {
            if isSorted(items, by: precedes) { return }
            items.sort(by: precedes)
            return
        }
        var i = 1
        while i < items.count {
            let item = items[i]
            var j = i
            while j > 0, precedes(item, items[j - 1]) {
                items[j] = items[j - 1]
                j -= 1
            }
            items[j] = item
            i += 1
        }
    }

    private static func isSorted(
        _ items: UnsafeMutableBufferPointer<Item>, by precedes: (Item, Item) -> Bool
    ) -> Bool {
        for i in 1..<items.count where precedes(items[i], items[i - 1]) { return false }
        return true
    }
}
