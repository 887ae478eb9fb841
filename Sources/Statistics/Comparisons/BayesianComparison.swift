/// A normal prior of an effect, in the effect's own unit.
public struct NormalPrior: Sendable, Hashable {
    public let mean: Double
    /// Over 0.
    public let standardDeviation: Double

    public init(mean: Double = 0, standardDeviation: Double) {
        self.mean = mean
        self.standardDeviation = standardDeviation
    }
}

/// What is believed of an effect after the data: a normal posterior.
///
/// The likelihood of the effect is normal around its estimate with its standard error (for a relative lift that of the delta
/// method), and the prior lies on the effect itself, flat or normal, as in gbstats. Such statements hold however often they
/// are read, but acting on them at the first good look finds effects that are not there more often than alpha: of A/A
/// experiments that were read on 28 days, 23 to 25 % had a chance to win over 95 % on some day (scripts/simulate-experiments.sh).
public struct BayesianComparison: Sendable, Hashable {
    /// The posterior's mean and standard deviation.
    public let mean: Double
    public let standardDeviation: Double
    /// The equal-tailed credible interval of probability 1 - alpha.
    public let interval: ConfidenceInterval
    /// The probability that the treatment is better.
    public let chanceToWin: Double
    /// What is lost on average by keeping the control, and by choosing the treatment, in the effect's unit: the expected
    /// effect where it is on the other one's side, and 0 elsewhere.
    public let riskOfControl: Double
    public let riskOfTreatment: Double

    /// - Parameters:
    ///   - effect: A difference or relative lift with its standard error, of `WelchTest` or `RelativeLift`.
    ///   - prior: nil for a flat one.
    public static func of(
        _ effect: Effect, prior: NormalPrior? = nil, higherIsBetter: Bool = true, alpha: Double
    ) -> Result<BayesianComparison, Unavailable> {
        var mean = effect.value
        var deviation = effect.standardError
        if let prior {
            guard prior.standardDeviation > 0, prior.standardDeviation.isFinite, prior.mean.isFinite else {
                return .failure(.outOfRange)
            }
            let precision = 1 / (deviation * deviation)
            let priorPrecision = 1 / (prior.standardDeviation * prior.standardDeviation)
            mean = (mean * precision + prior.mean * priorPrecision) / (precision + priorPrecision)
            deviation = (1 / (precision + priorPrecision)).squareRoot()
        }
        guard mean.isFinite, deviation.isFinite, deviation > 0 else { return .failure(.outOfRange) }
        let normal = NormalDistribution(mean: mean, standardDeviation: deviation)
        let standard = NormalDistribution()
        guard let critical = standard.twoSidedCriticalValue(alpha: alpha), let above = normal.survival(0),
            let below = normal.cumulative(0), let density = standard.density(mean / deviation),
            let low = finite(mean - critical * deviation), let high = finite(mean + critical * deviation)
        else { return .failure(.outOfRange) }
        // E max(x, 0) of a normal x; the difference of both is the mean.
        let expectedGain = max(0, mean * above + deviation * density)
        let expectedLoss = max(0, deviation * density - mean * below)
        return .success(
            BayesianComparison(
                mean: mean, standardDeviation: deviation, interval: ConfidenceInterval(low: low, high: high),
                chanceToWin: higherIsBetter ? above : below,
                riskOfControl: higherIsBetter ? expectedGain : expectedLoss,
                riskOfTreatment: higherIsBetter ? expectedLoss : expectedGain))
    }
}
