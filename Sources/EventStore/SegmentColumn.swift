import ArrowIPC
import EventLog
import Vocabulary

/// One column of a segment in the making: filled row by row, then put into the segment's order.
protocol SegmentColumn: AnyObject {
    var column: Column { get }
    /// Bytes of memory that a row takes, strings aside.
    var rowWidth: Int { get }
    /// Bytes of memory that do not grow with every row.
    var stringBytes: Int { get }

    /// Appends rows `range` of the batch's column; the first becomes row `row`.
    func append(_ typed: TypedColumn, _ range: Range<Int>, text: UnsafeRawBufferPointer, at row: Int)
    /// Called once before what follows.
    func seal(rows: Int)
    /// How the column is written; a dictionary stays valid until `removeAll`.
    var shape: ArrowFileWriter.Shape { get }
    /// The canonical order of two rows' values, null first: negative, 0 or positive.
    func compare(_ a: Int, _ b: Int) -> Int
    /// The rows in the given order. The buffers stay valid until `removeAll`.
    func ordered(_ order: UnsafeBufferPointer<UInt32>) -> ArrowArray
    func removeAll()
}

extension Column {
    /// The column in the making, without rows.
    func empty(_ pool: StoragePool) -> any SegmentColumn {
        switch type {
        case .time, .date: NumberColumn(self, pool: pool)
        case .integer, .decimal: IntegerColumn(self, pool: pool)
        case .boolean: BooleanColumn(self, pool: pool)
        case .category: CategoryColumn(self, pool: pool)
        case .text: TextColumn(self, pool: pool)
        case .key: KeyColumn(self, pool: pool)
        }
    }
}

/// Which rows of a column in the making have a value; takes no memory before the first null.
struct Validity {
    private(set) var bytes: RowStorage?
    private var bitmap: UnsafeMutableRawBufferPointer?

    mutating func append(_ valid: UnsafeMutableBufferPointer<UInt8>, _ range: Range<Int>, at row: Int, pool: StoragePool) {
        if bytes == nil {
            var all: UInt8 = 1
            for i in range { all &= valid[i] }
            if all == 1 { return }
            let fresh = pool.take(width: 1)
            fresh.of(UInt8.self).initialize(repeating: 1, count: row)
            bytes = fresh
        }
        guard let flags = bytes?.of(UInt8.self) else { return }
        for i in range { flags[row + i - range.lowerBound] = valid[i] }
    }

    mutating func append(_ isValid: Bool, at row: Int, pool: StoragePool) {
        if bytes == nil {
            if isValid { return }
            let fresh = pool.take(width: 1)
            fresh.of(UInt8.self).initialize(repeating: 1, count: row)
            bytes = fresh
        }
        bytes?.of(UInt8.self)[row] = isValid ? 1 : 0
    }

    @inline(__always)
    func isValid(_ row: Int) -> Bool { bytes.map { $0.of(UInt8.self)[row] == 1 } ?? true }

    /// The bitmap in the given order and the number of nulls; no bitmap without nulls.
    mutating func ordered(_ order: UnsafeBufferPointer<UInt32>) -> (bitmap: UnsafeRawBufferPointer?, nulls: Int) {
        guard let flags = bytes?.of(UInt8.self) else { return (nil, 0) }
        let bits = UnsafeMutableRawBufferPointer.allocate(byteCount: (order.count + 7) / 8, alignment: 64)
        var set = 0
        for byte in 0..<bits.count {
            var word: UInt8 = 0
            let base = byte * 8
            for bit in 0..<min(8, order.count - base) { word |= flags[Int(order[base + bit])] << UInt8(bit) }
            set += word.nonzeroBitCount
            bits[byte] = word
        }
        bitmap = bits
        return (UnsafeRawBufferPointer(bits), order.count - set)
    }

    mutating func removeAll(pool: StoragePool) {
        bitmap?.deallocate()
        bitmap = nil
        if let bytes { pool.give(bytes) }
        bytes = nil
    }
}

extension ArrowField {
    /// How a stored column of a type is written: with a dictionary where `index` is given.
    static func stored(_ column: Column, index: ArrowIndex? = nil) -> ArrowField {
        let metadata = column.type == .decimal ? ["unit", "millionths"] : []
        var type: ArrowType =
            switch column.type {
            case .time: .timestamp
            case .date: .date32
            case .integer, .decimal: .int64
            case .boolean: .boolean
            case .category, .text: .utf8
            case .key: .fixedSizeBinary(16)
            }
        if let index { type = .dictionary(index: index, value: type) }
        return ArrowField(column.name, type, nullable: true, metadata: metadata)
    }
}
