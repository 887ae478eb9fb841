import Chronology
import EventStore
import Expressions
import Manifest
import Marts
import StageKit
import Vocabulary

/// The rows of a mart as cells of a time series.
package struct MartCells {
    package let mart: Mart
    /// Of the cells, where they are cut by the calendar or by campaigns.
    let grain: Grain?
    private let manifest: Manifest
    private let timeColumn: Int?
    private let kindColumn: Int?
    private let dimensionColumns: [Int]
    /// Per row whether a column of it says that its window is still open.
    private let marksOpen: [Bool]
    private let hasOpenRows: Bool
    private var rowOfCell: [Cell: Int] = [:]

    private struct Cell: Hashable {
        /// The dimensions' values and the row's kind.
        let values: [MartValue]
        let start: Int64
    }

    package init(_ mart: Mart, _ manifest: Manifest) {
        self.mart = mart
        self.manifest = manifest
        timeColumn = mart.columns.firstIndex { $0.role == .time }
        grain = timeColumn.flatMap { Grain(rawValue: mart.columns[$0].name) }
        kindColumn = mart.columns.firstIndex { $0.role == .rowKind }
        dimensionColumns = mart.columns.indices.filter { mart.columns[$0].role == .dimension }
        let openColumns = mart.columns.indices.filter {
            mart.columns[$0].name == "open" || mart.columns[$0].name.hasPrefix("open_")
        }
        marksOpen = mart.rows.map { row in openColumns.contains { row[$0].saysOpen } }
        hasOpenRows = marksOpen.contains(true)
        guard hasSeries else { return }
        for row in mart.rows.indices {
            if let span = span(row) { rowOfCell[Cell(values: key(row), start: span.start)] = row }
        }
    }

    /// Whether each cell has one before it.
    var hasSeries: Bool {
        switch grain {
        case .hour, .day, .week, .month: true
        case .campaign, .period, nil: false
        }
    }

    func column(_ name: String) -> Int? { mart.columns.firstIndex { $0.name == name } }

    func kind(_ row: Int) -> String? {
        guard let kindColumn, case .string(let kind) = mart.rows[row][kindColumn] else { return nil }
        return kind
    }

    /// A number of the row in its column's unit; nil for null and for what is no number.
    func number(_ row: Int, _ column: Int) -> Double? { mart.rows[row][column].double }

    /// What tells the row's cell from the others of its time.
    func dimensions(_ row: Int) -> [(name: String, value: MartValue)] {
        dimensionColumns.map { (mart.columns[$0].name, mart.rows[row][$0]) }
    }

    /// What the mart writes for the row's time; nil where it has none.
    func timeLabel(_ row: Int) -> String? { timeColumn.flatMap { mart.rows[row][$0].text } }

    /// The row's time; nil for the total of the period, and where the mart is not cut by time.
    package func span(_ row: Int) -> TimeSpan? {
        guard let timeColumn, let grain else { return nil }
        let zone = manifest.zone
        switch (grain, mart.rows[row][timeColumn]) {
        case (.day, .date(let day)): return TimeSpan(start: zone.start(of: day), end: zone.start(of: day.adding(days: 1)))
        case (.week, .date(let day)): return TimeSpan(start: zone.start(of: day), end: zone.start(of: day.adding(days: 7)))
        case (.month, .date(let day)):
            return TimeSpan(start: zone.start(of: day), end: zone.start(of: day.adding(months: 1)))
        case (.hour, .time(let text)):
            return Timestamp.reading(text, in: zone).map { TimeSpan(start: $0, end: $0 + Self.hour) }
        case (.campaign, .string(let name)): return manifest.campaigns.first { $0.name == name }?.span
        default: return nil
        }
    }

    private static let hour: Int64 = 3_600_000_000

    /// The row of the same cell so many hours, days, weeks or months before; nil where there is none.
    func row(_ row: Int, back count: Int) -> Int? {
        guard hasSeries, let grain, let span = span(row) else { return nil }
        let zone = manifest.zone
        let day = zone.day(of: span.start)
        let earlier: CivilDate? =
            switch grain {
            case .hour: nil
            case .week: day.adding(days: -7 * count)
            case .month: day.adding(months: -count)
            default: day.adding(days: -count)
            }
        let start = earlier.map { zone.start(of: $0) } ?? span.start - Int64(count) * Self.hour
        // A day that a zone left out (2011-12-30 in Pacific/Apia) begins where the next one does, and has no cell.
        if let earlier, zone.day(of: start) != earlier { return nil }
        return rowOfCell[Cell(values: key(row), start: start)]
    }

    /// The part of the calendar that the mart covers; nil ends where it has no time.
    var period: (from: Int64?, to: Int64?) {
        (
            mart.period.from.flatMap { Timestamp.reading($0, in: manifest.zone) },
            mart.period.to.flatMap { Timestamp.reading($0, in: manifest.zone) }
        )
    }

    /// Whether the row says that its window is still open. Without a time series the rows are parts of one whole (steps of
    /// a funnel, arms of an experiment), and one of them speaks for all.
    func isMarkedOpen(_ row: Int) -> Bool { hasSeries ? marksOpen[row] : hasOpenRows }

    /// Per row whether a condition on the mart's columns holds.
    func rows(where condition: Condition?) -> [Bool] {
        guard let condition else { return Array(repeating: true, count: mart.rows.count) }
        return TableCondition(mart.table(zone: manifest.zone)).evaluate(condition).map { $0 == 1 }
    }

    private func key(_ row: Int) -> [MartValue] {
        (dimensionColumns + [kindColumn].compactMap(\.self)).map { mart.rows[row][$0] }
    }
}

extension MartValue {
    /// The value as alerts write it; nil for null.
    var text: String? {
        switch self {
        case .null: nil
        case .string(let text), .time(let text): text
        case .boolean(let flag): "\(flag)"
        case .date(let date): date.description
        case .integer(let number): "\(number)"
        case .number, .fitted, .money: double.map { DecimalText.short($0) }
        }
    }
}

extension MartColumn {
    /// How conditions see the column.
    var conditionType: ColumnType {
        switch type {
        case .string: .text
        case .integer: .integer
        case .number, .money: .decimal
        case .boolean: .boolean
        case .date: .date
        case .time: .time
        }
    }
}

extension Mart {
    /// The mart as conditions read it: numbers and money as millionths, of which what is too large is null.
    fileprivate func table(zone: Zone) -> TableSnapshot {
        let columns = columns.enumerated().map { index, column -> TableColumn in
            let stored = Column(column.name, column.conditionType)
            let values = rows.map { $0[index] }
            if column.type == .string { return TableColumn(column: stored, strings: values.map(\.text)) }
            return TableColumn(column: stored, integers: values.map { $0.conditionInteger(column.type, zone) })
        }
        return TableSnapshot(source: id, kind: "mart", rowCount: rows.count, columns: columns)
    }
}

extension MartValue {
    /// Of a column `open` or `open_...`.
    fileprivate var saysOpen: Bool {
        switch self {
        case .boolean(let flag): flag
        case .integer(let count): count > 0
        default: false
        }
    }

    fileprivate func conditionInteger(_ type: MartColumn.ValueType, _ zone: Zone) -> Int64? {
        switch (self, type) {
        case (.integer(let number), .integer): number
        case (.boolean(let flag), _): flag ? 1 : 0
        case (.date(let date), _): Int64(date.daysSinceEpoch)
        case (.time(let text), _): Timestamp.reading(text, in: zone)
        case (.money(let millionths), _): Int64(exactly: millionths)
        default: double.flatMap { Int64(exactly: ($0 * 1_000_000).rounded()) }
        }
    }
}
