import Chronology
import Manifest
import Marts
import Metrics
import Vocabulary

/// What is worked out of a metric's figures: growth, share, running and moving figures, targets.
extension MetricsMart {
    private typealias Exact = MetricsEvaluator.Exact
    private typealias Outcome = MetricsEvaluator.Outcome

    /// The columns behind a metric's own, in the order of `derivedValues`.
    func derivedColumns(of metric: Metric) -> [MartColumn] {
        var columns: [MartColumn] = []
        func add(_ suffix: String, _ label: Label, isFraction: Bool) {
            columns.append(
                MartColumn(
                    "\(metric.id)__\(suffix)", isFraction ? .number : figureType(metric, suffix), role: .statistic,
                    unit: isFraction ? "fraction" : unit(of: metric),
                    label: Label(en: "\(metric.en): \(label.en)", zh: "\(metric.zh)：\(label.zh)"),
                    direction: metric.direction.rawValue))
        }
        for comparison in lines.comparisons {
            add(comparison.rawValue, comparison.label, isFraction: false)
            add("growth_\(comparison.rawValue)", comparison.growthLabel, isFraction: true)
        }
        let derived = lines.derived
        if derived.showsShare { add("share", Label(en: "share of the total", zh: "占比"), isFraction: true) }
        if derived.showsCumulative { add("cumulative", Label(en: "cumulative", zh: "累计"), isFraction: false) }
        for window in derived.movingWindows {
            add("moving_\(window)", Label(en: "moving average of \(window)", zh: "\(window) 期移动平均"), isFraction: false)
        }
        if derived.targets != nil {
            add("target", Label(en: "target", zh: "目标"), isFraction: false)
            add("attainment", Label(en: "attainment", zh: "达成率"), isFraction: true)
        }
        return columns
    }

    /// Averages and targets of counts need decimals.
    private func figureType(_ metric: Metric, _ suffix: String) -> MartColumn.ValueType {
        let own = type(of: metric)
        let isMean = suffix.hasPrefix("moving_") || suffix == "target"
        return isMean && own == .integer ? .number : own
    }

    func derivedValues(
        _ number: Int, _ place: RowPlace, _ evaluation: MetricsEvaluator.Evaluation, _ absences: inout Set<AbsentColumn>
    ) -> [MartValue] {
        let metric = plan.metrics[number]
        var row: [MartValue] = []
        func fraction(_ value: Result<Double, Absence>, _ suffix: String) {
            switch value {
            case .success(let value): row.append(.number(value))
            case .failure(let reason):
                absences.insert(AbsentColumn(column: "\(metric.id)__\(suffix)", reason: reason))
                row.append(.null)
            }
        }
        func figure(_ outcome: Outcome, _ suffix: String) {
            switch outcome {
            case .absent(let reason):
                absences.insert(AbsentColumn(column: "\(metric.id)__\(suffix)", reason: reason))
                row.append(.null)
            case .ratio(let value) where figureType(metric, suffix) == .money && !metric.formula.isRatio:
                row.append(.money(Int128((value * 1_000_000).rounded())))
            default: row.append(value(outcome, metric, &absences))
            }
        }
        for comparison in lines.comparisons {
            let before = compared(number, place, comparison)
            figure(before, comparison.rawValue)
            fraction(Self.growth(evaluation.outcome, on: before), "growth_\(comparison.rawValue)")
        }
        if lines.derived.showsShare { fraction(share(number, place, evaluation.outcome), "share") }
        if lines.derived.showsCumulative {
            if place.time == nil { row.append(.null) } else { figure(running(number, place, window: nil), "cumulative") }
        }
        for window in lines.derived.movingWindows {
            if place.time == nil { row.append(.null) } else { figure(running(number, place, window: window), "moving_\(window)") }
        }
        if let targets = lines.derived.targets {
            let target = target(targets, metric, place)
            figure(target, "target")
            fraction(Self.quotient(evaluation.outcome, target), "attainment")
        }
        return row
    }

    private static func quotient(_ value: Outcome, _ base: Outcome) -> Result<Double, Absence> {
        switch (value, base) {
        case (.absent(let reason), _), (_, .absent(let reason)): return .failure(reason)
        default:
            guard let (over, under) = value.number.flatMap({ over in base.number.map { (over, $0) } }), under != 0 else {
                return .failure(.zeroDenominator)
            }
            return .success(over / under)
        }
    }

    // MARK: Growth and share

    /// (value - base) / |base|: positive where the value is greater, whatever the sign of the base.
    private static func growth(_ value: Outcome, on base: Outcome) -> Result<Double, Absence> {
        let isNegative = base.number.map { $0 < 0 } ?? false
        return quotient(value, base).map { isNegative ? 1 - $0 : $0 - 1 }
    }

    private func compared(_ number: Int, _ place: RowPlace, _ comparison: Comparison) -> Outcome {
        guard let line = lines.index(width: lines.all[place.line].width, comparison) else { return .absent(.noCounterpart) }
        let view = views[line]
        if view.lacksHistory(plan.metrics[number]) { return .absent(.historyTooShort) }
        let time = place.time.flatMap { lines.all[line].counterparts[$0] }
        guard place.time == nil || time != nil, let level = view.level(like: place.level, of: views[place.line], time: time) else {
            return .absent(.noCounterpart)
        }
        return view.evaluator.evaluate(number, at: level).outcome
    }

    private func share(_ number: Int, _ place: RowPlace, _ outcome: Outcome) -> Result<Double, Absence> {
        guard case .value = plan.metrics[number].formula, plan.metrics[number].formula.measures.allSatisfy(\.isPartOfAWhole) else {
            return .failure(.notSummable)
        }
        // Without columns a row is a cell of time, and the whole is the period.
        let isOfPeriod = place.time == nil || !plan.hasGrandTotal || plan.dimensions.isEmpty
        let whole: MetricsEvaluator.Level = isOfPeriod ? .total : .time(place.time ?? 0)
        return Self.quotient(outcome, evaluator.evaluate(number, at: whole).outcome)
    }

    // MARK: Over cells of time

    /// The metric over the cells of time up to the row's: all of them, or a window of them whose mean it is. Sums are summed,
    /// and ratios made of summed parts.
    private func running(_ number: Int, _ place: RowPlace, window: Int?) -> Outcome {
        guard let time = place.time else { return .absent(.noCounterpart) }
        if let window, time + 1 < window { return .absent(.fewCells) }
        let view = views[place.line]
        let metric = plan.metrics[number]
        let isMeanOfCounts = window != nil && !metric.formula.isRatio && metric.aggregation == .distinct
        guard metric.formula.measures.allSatisfy(\.isAdditive) || isMeanOfCounts else { return .absent(.notSummable) }
        var sums: [Exact] = []
        for cell in (window.map { time + 1 - $0 } ?? 0)...time {
            guard let level = view.level(like: place.level, of: view, time: cell) else { continue }
            switch view.evaluator.parts(number, at: level) {
            case .failure(let reason): return .absent(reason)
            case .success(let parts):
                if sums.isEmpty { sums = parts } else { for index in sums.indices { sums[index].value += parts[index].value } }
            }
        }
        guard let first = sums.first else { return .absent(.noCounterpart) }
        if case .ratio(_, _, let scale) = metric.formula {
            guard sums.count == 2, sums[1].value != 0 else { return .absent(.zeroDenominator) }
            return .ratio(first.number / sums[1].number * Double(scale))
        }
        return window.map { .ratio(first.number / Double($0)) } ?? .exact(first)
    }

    // MARK: Targets

    private func target(_ targets: MetricTargets, _ metric: Metric, _ place: RowPlace) -> Outcome {
        // A target is one of a cell of time: the total of several cells has none.
        guard place.time != nil || !plan.hasGrandTotal, place.kind != "rest" else { return .absent(.noTarget) }
        let span = place.time.map { plan.cells.spans[$0] } ?? plan.period.span
        let values = place.cell.map { views[place.line].tally.dimensionValues(ofCell: $0) } ?? []
        let named = Dictionary(zip(plan.dimensions.map(\.name), values)) { first, _ in first }
        let day = plan.manifest.zone.day(of: span.start)
        switch targets.target(of: metric.id, named, on: day, grain: plan.grain) {
        case .failure(let reason): return .absent(reason)
        case .success(let target):
            if metric.unit == .money, !metric.formula.isRatio { return .exact(Exact(value: Int128(target), scale: 1_000_000)) }
            return .ratio(Double(target) / 1_000_000)
        }
    }
}

extension Absence: Error {}

extension LineView {
    /// True where the metric looks at events and the store holds none from the first day of the period.
    fileprivate func lacksHistory(_ metric: Metric) -> Bool {
        let looksAtEvents = plan.measures.contains { planned in
            guard metric.formula.measures.contains(planned.measure) else { return false }
            if case .report = planned.counting { return false }
            return true
        }
        return looksAtEvents && plan.table == nil && !plan.slots.isEmpty && !plan.reachesBack
    }
}
