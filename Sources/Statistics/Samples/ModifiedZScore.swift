/// How far a value lies from others in robust units.
///
/// The modified z-score of Iglewicz and Hoaglin, "How to Detect and Handle Outliers" (ASQC, 1993): 0.6745 (x - median) /
/// MAD, where MAD is the median of the absolute deviations from the median. Where more than half of the others are equal,
/// MAD is 0 and the mean absolute deviation takes its place, (x - median) / (1.253314 MeanAD); 0.6745 and 1.253314
/// make both estimates of a normal distribution's standard deviation. Others that are all equal have no scale.
public struct ModifiedZScore: Sendable, Hashable {
    public let median: Double
    /// What one unit of the score is worth, in the unit of the values; greater than 0.
    public let scale: Double

    /// - Returns: nil without values, and where all are equal.
    public init?(of values: [Double]) {
        guard let median = Self.median(values) else { return nil }
        let deviations = values.map { abs($0 - median) }
        guard let middle = Self.median(deviations) else { return nil }
        let scale = middle > 0 ? middle / 0.6745 : 1.253314 * deviations.reduce(0, +) / Double(deviations.count)
        guard scale > 0, scale.isFinite else { return nil }
        self.median = median
        self.scale = scale
    }

    public func score(of value: Double) -> Double { (value - median) / scale }

    /// Of an even number the mean of the two middle ones; nil without values.
    private static func median(_ values: [Double]) -> Double? {
        let sorted = values.sorted()
        guard let upper = sorted.dropFirst(sorted.count / 2).first else { return nil }
        return sorted.count % 2 == 1 ? upper : (sorted[sorted.count / 2 - 1] + upper) / 2
    }
}
