import Statistics

/// The exact sums of one metric over the units of one variant.
enum MetricStatistic: Sendable, Hashable {
    case proportion(ProportionStatistic)
    case mean(MeanStatistic)
    case ratio(RatioStatistic)
    /// A proportion or mean with what each unit did before its exposure.
    case historyMean(CovariateMeanStatistic)
    case historyRatio(CovariateRatioStatistic)
    /// How often each value was seen: for quantiles, and for the bounds of winsorizing; with the integers that make one.
    case values(ValueCounts, scale: Int64)
    /// Of a quantile over events.
    case events(EventQuantileStatistic)
    /// Not counted in this round.
    case idle

    /// - Parameters:
    ///   - withHistory: Whether each unit has another number, from before its exposure.
    ///   - covariateScale: How many of its integers make one, where that is not as for the value.
    init(_ measure: ExperimentMetric.Measure, withHistory: Bool = false, covariateScale: Int64? = nil) {
        switch measure {
        case .units:
            self = withHistory ? .historyMean(CovariateMeanStatistic()) : .proportion(ProportionStatistic())
        case .retained: self = withHistory ? .historyMean(CovariateMeanStatistic()) : .proportion(ProportionStatistic())
        case .mean(let quantity):
            self =
                withHistory
                ? .historyMean(CovariateMeanStatistic(scale: quantity.scale))
                : .mean(MeanStatistic(scale: quantity.scale))
        case .eventQuantile(let events): self = .events(EventQuantileStatistic(scale: events.scale))
        case .quantile(let quantity, _): self = .values(ValueCounts(), scale: quantity.scale)
        case .ratio(let numerator, let denominator):
            let scale = RatioStatistic.Scale(numerator: numerator.scale, denominator: denominator.scale)
            self =
                withHistory
                ? .historyRatio(CovariateRatioStatistic(scale: scale)) : .ratio(RatioStatistic(scale: scale))
        case .column(let column):
            let scale: Int64 = column.type == .decimal ? 1_000_000 : 1
            if withHistory {
                self = .historyMean(CovariateMeanStatistic(scale: scale, covariateScale: covariateScale))
            } else {
                self = column.type == .boolean ? .proportion(ProportionStatistic()) : .mean(MeanStatistic(scale: scale))
            }
        }
    }

    static func + (a: MetricStatistic, b: MetricStatistic) -> MetricStatistic {
        switch (a, b) {
        case (.proportion(let a), .proportion(let b)): .proportion(a + b)
        case (.mean(let a), .mean(let b)): .mean(a + b)
        case (.ratio(let a), .ratio(let b)): .ratio(a + b)
        case (.historyMean(let a), .historyMean(let b)): .historyMean(a + b)
        case (.historyRatio(let a), .historyRatio(let b)): .historyRatio(a + b)
        case (.values(let a, let scale), .values(let b, _)): .values(a + b, scale: scale)
        case (.events(let a), .events(let b)): .events(a + b)
        default: a
        }
    }

    /// Adds the value of one unit of a proportion (0 or 1), a mean or a quantile, and the same from before its exposure.
    mutating func add(_ value: Int128, before: Int128? = nil) {
        switch self {
        case .proportion(var statistic):
            statistic.add(value != 0)
            self = .proportion(statistic)
        case .mean(var statistic):
            statistic.add(value)
            self = .mean(statistic)
        case .historyMean(var statistic):
            self = .idle  // so that nothing is copied
            statistic.add(value, covariate: before)
            self = .historyMean(statistic)
        case .values(var values, let scale):
            self = .idle
            values.add(value)
            self = .values(values, scale: scale)
        case .ratio, .historyRatio, .events, .idle: break
        }
    }

    /// Adds the values of one unit's events.
    /// - Parameter threshold: The quantile of all events; nil in the round that finds it.
    mutating func add(events: [Int64], threshold: Int128?) {
        switch self {
        case .values(var values, let scale):
            self = .idle
            for event in events { values.add(Int128(event)) }
            self = .values(values, scale: scale)
        case .events(var statistic):
            self = .idle
            statistic.add(events, threshold: threshold)
            self = .events(statistic)
        default: break
        }
    }

    /// Adds the two values of one unit of a ratio, and the same from before its exposure.
    mutating func add(
        _ numerator: Int128, over denominator: Int128, before: (numerator: Int128, denominator: Int128)? = nil
    ) {
        switch self {
        case .ratio(var statistic):
            statistic.add(numerator, over: denominator)
            self = .ratio(statistic)
        case .historyRatio(var statistic):
            self = .idle
            statistic.add(numerator, over: denominator, covariate: before)
            self = .historyRatio(statistic)
        default: break
        }
    }

    var count: Int64 {
        switch self {
        case .proportion(let statistic): statistic.count
        case .mean(let statistic): statistic.count
        case .ratio(let statistic): statistic.count
        case .historyMean(let statistic): statistic.count
        case .historyRatio(let statistic): statistic.count
        case .values(let values, _): values.counts.values.reduce(0, +)
        case .events(let statistic): statistic.count
        case .idle: 0
        }
    }
}
