import Chronology
import EventStore
import Expressions
import Manifest
import Metrics
import StageKit
import Vocabulary

extension MetricsTally {
    /// Adds the rows of ad reports and dated costs. A daily row falls into the cell that holds the start of its day, or
    /// into the first cell that has a part of the day; it is never spread. Money that cannot be had in the report currency
    /// counts as not given: the row's other figures stay, and ratios that need the money are without the row.
    mutating func addReports() {
        for (measure, planned) in plan.measures.enumerated() {
            guard let rows = planned.counting.reportRows, let figure = planned.figure else { continue }
            let (sources, costs) = (rows.sources, rows.costs)
            if figure.tables != .adReport {
                for table in plan.reports where sources.contains(table.source) { addFigure(figure, of: table, measure, planned.scale) }
                if figure.take == .newest { sumNewest(figure, plan.reports.filter { sources.contains($0.source) }, measure, planned.scale) }
                continue
            }
            for table in plan.reports where sources.contains(table.source) {
                let conditions = [figure.condition, rows.conditions[table.source]].compactMap { $0 }
                let rivals = plan.reports.filter { rows.yields[table.source]?.contains($0.source) ?? false }
                add(
                    table, figure.column, beside: rows.beside, measure, planned.scale, isAdditive: figure.isAdditive, conditions,
                    without: Set(rivals.flatMap { $0.scopes(giving: figure.column) }))
            }
            for table in plan.reports where costs.contains(table.source) {
                let column = table.column("amount") == nil ? "spend" : "amount"
                add(table, column, beside: nil, measure, planned.scale, isAdditive: true, [figure.condition].compactMap { $0 })
            }
        }
    }

    /// A figure of a budget, an orders or a measures source.
    private mutating func addFigure(_ figure: ReportFigure, of table: TableSnapshot, _ measure: Int, _ scale: Int128) {
        guard figure.take != .newest else { return }
        forEachFigure(figure, of: table, measure, scale) { tally, value, time, tuple, _ in
            tally.total.add(value, 0, measure)
            if tally.plan.grain != .hour { tally.byTime.add(value, Int(time), measure) }
            if let tuple { tally.detail.add(value, tally.cell(time, tuple), measure) }
        }
    }

    /// Every figure of a table that the node looks at, with its time cell, the numbers of its values (nil where it has no
    /// place in detail cells) and its day.
    private mutating func forEachFigure(
        _ figure: ReportFigure, of table: TableSnapshot, _ measure: Int, _ scale: Int128,
        _ body: (inout MetricsTally, _ value: Int128, _ time: Int32, _ tuple: [Int32]?, _ day: Int64) -> Void
    ) {
        let name = figure.tables == .measures ? "value" : figure.column
        guard let column = table.column(name), column.column.type.isWholeNumber else { return }
        let reader = ReportReader(table, plan, [figure.condition].compactMap { $0 })
        guard reader.canBeFiltered, reader.isDated || plan.grain == .period else { return }
        let factor: Int128 = figure.take == .count ? 0 : column.column.type == .decimal ? 1 : scale
        let names = figure.tables == .measures ? table.column("metric")?.strings : nil
        let isMoney = figure.tables != .measures && Measure.moneyColumns.contains(figure.column)
        let columns = plan.dimensions.map { table.column($0.name) }
        let inDetail = plan.grain != .hour && plan.reportDetailAbsence(measure) == nil
        for row in 0..<table.rowCount {
            guard let number = column.integers[row], reader.passes(row) else { continue }
            if figure.tables == .measures, names?[row] != figure.column { continue }
            guard let value = isMoney ? reader.money(number, row) : number else {
                let isLookedAt = figure.tables == .budget ? !reader.shares(of: 0, row).isEmpty : reader.timeCell(row) != nil
                if isLookedAt { reportRowsLeftOut[table.source, default: []].insert(row) }
                continue
            }
            var tuple: [Int32]?
            if inDetail {
                tuple = columns.enumerated().map { dimension, column in index(of: column?.value(row) ?? .null, in: dimension) }
            }
            let whole = figure.take == .count ? scale : Int128(value) * factor
            if figure.tables == .budget {
                if !reader.hasDays(row) { budgetRowsWithoutDays[table.source, default: []].insert(row) }
                for (share, time) in reader.shares(of: whole, row) { body(&self, share, time, tuple, 0) }
            } else if let time = reader.timeCell(row) {
                body(&self, whole, time, tuple, reader.day(row))
            }
        }
    }

    /// Of figures that are stocks those of the newest day of each cell.
    private mutating func sumNewest(_ figure: ReportFigure, _ tables: [TableSnapshot], _ measure: Int, _ scale: Int128) {
        var all: [(value: Int128, time: Int32, tuple: [Int32]?, day: Int64)] = []
        for table in tables {
            forEachFigure(figure, of: table, measure, scale) { all.append(($1, $2, $3, $4)) }
        }
        let newest = all.map(\.day).max()
        var days: [Int32: Int64] = [:]
        var cellDays: [Int: Int64] = [:]
        for entry in all {
            days[entry.time] = max(days[entry.time] ?? .min, entry.day)
            guard let tuple = entry.tuple else { continue }
            let cell = cell(entry.time, tuple)
            cellDays[cell] = max(cellDays[cell] ?? .min, entry.day)
        }
        for entry in all {
            if entry.day == newest { total.add(entry.value, 0, measure) }
            if plan.grain != .hour, days[entry.time] == entry.day { byTime.add(entry.value, Int(entry.time), measure) }
            guard let tuple = entry.tuple else { continue }
            let cell = cell(entry.time, tuple)
            if cellDays[cell] == entry.day { detail.add(entry.value, cell, measure) }
        }
    }

    private mutating func add(
        _ table: TableSnapshot, _ column: String, beside: String?, _ measure: Int, _ scale: Int128, isAdditive: Bool,
        _ conditions: [String] = [], without taken: Set<ReportScope> = []
    ) {
        guard let column = table.column(column), column.column.type.isWholeNumber else { return }
        let reader = ReportReader(table, plan, conditions)
        guard reader.canBeFiltered, reader.isDated || plan.grain == .period else { return }
        let factor: Int128 = column.column.type == .decimal ? 1 : scale
        let other = beside.flatMap(table.column)
        let inCells = plan.grain != .hour
        let columns = plan.dimensions.map { table.column($0.name) }
        let inDetail = inCells && plan.reportDetailAbsence(measure) == nil
        for row in 0..<table.rowCount {
            guard let number = column.integers[row], reader.passes(row) else { continue }
            if beside != nil, other?.integers[row] == nil { continue }
            if !taken.isEmpty, taken.contains(table.scope(ofRow: row)) { continue }
            guard let time = reader.timeCell(row) else { continue }
            let own = reader.inReportCurrency(number, row, of: column.column.name)
            let partner = other.flatMap { $0.integers[row].flatMap { [name = $0.column.name] in reader.inReportCurrency($0, row, of: name) } }
            guard let own, beside == nil || partner != nil else {
                reportRowsLeftOut[table.source, default: []].insert(row)
                continue
            }
            let value = Int128(own) * factor
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
        guard let rows = measures[measure].counting.reportRows else { return nil }
        let tables = manifest.sources.filter { rows.sources.contains($0.name) || rows.costs.contains($0.name) }
        let isCut = dimensions.allSatisfy { dimension in tables.contains { $0.maps(dimension.name) } }
        return isCut ? nil : .notByThisDimension
    }

    /// Why a report's figure is null everywhere; nil where it has one.
    func reportAbsence(_ measure: Int) -> Absence? {
        guard let rows = measures[measure].counting.reportRows else { return nil }
        let tables = manifest.sources.filter { rows.sources.contains($0.name) || rows.costs.contains($0.name) }
        if grain != .period, tables.allSatisfy({ !$0.maps($0.dateColumn) }) { return .undated }
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
    private let furtherMask: [UInt8]?
    let canBeFiltered: Bool

    /// - Parameter further: conditions beside the node's own.
    init(_ table: TableSnapshot, _ plan: MetricsPlan, _ further: [String] = []) {
        self.table = table
        self.plan = plan
        let source = plan.manifest.sources.first { $0.name == table.source }
        dates = table.column(source?.dateColumn ?? "date")
        currency = table.column("currency")
        if let condition = plan.condition {
            canBeFiltered = condition.columns.allSatisfy { table.column($0) != nil }
            mask = TableCondition(table).evaluate(condition)
        } else {
            canBeFiltered = true
            mask = nil
        }
        let text = further.map { "(\($0))" }.joined(separator: " and ")
        furtherMask = (further.isEmpty ? nil : try? Condition.parse(text, zone: plan.manifest.zone)).map { condition in
            let hasColumns = condition.columns.allSatisfy { table.column($0) != nil }
            return hasColumns ? TableCondition(table).evaluate(condition) : Array(repeating: 0, count: table.rowCount)
        }
    }

    /// Money in the report currency; nil where its currency has no rate on its day.
    func money(_ amount: Int64, _ row: Int) -> Int64? {
        guard let rate = rate(row) else { return isForeign(row) ? nil : amount }
        return converted(amount, at: rate)
    }

    /// A column's value, in the report currency where it is money.
    func inReportCurrency(_ value: Int64, _ row: Int, of column: String) -> Int64? {
        Measure.moneyColumns.contains(column) ? money(value, row) : value
    }

    private func rate(_ row: Int) -> Int64? {
        guard let code = code(row), code != plan.manifest.currency else { return nil }
        return plan.rates[code]?[instant(row) ?? .max].flatMap { $0 > 0 ? $0 : nil }
    }

    private func code(_ row: Int) -> String? {
        guard let codes = currency?.strings, row < codes.count else { return nil }
        return codes[row].map(currencyCode)
    }

    /// The start of a row's day, or its time.
    private func instant(_ row: Int) -> Int64? {
        guard let dates, row < dates.integers.count, let value = dates.integers[row] else { return nil }
        if dates.column.type == .time { return value }
        guard let days = Int(exactly: value), abs(days) < 4_000_000 else { return nil }
        return plan.manifest.zone.start(of: CivilDate(daysSinceEpoch: days))
    }

    /// The day of a row; 0 without one.
    func day(_ row: Int) -> Int64 {
        guard let instant = instant(row) else { return 0 }
        return Int64(plan.manifest.zone.day(of: instant).daysSinceEpoch)
    }

    /// A whole spread evenly over the days from `from` up to `to`, as far as they have a time cell: sums of days are exact.
    func shares(of whole: Int128, _ row: Int) -> [(share: Int128, time: Int32)] {
        guard hasDays(row), let from = dates?.integers[row], let to = table.column("to")?.integers[row] else { return [] }
        let length = Int128(to - from)
        // Floors of a running sum: what a day lacks the next one has.
        func until(_ day: Int64) -> Int128 {
            let product = whole * Int128(day - from)
            return product >= 0 ? product / length : -((-product + length - 1) / length)
        }
        let days = dayBounds
        return (max(from, days.lowerBound)..<max(from, days.lowerBound, min(to, days.upperBound))).compactMap { day in
            cell(ofDay: Int(day)).map { (until(day + 1) - until(day), $0) }
        }
    }

    /// True where a row has days, from `from` up to `to`: at least one, and no more than a century of them.
    func hasDays(_ row: Int) -> Bool {
        guard let from = dates?.integers[row], let to = table.column("to")?.integers[row], abs(from) < 4_000_000 else { return false }
        let (days, overflow) = to.subtractingReportingOverflow(from)
        return !overflow && 1..<40_000 ~= days
    }

    /// The days that may have a part in a time cell.
    private var dayBounds: Range<Int64> {
        guard let first = plan.cells.spans.first, let last = plan.cells.spans.last, first.start < last.end else { return 0..<0 }
        let zone = plan.manifest.zone
        return Int64(zone.day(of: first.start).daysSinceEpoch)..<Int64(zone.day(of: last.end - 1).daysSinceEpoch + 1)
    }

    var isDated: Bool { dates != nil }

    func passes(_ row: Int) -> Bool { (mask.map { $0[row] != 0 } ?? true) && (furtherMask.map { $0[row] != 0 } ?? true) }

    /// True where a row is in a currency that cannot be converted.
    private func isForeign(_ row: Int) -> Bool {
        guard let code = code(row), code != plan.manifest.currency else { return false }
        return rate(row) == nil
    }

    /// The time cell of a row; nil outside the period. A table without dates is all in the one cell of its period.
    func timeCell(_ row: Int) -> Int32? {
        guard let dates else { return plan.cells.count == 1 ? 0 : nil }
        guard row < dates.integers.count, let value = dates.integers[row] else { return nil }
        if dates.column.type == .time {
            guard value < plan.endOfDate else { return nil }
            return plan.cells.index(of: value).map { Int32($0) }
        }
        return Int(exactly: value).flatMap(cell(ofDay:))
    }

    /// The time cell that holds the start of a day, or the first one that has a part of it.
    private func cell(ofDay days: Int) -> Int32? {
        guard abs(days) < 4_000_000 else { return nil }
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

extension Manifest.Source {
    /// The column that says when a row of the table is.
    var dateColumn: String {
        switch kind {
        case .budget: "from"
        case .orders: maps("paid_at") ? "paid_at" : "ordered_at"
        default: "date"
        }
    }
}
