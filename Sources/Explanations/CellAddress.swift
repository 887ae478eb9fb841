import Marts
import Vocabulary

extension ProblemCode {
    public static let unknownMart = ProblemCode("why.unknown-mart", exit: .wrongUsage)
    public static let unknownMartColumn = ProblemCode("why.unknown-column", exit: .wrongUsage)
    public static let noSuchRow = ProblemCode("why.no-row", exit: .wrongUsage)
    public static let severalRows = ProblemCode("why.several-rows", exit: .wrongUsage)
}

/// A cell as a person names it: a column, and values of the row.
public struct CellAddress: Sendable {
    public let column: String
    public let values: [(key: String, value: String)]
    private let otherWords: [String: String]

    /// - Parameter otherWords: what others call a column, in small letters: only errors look there.
    /// - Parameter values: as JSON and CSV write them; `null` for null. A time may end after the minute, and `date`, `time` or
    ///   `period` name the column of time, whatever it is called. What is not named is that of the total, where there is one.
    public init(column: String, values: [(key: String, value: String)], otherWords: [String: String] = [:]) {
        self.otherWords = otherWords
        self.column = column
        self.values = values
    }

    private static let timeWords: Set<String> = ["date", "time", "period"]

    /// - Throws: `Problem` `why.unknown-column`, `why.no-row`, `why.several-rows`.
    public func find(in mart: Mart) throws -> Cell {
        let columns = mart.columns.map(\.name)
        guard let place = mart.columnIndex(column) else {
            throw unknown(column, in: mart, among: columns)
        }
        var wanted: [(column: Int, text: String)] = []
        for (key, value) in values {
            let time = Self.timeWords.contains(key) ? mart.columns.firstIndex { $0.role == .time } : nil
            guard let column = mart.columnIndex(key) ?? time else {
                throw unknown(key, in: mart, among: mart.keyColumns.map { columns[$0] })
            }
            wanted.append((column, value))
        }
        let fitting = mart.rows.indices.filter { row in
            wanted.allSatisfy { mart.rows[row][$0.column].isNamed($0.text) }
        }
        guard !fitting.isEmpty else { throw noRow(mart, wanted) }
        let row = try only(of: narrowed(fitting, mart, Set(wanted.map(\.column)), hasNull: wanted.contains { $0.text == "null" }), mart)
        return Cell(mart: mart, row: row, column: place)
    }

    /// Of several rows those whose other values are those of a total, then those of the widest kind.
    private func narrowed(_ rows: [Int], _ mart: Mart, _ named: Set<Int>, hasNull: Bool) -> [Int] {
        guard rows.count > 1 else { return rows }
        let kind = mart.columns.firstIndex { $0.role == .rowKind }
        let open = mart.keyColumns.filter { !named.contains($0) && $0 != kind }
        let whole = rows.filter { row in open.allSatisfy { mart.rows[row][$0] == .null } }
        let left = whole.isEmpty ? rows : whole
        guard left.count > 1, let kind, !named.contains(kind) else { return left }
        // Who writes null asks for the rows without a value, and not for the sum of all.
        for wanted in hasNull ? ["detail", "rest", "subtotal", "total"] : ["total", "subtotal", "detail", "rest"] {
            let ofKind = left.filter { mart.rows[$0][kind] == .string(wanted) }
            if !ofKind.isEmpty { return ofKind }
        }
        return left
    }

    private func only(of rows: [Int], _ mart: Mart) throws -> Int {
        if rows.count == 1 { return rows[0] }
        let differing = mart.keyColumns.filter { column in Set(rows.map { mart.rows[$0][column] }).count > 1 }
        let keys = mart.rowKeys
        throw Problem(
            .severalRows, "\(rows.count) rows of \(mart.id) fit, such as \(rows.prefix(3).map { "(\(keys[$0].text))" }.joined(separator: ", "))",
            help: "name the row: " + differing.map { "--where \(mart.columns[$0].name)=..." }.joined(separator: " "))
    }

    private func unknown(_ name: String, in mart: Mart, among names: [String]) -> Problem {
        let word = otherWords[name.lowercased()].flatMap { names.contains($0) ? $0 : nil }
        return Problem(
            .unknownMartColumn, "\(mart.id) has no column '\(name)'",
            help: (word ?? nearestName(to: name, among: names)).map { "did you mean '\($0)'?" } ?? "it has: " + names.joined(separator: ", "))
    }

    private func noRow(_ mart: Mart, _ wanted: [(column: Int, text: String)]) -> Problem {
        for (column, text) in wanted where !mart.rows.contains(where: { $0[column].isNamed(text) }) {
            var known: [String] = []
            for row in mart.rows {
                let text = row[column].plainText ?? "null"
                if !known.contains(text) { known.append(text) }
                if known.count > 200 { break }
            }
            let near = nearestName(to: text, among: known).map { "did you mean '\($0)'?" }
            return Problem(
                .noSuchRow, "no row of \(mart.id) has \(mart.columns[column].name) '\(text)'",
                help: near ?? "there are " + known.prefix(12).joined(separator: ", ") + (known.count > 12 ? ", ..." : ""))
        }
        return Problem(
            .noSuchRow, "no row of \(mart.id) has all of "
                + wanted.map { "\(mart.columns[$0.column].name)=\($0.text)" }.joined(separator: ", "),
            help: "leave one of them out to see which rows there are")
    }
}

extension MartValue {
    /// Whether a person's text names the value.
    fileprivate func isNamed(_ text: String) -> Bool {
        switch self {
        case .null: return text == "null"
        case .time(let time):
            // 2026-11-11T20:00, or with a blank.
            let written = text.utf8.count >= 13 ? text.replacing(" ", with: "T", maxReplacements: 1) : text
            return time == text || written.utf8.count >= 16 && time.hasPrefix(written)
        case .boolean(let flag): return text == (flag ? "true" : "false") || text == (flag ? "yes" : "no")
        default: return plainText.map { $0.utf8.elementsEqual(text.utf8) } ?? false
        }
    }
}
