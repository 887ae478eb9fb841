/// Two outcomes of each of the same persons, such as a funnel's step in two periods: exact counts of the four cases.
public struct PairedProportions: Sendable, Hashable {
    public private(set) var both: Int64
    public private(set) var onlyFirst: Int64
    public private(set) var onlySecond: Int64
    public private(set) var neither: Int64

    public init(both: Int64 = 0, onlyFirst: Int64 = 0, onlySecond: Int64 = 0, neither: Int64 = 0) {
        self.both = both
        self.onlyFirst = onlyFirst
        self.onlySecond = onlySecond
        self.neither = neither
    }

    /// Adds one person.
    public mutating func add(first: Bool, second: Bool) {
        switch (first, second) {
        case (true, true): both += 1
        case (true, false): onlyFirst += 1
        case (false, true): onlySecond += 1
        case (false, false): neither += 1
        }
    }

    public static func + (a: PairedProportions, b: PairedProportions) -> PairedProportions {
        PairedProportions(
            both: a.both + b.both, onlyFirst: a.onlyFirst + b.onlyFirst, onlySecond: a.onlySecond + b.onlySecond,
            neither: a.neither + b.neither)
    }

    public var count: Int64 { both + onlyFirst + onlySecond + neither }
    public var first: ProportionStatistic { ProportionStatistic(count: count, successes: both + onlyFirst) }
    public var second: ProportionStatistic { ProportionStatistic(count: count, successes: both + onlySecond) }

    /// The share of the second less the share of the first.
    public func difference() -> Result<Double, Unavailable> {
        guard [both, onlyFirst, onlySecond, neither].allSatisfy({ (0...Int64(1) << 60).contains($0) }) else {
            return .failure(.outOfRange)
        }
        guard count > 0 else { return .failure(.noUnits) }
        return .success(Double(onlySecond - onlyFirst) / Double(count))
    }

    /// McNemar's exact two-sided p-value: how far those who changed are from changing half one way and half the other.
    ///
    /// 1 where nobody changed. Source: McNemar (Psychometrika 12, 1947) with the binomial distribution
    /// in place of its approximation, as statsmodels' `mcnemar(exact=True)`.
    public func mcNemarPValue() -> Result<Double, Unavailable> {
        difference().flatMap { _ in
            let fewer = min(onlyFirst, onlySecond)
            let changed = onlyFirst + onlySecond
            guard fewer * 2 != changed else { return .success(1) }
            // P(binomial(n, 1/2) <= k) = P(beta(k + 1, n - k) > 1/2).
            let distribution = BetaDistribution(alpha: Double(fewer + 1), beta: Double(changed - fewer))
            guard let tail = distribution.survival(0.5) else { return .failure(.outOfRange) }
            return .success(min(1, 2 * tail))
        }
    }

    /// The interval of the difference.
    ///
    /// Source: Newcombe, "Improved Confidence Intervals for the Difference Between Binomial Proportions Based on Paired
    /// Data" (Statistics in Medicine 17, 1998, 2635-2650), method 10: square-and-add of the two Wilson intervals with the
    /// correlation φ, a positive one corrected for continuity.
    public func newcombeInterval(alpha: Double) -> Result<ConfidenceInterval, Unavailable> {
        difference().flatMap { difference in
            WilsonInterval.of(second, alpha: alpha).flatMap { later in
                WilsonInterval.of(first, alpha: alpha).map { earlier in
                    let laterShare = Double(both + onlySecond) / Double(count)
                    let earlierShare = Double(both + onlyFirst) / Double(count)
                    let below = squareAndAdd(laterShare - later.low, earlier.high - earlierShare)
                    let above = squareAndAdd(later.high - laterShare, earlierShare - earlier.low)
                    return ConfidenceInterval(low: max(-1, difference - below), high: min(1, difference + above))
                }
            }
        }
    }

    private func squareAndAdd(_ a: Double, _ b: Double) -> Double {
        max(0, a * a - 2 * correlation * a * b + b * b).squareRoot()
    }

    private var correlation: Double {
        let margins =
            Double(both + onlyFirst) * Double(onlySecond + neither) * Double(both + onlySecond)
            * Double(onlyFirst + neither)
        guard margins > 0 else { return 0 }
        let product = Double(Int128(both) * Int128(neither) - Int128(onlyFirst) * Int128(onlySecond))
        let half = Double(count) / 2
        let corrected = product > half ? product - half : min(product, 0)
        return corrected / margins.squareRoot()
    }
}
