import Chronology
import Expressions
import TestSupport
import Vocabulary

/// A cell of a row, as the naive evaluator sees it.
enum Cell: Hashable {
    case null
    case text(String)
    case integer(Int64)
}

/// Rows as dictionaries, beside the columns that the fast evaluator reads.
final class TestRows: ConditionRows, ConditionLayout {
    let columns: [Column]
    let rows: [[String: Cell]]
    private let vocabulary: [[String]]
    private var codeBuffers: [UnsafeMutableBufferPointer<Int32>] = []
    private var integerBuffers: [UnsafeMutableBufferPointer<Int64>] = []
    private var validBuffers: [UnsafeMutableBufferPointer<UInt8>] = []
    private var textBuffers: [UnsafeMutableBufferPointer<UnsafeRawBufferPointer>] = []
    private var bytes: [UnsafeMutableRawBufferPointer] = []

    init(columns: [Column], vocabulary: [String], rows: [[String: Cell]]) {
        self.columns = columns
        self.rows = rows
        let sorted = vocabulary.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
        self.vocabulary = columns.map { $0.type == .category ? sorted : [] }
        for column in columns {
            let codes = UnsafeMutableBufferPointer<Int32>.allocate(capacity: rows.count)
            let integers = UnsafeMutableBufferPointer<Int64>.allocate(capacity: rows.count)
            let valid = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: rows.count)
            let texts = UnsafeMutableBufferPointer<UnsafeRawBufferPointer>.allocate(capacity: rows.count)
            codes.initialize(repeating: -1)
            integers.initialize(repeating: 0)
            valid.initialize(repeating: 0)
            texts.initialize(repeating: UnsafeRawBufferPointer(start: nil, count: 0))
            for (row, cells) in rows.enumerated() {
                switch cells[column.name] ?? .null {
                case .null: break
                case .integer(let value):
                    integers[row] = value
                    valid[row] = 1
                case .text(let text):
                    codes[row] = Int32(sorted.firstIndex(of: text) ?? -1)
                    valid[row] = 1
                    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: text.utf8.count, alignment: 1)
                    copy.copyBytes(from: text.utf8)
                    bytes.append(copy)
                    texts[row] = UnsafeRawBufferPointer(copy)
                }
            }
            codeBuffers.append(codes)
            integerBuffers.append(integers)
            validBuffers.append(valid)
            textBuffers.append(texts)
        }
    }

    deinit {
        codeBuffers.forEach { $0.deallocate() }
        integerBuffers.forEach { $0.deallocate() }
        validBuffers.forEach { $0.deallocate() }
        textBuffers.forEach { $0.deallocate() }
        bytes.forEach { $0.deallocate() }
    }

    var count: Int { rows.count }
    func slot(_ column: String) -> Int? { columns.firstIndex { $0.name == column } }
    func type(ofSlot slot: Int) -> ColumnType { columns[slot].type }
    func values(ofSlot slot: Int) -> [String] { vocabulary[slot] }
    func codes(_ slot: Int) -> UnsafeBufferPointer<Int32> { UnsafeBufferPointer(codeBuffers[slot]) }
    func integers(_ slot: Int) -> UnsafeBufferPointer<Int64> { UnsafeBufferPointer(integerBuffers[slot]) }
    /// Empty where no row is null, as the protocol allows.
    func valid(_ slot: Int) -> UnsafeBufferPointer<UInt8> {
        let valid = UnsafeBufferPointer(validBuffers[slot])
        return valid.contains(0) ? valid : UnsafeBufferPointer(start: nil, count: 0)
    }
    func texts(_ slot: Int) -> UnsafeBufferPointer<UnsafeRawBufferPointer> { UnsafeBufferPointer(textBuffers[slot]) }
}

extension Expression {
    /// Whether a row passes, said as plainly as the language's definition.
    func holds(_ row: [String: Cell], _ types: [String: ColumnType]) -> Bool {
        switch self {
        case .and(let parts): return parts.allSatisfy { $0.holds(row, types) }
        case .or(let parts): return parts.contains { $0.holds(row, types) }
        case .not(let part): return !part.holds(row, types)
        case .isNull(let column, _): return (row[column] ?? .null) == .null
        case .flag(let column, _): return row[column] == .integer(1) && types[column] == .boolean
        case .membership(let column, let literals, _):
            return literals.contains { Expression.compare(row[column] ?? .null, .equal, $0, types[column]) }
        case .comparison(let column, let comparison, let literal, _):
            return Expression.compare(row[column] ?? .null, comparison, literal, types[column])
        }
    }

    private static func compare(_ cell: Cell, _ comparison: Comparison, _ literal: Literal, _ type: ColumnType?) -> Bool
    {
        switch (cell, literal, type) {
        case (.text(let text), .string(let other), .category?), (.text(let text), .string(let other), .text?):
            let (a, b) = (Array(text.utf8), Array(other.utf8))
            return holds(comparison, less: a.lexicographicallyPrecedes(b), equal: a == b)
        case (.integer(let value), .number(let millionths), .integer?):
            let (a, b) = (Int128(value) * 1_000_000, Int128(millionths))
            return holds(comparison, less: a < b, equal: a == b)
        case (.integer(let value), .number(let millionths), .decimal?):
            return holds(comparison, less: value < millionths, equal: value == millionths)
        case (.integer(let value), .boolean(let flag), .boolean?):
            return holds(comparison, less: value < (flag ? 1 : 0), equal: value == (flag ? 1 : 0))
        case (.integer(let value), .string(let text), .date?):
            guard let day = CivilDate(text)?.daysSinceEpoch else { return false }
            return holds(comparison, less: value < day, equal: value == day)
        case (.integer(let value), .string(let text), .time?):
            guard let instant = Timestamp.reading(text, in: .utc) else { return false }
            return holds(comparison, less: value < instant, equal: value == instant)
        default:
            return false
        }
    }

    private static func holds(_ comparison: Comparison, less: Bool, equal: Bool) -> Bool {
        switch comparison {
        case .equal: equal
        case .notEqual: !equal
        case .less: less
        case .lessOrEqual: less || equal
        case .greater: !less && !equal
        case .greaterOrEqual: !less
        }
    }
}
