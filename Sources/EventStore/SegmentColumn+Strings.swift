import ArrowIPC
import EventLog
import Glibc
import Vocabulary

/// A string of few distinct values: a code a row, and the values once. Written with a dictionary in byte order.
final class CategoryColumn: SegmentColumn {
    let column: Column
    private let pool: StoragePool
    private var storage: RowStorage
    private var hasNulls = false
    private var interner = ByteInterner()
    /// The place of each code among the values in byte order.
    private var ranks: [Int32] = []
    private var sortedCodes: [Int] = []
    private var buffers: [UnsafeMutableRawBufferPointer] = []

    init(_ column: Column, pool: StoragePool) {
        self.column = column
        self.pool = pool
        storage = pool.take(width: 4)
    }

    var rowWidth: Int { 4 }
    var stringBytes: Int { interner.footprint }
    /// -1 is null.
    var codes: UnsafeMutablePointer<Int32> { storage.of(Int32.self) }
    var valueCount: Int { interner.count }
    func value(_ code: Int) -> UnsafeRawBufferPointer { interner.value(code) }

    func append(_ typed: TypedColumn, _ range: Range<Int>, text: UnsafeRawBufferPointer, at row: Int) {
        let nulls = interner.encode(
            range, valid: typed.valid, starts: typed.starts, lengths: typed.lengths, text: text,
            to: codes + row - range.lowerBound)
        hasNulls = hasNulls || nulls
    }

    func seal(rows: Int) {
        let values = (0..<interner.count).map { interner.value($0) }
        sortedCodes = values.indices.sorted { compareBytes(values[$0], values[$1]) < 0 }
        ranks = [Int32](repeating: 0, count: values.count)
        for (rank, code) in sortedCodes.enumerated() { ranks[code] = Int32(truncatingIfNeeded: rank) }
    }

    func compare(_ a: Int, _ b: Int) -> Int {
        let (x, y) = (codes[a], codes[b])
        if x == y { return 0 }
        return (x < 0 ? -1 : Int(ranks[Int(x)])) - (y < 0 ? -1 : Int(ranks[Int(y)]))
    }

    func ordered(_ order: UnsafeBufferPointer<UInt32>) -> ArrowColumn {
        let (bitmap, nulls) = nullBitmap(order)
        let index: ArrowIndex = interner.count <= 1 << 7 ? .int8 : interner.count <= 1 << 15 ? .int16 : .int32
        let fresh = pool.take(width: 4)
        switch index {
        case .int8: gather(order, into: fresh.of(Int8.self))
        case .int16: gather(order, into: fresh.of(Int16.self))
        case .int32: gather(order, into: fresh.of(Int32.self))
        }
        pool.give(storage)
        storage = fresh
        let data = UnsafeRawBufferPointer(start: fresh.bytes.baseAddress, count: order.count * index.rawValue)
        return ArrowColumn(
            .stored(column, index: index),
            ArrowArray(count: order.count, nullCount: nulls, validity: bitmap, data: data), dictionary: dictionary())
    }

    private func gather<Index: FixedWidthInteger>(
        _ order: UnsafeBufferPointer<UInt32>, into to: UnsafeMutablePointer<Index>
    ) {
        let from = codes
        ranks.withUnsafeBufferPointer { ranks in
            for i in 0..<order.count {
                let code = from[Int(order[i])]
                to[i] = code < 0 ? 0 : Index(truncatingIfNeeded: ranks[Int(code)])
            }
        }
    }

    private func nullBitmap(_ order: UnsafeBufferPointer<UInt32>) -> (UnsafeRawBufferPointer?, Int) {
        guard hasNulls else { return (nil, 0) }
        let from = codes
        let bits = keep((order.count + 7) / 8)
        var set = 0
        for byte in 0..<((order.count + 7) / 8) {
            var word: UInt8 = 0
            let base = byte * 8
            for bit in 0..<min(8, order.count - base) where from[Int(order[base + bit])] >= 0 {
                word |= 1 << UInt8(bit)
            }
            set += word.nonzeroBitCount
            bits[byte] = word
        }
        return (UnsafeRawBufferPointer(bits), order.count - set)
    }

    private func dictionary() -> ArrowArray {
        var total = 0
        for code in sortedCodes { total += interner.value(code).count }
        let offsets = keep((sortedCodes.count + 1) * 4)
        let bytes = keep(total)
        var end = 0
        for (rank, code) in sortedCodes.enumerated() {
            offsets.storeBytes(of: Int32(truncatingIfNeeded: end), toByteOffset: rank * 4, as: Int32.self)
            let value = interner.value(code)
            if value.count > 0 {
                UnsafeMutableRawBufferPointer(rebasing: bytes[end..<(end + value.count)]).copyMemory(from: value)
            }
            end += value.count
        }
        offsets.storeBytes(of: Int32(truncatingIfNeeded: end), toByteOffset: sortedCodes.count * 4, as: Int32.self)
        return ArrowArray(
            count: sortedCodes.count, offsets: UnsafeRawBufferPointer(offsets),
            data: UnsafeRawBufferPointer(rebasing: bytes[..<total]))
    }

    private func keep(_ count: Int) -> UnsafeMutableRawBufferPointer {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: max(count, 1), alignment: 64)
        buffers.append(buffer)
        return buffer
    }

    func removeAll() {
        for buffer in buffers { buffer.deallocate() }
        buffers = []
        interner.removeAll()
        hasNulls = false
        ranks = []
        sortedCodes = []
    }

    deinit { for buffer in buffers { buffer.deallocate() } }
}

/// A string of many distinct values: its bytes, row after row.
final class TextColumn: SegmentColumn {
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
        let (valid, starts, lengths) = (typed.valid, typed.starts, typed.lengths)
        var needed = 0
        for i in range where valid[i] == 1 { needed += Int(lengths[i]) }
        if used + needed > bytes.count { grow(to: used + needed) }
        let (bytes, first) = (self.bytes, used)
        var end = first
        for i in range {
            if valid[i] == 1, lengths[i] > 0 {
                let (start, count) = (Int(starts[i]), Int(lengths[i]))
                UnsafeMutableRawBufferPointer(rebasing: bytes[end..<(end + count)])
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: text[start..<(start + count)]))
                end += count
            }
            to[i] = UInt32(truncatingIfNeeded: end)
        }
        used = end
        validity.append(typed.valid, range, at: row, pool: pool)
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

    func compare(_ a: Int, _ b: Int) -> Int {
        let (hasA, hasB) = (validity.isValid(a), validity.isValid(b))
        guard hasA && hasB else { return (hasA ? 1 : 0) - (hasB ? 1 : 0) }
        return compareBytes(value(a), value(b))
    }

    func ordered(_ order: UnsafeBufferPointer<UInt32>) -> ArrowColumn {
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
        return ArrowColumn(
            .stored(column),
            ArrowArray(
                count: order.count, nullCount: nulls, validity: bitmap, offsets: UnsafeRawBufferPointer(offsets),
                data: UnsafeRawBufferPointer(rebasing: data[..<used])))
    }

    func removeAll() {
        validity.removeAll(pool: pool)
        used = 0
        orderedBytes?.deallocate()
        orderedOffsets?.deallocate()
        orderedBytes = nil
        orderedOffsets = nil
    }
}
