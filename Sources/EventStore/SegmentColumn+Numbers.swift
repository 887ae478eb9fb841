import ArrowIPC
import EventLog
import Vocabulary

/// A time, integer or decimal (8 bytes a row) or a date (4 bytes a row).
final class NumberColumn<Value: FixedWidthInteger>: SegmentColumn {
    let column: Column
    private let pool: StoragePool
    private var storage: RowStorage
    private var validity = Validity()

    init(_ column: Column, pool: StoragePool) {
        self.column = column
        self.pool = pool
        storage = pool.take(width: MemoryLayout<Value>.size)
    }

    var rowWidth: Int { MemoryLayout<Value>.size + 1 }
    var stringBytes: Int { 0 }
    var values: UnsafeMutablePointer<Value> { storage.of(Value.self) }

    func append(_ typed: TypedColumn, _ range: Range<Int>, text: UnsafeRawBufferPointer, at row: Int) {
        let to = values + row - range.lowerBound
        let from = typed.integers
        let valid = typed.valid
        // A null's value is 0, whatever the batch holds there.
        for i in range { to[i] = Value(truncatingIfNeeded: from[i] & (0 &- Int64(valid[i]))) }
        validity.append(valid, range, at: row, pool: pool)
    }

    func seal(rows: Int) {}

    func compare(_ a: Int, _ b: Int) -> Int {
        let (hasA, hasB) = (validity.isValid(a), validity.isValid(b))
        guard hasA && hasB else { return (hasA ? 1 : 0) - (hasB ? 1 : 0) }
        let (x, y) = (values[a], values[b])
        return x < y ? -1 : x > y ? 1 : 0
    }

    func ordered(_ order: UnsafeBufferPointer<UInt32>) -> ArrowColumn {
        let (bitmap, nulls) = validity.ordered(order)
        let fresh = pool.take(width: MemoryLayout<Value>.size)
        let from = values
        let to = fresh.of(Value.self)
        for i in 0..<order.count { to[i] = from[Int(order[i])] }
        pool.give(storage)
        storage = fresh
        let data = UnsafeRawBufferPointer(start: to, count: order.count * MemoryLayout<Value>.size)
        return ArrowColumn(
            .stored(column), ArrowArray(count: order.count, nullCount: nulls, validity: bitmap, data: data))
    }

    func removeAll() { validity.removeAll(pool: pool) }
}

/// True or false, one byte a row until it is written as bits.
final class BooleanColumn: SegmentColumn {
    let column: Column
    private let pool: StoragePool
    private let storage: RowStorage
    private var validity = Validity()
    private var bits: UnsafeMutableRawBufferPointer?

    init(_ column: Column, pool: StoragePool) {
        self.column = column
        self.pool = pool
        storage = pool.take(width: 1)
    }

    var rowWidth: Int { 2 }
    var stringBytes: Int { 0 }

    func append(_ typed: TypedColumn, _ range: Range<Int>, text: UnsafeRawBufferPointer, at row: Int) {
        let to = storage.of(UInt8.self) + row - range.lowerBound
        for i in range { to[i] = typed.valid[i] == 1 && typed.integers[i] != 0 ? 1 : 0 }
        validity.append(typed.valid, range, at: row, pool: pool)
    }

    func seal(rows: Int) {}

    func compare(_ a: Int, _ b: Int) -> Int {
        let (hasA, hasB) = (validity.isValid(a), validity.isValid(b))
        guard hasA && hasB else { return (hasA ? 1 : 0) - (hasB ? 1 : 0) }
        let values = storage.of(UInt8.self)
        return Int(values[a]) - Int(values[b])
    }

    func ordered(_ order: UnsafeBufferPointer<UInt32>) -> ArrowColumn {
        let (bitmap, nulls) = validity.ordered(order)
        let values = storage.of(UInt8.self)
        let packed = UnsafeMutableRawBufferPointer.allocate(byteCount: max((order.count + 7) / 8, 1), alignment: 64)
        packed.initializeMemory(as: UInt8.self, repeating: 0)
        for i in 0..<order.count { packed[i >> 3] |= values[Int(order[i])] << UInt8(i & 7) }
        bits = packed
        return ArrowColumn(
            .stored(column),
            ArrowArray(count: order.count, nullCount: nulls, validity: bitmap, data: UnsafeRawBufferPointer(packed)))
    }

    func removeAll() {
        validity.removeAll(pool: pool)
        bits?.deallocate()
        bits = nil
    }
}
