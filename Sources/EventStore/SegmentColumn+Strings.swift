import ArrowIPC
import EventLog
import Vocabulary

/// A string of few distinct values: a code a row, and the values once. Written with a dictionary in byte order.
final class CategoryColumn: SegmentColumn {
    let column: Column
    private var codes: RowCodes
    private var interner = ByteInterner()
    /// The place of each code among the values in byte order; null, which is at 0, is at the place -1.
    private var ranks: [Int32] = []
    private var dictionary = StringDictionary()
    /// Where the column is one of a group: what keeps the rows' codes, and the column's place in it.
    private var group: (codes: CombinationCodes, place: Int)?

    init(_ column: Column, pool: StoragePool) {
        self.column = column
        codes = RowCodes(pool)
    }

    var rowWidth: Int { 4 }
    var stringBytes: Int { interner.footprint }
    var valueCount: Int { interner.count }

    /// The place of a row's value among the values; -1 for null.
    @inline(__always)
    func code(_ row: Int) -> Int { storedCode(row) - 1 }
    func value(_ code: Int) -> UnsafeRawBufferPointer { interner.value(code) }

    @inline(__always)
    private func storedCode(_ row: Int) -> Int {
        if let group { return group.codes.code(row, of: group.place) }
        return codes[row]
    }

    func append(_ typed: TypedColumn, _ range: Range<Int>, text: UnsafeRawBufferPointer, at row: Int) {
        interner.encode(typed, range, text: text, into: &codes, at: row)
    }

    /// The code of a value, counted from 1; 0 is null.
    func storedCode(of value: UnsafeRawBufferPointer?) -> UInt32 { value.map { interner.code($0) + 1 } ?? 0 }

    /// From here on, with no rows yet, a group keeps the rows' codes.
    func join(_ codes: CombinationCodes, at place: Int) { group = (codes, place) }

    /// Takes the codes over from its group.
    func leaveGroup(rows: Int) {
        guard let group else { return }
        codes.fill(rows, at: 0) { UInt32(truncatingIfNeeded: group.codes.code($0, of: group.place)) }
        self.group = nil
    }

    func seal(rows: Int) { ranks = [-1] + dictionary.sort(interner) }

    var shape: ArrowFileWriter.Shape { .init(.stored(column, index: index), dictionary: dictionary.array) }

    func compare(_ a: Int, _ b: Int) -> Int {
        let (x, y) = (storedCode(a), storedCode(b))
        return x == y ? 0 : Int(ranks[x]) - Int(ranks[y])
    }

    private var index: ArrowIndex { ArrowIndex(values: interner.count) }

    func ordered(_ order: UnsafeBufferPointer<UInt32>) -> ArrowArray {
        guard let group else { return codes.ordered(order, places: ranks, index: index) }
        return group.codes.ordered(order, of: group.place, places: ranks, index: index, into: &codes)
    }

    func removeAll() {
        codes.removeAll()
        interner.removeAll()
        dictionary.removeAll()
        ranks = []
    }
}

/// The values of an interner in byte order, as a dictionary is written.
struct StringDictionary {
    private var offsets: UnsafeMutableRawBufferPointer?
    private var bytes: UnsafeMutableRawBufferPointer?
    /// The sorted values; valid until `removeAll`.
    private(set) var array: ArrowArray?

    /// Sorts the values; returns the place of each code.
    mutating func sort(_ interner: borrowing ByteInterner) -> [Int32] {
        var values: [UnsafeRawBufferPointer] = []
        for code in 0..<interner.count { values.append(interner.value(code)) }
        let sortedCodes = values.indices.sorted { compareBytes(values[$0], values[$1]) < 0 }
        var places = [Int32](repeating: 0, count: values.count)
        for (place, code) in sortedCodes.enumerated() { places[code] = Int32(truncatingIfNeeded: place) }
        array = write(sortedCodes.map { values[$0] })
        return places
    }

    private mutating func write(_ values: [UnsafeRawBufferPointer]) -> ArrowArray {
        let total = values.reduce(0) { $0 + $1.count }
        let offsets = UnsafeMutableRawBufferPointer.allocate(byteCount: (values.count + 1) * 4, alignment: 64)
        let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: max(total, 1), alignment: 64)
        var end = 0
        for (place, value) in values.enumerated() {
            offsets.storeBytes(of: Int32(truncatingIfNeeded: end), toByteOffset: place * 4, as: Int32.self)
            if value.count > 0 {
                UnsafeMutableRawBufferPointer(rebasing: bytes[end..<(end + value.count)]).copyMemory(from: value)
            }
            end += value.count
        }
        offsets.storeBytes(of: Int32(truncatingIfNeeded: end), toByteOffset: values.count * 4, as: Int32.self)
        self.offsets = offsets
        self.bytes = bytes
        return ArrowArray(
            count: values.count, offsets: UnsafeRawBufferPointer(offsets),
            data: UnsafeRawBufferPointer(rebasing: bytes[..<total]))
    }

    mutating func removeAll() {
        offsets?.deallocate()
        bytes?.deallocate()
        offsets = nil
        bytes = nil
        array = nil
    }
}

/// A string that may have many distinct values. Written with a dictionary where that is smaller, as of a column with a value in few
/// rows, else as plain strings.
final class TextColumn: SegmentColumn {
    let column: Column
    private let pool: StoragePool
    private var codes: RowCodes
    private var interner = ByteInterner()
    private var dictionary = StringDictionary()
    private var places: [Int32] = []
    /// Bytes of all rows' strings.
    private var bytes = 0
    /// Has the rows where a dictionary does not pay.
    private var plain: PlainTextColumn?

    init(_ column: Column, pool: StoragePool) {
        self.column = column
        self.pool = pool
        codes = RowCodes(pool)
    }

    var rowWidth: Int { plain?.rowWidth ?? 4 }
    var stringBytes: Int { plain?.stringBytes ?? interner.footprint }

    func append(_ typed: TypedColumn, _ range: Range<Int>, text: UnsafeRawBufferPointer, at row: Int) {
        if let plain { return plain.append(typed, range, text: text, at: row) }
        for i in range where !typed.fields[i].isNull { bytes &+= Int(typed.fields[i].length) }
        interner.encode(typed, range, text: text, into: &codes, at: row)
        if interner.count > RowCodes.mostValuesOfADictionary { makePlain(rows: row + range.count) }
    }

    private func value(_ row: Int) -> UnsafeRawBufferPointer? {
        let code = codes[row]
        return code == 0 ? nil : interner.value(code - 1)
    }

    private func makePlain(rows: Int) {
        let column = PlainTextColumn(column, pool: pool)
        for row in 0..<rows { column.append(value(row), at: row) }
        plain = column
        interner.removeAll()
    }

    func seal(rows: Int) {
        if plain != nil { return }
        let distinct = (0..<interner.count).reduce(0) { $0 + interner.value($1).count }
        let coded = rows * ArrowIndex(values: interner.count).rawValue + interner.count * 4 + distinct
        if coded >= rows * 4 + bytes { return makePlain(rows: rows) }
        places = [-1] + dictionary.sort(interner)
    }

    var shape: ArrowFileWriter.Shape {
        plain?.shape ?? .init(.stored(column, index: index), dictionary: dictionary.array)
    }

    private var index: ArrowIndex { ArrowIndex(values: interner.count) }

    func compare(_ a: Int, _ b: Int) -> Int {
        if let plain { return plain.compare(a, b) }
        let (x, y) = (codes[a], codes[b])
        return Int(places[x]) - Int(places[y])
    }

    func ordered(_ order: UnsafeBufferPointer<UInt32>) -> ArrowArray {
        plain?.ordered(order) ?? codes.ordered(order, places: places, index: index)
    }

    func removeAll() {
        plain?.removeAll()
        plain?.giveBack()
        plain = nil
        codes.removeAll()
        interner.removeAll()
        dictionary.removeAll()
        places = []
        bytes = 0
    }
}
