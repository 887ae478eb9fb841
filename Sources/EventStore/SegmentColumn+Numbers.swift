import ArrowIPC
import EventLog
import Vocabulary

/// A time or date, or numbers of many distinct values; a date is written with 4 bytes a row, the others with 8.
final class NumberColumn: SegmentColumn {
    let column: Column
    private let pool: StoragePool
    private let storage: RowStorage
    private var inOrder: RowStorage?
    private var validity = Validity()

    init(_ column: Column, pool: StoragePool) {
        self.column = column
        self.pool = pool
        storage = pool.take(width: 8)
    }

    var rowWidth: Int { 9 }
    var stringBytes: Int { 0 }
    var values: UnsafeMutablePointer<Int64> { storage.of(Int64.self) }

    func append(_ typed: TypedColumn, _ range: Range<Int>, text: UnsafeRawBufferPointer, at row: Int) {
        let to = values + row - range.lowerBound
        let (from, valid) = (typed.integers, typed.valid)
        // A null's value is 0, whatever the batch holds there.
        for i in range { to[i] = from[i] & (0 &- Int64(valid[i])) }
        validity.append(valid, range, at: row, pool: pool)
    }

    /// Takes a row from elsewhere in; nil is null.
    func append(_ value: Int64?, at row: Int) {
        values[row] = value ?? 0
        validity.append(value != nil, at: row, pool: pool)
    }

    func seal(rows: Int) {}

    func compare(_ a: Int, _ b: Int) -> Int {
        let (hasA, hasB) = (validity.isValid(a), validity.isValid(b))
        guard hasA && hasB else { return (hasA ? 1 : 0) - (hasB ? 1 : 0) }
        let (x, y) = (values[a], values[b])
        return x < y ? -1 : x > y ? 1 : 0
    }

    var shape: ArrowFileWriter.Shape { .init(.stored(column)) }

    func ordered(_ order: UnsafeBufferPointer<UInt32>) -> ArrowArray {
        let (bitmap, nulls) = validity.ordered(order)
        let fresh = pool.take(width: 8)
        inOrder = fresh
        let from = values
        let isDate = column.type == .date
        if isDate {
            let to = fresh.of(Int32.self)
            for i in 0..<order.count { to[i] = Int32(truncatingIfNeeded: from[Int(order[i])]) }
        } else {
            let to = fresh.of(Int64.self)
            for i in 0..<order.count { to[i] = from[Int(order[i])] }
        }
        let data = UnsafeRawBufferPointer(start: fresh.bytes.baseAddress, count: order.count * (isDate ? 4 : 8))
        return ArrowArray(count: order.count, nullCount: nulls, validity: bitmap, data: data)
    }

    func removeAll() {
        validity.removeAll(pool: pool)
        if let inOrder { pool.give(inOrder) }
        inOrder = nil
    }

    /// Lets the column's memory go to another one; nothing can follow.
    func giveBack() { pool.give(storage) }
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
        let (valid, from) = (typed.valid, typed.integers)
        for i in range { to[i] = valid[i] == 1 && from[i] != 0 ? 1 : 0 }
        validity.append(typed.valid, range, at: row, pool: pool)
    }

    func seal(rows: Int) {}

    func compare(_ a: Int, _ b: Int) -> Int {
        let (hasA, hasB) = (validity.isValid(a), validity.isValid(b))
        guard hasA && hasB else { return (hasA ? 1 : 0) - (hasB ? 1 : 0) }
        let values = storage.of(UInt8.self)
        return Int(values[a]) - Int(values[b])
    }

    var shape: ArrowFileWriter.Shape { .init(.stored(column)) }

    func ordered(_ order: UnsafeBufferPointer<UInt32>) -> ArrowArray {
        let (bitmap, nulls) = validity.ordered(order)
        let values = storage.of(UInt8.self)
        let packed = UnsafeMutableRawBufferPointer.allocate(byteCount: max((order.count + 7) / 8, 1), alignment: 64)
        packed.initializeMemory(as: UInt8.self, repeating: 0)
        for i in 0..<order.count { packed[i >> 3] |= values[Int(order[i])] << UInt8(i & 7) }
        bits = packed
        return ArrowArray(count: order.count, nullCount: nulls, validity: bitmap, data: UnsafeRawBufferPointer(packed))
    }

    func removeAll() {
        validity.removeAll(pool: pool)
        bits?.deallocate()
        bits = nil
    }
}
