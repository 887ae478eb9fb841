/// What a quantile over events follows from, where a unit has any number of them: how often each value was seen, and for each
/// unit its events at or below the quantile over all its events.
///
/// Exact and mergeable in any order, but the quantile must be known before: a first round finds it (`ValueCounts.percentile`),
/// a second one adds the units. Source: Deng, Knoblich, Lu, "Applying the Delta Method in Metric Analytics" (KDD 2018),
/// section 4: the variance of the share of events at or below the quantile, as a ratio metric whose units are clusters, gives the
/// ranks of the quantile's interval (the outer interval, which needs no density), as `QuantileEstimate.ofEvents` takes them.
public struct EventQuantileStatistic: Sendable, Hashable {
    public private(set) var values: ValueCounts
    public private(set) var atOrBelow: RatioStatistic
    /// How many of the counted integers make one.
    public let scale: Int64

    public init(values: ValueCounts = ValueCounts(), atOrBelow: RatioStatistic = RatioStatistic(), scale: Int64 = 1) {
        self.values = values
        self.atOrBelow = atOrBelow
        self.scale = scale
    }

    /// Units, those without any event included.
    public var count: Int64 { atOrBelow.count }

    /// Adds one unit's events.
    /// - Parameter threshold: The quantile over all events of the sample; nil for a sample without any.
    public mutating func add(_ events: [Int64], threshold: Int128?) {
        var below: Int128 = 0
        for event in events {
            values.add(Int128(event))
            if let threshold, Int128(event) <= threshold { below += 1 }
        }
        atOrBelow.add(below, over: Int128(events.count))
    }

    public static func + (a: EventQuantileStatistic, b: EventQuantileStatistic) -> EventQuantileStatistic {
        EventQuantileStatistic(values: a.values + b.values, atOrBelow: a.atOrBelow + b.atOrBelow, scale: a.scale)
    }

    /// The nearest-rank quantile over all events.
    public func value(percent: Double) -> Result<Double, Unavailable> {
        guard count > 0 else { return .failure(.noUnits) }
        guard let value = values.percentile(percent) else { return .failure(.zeroDenominator) }
        return .success(Double(value) / Double(scale))
    }

    /// The quantile with a variance over units.
    /// - Returns: `too_few_units` where its interval reaches beyond the least or greatest event.
    public func estimate(percent: Double, alpha: Double) -> Result<Estimate, Unavailable> {
        value(percent: percent).flatMap { _ in
            QuantileEstimate.ofEvents(sorted: values.sorted, percent: percent, atOrBelow: atOrBelow, scale: scale, alpha: alpha)
                .map(\.estimate)
        }
    }
}
