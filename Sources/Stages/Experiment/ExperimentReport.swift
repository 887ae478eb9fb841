import Chronology
import Marts
import Metrics
import Statistics

/// The mart of an experiment: a row for each metric and variant.
struct ExperimentReport {
    let plan: ExperimentPlan
    let tally: ExperimentTally
    /// The control, then every planned or seen variant in byte order.
    let variants: [ByteString]
    let sampleRatio: Result<Double, Unavailable>

    init(_ plan: ExperimentPlan, _ tally: ExperimentTally) {
        self.plan = plan
        self.tally = tally
        let others = Set(tally.variants.keys).union(plan.split?.keys.map { $0 } ?? []).subtracting([plan.control])
        variants = [plan.control] + others.sorted()
        sampleRatio = SampleRatioMismatch.pValue(
            observed: variants.map { tally.variants[$0]?.units ?? 0 },
            weights: variants.map { variant in plan.split.map { $0[variant] ?? 0 } ?? 1 })
    }

    var mart: Mart {
        Mart(
            id: "\(ExperimentStage.name)/\(plan.name)",
            title: Label(en: "Experiment \(title)", zh: "实验 \(title)"), period: period, asOf: asOf,
            provisional: isProvisional, columns: Self.columns, notes: notes,
            rows: plan.metrics.indices.flatMap { metric in variants.map { row(metric, $0) } })
    }

    private var title: String {
        switch plan.basis {
        case .events(let basis): basis.experiment.text
        case .units(let basis): basis.experiment?.text ?? plan.name
        }
    }

    private var period: MartPeriod {
        guard case .events(let basis) = plan.basis else { return MartPeriod(name: "all units", from: nil, to: nil) }
        let from = basis.starts.map { Timestamp.rfc3339($0, in: plan.zone) }
        let to = basis.ends.map { Timestamp.rfc3339($0, in: plan.zone) }
        return MartPeriod(name: "exposures \(from ?? "")/\(to ?? "")", from: from, to: to)
    }

    private var asOf: String? {
        guard case .events(let basis) = plan.basis else { return nil }
        return Timestamp.asOf(min(basis.reach.end, basis.horizon), in: plan.zone)
    }

    private var isProvisional: Bool {
        guard case .events(let basis) = plan.basis else { return false }
        return basis.ends == nil || basis.isRunning || basis.window == nil || tally.openUnits > 0
    }

    // MARK: - Rows

    private func statistic(_ metric: Int, _ variant: ByteString) -> MetricStatistic {
        tally.variants[variant]?.statistics[metric] ?? MetricStatistic(plan.metrics[metric].metric.measure)
    }

    private func row(_ index: Int, _ variant: ByteString) -> [MartValue] {
        let planned = plan.metrics[index]
        let metric = planned.metric
        let sums = statistic(index, variant)
        let value = sums.statistic.value()
        let estimate = sums.statistic.estimate()
        var reason = value.reason ?? estimate.reason
        var difference: Effect?
        var lift: Effect?
        if variant != plan.control {
            let control = statistic(index, plan.control).statistic
            if control.count == 0 {
                reason = reason ?? Self.missingControl
            } else if case .success(let treated) = estimate {
                let effects = control.estimate().map { control in
                    (
                        WelchTest.difference(of: treated, from: control, alpha: plan.alpha),
                        WelchTest.relativeLift(of: treated, over: control, alpha: plan.alpha)
                    )
                }
                reason = effects.reason
                if case .success((let absolute, let relative)) = effects {
                    difference = try? absolute.get()
                    lift = try? relative.get()
                    reason = absolute.reason ?? relative.reason
                }
            }
        }
        let (numerator, denominator) = sums.parts
        return [
            .string(metric.id), .string(metric.label.en), .string(metric.label.zh),
            .string(planned.role.rawValue), .string(metric.kind.rawValue), .string(unit(metric.unit)),
            .integer(Int64(metric.direction.rawValue)), .string(variant.text), .boolean(variant == plan.control), .string("detail"),
            .integer(sums.statistic.count), number(try? value.get()), numerator, denominator,
            number(try? estimate.get().standardDeviation),
            number(difference?.value), number(difference?.low), number(difference?.high), number(difference?.pValue),
            number(lift?.value), number(lift?.low), number(lift?.high), number(lift?.pValue),
            lift.map { .boolean($0.pValue < plan.alpha) } ?? .null,
            number(try? sampleRatio.get()),
            (try? sampleRatio.get()).map { .boolean($0 < SampleRatioMismatch.flagThreshold) } ?? .null,
            .integer(tally.excludedUnits), openUnits(of: variant), reason.map { .string($0) } ?? .null,
        ]
    }

    static let missingControl = "missing_control"

    private func openUnits(of variant: ByteString) -> MartValue {
        guard case .events(let basis) = plan.basis, basis.window != nil else { return .null }
        return .integer(tally.variants[variant]?.openUnits ?? 0)
    }

    private func unit(_ unit: Metric.Unit) -> String {
        switch unit {
        case .events: "events"
        case .persons: "persons"
        case .orders: "orders"
        case .values: "values"
        case .fraction: "fraction"
        case .seconds: "seconds"
        case .money: plan.currency
        case .column(let name): name
        case .none: "number"
        }
    }

    private func number(_ value: Double?) -> MartValue { value.map { .number($0) } ?? .null }
}

extension MetricStatistic {
    /// What the value is the quotient of, in whole units.
    fileprivate var parts: (numerator: MartValue, denominator: MartValue) {
        switch self {
        case .proportion(let sums): (.integer(sums.successes), .integer(sums.count))
        case .mean(let sums): (whole(sums.sum, sums.scale), .integer(sums.count))
        case .ratio(let sums):
            (whole(sums.numerator, sums.scale.numerator), whole(sums.denominator, sums.scale.denominator))
        }
    }

    private func whole(_ sum: Int128, _ scale: Int64) -> MartValue {
        if scale == 1, let exact = Int64(exactly: sum) { return .integer(exact) }
        return .number(Double(sum) / Double(scale))
    }
}

extension Result where Failure == Unavailable {
    var reason: String? {
        if case .failure(let reason) = self { reason.rawValue } else { nil }
    }
}
