/// Spans of days in which the arms' shares of traffic were the same.
///
/// Where an allocation changes while rates change too (a weekend, a sale), an arm that was shown more at the better time looks
/// better than it is: Simpson's paradox. So rates are estimated within epochs, and put together with the same weights for every
/// arm (`PostStratification`). Source: Kohavi, Tang, Xu, "Trustworthy Online Controlled Experiments" (2020), chapter 3.
public enum AllocationEpochs {
    /// The part of all traffic that has to move between arms from one day to the next for a new epoch to be found.
    public static let limit = 0.2

    /// The days on which an epoch begins, the first one included: where the shares of a day differ from those of the epoch so
    /// far by more than `limit` (half the sum of absolute differences: the total variation distance).
    /// - Parameter days: For each day the impressions of each arm; days without any tell nothing.
    public static func starts(_ days: [[Int64]], limit: Double = limit) -> [Int] {
        var starts: [Int] = []
        var sums: [Double] = []
        for (day, counts) in days.enumerated() {
            let total = counts.reduce(0.0) { $0 + Double($1) }
            guard total > 0 else { continue }
            let before = sums.reduce(0, +)
            let distance = zip(sums, counts).reduce(0.0) { $0 + abs($1.0 / before - Double($1.1) / total) } / 2
            if starts.isEmpty || distance > limit {
                starts.append(day)
                sums = counts.map(Double.init)
            } else {
                sums = zip(sums, counts).map { $0 + Double($1) }
            }
        }
        return starts
    }
}
