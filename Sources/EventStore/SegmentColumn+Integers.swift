import ArrowIPC
import EventLog
import Vocabulary

/// Integers or decimals: most columns of numbers have few distinct values, or a value in few rows. Written with a dictionary
/// in increasing order where that is smaller, else as plain numbers.
final class IntegerColumn: SegmentColumn {
    let column: Column
    private let pool: StoragePool
    private var codes: RowCodes
    private var interner = NumberInterner()
    /// The distinct values as they are written.
    private var dictionary: UnsafeMutableBufferPointer<Int64>?
    /// The place of each code in it, behind that of null.
    private var places: [Int32] = []
    /// Has the rows where a dictionary does not pay.
    private var plain: NumberColumn?

    init(_ column: Column, pool: StoragePool) {
        self.column = column
        self.pool = pool
        codes = RowCodes(pool)
    }

    deinit { dictionary?.deallocate() }

    var rowWidth: Int { plain?.rowWidth ?? 4 }
    var stringBytes: Int { 0 }

    func append(_ typed: TypedColumn, _ range: Range<Int>, text: UnsafeRawBufferPointer, at row: Int) {
        if let plain { return plain.append(typed, range, text: text, at: row) }
        Self.encode(typed, range, at: row, &codes, &interner)
        if interner.values.count > RowCodes.mostValuesOfADictionary { makePlain(rows: row + range.count) }
    }

    private static func encode(
        _ typed: TypedColumn, _ range: Range<Int>, at row: Int, _ codes: inout RowCodes, _ interner: inout NumberInterner
    ) {
        let (valid, values, first) = (typed.valid, typed.integers, range.lowerBound)
        codes.fill(range.count, at: row) { i in
            valid[first &+ i] == 0 ? 0 : interner.code(values[first &+ i]) &+ 1
        }
    }

    private func value(_ row: Int) -> Int64? {
        let code = codes[row]
        return code == 0 ? nil : interner.values[code - 1]
    }

    private func makePlain(rows: Int) {
        let column = NumberColumn(column, pool: pool)
        for row in 0..<rows { column.append(value(row), at: row) }
        plain = column
    }

    func seal(rows: Int) {
        let count = interner.values.count
        if plain == nil, rows * ArrowIndex(values: count).rawValue + count * 8 >= rows * 8 { makePlain(rows: rows) }
        if plain == nil { sort() }
    }

    private func sort() {
        let values = interner.values
        let sorted = values.indices.sorted { values[$0] < values[$1] }
        places = [Int32](repeating: -1, count: values.count + 1)
        let dictionary = UnsafeMutableBufferPointer<Int64>.allocate(capacity: max(values.count, 1))
        for (place, code) in sorted.enumerated() {
            places[code + 1] = Int32(truncatingIfNeeded: place)
            dictionary[place] = values[code]
        }
        self.dictionary = dictionary
    }

    var shape: ArrowFileWriter.Shape {
        if let plain { return plain.shape }
        let count = interner.values.count
        return .init(
            .stored(column, index: ArrowIndex(values: count)),
            dictionary: ArrowArray(count: count, data: UnsafeRawBufferPointer(start: dictionary?.baseAddress, count: count * 8)))
    }

    func compare(_ a: Int, _ b: Int) -> Int {
        if let plain { return plain.compare(a, b) }
        guard let x = value(a), let y = value(b) else { return (codes[a] == 0 ? 0 : 1) - (codes[b] == 0 ? 0 : 1) }
        return x < y ? -1 : x > y ? 1 : 0
    }

    func ordered(_ order: UnsafeBufferPointer<UInt32>) -> ArrowArray {
        plain?.ordered(order) ?? codes.ordered(order, places: places, index: ArrowIndex(values: interner.values.count))
    }

    func removeAll() {
        plain?.removeAll()
        plain?.giveBack()
        plain = nil
        codes.removeAll()
        interner.removeAll()
        dictionary?.deallocate()
        dictionary = nil
        places = []
    }
}
