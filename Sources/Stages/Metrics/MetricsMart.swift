import Chronology
import Manifest
import Marts
import Metrics
import StageKit
import Vocabulary

/// Lays the figures out as a mart: columns, rows in their order, notes.
struct MetricsMart {
    let lines: MetricsLines
    let plan: MetricsPlan
    let tally: MetricsTally
    let evaluator: MetricsEvaluator
    /// One a line.
    let views: [LineView]
    private let zone: Zone

    init(_ lines: MetricsLines, _ tallies: [MetricsTally]) {
        self.lines = lines
        plan = lines.own
        tally = tallies[0]
        views = zip(lines.all, tallies).map { LineView($0.plan, $1) }
        evaluator = views[0].evaluator
        zone = plan.manifest.zone
    }

    func mart() -> Mart {
        var absences: Set<AbsentColumn> = []
        let rows = rowPlaces().map { place in row(place, &absences) }
        let isDated = plan.table?.column("date") != nil || plan.table == nil
        return Mart(
            id: plan.title, title: Label(en: "Metrics: \(plan.node.name)", zh: "指标：\(plan.node.name)"),
            period: MartPeriod(
                name: plan.period.name, from: isDated ? Timestamp.rfc3339(plan.period.span.start, in: zone) : nil,
                to: isDated ? Timestamp.rfc3339(plan.period.span.end, in: zone) : nil),
            asOf: isDated ? Timestamp.asOf(plan.statedAsOf, in: zone) : nil,
            provisional: isDated && (lastDayEnd < plan.period.span.end || plan.looksAhead),
            columns: columns(), notes: notes(absences), rows: rows)
    }

    /// The end of the last day that the figures know of: a day counts as seen once an event of it was seen.
    private var lastDayEnd: Int64 { zone.start(of: zone.day(of: plan.statedAsOf - 1).adding(days: 1)) }

    // MARK: Rows

    struct RowPlace {
        /// The line that the row's figures are of.
        var line = 0
        var time: Int?
        /// A cell of the tally; nil for rows over all values.
        var cell: Int?
        var kind: String
        var level: MetricsEvaluator.Level
    }

    /// Time, then values (null last) or, of a top list, rank; detail before rest before total; the period's total last.
    private func rowPlaces() -> [RowPlace] {
        let ranks = tally.tupleRanks
        var cellsByTime: [[Int]] = Array(repeating: [], count: plan.cells.count)
        for cell in 0..<tally.count { cellsByTime[Int(tally.times[cell])].append(cell) }
        var places: [RowPlace] = []
        for time in 0..<plan.cells.count {
            let details = cellsByTime[time].filter { !tally.isRest($0) }
            let ordered =
                plan.top == nil
                ? details.sorted { ranks[Int(tally.tupleOfCell[$0])] < ranks[Int(tally.tupleOfCell[$1])] }
                : evaluator.ranked(details, ranks)
            let cells = ordered + cellsByTime[time].filter(tally.isRest)
            if plan.hasTotals {
                for cell in cells {
                    places.append(
                        RowPlace(time: time, cell: cell, kind: tally.isRest(cell) ? "rest" : "detail", level: .cell(cell)))
                }
            }
            for width in lines.subtotals {
                guard let line = lines.index(width: width, nil) else { continue }
                for cell in views[line].cells(of: time) {
                    places.append(RowPlace(line: line, time: time, cell: cell, kind: "subtotal", level: .cell(cell)))
                }
            }
            guard !cells.isEmpty || plan.cells.spans[time].start < plan.statedAsOf || !plan.hasGrandTotal else { continue }
            if plan.hasGrandTotal {
                let kind = plan.hasTotals ? "total" : "detail"
                places.append(RowPlace(time: time, cell: nil, kind: kind, level: .time(time)))
            }
        }
        let kind = plan.hasTotals || plan.hasGrandTotal ? "total" : "detail"
        places.append(RowPlace(time: nil, cell: nil, kind: kind, level: .total))
        return places
    }

    private func row(_ place: RowPlace, _ absences: inout Set<AbsentColumn>) -> [MartValue] {
        var row: [MartValue] = []
        if plan.hasGrandTotal { row.append(place.time.map(timeValue) ?? .null) }
        let view = views[place.line]
        let values = place.cell.map { view.tally.dimensionValues(ofCell: $0) } ?? []
        for (index, dimension) in plan.dimensions.enumerated() {
            row.append(index < values.count ? values[index].martValue(dimension.type, zone: zone) : .null)
        }
        row.append(.string(place.kind))
        for (number, metric) in plan.metrics.enumerated() {
            let evaluation = view.evaluator.evaluate(number, at: place.level)
            row.append(value(evaluation.outcome, metric, &absences))
            if let parts = evaluation.parts, case .ratio(let numerator, let denominator, _) = metric.formula {
                row.append(value(parts.0, numerator))
                row.append(value(parts.1, denominator))
            }
            row += derivedValues(number, place, evaluation, &absences)
        }
        return row
    }

    private func timeValue(_ cell: Int) -> MartValue {
        let label = plan.cells.labels[cell]
        switch plan.grain {
        case .day, .week, .month: return CivilDate(label).map { .date($0) } ?? .null
        case .hour: return .time(label)
        case .campaign, .period: return .string(label)
        }
    }

    func value(
        _ outcome: MetricsEvaluator.Outcome, _ metric: Metric, _ absences: inout Set<AbsentColumn>
    ) -> MartValue {
        switch outcome {
        case .ratio(let ratio): return .number(ratio)
        case .absent(let reason):
            absences.insert(AbsentColumn(column: metric.id, reason: reason))
            return .null
        case .exact(let exact):
            if metric.unit == .money { return .money(exact.value) }
            if let shown = columnValue(exact, metric) { return shown }
            absences.insert(AbsentColumn(column: metric.id, reason: .tooLarge))
            return .null
        }
    }

    private func value(_ part: MetricsEvaluator.Part, _ combination: Combination) -> MartValue {
        guard case .exact(let exact) = part else { return .null }
        return combination.quantity == .money ? .money(exact.value) : whole(exact) ?? .null
    }

    /// Least and greatest times and dates are shown as such.
    private func columnValue(_ exact: MetricsEvaluator.Exact, _ metric: Metric) -> MartValue? {
        guard case .column(let name) = metric.unit, metric.aggregation == .min || metric.aggregation == .max,
            let value = Int64(exactly: exact.value), let type = plan.columnTypes[name]
        else { return whole(exact) }
        return type == .time || type == .date ? DimensionValue.integer(value).martValue(type, zone: zone) : whole(exact)
    }

    private func whole(_ exact: MetricsEvaluator.Exact) -> MartValue? {
        if exact.scale != 1 { return .number(exact.number) }
        return Int64(exactly: exact.value).map { .integer($0) }
    }
}
