/// Whether the effects in the segments of an experiment differ from each other, and from that in the whole.
public struct SegmentHeterogeneity: Sendable, Hashable {
    /// Of the hypothesis that all segments have one effect.
    public let pValue: Double
    /// Cochran's Q: the squared distances from the pooled effect in standard errors.
    public let statistic: Double
    /// The effects weighted by their precision.
    public let pooled: Double
    /// The whole is surely on one side of zero, and every segment's estimate on the other (Simpson's paradox): units came to
    /// the segments in other shares in one variant than in the other.
    public let isReversed: Bool

    /// - Parameters:
    ///   - segments: The effect in each segment; those without one are left out beforehand.
    ///   - whole: The effect over all units.
    ///
    /// Source: Cochran, "The Combination of Estimates from Different Experiments" (Biometrics 10, 1954).
    public static func of(segments: [Effect], whole: Effect) -> Result<SegmentHeterogeneity, Unavailable> {
        guard segments.count > 1 else { return .failure(.tooFewUnits) }
        guard segments.allSatisfy({ $0.standardError > 0 }) else { return .failure(.zeroVariance) }
        let weights = segments.map { 1 / ($0.standardError * $0.standardError) }
        let pooled = zip(segments, weights).reduce(0) { $0 + $1.0.value * $1.1 } / weights.reduce(0, +)
        let statistic = zip(segments, weights).reduce(0) { sum, segment in
            let distance = segment.0.value - pooled
            return sum + segment.1 * distance * distance
        }
        let distribution = ChiSquaredDistribution(degreesOfFreedom: Double(segments.count - 1))
        guard pooled.isFinite, statistic.isFinite, let pValue = distribution.survival(statistic) else {
            return .failure(.outOfRange)
        }
        let isReversed =
            whole.low > 0 && segments.allSatisfy { $0.value < 0 }
            || whole.high < 0 && segments.allSatisfy { $0.value > 0 }
        return .success(
            SegmentHeterogeneity(pValue: pValue, statistic: statistic, pooled: pooled, isReversed: isReversed))
    }
}
