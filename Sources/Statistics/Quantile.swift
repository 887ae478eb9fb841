/// Quantiles of sorted values.
public enum Quantile {
    /// The smallest value that at least `percent` per cent of the values do not exceed (nearest rank); nil of nothing.
    ///
    /// `percent` is taken into 0...100. The rank is computed in integers, so no rounding decides.
    public static func nearestRank<Values: RandomAccessCollection>(
        percent: Int, ofSorted values: Values
    ) -> Values.Element? {
        guard !values.isEmpty else { return nil }
        let rank = (values.count * min(max(percent, 0), 100) + 99) / 100
        return values[values.index(values.startIndex, offsetBy: max(rank, 1) - 1)]
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
