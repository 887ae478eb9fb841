import Vocabulary

/// The rows of a segment in canonical order: by person, time, and a tie-breaker; and the persons in that order.
///
/// Rows are parted by the leading bits of their persons' keys into parts that fit the cache, a part by the next eight
/// bits, and what is left, a few rows, is sorted by comparison. Both steps keep the order in which rows came, and logs
/// come nearly ordered by time, so most of it is in order already.
final class CanonicalOrder {
    let order: UnsafeMutableBufferPointer<UInt32>
    /// Per row in order: the index of its person among `persons`.
    let personOfRow: UnsafeMutableBufferPointer<Int32>
    private let orderStorage: RowStorage
    private let personOfRowStorage: RowStorage
    /// The persons' keys in increasing order, in the bytes that are stored; behind them there is room for as many keys as
    /// two columns have.
    let persons: RowStorage
    private(set) var personCount = 0
    private let pool: StoragePool

    private struct Item {
        var key: Key128
        var time: Int64
        var rank: UInt32
        var row: UInt32
    }

    /// A part of more rows than this belongs to few, very busy persons: it is sorted by comparison at once.
    private static let largestPart = 8192

    /// - Parameters:
    ///   - keys: the person's key of each row.
    ///   - ranks: of each row what comes after the time, where that is nothing but a number.
    ///   - pool: where the memory comes from, and where it goes when the order does.
    ///   - tie: the order of two rows of one person, time and rank; negative, 0 or positive.
    init(
        rows: Int, times: UnsafePointer<Int64>, keys: UnsafePointer<Key128>, ranks: UnsafePointer<UInt32>?, pool: StoragePool,
        tie: (Int, Int) -> Int
    ) {
        self.pool = pool
        orderStorage = pool.take(width: MemoryLayout<UInt32>.stride)
        personOfRowStorage = pool.take(width: MemoryLayout<Int32>.stride)
        order = UnsafeMutableBufferPointer(start: orderStorage.of(UInt32.self), count: rows)
        personOfRow = UnsafeMutableBufferPointer(start: personOfRowStorage.of(Int32.self), count: rows)
        persons = pool.take(width: 3 * MemoryLayout<Key128>.stride)
        func precedes(_ a: Item, _ b: Item) -> Bool {
            if a.key != b.key { return a.key < b.key }
            if a.time != b.time { return a.time < b.time }
            if a.rank != b.rank { return a.rank < b.rank }
            return tie(Int(a.row), Int(b.row)) < 0
        }
        var bits = 0
        while bits < 12, rows >> bits > 512 { bits += 1 }
        let itemStorage = pool.take(width: MemoryLayout<Item>.stride)
        let items = UnsafeMutableBufferPointer(start: itemStorage.of(Item.self), count: rows)
        let scratch = UnsafeMutableBufferPointer<Item>.allocate(capacity: Self.largestPart)
        defer {
            pool.give(itemStorage)
            scratch.deallocate()
        }
        let ends = Self.part(rows, into: items, bits: bits, times: times, keys: keys, ranks: ranks)
        var start = 0
        for end in ends {
            let part = UnsafeMutableBufferPointer(rebasing: items[start..<end])
            if part.count <= Self.largestPart {
                Self.sort(part, skipping: bits, scratch: scratch, by: precedes)
            } else {
                Self.sort(part, by: precedes)
            }
            emit(part, at: start)
            start = end
        }
    }

    deinit { for storage in [orderStorage, personOfRowStorage, persons] { pool.give(storage) } }

    private func emit(_ items: UnsafeMutableBufferPointer<Item>, at start: Int) {
        let persons = self.persons.of(Key128.self)
        let (order, personOfRow) = (self.order, self.personOfRow)
        var count = personCount
        for i in 0..<items.count {
            let key = items[i].key.bigEndian
            if count == 0 || key != persons[count - 1] {
                persons[count] = key
                count += 1
            }
            order[start + i] = items[i].row
            personOfRow[start + i] = Int32(truncatingIfNeeded: count - 1)
        }
        personCount = count
    }

    /// Puts all rows into `items`, parted by the leading bits of their keys, and returns where each part ends.
    private static func part(
        _ rows: Int, into items: UnsafeMutableBufferPointer<Item>, bits: Int, times: UnsafePointer<Int64>,
        keys: UnsafePointer<Key128>, ranks: UnsafePointer<UInt32>?
    ) -> [Int] {
        let shift = UInt64(64 - bits)
        var places = [Int](repeating: 0, count: 1 << bits)
        places.withUnsafeMutableBufferPointer { places in
            for row in 0..<rows { places[Int(truncatingIfNeeded: keys[row].high >> shift)] += 1 }
            var next = 0
            for i in places.indices {
                let count = places[i]
                places[i] = next
                next += count
            }
            for row in 0..<rows {
                let key = keys[row]
                let part = Int(truncatingIfNeeded: key.high >> shift)
                items[places[part]] = Item(
                    key: key, time: times[row], rank: ranks.map { $0[row] } ?? 0, row: UInt32(truncatingIfNeeded: row))
                places[part] += 1
            }
        }
        return places
    }

    /// Sorts a part: by the eight bits after the first `skipping`, then the groups by comparison.
    private static func sort(
        _ items: UnsafeMutableBufferPointer<Item>, skipping: Int, scratch: UnsafeMutableBufferPointer<Item>,
        by precedes: (Item, Item) -> Bool
    ) {
        guard items.count > 24 else { return sort(items, by: precedes) }
        let shift = UInt64(56 - skipping)
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: 256) { places in
            places.initialize(repeating: 0)
            for i in 0..<items.count { places[Int(truncatingIfNeeded: items[i].key.high >> shift) & 255] += 1 }
            var next: Int32 = 0
            for digit in 0..<256 {
                let count = places[digit]
                places[digit] = next
                next += count
            }
            for i in 0..<items.count {
                let digit = Int(truncatingIfNeeded: items[i].key.high >> shift) & 255
                scratch[Int(places[digit])] = items[i]
                places[digit] += 1
            }
            var start = 0
            for digit in 0..<256 {
                let end = Int(places[digit])
                if end - start > 1 { sort(UnsafeMutableBufferPointer(rebasing: scratch[start..<end]), by: precedes) }
                start = end
            }
        }
        for i in 0..<items.count { items[i] = scratch[i] }
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
