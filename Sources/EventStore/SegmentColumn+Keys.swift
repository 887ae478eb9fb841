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

    /// Which values a column of ids has among the rows of one person, by the kind of the person.
    struct Pattern {
        /// Persons of this kind are their id in this column: all their rows have it.
        let same: PersonKind?
        /// A bit, by its raw value, for each other kind whose rows may have ids.
        private let various: UInt8

        private init(same: PersonKind?, various: [PersonKind]) {
            self.same = same
            self.various = various.reduce(0) { $0 | 1 << $1.rawValue }
        }

        /// Nothing is known: persons were given.
        static let unknown = Pattern(same: nil, various: [.nobody, .device, .user])
        static let user = Pattern(same: .user, various: [])
        static let device = Pattern(same: .device, various: [.user])

        @inline(__always)
        func varies(_ kind: PersonKind) -> Bool { various >> kind.rawValue & 1 == 1 }
    }

    /// The column as a dictionary whose codes are given in row order, person by person: a value may stand in it more
    /// than once, so that no table of all values is needed.
    func orderedAsDictionary(_ sorted: CanonicalOrder, _ pattern: Pattern) -> ArrowColumn {
        let order = UnsafeBufferPointer(sorted.order)
        let fresh = pool.take(width: 4)
        codes = fresh
        let room = pool.take(width: 16)
        dictionary = room
        let (from, to, values) = (keys, fresh.of(Int32.self), room.of(Key128.self))
        let bits = hasNulls ? newBitmap(order.count) : nil
        let (persons, kinds) = (sorted.personOfRow, sorted.kinds)
        var (count, nulls) = (0, 0)
        var start = 0
        while start < order.count {
            let person = persons[start]
            var end = start &+ 1
            while end < order.count, persons[end] == person { end &+= 1 }
            let kind = PersonKind(rawValue: UInt8(truncatingIfNeeded: kinds[start])) ?? .nobody
            if kind == pattern.same {
                values[count] = from[Int(order[start])].bigEndian
                let code = Int32(truncatingIfNeeded: count)
                for i in start..<end { to[i] = code }
                if let bits { setBits(start..<end, in: bits) }
                count &+= 1
            } else if pattern.varies(kind) {
                let first = count
                for i in start..<end {
                    let key = from[Int(order[i])]
                    if key == .zero {
                        to[i] = 0
                        nulls &+= 1
                        continue
                    }
                    bits?[i >> 3] |= 1 << UInt8(truncatingIfNeeded: i & 7)
                    let stored = key.bigEndian
                    var code = count &- 1
                    let oldest = max(first, count &- 8)
                    while code >= oldest, values[code] != stored { code &-= 1 }
                    if code < oldest {
                        values[count] = stored
                        code = count
                        count &+= 1
                    }
                    to[i] = Int32(truncatingIfNeeded: code)
                }
            } else {
                for i in start..<end { to[i] = 0 }
                nulls &+= end &- start
            }
            start = end
        }
        return ArrowColumn(
            ArrowField(column.name, .dictionary(index: .int32, value: .fixedSizeBinary(16)), nullable: true),
            ArrowArray(
                count: order.count, nullCount: nulls, validity: bits.map { UnsafeRawBufferPointer($0) },
                data: UnsafeRawBufferPointer(start: to, count: order.count * 4)),
            dictionary: ArrowArray(count: count, data: UnsafeRawBufferPointer(start: values, count: count * 16)))
    }

    @inline(__always)
    private func setBits(_ range: Range<Int>, in bits: UnsafeMutableRawBufferPointer) {
        for i in range { bits[i >> 3] |= 1 << UInt8(truncatingIfNeeded: i & 7) }
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
