import Statistics

/// The exact sums of one metric over the units of one variant.
enum MetricStatistic: Sendable, Hashable {
    case proportion(ProportionStatistic)
    case mean(MeanStatistic)
    case ratio(RatioStatistic)

    init(_ measure: ExperimentMetric.Measure) {
        switch measure {
        case .units: self = .proportion(ProportionStatistic())
        case .mean(let quantity): self = .mean(MeanStatistic(scale: quantity.scale))
        case .ratio(let numerator, let denominator):
            self = .ratio(RatioStatistic(scale: .init(numerator: numerator.scale, denominator: denominator.scale)))
        case .column(let column):
            switch column.type {
            case .boolean: self = .proportion(ProportionStatistic())
            case .decimal: self = .mean(MeanStatistic(scale: 1_000_000))
            default: self = .mean(MeanStatistic())
            }
        }
    }

    static func + (a: MetricStatistic, b: MetricStatistic) -> MetricStatistic {
        switch (a, b) {
        case (.proportion(let a), .proportion(let b)): .proportion(a + b)
        case (.mean(let a), .mean(let b)): .mean(a + b)
        case (.ratio(let a), .ratio(let b)): .ratio(a + b)
        default: a
        }
    }

    /// Adds the value of one unit of a proportion (0 or 1) or of a mean.
    mutating func add(_ value: Int128) {
        switch self {
        case .proportion(var statistic):
            statistic.add(value != 0)
            self = .proportion(statistic)
        case .mean(var statistic):
            statistic.add(value)
            self = .mean(statistic)
        case .ratio: break
        }
    }

    /// Adds the two values of one unit of a ratio.
    mutating func add(_ numerator: Int128, over denominator: Int128) {
        guard case .ratio(var statistic) = self else { return }
        statistic.add(numerator, over: denominator)
        self = .ratio(statistic)
    }

    var statistic: any SufficientStatistic {
        switch self {
        case .proportion(let statistic): statistic
        case .mean(let statistic): statistic
        case .ratio(let statistic): statistic
        }
    }
}

/// What is known of an experiment once its units have been seen; exact and mergeable in any order.
struct ExperimentTally: Sendable {
    struct Variant: Sendable {
        var units: Int64 = 0
        /// Units whose window reaches beyond what has been seen.
        var openUnits: Int64 = 0
        /// One a metric, in the plan's order.
        var statistics: [MetricStatistic]
    }

    var variants: [ByteString: Variant] = [:]
    /// Units seen in several variants.
    var excludedUnits: Int64 = 0
    /// Units of a table with several rows in one variant.
    var repeatedUnits: Int64 = 0
    /// Exposures that belong to nobody, or rows of a table without a variant or an id.
    var unidentifiedRows: Int64 = 0
    /// Exposed devices without a user, where the units are users.
    var deviceUnits: Int64 = 0
    /// Amounts of counted units in another currency than the report's.
    var foreignAmounts: Int64 = 0
    /// Per metric the units of a table without a value.
    var missingValues: [Int64] = []

    static func += (a: inout ExperimentTally, b: ExperimentTally) {
        for (name, variant) in b.variants {
            guard var merged = a.variants[name] else {
                a.variants[name] = variant
                continue
            }
            merged.units += variant.units
            merged.openUnits += variant.openUnits
            merged.statistics = zip(merged.statistics, variant.statistics).map { $0 + $1 }
            a.variants[name] = merged
        }
        a.excludedUnits += b.excludedUnits
        a.repeatedUnits += b.repeatedUnits
        a.unidentifiedRows += b.unidentifiedRows
        a.deviceUnits += b.deviceUnits
        a.foreignAmounts += b.foreignAmounts
        if a.missingValues.isEmpty {
            a.missingValues = b.missingValues
        } else {
            for (index, count) in b.missingValues.enumerated() { a.missingValues[index] += count }
        }
    }

    var unitCount: Int64 { variants.values.reduce(0) { $0 + $1.units } }
    var openUnits: Int64 { variants.values.reduce(0) { $0 + $1.openUnits } }
}
