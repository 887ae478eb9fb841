/// The test whether units came to the variants in the shares that were planned.
public enum SampleRatioMismatch {
    /// Below this p-value the split is taken as broken (the field's usual limit).
    public static let flagThreshold = 0.001

    /// Pearson's chi-squared test of the observed counts against the planned weights (any positive numbers), one a
    /// variant: the p-value.
    public static func pValue(observed: [Int64], weights: [Double]) -> Result<Double, Unavailable> {
        guard observed.count == weights.count, observed.count > 1, weights.allSatisfy({ $0 > 0 && $0.isFinite }) else {
            return .failure(.impossibleSplit)
        }
        guard observed.allSatisfy({ $0 >= 0 }) else { return .failure(.outOfRange) }
        let units = observed.reduce(0.0) { $0 + Double($1) }
        guard units > 0 else { return .failure(.noUnits) }
        let weight = weights.reduce(0, +)
        var statistic = 0.0
        for (count, share) in zip(observed, weights) {
            let expected = units * (share / weight)
            let deviation = Double(count) - expected
            statistic += deviation * deviation / expected
        }
        let distribution = ChiSquaredDistribution(degreesOfFreedom: Double(observed.count - 1))
        guard let pValue = distribution.survival(statistic) else { return .failure(.outOfRange) }
        return .success(pValue)
    }
}
