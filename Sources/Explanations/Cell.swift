import Marts
import Vocabulary

/// One cell of a mart.
public struct Cell: Sendable {
    public let mart: Mart
    public let row: Int
    public let column: Int

    public init(mart: Mart, row: Int, column: Int) {
        self.mart = mart
        self.row = row
        self.column = column
    }

    public var definition: MartColumn { mart.columns[column] }
    public var value: MartValue { mart.rows[row][column] }
    var key: RowKey { mart.rowKey(row) }

    /// The value of another column of the row; nil where the mart has no such column.
    func sibling(_ name: String) -> MartValue? { mart.columnIndex(name).map { mart.rows[row][$0] } }

    /// The numerator and the denominator of a ratio, where the mart has them.
    var parts: (numerator: Figure, denominator: Figure)? {
        guard let numerator = sibling("\(definition.name)__num").flatMap(Figure.init),
            let denominator = sibling("\(definition.name)__den").flatMap(Figure.init)
        else { return nil }
        return (numerator, denominator)
    }

    var timeColumn: Int? { mart.columns.firstIndex { $0.role == .time } }
    private var kindColumn: Int? { mart.columns.firstIndex { $0.role == .rowKind } }

    var rowKind: String? { kindColumn.flatMap { mart.rows[row][$0].plainText } }

    /// Key columns by which the rows beneath this one can be told apart: those that are null in a total or subtotal.
    package var freeDimensions: [Int] {
        guard let kindColumn, rowKind == "total" || rowKind == "subtotal" else { return [] }
        return mart.keyColumns.filter { $0 != kindColumn && mart.rows[row][$0] == .null }
    }

    /// The rows that this one stands for: details and rests with its values.
    package var details: [Int] {
        guard let kindColumn, rowKind == "total" || rowKind == "subtotal" else { return [] }
        let fixed = mart.keyColumns.filter { $0 != kindColumn && mart.rows[row][$0] != .null }
        return mart.rows.indices.filter { other in
            let kind = mart.rows[other][kindColumn]
            return (kind == .string("detail") || kind == .string("rest")) && fixed.allSatisfy { mart.rows[other][$0] == mart.rows[row][$0] }
        }
    }

    func isRest(_ row: Int) -> Bool { kindColumn.map { mart.rows[row][$0] == .string("rest") } ?? false }

    /// The cell of the same key in another state of the mart, or in another mart; nil where it has none.
    package func counterpart(in other: Mart) -> Cell? {
        guard let column = other.columnIndex(definition.name), let row = other.row(of: key) else { return nil }
        return Cell(mart: other, row: row, column: column)
    }

    /// The cell of the time before, with the same other values, and that time. The cell is nil where that time has no such row.
    package var earlier: (time: MartValue, cell: Cell?)? {
        guard let timeColumn, mart.rows[row][timeColumn] != .null else { return nil }
        var times: [MartValue] = []
        for row in mart.rows where row[timeColumn] != .null && times.last != row[timeColumn] && !times.contains(row[timeColumn]) {
            times.append(row[timeColumn])
        }
        guard let place = times.firstIndex(of: mart.rows[row][timeColumn]), place > 0 else { return nil }
        let others = mart.keyColumns.filter { $0 != timeColumn }
        let before = mart.rows.indices.first { other in
            mart.rows[other][timeColumn] == times[place - 1] && others.allSatisfy { mart.rows[other][$0] == mart.rows[row][$0] }
        }
        return (times[place - 1], before.map { Cell(mart: mart, row: $0, column: column) })
    }
}
