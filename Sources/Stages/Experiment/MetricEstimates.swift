import Statistics

/// The estimates of one metric in each variant, plain or adjusted for what was known before the exposures.
struct MetricEstimates {
    enum Adjustment: String {
        case cuped
        case postStratification = "post_stratification"
        case both = "cuped_post_stratification"
    }

    /// One a variant, in the report's order.
    let samples: [VariantComparison.Sample]
    let values: [Result<Double, Unavailable>]
    /// What `samples` are adjusted by; nil: nothing.
    var adjustment: Adjustment?
    /// Why a wished adjustment was not made.
    var adjustmentReason: String?
    /// The share of the variance that CUPED takes away.
    var varianceReduction: Double?

    /// - Parameters:
    ///   - statistics: One a variant.
    ///   - strata: For each stratum one a variant; empty: no post-stratification is wished.
    init(
        _ metric: ExperimentMetric, _ statistics: [MetricStatistic], strata: [[MetricStatistic]] = [], alpha: Double,
        hasHistory: Bool = true
    ) {
        values = statistics.map { $0.value(of: metric) }
        var estimates = statistics.map { $0.estimate(of: metric, alpha: alpha) }
        var adjusted: (cuped: Cuped, kind: Adjustment)?
        if hasHistory, let both = strata.isEmpty ? nil : Self.cuped(strata) {
            switch both.flatMap(Self.complete) {
            case .success(let found): adjusted = (found, .both)
            case .failure(let reason): adjustmentReason = reason.rawValue
            }
        }
        if adjusted == nil, let cuped = Self.cuped([statistics]) {
            switch hasHistory ? cuped : .failure(.historyTooShort) {
            case .success(let found): adjusted = (found, .cuped)
            case .failure(let reason): adjustmentReason = reason.rawValue
            }
        }
        if let adjusted {
            estimates = adjusted.cuped.estimates
            adjustment = adjusted.kind
            varianceReduction = adjusted.cuped.varianceReduction
        }
        if adjustment == nil, !strata.isEmpty, let stratified = Self.postStratified(strata) {
            if let reason = stratified.compactMap(\.reason).first {
                adjustmentReason = adjustmentReason ?? reason
            } else {
                estimates = stratified
                adjustment = .postStratification
            }
        }
        samples = zip(statistics, estimates).map { .init(estimate: $1, proportion: $0.proportion(of: metric)) }
    }

    /// Strata in which a variant is thin leave the adjustment of all variants undone: they would not be comparable.
    private static func complete(_ cuped: Cuped) -> Result<Cuped, Unavailable> {
        cuped.estimates.contains { $0.reason == Unavailable.thinStratum.rawValue } ? .failure(.thinStratum) : .success(cuped)
    }

    /// nil for a metric without anything known from before.
    private static func cuped(_ strata: [[MetricStatistic]]) -> Result<Cuped, Unavailable>? {
        let means = strata.map { $0.compactMap { if case .historyMean(let sums) = $0 { sums } else { nil } } }
        if means.contains(where: { !$0.isEmpty }) { return Cuped.adjust(strata: means) }
        let ratios = strata.map { $0.compactMap { if case .historyRatio(let sums) = $0 { sums } else { nil } } }
        return ratios.contains { !$0.isEmpty } ? Cuped.adjust(strata: ratios) : nil
    }

    private static func postStratified(_ strata: [[MetricStatistic]]) -> [Result<Estimate, Unavailable>]? {
        guard let first = strata.first?.first else { return nil }
        switch first {
        case .proportion:
            return PostStratification.means(
                strata: strata.map { $0.map { if case .proportion(let sums) = $0 { sums } else { ProportionStatistic() } } })
        case .mean(let empty):
            return PostStratification.means(
                strata: strata.map {
                    $0.map { if case .mean(let sums) = $0 { sums } else { MeanStatistic(scale: empty.scale) } }
                })
        case .ratio(let empty):
            return PostStratification.ratios(
                strata: strata.map {
                    $0.map { if case .ratio(let sums) = $0 { sums } else { RatioStatistic(scale: empty.scale) } }
                })
        case .historyMean:
            return PostStratification.means(
                strata: strata.map { $0.compactMap { if case .historyMean(let sums) = $0 { sums.plain } else { nil } } })
        case .historyRatio:
            return PostStratification.ratios(
                strata: strata.map { $0.compactMap { if case .historyRatio(let sums) = $0 { sums.plain } else { nil } } })
        case .values, .events, .idle: return nil
        }
    }
}

extension MetricStatistic {
    func value(of metric: ExperimentMetric) -> Result<Double, Unavailable> {
        if case .values(let values, let scale) = self, case .quantile(_, let percent) = metric.measure {
            guard let value = values.percentile(percent) else { return .failure(.noUnits) }
            return .success(Double(value) / Double(scale))
        }
        if case .events(let sums) = self, case .eventQuantile(let events) = metric.measure {
            return sums.value(percent: events.percent)
        }
        return sufficient.map { $0.value() } ?? .failure(.noUnits)
    }

    func estimate(of metric: ExperimentMetric, alpha: Double) -> Result<Estimate, Unavailable> {
        if case .values(let values, let scale) = self, case .quantile(_, let percent) = metric.measure {
            return QuantileEstimate.ofUnits(sorted: values.sorted, percent: percent, scale: scale, alpha: alpha)
                .map(\.estimate)
        }
        if case .events(let sums) = self, case .eventQuantile(let events) = metric.measure {
            return sums.estimate(percent: events.percent, alpha: alpha)
        }
        return sufficient.map { $0.estimate() } ?? .failure(.noUnits)
    }

    /// The counts of a proportion, whatever else is known of its units.
    func proportion(of metric: ExperimentMetric) -> ProportionStatistic? {
        switch self {
        case .proportion(let sums): sums
        case .historyMean(let sums) where metric.kind == .proportion || metric.kind == .retention:
            ProportionStatistic(count: sums.count, successes: Int64(clamping: sums.moments.sums[0]))
        default: nil
        }
    }

    private var sufficient: (any SufficientStatistic)? {
        switch self {
        case .proportion(let sums): sums
        case .mean(let sums): sums
        case .ratio(let sums): sums
        case .historyMean(let sums): sums
        case .historyRatio(let sums): sums
        case .values, .events, .idle: nil
        }
    }
}
