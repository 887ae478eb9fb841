import Chronology
import Manifest
import Metrics
import Vocabulary

/// Computes metrics from the figures of a cell, a time cell or the period.
struct MetricsEvaluator {
    enum Level {
        /// A cell cut by dimensions, or the rest of a time cell.
        case cell(Int)
        case time(Int)
        case total
    }
    /// A whole number in units of 1/scale.
    struct Exact {
        var value: Int128
        var scale: Int128
        var number: Double { Double(value) / Double(scale) }
    }
    enum Part {
        case exact(Exact)
        case absent(Absence)
    }
    enum Outcome {
        case exact(Exact)
        case ratio(Double)
        case absent(Absence)
    }
    struct Evaluation {
        var outcome: Outcome
        /// Numerator and denominator of a ratio.
        var parts: (Part, Part)?
    }

    /// A metric with the places of its measures.
    private struct Compiled {
        let metric: Metric
        let parts: [[(measure: Int, isAdded: Bool)]]
        let scale: Int
        /// A ratio whose sales are placed by the credit rule.
        let isCredited: Bool
        /// It is made of sales, which a credit rule places.
        let namesSales: Bool
    }

    let plan: MetricsPlan
    let tally: MetricsTally
    private let metrics: [Compiled]
    private let measureIndex: [Measure: Int]
    private let reportAbsences: [Absence?]
    private let reportDetailAbsences: [Absence?]

    init(_ plan: MetricsPlan, _ tally: MetricsTally) {
        self.plan = plan
        self.tally = tally
        let known = Dictionary(uniqueKeysWithValues: plan.measures.enumerated().map { ($0.element.measure, $0.offset) })
        measureIndex = known
        metrics = plan.metrics.map { metric in
            func places(_ combination: Combination) -> [(measure: Int, isAdded: Bool)] {
                combination.measures.enumerated().compactMap { index, measure in
                    known[measure].map { ($0, index < combination.added.count) }
                }
            }
            let isCredited = metric.formula.measures.contains { $0.selections.contains(where: \.credited) }
            return switch metric.formula {
            case .value(let value): Compiled(metric: metric, parts: [places(value)], scale: 1, isCredited: false, namesSales: isCredited)
            case .ratio(let numerator, let denominator, let scale):
                Compiled(
                    metric: metric, parts: [places(numerator), places(denominator)], scale: scale, isCredited: isCredited, namesSales: isCredited)
            }
        }
        reportAbsences = plan.measures.indices.map { plan.reportAbsence($0) }
        reportDetailAbsences = plan.measures.indices.map { plan.reportDetailAbsence($0) }
    }

    /// The value of one of the node's metrics, by its number.
    func evaluate(_ number: Int, at level: Level) -> Evaluation {
        let metric = metrics[number]
        let split = absenceOfSplit(metric, at: level)
        let parts = metric.parts.map { split.map { .absent($0) } ?? part($0, at: level) }
        if parts.count == 2 {
            let both = (parts[0], parts[1])
            return Evaluation(outcome: Self.ratio(both, metric.scale), parts: both)
        }
        switch parts[0] {
        case .exact(let exact): return Evaluation(outcome: .exact(exact))
        case .absent(let reason): return Evaluation(outcome: .absent(reason))
        }
    }

    /// The parts of a metric as exact numbers: one, or a ratio's two.
    func parts(_ number: Int, at level: Level) -> Result<[Exact], Absence> {
        let evaluation = evaluate(number, at: level)
        var exact: [Exact] = []
        for part in evaluation.parts.map({ [$0.0, $0.1] }) ?? [] {
            switch part {
            case .exact(let figure): exact.append(figure)
            case .absent(let reason): return .failure(reason)
            }
        }
        switch evaluation.outcome {
        case .exact(let figure): return .success([figure])
        case .absent(let reason) where evaluation.parts == nil: return .failure(reason)
        default: return .success(exact)
        }
    }

    private static func ratio(_ parts: (Part, Part), _ scale: Int) -> Outcome {
        switch parts {
        case (.absent(let reason), _), (_, .absent(let reason)): return .absent(reason)
        case (.exact(let numerator), .exact(let denominator)):
            guard denominator.value != 0 else { return .absent(.zeroDenominator) }
            let over =
                numerator.scale == denominator.scale
                ? Double(numerator.value) / Double(denominator.value) : numerator.number / denominator.number
            return .ratio(over * Double(scale))
        }
    }

    /// Why a metric has no split by dimensions.
    private func absenceOfSplit(_ metric: Compiled, at level: Level) -> Absence? {
        guard case .cell = level, !plan.dimensions.isEmpty else { return nil }
        if metric.metric.isBlended { return .blended }
        if metric.namesSales, plan.credit == .blended, !plan.touchDimensions.isEmpty { return .blended }
        return metric.isCredited && plan.movesSales && !tally.hasClicks ? .noTouches : nil
    }

    private func part(_ measures: [(measure: Int, isAdded: Bool)], at level: Level) -> Part {
        var sum = Exact(value: 0, scale: 1)
        for (measure, isAdded) in measures {
            switch figure(measure, at: level) {
            case .absent(let reason): return .absent(reason)
            case .exact(let figure):
                sum.scale = figure.scale
                sum.value += isAdded ? figure.value : -figure.value
            }
        }
        return .exact(sum)
    }

    func figure(_ measure: Measure, at level: Level) -> Part {
        measureIndex[measure].map { figure($0, at: level) } ?? .absent(.notProvided)
    }

    private func figure(_ index: Int, at level: Level) -> Part {
        let planned = plan.measures[index]
        let (value, state) = read(index, at: level)
        let exact = Part.exact(Exact(value: value, scale: planned.scale))
        switch planned.counting {
        case .absent(let reason): return .absent(reason)
        case .number(.minimum, _, _), .number(.maximum, _, _): return state == 0 ? .absent(.noValues) : exact
        case .percentile, .tickets(.responseTime): return state == 0 ? .absent(.noValues) : exact
        case .fixed(let number):
            if case .total = level { return .exact(Exact(value: number, scale: 1)) }
            return .absent(.blended)
        case .persons(let mask) where plan.looksForNewcomers(mask):
            return reachesBack(before: level) ? outsideScope(planned, at: level) ?? exact : .absent(.historyTooShort)
        case .rows, .number, .persons, .distinct, .orders, .trail, .tickets: return outsideScope(planned, at: level) ?? exact
        case .personDays: return .exact(Exact(value: value * Int128(days(of: level)), scale: 1))
        case .whole(let inner):
            switch level {
            case .cell(let cell): return figure(inner, at: .time(Int(tally.times[cell])))
            case .time, .total: return figure(inner, at: level)
            }
        case .rowsAndReport:
            if let reason = reportAbsence(index, at: level) { return .absent(reason) }
            return outsideScope(planned, at: level) ?? exact
        case .report:
            if let reason = reportAbsence(index, at: level) { return .absent(reason) }
            if let outside = outsideScope(planned, at: level) { return outside }
            if planned.figure?.tables == .measures { return state == 0 ? .absent(.noValues) : exact }
            if planned.figure?.isAdditive ?? true { return exact }
            return state == 1 ? exact : .absent(state == 0 ? .noValues : .notAdditive)
        }
    }

    /// True where the store's history covers the look-back of new buyers: a day is covered once an event of it is there.
    private func reachesBack(before level: Level) -> Bool {
        guard let oldest = plan.oldestEvent else { return false }
        let start =
            switch level {
            case .cell(let cell): plan.cells.spans[Int(tally.times[cell])].start
            case .time(let time): plan.cells.spans[time].start
            case .total: plan.period.span.start
            }
        guard let lookBack = plan.newBuyerLookBack else { return oldest < start }
        let (earliest, underflow) = start.subtractingReportingOverflow(lookBack)
        let zone = plan.manifest.zone
        return !underflow && zone.start(of: zone.day(of: oldest)) <= earliest
    }

    /// Null where no source provides the measure for a row of the level.
    private func outsideScope(_ planned: PlannedMeasure, at level: Level) -> Part? {
        if planned.shares.isEmpty { return nil }
        let span: TimeSpan
        var values: [String: DimensionValue] = [:]
        switch level {
        case .cell(let cell):
            span = plan.cells.spans[Int(tally.times[cell])]
            // Sales stand where the credit rule puts them, and not where their row is.
            let isMoved = plan.movesSales && planned.measure.selections.contains(where: \.credited)
            if !isMoved, !tally.isRest(cell) {
                for (dimension, value) in zip(plan.dimensions, tally.dimensionValues(ofCell: cell)) { values[dimension.name] = value }
            }
        case .time(let time): span = plan.cells.spans[time]
        case .total: span = plan.period.span
        }
        func reaches(_ scope: ProvisionScope) -> Bool {
            func holds(_ names: [String]?, _ column: String) -> Bool {
                guard let names, let value = values[column] else { return true }
                return names.contains { DimensionValue.string($0) == value }
            }
            return holds(scope.channels, "channel") && holds(scope.campaigns, "campaign")
                && max(scope.from ?? .min, span.start) < min(scope.to ?? .max, span.end)
        }
        let isOutside = planned.shares.contains { shared in shared.region.map { !$0.contains(where: reaches) } ?? false }
        return isOutside ? .absent(.outsideScope) : nil
    }

    /// The days of a level that are seen, begun ones included.
    private func days(of level: Level) -> Int {
        func days(_ span: TimeSpan) -> Int {
            let end = min(span.end, plan.seen.end)
            guard span.start < end else { return 0 }
            let zone = plan.manifest.zone
            return zone.day(of: end - 1).daysSinceEpoch - zone.day(of: span.start).daysSinceEpoch + 1
        }
        return switch level {
        case .cell(let cell): days(plan.cells.spans[Int(tally.times[cell])])
        case .time(let time): days(plan.cells.spans[time])
        case .total: days(plan.period.span)
        }
    }

    private func reportAbsence(_ index: Int, at level: Level) -> Absence? {
        if let reason = reportAbsences[index] { return reason }
        switch level {
        case .cell: return plan.grain == .hour ? .coarserThanGrain : reportDetailAbsences[index]
        case .time: return plan.grain == .hour ? .coarserThanGrain : nil
        case .total: return nil
        }
    }

    private func read(_ measure: Int, at level: Level) -> (Int128, UInt8) {
        switch level {
        case .cell(let cell): (tally.detail.value(cell, measure), tally.detail.state(cell, measure))
        case .time(let time): (tally.byTime.value(time, measure), tally.byTime.state(time, measure))
        case .total: (tally.total.value(0, measure), tally.total.state(0, measure))
        }
    }
}

extension MetricsEvaluator {
    /// The N greatest cells of each time cell.
    func greatest(_ count: Int) -> Set<KeptCell> {
        var byTime: [Int32: [Int]] = [:]
        for cell in 0..<tally.count where !tally.isRest(cell) { byTime[tally.times[cell], default: []].append(cell) }
        let order = tally.tupleRanks
        var kept: Set<KeptCell> = []
        for (time, cells) in byTime {
            for cell in ranked(cells, order).prefix(count) {
                kept.insert(KeptCell(time: time, values: tally.dimensionValues(ofCell: cell)))
            }
        }
        return kept
    }

    /// Cells by the first metric, the greatest first; ties go by the order of their values, null comes last.
    /// - Parameter order: the tally's `tupleRanks`.
    func ranked(_ cells: [Int], _ order: [Int]) -> [Int] {
        cells.map { (cell: $0, outcome: evaluate(0, at: .cell($0)).outcome) }.sorted { a, b in
            if a.outcome.exceeds(b.outcome) { return true }
            if b.outcome.exceeds(a.outcome) { return false }
            return order[Int(tally.tupleOfCell[a.cell])] < order[Int(tally.tupleOfCell[b.cell])]
        }.map(\.cell)
    }
}

extension MetricsEvaluator.Outcome {
    var number: Double? {
        switch self {
        case .exact(let exact): exact.number
        case .ratio(let ratio): ratio
        case .absent: nil
        }
    }

    /// Greater; every number is greater than none.
    fileprivate func exceeds(_ other: MetricsEvaluator.Outcome) -> Bool {
        switch (self, other) {
        case (.absent, _): false
        case (_, .absent): true
        case (.exact(let a), .exact(let b)): a.value > b.value
        case (.ratio(let a), .ratio(let b)): a > b
        case (.exact(let a), .ratio(let b)): a.number > b
        case (.ratio(let a), .exact(let b)): a > b.number
        }
    }
}
