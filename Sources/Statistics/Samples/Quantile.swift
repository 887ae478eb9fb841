/// Quantiles of sorted values.
public enum Quantile {
    /// The smallest value that at least `percent` per cent of the values do not exceed (nearest rank); nil of nothing.
    ///
    /// `percent` is taken into 0...100. The rank is computed in integers, so no rounding decides.
    public static func nearestRank<Values: RandomAccessCollection>(
        percent: Int, ofSorted values: Values
    ) -> Values.Element? {
        guard !values.isEmpty else { return nil }
        let rank = nearestRank(percent: Double(percent), of: Int64(values.count))
        return values[values.index(values.startIndex, offsetBy: Int(rank) - 1)]
    }

    /// The same of values that stand several times each; nil of nothing. (Hyndman and Fan 1996, type 1.)
    ///
    /// - Parameter counts: Each value with how often it stands, over 0, in the order of the values.
    public static func nearestRank<Value>(
        percent: Double, ofSorted counts: some Collection<(value: Value, count: Int64)>
    ) -> Value? {
        var rest = nearestRank(percent: percent, of: counts.reduce(0) { $0 + $1.count })
        guard rest > 0 else { return nil }
        for (value, count) in counts {
            rest -= count
            if rest <= 0 { return value }
        }
        return nil
    }

    /// The nearest rank among so many values: the smallest r with r/count >= percent/100, from 1; 0 of no values.
    ///
    /// `percent` is taken into 0...100 and to the nearest thousandth; what follows is in integers.
    public static func nearestRank(percent: Double, of count: Int64) -> Int64 {
        guard count > 0, !percent.isNaN else { return 0 }
        let thousandths = Int128((min(max(percent, 0), 100) * 1000).rounded())
        return max(1, Int64((Int128(count) * thousandths + 99_999) / 100_000))
    }

    /// The middle value, or the mean of the two middle values; nil of nothing.
    public static func median(ofSorted values: some RandomAccessCollection<Int64>) -> Double? {
        guard !values.isEmpty else { return nil }
        let upper = values[values.index(values.startIndex, offsetBy: values.count / 2)]
        if values.count % 2 == 1 { return Double(upper) }
        let lower = values[values.index(values.startIndex, offsetBy: values.count / 2 - 1)]
        return Double(Int128(lower) + Int128(upper)) / 2
    }
}
