import Statistics

/// The rows of an experiment: estimates, comparisons with the control, corrections, verdicts and what is still needed.
struct ExperimentAnalysis {
    static let missingControl = "missing_control"

    let rows: [ExperimentRow]
    let method: ExperimentSettings.Engine

    private let plan: ExperimentPlan
    private let tally: ExperimentTally
    private let variants: [ByteString]
    private let health: ExperimentHealth
    private let empty: [MetricStatistic]

    init(_ plan: ExperimentPlan, _ tally: ExperimentTally, _ variants: [ByteString], _ health: ExperimentHealth) {
        let maker = ExperimentAnalysis(plan, tally, variants, health, rows: [])
        self.init(plan, tally, variants, health, rows: maker.allRows())
    }

    private init(
        _ plan: ExperimentPlan, _ tally: ExperimentTally, _ variants: [ByteString], _ health: ExperimentHealth,
        rows: [ExperimentRow]
    ) {
        self.plan = plan
        self.tally = tally
        self.variants = variants
        self.health = health
        self.rows = rows
        method = plan.method(tally)
        empty = plan.emptyStatistics(.effects)
    }

    private func allRows() -> [ExperimentRow] {
        var whole = plan.metrics.indices.flatMap { metric in
            rows(metric, variants.map { tally.variants[$0]?.statistics[metric] ?? empty[metric] }, strata: strata(metric))
        }
        for role in [ExperimentPlan.Role.primary, .secondary, .guardrail] {
            let family = whole.indices.filter { whole[$0].planned.role == role }
            correct(&whole, family, plan.settings.correction)
        }
        var segments: [ExperimentRow] = []
        var agreements: [[(dimension: String, test: SegmentHeterogeneity)]] = whole.map { _ in [] }
        for (place, dimension) in plan.by.enumerated() {
            let values = tally.values(ofDimension: place)
            for metric in plan.metrics.indices {
                var own: [ExperimentRow] = []
                for value in values {
                    let statistics = variants.map {
                        tally.variants[$0]?.segments[place][value]?.statistics[metric] ?? empty[metric]
                    }
                    own += rows(metric, statistics).map { row in
                        var row = row
                        row.segment = (dimension, value?.text)
                        row.segmentSplit = health.segments[dimension]?[value]
                        return row
                    }
                }
                for (offset, variant) in variants.enumerated().dropFirst() {
                    correct(&own, own.indices.filter { own[$0].variant == variant }, .holm)
                    let index = metric * variants.count + offset
                    if let test = heterogeneity(whole, own, metric, offset) { agreements[index].append((dimension, test)) }
                }
                segments += own
            }
        }
        for index in whole.indices {
            whole[index].agreement = agreement(agreements[index])
            judge(&whole[index])
            plan(&whole[index])
        }
        for index in whole.indices { explain(&whole[index]) }
        return whole + segments
    }

    // MARK: - Estimates and comparisons

    private func strata(_ metric: Int) -> [[MetricStatistic]] {
        guard let column = plan.stratify, let place = plan.dimensions.firstIndex(of: column) else { return [] }
        return tally.values(ofDimension: place).map { value in
            variants.map { tally.variants[$0]?.segments[place][value]?.statistics[metric] ?? empty[metric] }
        }
    }

    private func rows(
        _ index: Int, _ statistics: [MetricStatistic], strata: [[MetricStatistic]] = []
    ) -> [ExperimentRow] {
        let planned = plan.metrics[index]
        let estimates = MetricEstimates(
            planned.metric, statistics, strata: strata, alpha: plan.settings.alpha,
            hasHistory: plan.isTable || tally.firstHistoryRows > 0)
        let chances = bestChances(estimates, highestIsBest: planned.metric.direction != .down)
        return variants.indices.map { place in
            var row = ExperimentRow(
                planned: planned, variant: variants[place], isControl: place == 0, statistic: statistics[place],
                value: estimates.values[place], sample: estimates.samples[place], estimates: estimates)
            row.chanceToBeBest = chances?[place]
            row.reason = row.value.reason ?? row.sample.estimate.reason
            guard place > 0 else { return row }
            let comparison = VariantComparison(
                row.sample, estimates.samples[0], plan.settings, method: method, higherIsBetter: row.higherIsBetter,
                margin: plan.settings.margin(of: planned.metric))
            row.comparison = comparison
            row.reason =
                row.value.reason ?? (statistics[0].count == 0 ? Self.missingControl : nil)
                ?? row.sample.estimate.reason ?? comparison.reason
            return row
        }
    }

    private func bestChances(_ estimates: MetricEstimates, highestIsBest: Bool) -> [Double]? {
        let known = estimates.samples.compactMap { try? $0.estimate.get() }
        guard known.count == variants.count, known.count > 1 else { return nil }
        return (try? ChanceOfBeingBest.ofMeans(known, highestIsBest: highestIsBest).get())?.map(ChanceOfBeingBest.shown)
    }

    private func correct(_ rows: inout [ExperimentRow], _ family: [Int], _ correction: MultipleTestingCorrection) {
        let adjusted = correction.adjusted(family.map { rows[$0].comparison?.decidingPValue })
        for (index, pValue) in zip(family, adjusted) {
            rows[index].adjustedPValue = pValue
            rows[index].isSignificant = pValue.map { $0 < plan.settings.alpha }
        }
    }

    private func welch(_ treatment: ExperimentRow, _ control: ExperimentRow) -> Effect? {
        guard case .success(let treated) = treatment.sample.estimate,
            case .success(let untreated) = control.sample.estimate
        else { return nil }
        return try? WelchTest.difference(of: treated, from: untreated, alpha: plan.settings.alpha).get()
    }

    private func heterogeneity(
        _ whole: [ExperimentRow], _ segments: [ExperimentRow], _ metric: Int, _ variant: Int
    ) -> SegmentHeterogeneity? {
        let first = metric * variants.count
        guard let total = welch(whole[first + variant], whole[first]) else { return nil }
        let effects = stride(from: 0, to: segments.count, by: variants.count).compactMap {
            welch(segments[$0 + variant], segments[$0])
        }
        return try? SegmentHeterogeneity.of(segments: effects, whole: total).get()
    }

    private func agreement(_ tests: [(dimension: String, test: SegmentHeterogeneity)]) -> ExperimentRow.Agreement? {
        let adjusted = MultipleTestingCorrection.holm.adjusted(tests.map(\.test.pValue)).compactMap(\.self)
        guard let smallest = adjusted.min() else { return nil }
        let disagreeing = zip(tests, adjusted).filter { $0.0.test.isReversed || $0.1 < plan.settings.alpha }
        return .init(pValue: smallest, dimensions: disagreeing.map(\.0.dimension))
    }

    // MARK: - Verdicts

    private func baseline(_ row: ExperimentRow) -> Double? { try? row.estimates.samples[0].estimate.get().value }

    private func judge(_ row: inout ExperimentRow) {
        guard let comparison = row.comparison else { return }
        let margin = plan.settings.margin(of: row.metric)
        let (interval, bound) = comparison.decidingInterval(margin: margin, baseline: baseline(row))
        let verdict = ExperimentVerdict.of(
            interval, isSignificant: row.isSignificant ?? false, margin: bound, higherIsBetter: row.higherIsBetter,
            isBroken: health.isBroken)
        row.verdict = verdict
        guard row.planned.role == .guardrail else { return }
        row.isNonInferior = comparison.isNonInferior(
            margin: margin, baseline: baseline(row), higherIsBetter: row.higherIsBetter)
        if row.isNonInferior == true, verdict != .broken, verdict != .win { row.verdict = .noRelevantDifference }
    }

    private func explain(_ row: inout ExperimentRow) {
        guard let verdict = row.verdict, let comparison = row.comparison else { return }
        let margin = plan.settings.margin(of: row.metric).map { "\($0)" } ?? ""
        switch verdict {
        case .broken: row.verdictReason = health.fault
        case .win, .loss:
            row.verdictReason =
                "the whole interval lies on the \(verdict == .win ? "better" : "worse") side of 0, and the corrected p-value is "
                + "under \(plan.settings.alpha)"
        case .noRelevantDifference:
            row.verdictReason =
                row.planned.role == .guardrail && row.isNonInferior == true
                ? "the interval rules out that it is worse by the margin of \(margin)"
                : "the whole interval lies within the margin of \(margin) around 0"
        case .notYet:
            let interval = comparison.decidingInterval(margin: nil, baseline: nil).interval
            if let interval {
                row.verdictReason =
                    interval.contains(0)
                    ? "the interval covers 0" : "the interval leaves 0 out, but the corrected p-value is not under \(plan.settings.alpha)"
            } else {
                row.verdictReason = "there is no interval: \(row.reason ?? Unavailable.outOfRange.rawValue)"
            }
            if let days = row.planning.neededDays, days > 0, let effect = plan.settings.effect(of: row.metric) {
                row.verdictReason? +=
                    "; at the present rate a lift of \(effect) shows with probability \(plan.settings.power) after \(days) more days"
            }
        }
    }

    // MARK: - Planning

    private func plan(_ row: inout ExperimentRow) {
        guard row.comparison != nil, case .success(let control) = row.estimates.samples[0].estimate,
            control.value != 0
        else { return }
        let isProportion = row.sample.proportion != nil && row.estimates.adjustment == nil
        let weights = variants.map { variant in plan.split.map { $0[variant] ?? 0 } ?? 1 }
        guard let place = variants.firstIndex(of: row.variant), weights[0] > 0, weights[place] > 0 else { return }
        let whole = weights.reduce(0, +)
        // More events vary more: a mean's power follows from the variances that its own interval has.
        let treatment = try? row.sample.estimate.get()
        let analysis = PowerAnalysis(
            isProportion
                ? .proportion(baseline: control.value) : .means(control: control.variance, treatment: treatment?.variance ?? control.variance),
            controlShare: weights[0] / whole, treatmentShare: weights[place] / whole, alpha: plan.settings.alpha,
            reading: plan.settings.engine == .fixed ? .fixedHorizon : .sequential(tuning: plan.settings.tuning))
        let units = unitCount(of: row.metric)
        let baseline = abs(control.value)
        row.planning.detectableLift = try? analysis.detectableEffect(units: units, power: plan.settings.power).get() / baseline
        guard let effect = plan.settings.effect(of: row.metric) else { return }
        row.planning.power = try? analysis.power(effect: effect * baseline, units: units).get()
        guard let needed = try? analysis.units(toDetect: effect * baseline, power: plan.settings.power).get() else { return }
        row.planning.neededUnits = needed
        row.planning.neededDays = neededDays(needed - units)
    }

    /// The units of all variants that a metric counts.
    private func unitCount(of metric: ExperimentMetric) -> Int64 {
        guard let index = plan.metrics.firstIndex(where: { $0.metric == metric }) else { return 0 }
        return variants.reduce(0) { $0 + (tally.variants[$1]?.statistics[index].count ?? 0) }
    }

    /// The days in which so many more units are analysed, at the rate of the last days and the share of those assigned that comes
    /// so far; nil where no unit comes, or none is to come any more.
    private func neededDays(_ missing: Int64) -> Int64? {
        guard missing > 0 else { return 0 }
        guard case .events(let basis) = plan.basis, basis.ends == nil || basis.isRunning else { return nil }
        let assigned = tally.assignedUnits
        let analysed = tally.unitCount + (basis.leavesOutOpen ? tally.openUnits : 0)
        guard analysed > 0, let wanted = Int64(exactly: (Int128(missing) * Int128(max(assigned, analysed)) + Int128(analysed) - 1) / Int128(analysed))
        else { return nil }
        return try? PowerAnalysis.daysLeft(needed: wanted, present: 0, daily: health.daily).get()
    }
}
