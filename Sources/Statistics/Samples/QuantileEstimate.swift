/// A quantile of a sample with its interval.
public struct QuantileEstimate: Sendable, Hashable {
    /// The units, over which what follows varies.
    public let count: Int64
    /// The nearest-rank quantile.
    public let value: Double
    public let interval: ConfidenceInterval
    /// Half the interval's width, over the normal quantile that belongs to its confidence.
    public let standardError: Double

    /// For the tests of means, which hold for anything that is near enough normal.
    public var estimate: Estimate {
        Estimate(count: count, value: value, variance: standardError * standardError * Double(count))
    }

    /// A quantile over units that have one value each.
    ///
    /// The interval lies between the order statistics that a binomial count misses with probability alpha/2 at most on each
    /// side, whatever the distribution (David and Nagaraja, "Order Statistics", 2003, section 7.1). Without such ranks:
    /// `too_few_units`.
    /// - Parameters:
    ///   - values: In ascending order, in units of one over `scale`.
    ///   - percent: Over 0 and under 100.
    public static func ofUnits(
        sorted values: some RandomAccessCollection<Int64>, percent: Double, scale: Int64 = 1, alpha: Double
    ) -> Result<QuantileEstimate, Unavailable> {
        let count = Int64(values.count)
        guard count > 0 else { return .failure(.noUnits) }
        guard percent > 0, percent < 100, alpha > 0, alpha < 1 else { return .failure(.outOfRange) }
        let share = percent / 100
        guard let ranks = binomialRanks(count: count, share: share, alpha: alpha) else { return .failure(.tooFewUnits) }
        return between(ranks, values, percent, count: count, scale, alpha)
    }

    /// A quantile over events, of which a unit may have many: they vary with their units.
    ///
    /// Source: Deng, Knoblich, Lu, "Applying the Delta Method in Metric Analytics" (KDD 2018), section 4: the share of
    /// events at or below the quantile is a ratio metric over units; its standard error by the delta method gives the ranks.
    /// - Parameters:
    ///   - values: Those of all events in ascending order, in units of one over `scale`.
    ///   - atOrBelow: For each unit its events at or below the quantile (`Quantile.nearestRank`) over all its events.
    public static func ofEvents(
        sorted values: some RandomAccessCollection<Int64>, percent: Double, atOrBelow: RatioStatistic, scale: Int64 = 1,
        alpha: Double
    ) -> Result<QuantileEstimate, Unavailable> {
        guard !values.isEmpty else { return .failure(.noUnits) }
        guard percent > 0, percent < 100, atOrBelow.denominator == Int128(values.count) else {
            return .failure(.outOfRange)
        }
        return atOrBelow.estimate().flatMap { share in
            guard let z = NormalDistribution().twoSidedCriticalValue(alpha: alpha) else { return .failure(.outOfRange) }
            let deviation = z * share.squaredStandardError.squareRoot()
            let low = (Double(values.count) * (percent / 100 - deviation)).rounded(.down)
            let high = (Double(values.count) * (percent / 100 + deviation)).rounded(.up)
            guard low >= 1, high <= Double(values.count) else { return .failure(.tooFewUnits) }
            return between((Int64(low), Int64(high)), values, percent, count: atOrBelow.count, scale, alpha)
        }
    }

    private static func between(
        _ ranks: (low: Int64, high: Int64), _ values: some RandomAccessCollection<Int64>, _ percent: Double,
        count: Int64,
        _ scale: Int64, _ alpha: Double
    ) -> Result<QuantileEstimate, Unavailable> {
        guard let z = NormalDistribution().twoSidedCriticalValue(alpha: alpha) else { return .failure(.outOfRange) }
        let interval = ConfidenceInterval(low: at(ranks.low, values, scale), high: at(ranks.high, values, scale))
        let rank = Quantile.nearestRank(percent: percent, of: Int64(values.count))
        return .success(
            QuantileEstimate(
                count: count, value: at(rank, values, scale), interval: interval,
                standardError: (interval.high - interval.low) / (2 * z)))
    }

    /// The value of a rank from 1.
    private static func at(_ rank: Int64, _ values: some RandomAccessCollection<Int64>, _ scale: Int64) -> Double {
        Double(values[values.index(values.startIndex, offsetBy: Int(rank) - 1)]) / Double(scale)
    }

    /// The largest rank l with P(B < l) <= alpha/2 and the smallest h with P(B >= h) <= alpha/2, of a binomial B.
    private static func binomialRanks(count: Int64, share: Double, alpha: Double) -> (low: Int64, high: Int64)? {
        /// P(B <= k) = P(beta(k + 1, n - k) > share).
        func cumulative(_ k: Int64) -> Double {
            if k < 0 { return 0 }
            if k >= count { return 1 }
            return BetaDistribution(alpha: Double(k + 1), beta: Double(count - k)).survival(share) ?? .nan
        }
        let low = firstIndex(in: 0..<count) { cumulative($0) > alpha / 2 }
        let high = firstIndex(in: 0..<count) { cumulative($0) >= 1 - alpha / 2 } + 1
        guard low >= 1, high <= count else { return nil }
        return (low, high)
    }

    /// The first number of a range for which something holds that holds for all after it, or the range's end.
    private static func firstIndex(in range: Range<Int64>, _ holds: (Int64) -> Bool) -> Int64 {
        var (low, high) = (range.lowerBound, range.upperBound)
        while low < high {
            let middle = low + (high - low) / 2
            if holds(middle) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
