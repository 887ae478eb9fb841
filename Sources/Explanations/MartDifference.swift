import Marts

/// What differs between two states of a mart: rows joined by their key, then cell by cell.
public struct MartDifference: Sendable {
    /// A cell that is not what it was.
    public struct Cell: Sendable {
        public let row: RowKey
        public let column: MartColumn
        public let before: MartValue
        public let after: MartValue

        /// After less before; nil where one of them is no number.
        public var change: Figure? {
            guard let before = Figure(before), let after = Figure(after) else { return nil }
            return after - before
        }

        /// The change over the magnitude before; nil where that was nothing, or one of them is no number.
        public var relative: Double? {
            guard let before = Figure(before), let after = Figure(after) else { return nil }
            return relativeChange(from: before.double, to: after.double)
        }
    }

    public let mart: String
    /// Rows that are there only after, or only before, in the order of their mart.
    public let addedRows: [RowKey]
    public let removedRows: [RowKey]
    public let addedColumns: [String]
    public let removedColumns: [String]
    /// In the order of the rows after, then of the columns.
    public let cells: [Cell]
    /// Cells that both have.
    public let comparedCells: Int

    public var isEmpty: Bool {
        addedRows.isEmpty && removedRows.isEmpty && addedColumns.isEmpty && removedColumns.isEmpty && cells.isEmpty
    }

    public init(from before: Mart, to after: Mart) {
        mart = after.id
        let (oldKeys, newKeys) = (before.rowKeys, after.rowKeys)
        let oldRows = Dictionary(zip(oldKeys, before.rows), uniquingKeysWith: { first, _ in first })
        let known = Set(newKeys)
        removedRows = oldKeys.filter { !known.contains($0) }
        let places = Dictionary(before.columns.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
        let names = Set(after.columns.map(\.name))
        addedColumns = after.columns.map(\.name).filter { places[$0] == nil }
        removedColumns = before.columns.map(\.name).filter { !names.contains($0) }
        let key = Set(after.keyColumns)
        let shared = after.columns.indices.compactMap { column -> (old: Int, new: Int)? in
            key.contains(column) ? nil : places[after.columns[column].name].map { ($0, column) }
        }
        var added: [RowKey] = []
        var cells: [Cell] = []
        var compared = 0
        for (rowKey, row) in zip(newKeys, after.rows) {
            guard let old = oldRows[rowKey] else {
                added.append(rowKey)
                continue
            }
            compared += shared.count
            for (i, j) in shared where !Self.areEqual(old[i], row[j]) {
                cells.append(Cell(row: rowKey, column: after.columns[j], before: old[i], after: row[j]))
            }
        }
        addedRows = added
        self.cells = cells
        comparedCells = compared
    }

    /// Equal where they are written alike: a derived number that is whole comes back as one.
    private static func areEqual(_ a: MartValue, _ b: MartValue) -> Bool { a == b || a.plainText == b.plainText && a.isNull == b.isNull }
}

extension MartValue {
    var isNull: Bool { self == .null }
}

extension [MartDifference] {
    /// The changed cells of all, the greatest relative change first: what was nothing before, then by size, then what has
    /// no relative change; of equal ones in the order of the marts, rows and columns.
    public func ranked() -> [(mart: String, cell: MartDifference.Cell)] {
        func rank(_ cell: MartDifference.Cell) -> Double {
            guard let change = cell.change else { return -1 }
            return cell.relative?.magnitude ?? (change.isZero ? 0 : .infinity)
        }
        return flatMap { difference in difference.cells.map { (mart: difference.mart, cell: $0, rank: rank($0)) } }
            .enumerated()
            .sorted { $0.element.rank != $1.element.rank ? $0.element.rank > $1.element.rank : $0.offset < $1.offset }
            .map { ($0.element.mart, $0.element.cell) }
    }
}
