import ArrowIPC
import EventLog
import Glibc
import Vocabulary

/// Strings, the bytes of one row after those of another.
final class PlainTextColumn: SegmentColumn {
    let column: Column
    private let pool: StoragePool
    /// Where the bytes of each row end.
    private var ends: RowStorage
    private var validity = Validity()
    private var bytes: UnsafeMutableRawBufferPointer
    private var used = 0
    private var orderedBytes: UnsafeMutableRawBufferPointer?
    private var orderedOffsets: UnsafeMutableRawBufferPointer?

    init(_ column: Column, pool: StoragePool) {
        self.column = column
        self.pool = pool
        ends = pool.take(width: 4)
        bytes = .allocate(byteCount: 1 << 16, alignment: 16)
    }

    deinit {
        bytes.deallocate()
        orderedBytes?.deallocate()
        orderedOffsets?.deallocate()
    }

    var rowWidth: Int { 5 }
    var stringBytes: Int { used }

    func append(_ typed: TypedColumn, _ range: Range<Int>, text: UnsafeRawBufferPointer, at row: Int) {
        let to = ends.of(UInt32.self) + row - range.lowerBound
        let fields = typed.fields
        var needed = 0
        for i in range where !fields[i].isNull { needed += Int(fields[i].length) }
        if used + needed > bytes.count { grow(to: used + needed) }
        let (bytes, first) = (self.bytes, used)
        var end = first
        for i in range {
            if !fields[i].isNull, fields[i].length > 0 {
                let (start, count) = (Int(fields[i].start), Int(fields[i].length))
                UnsafeMutableRawBufferPointer(rebasing: bytes[end..<(end + count)])
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: text[start..<(start + count)]))
                end += count
            }
            to[i] = UInt32(truncatingIfNeeded: end)
        }
        used = end
        for i in range { validity.append(!fields[i].isNull, at: row + i - range.lowerBound, pool: pool) }
    }

    /// Takes a row from elsewhere in; nil is null.
    func append(_ value: UnsafeRawBufferPointer?, at row: Int) {
        let count = value?.count ?? 0
        if used + count > bytes.count { grow(to: used + count) }
        if let value, count > 0 {
            UnsafeMutableRawBufferPointer(rebasing: bytes[used..<(used + count)]).copyMemory(from: value)
        }
        used += count
        ends.of(UInt32.self)[row] = UInt32(truncatingIfNeeded: used)
        validity.append(value != nil, at: row, pool: pool)
    }

    private func grow(to needed: Int) {
        let grown = UnsafeMutableRawBufferPointer.allocate(byteCount: max(bytes.count * 2, needed), alignment: 16)
        grown.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<used]))
        bytes.deallocate()
        bytes = grown
    }

    private func value(_ row: Int) -> UnsafeRawBufferPointer {
        let ends = self.ends.of(UInt32.self)
        let start = row == 0 ? 0 : Int(ends[row - 1])
        return UnsafeRawBufferPointer(rebasing: bytes[start..<Int(ends[row])])
    }

    func seal(rows: Int) {}

    var shape: ArrowFileWriter.Shape { .init(.stored(column)) }

    func compare(_ a: Int, _ b: Int) -> Int {
        let (hasA, hasB) = (validity.isValid(a), validity.isValid(b))
        guard hasA && hasB else { return (hasA ? 1 : 0) - (hasB ? 1 : 0) }
        return compareBytes(value(a), value(b))
    }

    func ordered(_ order: UnsafeBufferPointer<UInt32>) -> ArrowArray {
        let (bitmap, nulls) = validity.ordered(order)
        let offsets = UnsafeMutableRawBufferPointer.allocate(byteCount: (order.count + 1) * 4, alignment: 64)
        let data = UnsafeMutableRawBufferPointer.allocate(byteCount: max(used, 1), alignment: 64)
        var end = 0
        let starts = offsets.assumingMemoryBound(to: Int32.self)
        let ends = self.ends.of(UInt32.self)
        if let from = bytes.baseAddress, let to = data.baseAddress {
            for i in 0..<order.count {
                starts[i] = Int32(truncatingIfNeeded: end)
                let row = Int(order[i])
                let start = row == 0 ? 0 : Int(ends[row &- 1])
                let count = Int(ends[row]) &- start
                if count > 0 {
                    memcpy(to + end, from + start, count)
                    end &+= count
                }
            }
        }
        starts[order.count] = Int32(truncatingIfNeeded: end)
        orderedBytes = data
        orderedOffsets = offsets
        return ArrowArray(
            count: order.count, nullCount: nulls, validity: bitmap, offsets: UnsafeRawBufferPointer(offsets),
            data: UnsafeRawBufferPointer(rebasing: data[..<used]))
    }

    func removeAll() {
        validity.removeAll(pool: pool)
        used = 0
        orderedBytes?.deallocate()
        orderedOffsets?.deallocate()
        orderedBytes = nil
        orderedOffsets = nil
    }

    /// Lets the column's memory go to another one; nothing can follow.
    func giveBack() { pool.give(ends) }
}
