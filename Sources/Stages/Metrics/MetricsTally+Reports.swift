import Chronology
import EventStore
import Expressions
import Manifest
import Metrics
import StageKit
import Vocabulary

extension MetricsTally {
    /// Adds the rows of ad reports and dated costs. A daily row falls into the cell that holds the start of its day, or
    /// into the first cell that has a part of the day; it is never spread.
    mutating func addReports() {
        for (measure, planned) in plan.measures.enumerated() {
            guard case .report(let sources, let costs, let beside) = planned.counting,
                case .reported(let figure) = planned.measure
            else { continue }
            for table in plan.reports where sources.contains(table.source) {
                add(table, figure.column, beside: beside, measure, planned.scale, isAdditive: figure.isAdditive)
            }
            for table in plan.reports where costs.contains(table.source) {
                let column = table.column("amount") == nil ? "spend" : "amount"
                add(table, column, beside: nil, measure, planned.scale, isAdditive: true)
            }
        }
    }

    private mutating func add(
        _ table: TableSnapshot, _ column: String, beside: String?, _ measure: Int, _ scale: Int128, isAdditive: Bool
    ) {
        guard let column = table.column(column), column.column.type.isWholeNumber else { return }
        let reader = ReportReader(table, plan)
        guard reader.canBeFiltered, reader.isDated || plan.grain == .period else { return }
        let factor: Int128 = column.column.type == .decimal ? 1 : scale
        let other = beside.map { table.column($0)?.integers ?? [] }
        let inCells = plan.grain != .hour
        let columns = plan.dimensions.map { table.column($0.name) }
        let inDetail = inCells && plan.reportDetailAbsence(measure) == nil
        for row in 0..<table.rowCount {
            guard let number = column.integers[row], reader.passes(row) else { continue }
            if let other, other.isEmpty || other[row] == nil { continue }
            guard let time = reader.timeCell(row) else { continue }
            if reader.isForeign(row) {
                foreignRows += 1
                continue
            }
            let value = Int128(number) * factor
            func note(_ grid: inout Grid, _ cell: Int) {
                if isAdditive { grid.add(value, cell, measure) } else { grid.put(value, cell, measure) }
            }
            note(&total, 0)
            if inCells { note(&byTime, Int(time)) }
            if inDetail {
                let tuple = columns.enumerated().map { dimension, column in
                    index(of: column?.value(row) ?? .null, in: dimension)
                }
                note(&detail, cell(time, tuple))
            }
        }
    }
}

extension MetricsPlan {
    /// Why a report's figure is null in detail cells; nil where it has one.
    func reportDetailAbsence(_ measure: Int) -> Absence? {
        guard case .report(let sources, let costs, _) = measures[measure].counting else { return nil }
        let tables = manifest.sources.filter { sources.contains($0.name) || costs.contains($0.name) }
        let isCut = dimensions.allSatisfy { dimension in tables.contains { $0.maps(dimension.name) } }
        return isCut ? nil : .notByThisDimension
    }

    /// Why a report's figure is null everywhere; nil where it has one.
    func reportAbsence(_ measure: Int) -> Absence? {
        guard case .report(let sources, let costs, _) = measures[measure].counting else { return nil }
        let tables = manifest.sources.filter { sources.contains($0.name) || costs.contains($0.name) }
        if grain != .period, tables.allSatisfy({ !$0.maps("date") }) { return .undated }
        if let columns = condition?.columns, !tables.contains(where: { table in columns.allSatisfy(table.maps) }) {
            return .notFilterable
        }
        return nil
    }
}

/// Looks at the rows of one report table as a node's cells, condition and currency have it.
struct ReportReader {
    private let table: TableSnapshot
    private let plan: MetricsPlan
    private let dates: TableColumn?
    private let currency: TableColumn?
    private let mask: [UInt8]?
    let canBeFiltered: Bool

    init(_ table: TableSnapshot, _ plan: MetricsPlan) {
        self.table = table
        self.plan = plan
        dates = table.column("date")
        currency = table.column("currency")
        if let condition = plan.condition {
            canBeFiltered = condition.columns.allSatisfy { table.column($0) != nil }
            mask = TableCondition(table).evaluate(condition)
        } else {
            canBeFiltered = true
            mask = nil
        }
    }

    var isDated: Bool { dates != nil }

    func passes(_ row: Int) -> Bool { mask.map { $0[row] != 0 } ?? true }

    func isForeign(_ row: Int) -> Bool {
        guard let code = currency?.strings, row < code.count, let code = code[row] else { return false }
        return code != plan.manifest.currency
    }

    /// The time cell of a row; nil outside the period. A table without dates is all in the one cell of its period.
    func timeCell(_ row: Int) -> Int32? {
        guard let dates else { return plan.cells.count == 1 ? 0 : nil }
        guard row < dates.integers.count, let value = dates.integers[row] else { return nil }
        if dates.column.type == .time {
            guard value < plan.endOfDate else { return nil }
            return plan.cells.index(of: value).map { Int32($0) }
        }
        guard let days = Int(exactly: value), abs(days) < 4_000_000 else { return nil }
        let day = CivilDate(daysSinceEpoch: days)
        let zone = plan.manifest.zone
        let span = TimeSpan(start: zone.start(of: day), end: zone.start(of: day.adding(days: 1)))
        guard span.start < plan.endOfDate else { return nil }
        if let index = plan.cells.index(of: span.start) { return Int32(index) }
        return plan.cells.spans.firstIndex { !$0.intersection(span).isEmpty }.map { Int32($0) }
    }
}

extension TableColumn {
    func value(_ row: Int) -> DimensionValue {
        switch column.type {
        case .category, .text: strings[row].map { .string($0) } ?? .null
        case .key: .null
        case .time, .date, .integer, .decimal, .boolean: integers[row].map { .integer($0) } ?? .null
        }
    }
}
