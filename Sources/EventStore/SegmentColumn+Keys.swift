import ArrowIPC
import EventLog
import Vocabulary

/// An id's keyed hash; the zero key stands for null (a hash is zero once in 2^128).
final class KeyColumn: SegmentColumn {
    let column: Column
    private let pool: StoragePool
    /// Of a column of users or devices: the kind of person that its ids are. Its keys have the bits that tell it.
    private let kind: PersonKind?
    private let storage: RowStorage
    private var hasNulls = false
    private var bitmap: UnsafeMutableRawBufferPointer?
    private var inOrder: RowStorage?

    init(_ column: Column, pool: StoragePool) {
        self.column = column
        self.pool = pool
        kind = column.name == SegmentFile.user ? .user : column.name == SegmentFile.device ? .device : nil
        storage = pool.take(width: 16)
    }

    deinit { bitmap?.deallocate() }

    var rowWidth: Int { 16 }
    var stringBytes: Int { 0 }
    var keys: UnsafeMutablePointer<Key128> { storage.of(Key128.self) }

    func append(_ typed: TypedColumn, _ range: Range<Int>, text: UnsafeRawBufferPointer, at row: Int) {
        let to = keys + row - range.lowerBound
        let (valid, from) = (typed.valid, typed.keys)
        let clear: UInt64 = kind == nil ? 0 : 3
        let set = UInt64(kind?.rawValue ?? 0)
        var all: UInt8 = 1
        for i in range {
            all &= valid[i]
            to[i] = valid[i] == 1 ? Key128(high: from[i].high, low: from[i].low & ~clear | set) : .zero
        }
        if all == 0 { hasNulls = true }
    }

    func seal(rows: Int) {}

    func compare(_ a: Int, _ b: Int) -> Int {
        let (x, y) = (keys[a], keys[b])
        return x < y ? -1 : y < x ? 1 : 0
    }

    var shape: ArrowFileWriter.Shape { .init(.stored(column)) }

    func ordered(_ order: UnsafeBufferPointer<UInt32>) -> ArrowArray {
        let (bitmap, nulls) = nullBitmap(order)
        let fresh = pool.take(width: 16)
        inOrder = fresh
        gather(order, to: fresh.of(Key128.self))
        let data = UnsafeRawBufferPointer(start: fresh.bytes.baseAddress, count: order.count * 16)
        return ArrowArray(count: order.count, nullCount: nulls, validity: bitmap, data: data)
    }

    /// The keys in order, as they are stored. A loop without a branch, so that many of its loads are under way at once.
    private func gather(_ order: UnsafeBufferPointer<UInt32>, to: UnsafeMutablePointer<Key128>) {
        let from = keys
        for i in 0..<order.count { to[i] = from[Int(order[i])].bigEndian }
    }

    /// The column as codes of one dictionary with the persons.
    /// - Parameter personsAreGiven: persons need not be what the rows' own ids name.
    func ordered(_ sorted: CanonicalOrder, _ dictionary: inout KeyDictionary, personsAreGiven: Bool) -> ArrowArray {
        let order = UnsafeBufferPointer(sorted.order)
        let fresh = pool.take(width: 4)
        inOrder = fresh
        // The ids of users are looked at only where persons need not be what they name.
        let isRead = kind != .user || personsAreGiven
        let gathered = pool.take(width: 16)
        defer { pool.give(gathered) }
        if isRead { gather(order, to: gathered.of(Key128.self)) }
        let (from, to, persons) = (gathered.of(Key128.self), fresh.of(Int32.self), sorted.personOfRow)
        let bits = hasNulls ? newBitmap(order.count) : nil
        var nulls = 0
        var start = 0
        while start < order.count {
            let person = persons[start]
            var end = start &+ 1
            while end < order.count, persons[end] == person { end &+= 1 }
            let personKind = dictionary[Int(person)].bigEndian.kind
            if personKind == kind, !personsAreGiven {
                // All rows have the id that the person is.
                for i in start..<end { to[i] = person }
                if let bits { for i in start..<end { Self.setBit(i, in: bits) } }
            } else if isRead, personKind == .user || personsAreGiven {
                var last = (key: Key128.zero, code: Int32(0))
                for i in start..<end {
                    let stored = from[i]
                    if stored == .zero {
                        to[i] = 0
                        nulls &+= 1
                        continue
                    }
                    if let bits { Self.setBit(i, in: bits) }
                    if stored != last.key { last = (stored, Int32(truncatingIfNeeded: dictionary.code(stored))) }
                    to[i] = last.code
                }
            } else {
                // A device without a user, or a row without ids.
                for i in start..<end { to[i] = 0 }
                nulls &+= end &- start
            }
            start = end
        }
        return ArrowArray(
            count: order.count, nullCount: nulls, validity: bits.map { UnsafeRawBufferPointer($0) },
            data: UnsafeRawBufferPointer(start: to, count: order.count * 4))
    }

    @inline(__always)
    private static func setBit(_ place: Int, in bits: UnsafeMutableRawBufferPointer) {
        bits[place >> 3] |= 1 << UInt8(truncatingIfNeeded: place & 7)
    }

    private func newBitmap(_ count: Int) -> UnsafeMutableRawBufferPointer {
        let bits = UnsafeMutableRawBufferPointer.allocate(byteCount: max((count + 7) / 8, 1), alignment: 64)
        bits.initializeMemory(as: UInt8.self, repeating: 0)
        bitmap = bits
        return bits
    }

    private func nullBitmap(_ order: UnsafeBufferPointer<UInt32>) -> (UnsafeRawBufferPointer?, Int) {
        guard hasNulls else { return (nil, 0) }
        let from = keys
        let bits = newBitmap(order.count)
        var set = 0
        for i in 0..<order.count where from[Int(order[i])] != .zero {
            bits[i >> 3] |= 1 << UInt8(i & 7)
            set += 1
        }
        return (UnsafeRawBufferPointer(bits), order.count - set)
    }

    func removeAll() {
        hasNulls = false
        bitmap?.deallocate()
        bitmap = nil
        if let inOrder { pool.give(inOrder) }
        inOrder = nil
    }
}

/// The event id, stored as 64 bits of its keyed hash; 0 stands for null.
final class EventIDColumn: SegmentColumn {
    let column: Column
    private let pool: StoragePool
    private let storage: RowStorage
    private var inOrder: RowStorage?
    private var bitmap: UnsafeMutableRawBufferPointer?

    init(_ column: Column, pool: StoragePool) {
        self.column = column
        self.pool = pool
        storage = pool.take(width: 8)
    }

    deinit { bitmap?.deallocate() }

    var rowWidth: Int { 8 }
    var stringBytes: Int { 0 }
    var ids: UnsafeMutablePointer<UInt64> { storage.of(UInt64.self) }

    func append(_ typed: TypedColumn, _ range: Range<Int>, text: UnsafeRawBufferPointer, at row: Int) {
        let to = ids + row - range.lowerBound
        let (valid, from) = (typed.valid, typed.keys)
        for i in range { to[i] = valid[i] == 1 ? max(from[i].high, 1) : 0 }
    }

    func seal(rows: Int) {}

    func compare(_ a: Int, _ b: Int) -> Int {
        let (x, y) = (ids[a], ids[b])
        return x < y ? -1 : x > y ? 1 : 0
    }

    var shape: ArrowFileWriter.Shape { .init(ArrowField(column.name, .int64, nullable: true)) }

    func ordered(_ order: UnsafeBufferPointer<UInt32>) -> ArrowArray {
        let fresh = pool.take(width: 8)
        inOrder = fresh
        let (from, to) = (ids, fresh.of(UInt64.self))
        var nulls = 0
        for i in 0..<order.count {
            to[i] = from[Int(order[i])]
            nulls += to[i] == 0 ? 1 : 0
        }
        if nulls > 0 {
            let bits = UnsafeMutableRawBufferPointer.allocate(byteCount: (order.count + 7) / 8, alignment: 64)
            bits.initializeMemory(as: UInt8.self, repeating: 0)
            for i in 0..<order.count where to[i] != 0 { bits[i >> 3] |= 1 << UInt8(i & 7) }
            bitmap = bits
        }
        return ArrowArray(
            count: order.count, nullCount: nulls, validity: bitmap.map { UnsafeRawBufferPointer($0) },
            data: UnsafeRawBufferPointer(start: to, count: order.count * 8))
    }

    func removeAll() {
        bitmap?.deallocate()
        bitmap = nil
        if let inOrder { pool.give(inOrder) }
        inOrder = nil
    }
}

extension Key128 {
    /// The key as its 16 bytes are stored: most significant first, so that byte order is the keys' order.
    @inline(__always)
    var bigEndian: Key128 { Key128(high: high.bigEndian, low: low.bigEndian) }
}
