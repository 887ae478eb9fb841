import ArrowIPC
import EventLog
import Vocabulary

/// An id's keyed hash; the zero key stands for null (a hash is zero once in 2^128).
final class KeyColumn: SegmentColumn {
    let column: Column
    private let pool: StoragePool
    private var storage: RowStorage
    private var hasNulls = false
    private var bitmap: UnsafeMutableRawBufferPointer?
    private var dictionary: RowStorage?
    private var codes: RowStorage?

    init(_ column: Column, pool: StoragePool) {
        self.column = column
        self.pool = pool
        storage = pool.take(width: 16)
    }

    deinit { bitmap?.deallocate() }

    var rowWidth: Int { 16 }
    var stringBytes: Int { 0 }
    var keys: UnsafeMutablePointer<Key128> { storage.of(Key128.self) }

    func append(_ typed: TypedColumn, _ range: Range<Int>, text: UnsafeRawBufferPointer, at row: Int) {
        let to = keys + row - range.lowerBound
        let (valid, from) = (typed.valid, typed.keys)
        var all: UInt8 = 1
        for i in range {
            all &= valid[i]
            to[i] = valid[i] == 1 ? from[i] : .zero
        }
        if all == 0 { hasNulls = true }
    }

    func seal(rows: Int) {}

    func compare(_ a: Int, _ b: Int) -> Int {
        let (x, y) = (keys[a], keys[b])
        return x < y ? -1 : y < x ? 1 : 0
    }

    func ordered(_ order: UnsafeBufferPointer<UInt32>) -> ArrowColumn {
        let (bitmap, nulls) = nullBitmap(order)
        let fresh = pool.take(width: 16)
        let (from, to) = (keys, fresh.of(Key128.self))
        for i in 0..<order.count { to[i] = from[Int(order[i])].bigEndian }
        pool.give(storage)
        storage = fresh
        let data = UnsafeRawBufferPointer(start: to, count: order.count * 16)
        return ArrowColumn(
            .stored(column), ArrowArray(count: order.count, nullCount: nulls, validity: bitmap, data: data))
    }

    /// The column as a dictionary whose codes are given in row order, person by person: a value may stand in it more
    /// than once, so that no table of all values is needed.
    func orderedAsDictionary(_ order: UnsafeBufferPointer<UInt32>, persons: UnsafePointer<Int32>) -> ArrowColumn {
        let fresh = pool.take(width: 4)
        codes = fresh
        let room = pool.take(width: 16)
        dictionary = room
        let (from, to, values) = (keys, fresh.of(Int32.self), room.of(Key128.self))
        let bits = hasNulls ? newBitmap(order.count) : nil
        var (count, nulls) = (0, 0)
        var person: Int32 = -1
        var first = 0
        for i in 0..<order.count {
            let key = from[Int(order[i])]
            if persons[i] != person {
                person = persons[i]
                first = count
            }
            if key == .zero {
                to[i] = 0
                nulls += 1
                continue
            }
            bits?[i >> 3] |= 1 << UInt8(truncatingIfNeeded: i & 7)
            let stored = key.bigEndian
            var code = count - 1
            let oldest = max(first, count - 8)
            while code >= oldest, values[code] != stored { code -= 1 }
            if code < oldest {
                values[count] = stored
                code = count
                count += 1
            }
            to[i] = Int32(truncatingIfNeeded: code)
        }
        return ArrowColumn(
            ArrowField(column.name, .dictionary(index: .int32, value: .fixedSizeBinary(16)), nullable: true),
            ArrowArray(
                count: order.count, nullCount: nulls, validity: bits.map { UnsafeRawBufferPointer($0) },
                data: UnsafeRawBufferPointer(start: to, count: order.count * 4)),
            dictionary: ArrowArray(count: count, data: UnsafeRawBufferPointer(start: values, count: count * 16)))
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
        if let codes { pool.give(codes) }
        if let dictionary { pool.give(dictionary) }
        codes = nil
        dictionary = nil
    }
}

/// The event id, stored as 64 bits of its keyed hash; 0 stands for null.
final class EventIDColumn: SegmentColumn {
    let column: Column
    private let pool: StoragePool
    private var storage: RowStorage
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

    func ordered(_ order: UnsafeBufferPointer<UInt32>) -> ArrowColumn {
        let fresh = pool.take(width: 8)
        let (from, to) = (ids, fresh.of(UInt64.self))
        var nulls = 0
        for i in 0..<order.count {
            to[i] = from[Int(order[i])]
            nulls += to[i] == 0 ? 1 : 0
        }
        pool.give(storage)
        storage = fresh
        if nulls > 0 {
            let bits = UnsafeMutableRawBufferPointer.allocate(byteCount: (order.count + 7) / 8, alignment: 64)
            bits.initializeMemory(as: UInt8.self, repeating: 0)
            for i in 0..<order.count where to[i] != 0 { bits[i >> 3] |= 1 << UInt8(i & 7) }
            bitmap = bits
        }
        return ArrowColumn(
            ArrowField(column.name, .int64, nullable: true),
            ArrowArray(
                count: order.count, nullCount: nulls, validity: bitmap.map { UnsafeRawBufferPointer($0) },
                data: UnsafeRawBufferPointer(start: to, count: order.count * 8)))
    }

    func removeAll() {
        bitmap?.deallocate()
        bitmap = nil
    }
}

extension Key128 {
    /// The key as its 16 bytes are stored: most significant first, so that byte order is the keys' order.
    @inline(__always)
    var bigEndian: Key128 { Key128(high: high.bigEndian, low: low.bigEndian) }
}
