/// Whether a treatment is worse than its control by less than a margin: the test of a guardrail.
public struct NonInferiorityTest: Sendable, Hashable {
    /// One-sided, of the hypothesis that the treatment is worse by the margin or more.
    public let pValue: Double
    /// The bound of the effect on its bad side, of one-sided confidence 1 - alpha.
    public let bound: Double
    /// The bound lies on the good side of the margin.
    public let isNonInferior: Bool

    /// - Parameters:
    ///   - effect: An absolute difference or a relative lift of `WelchTest`.
    ///   - margin: The harm that is still borne, over 0 and in the effect's own unit.
    ///   - higherIsBetter: Where false, the harm is an effect over 0.
    ///
    /// Source: the shifted one-sided t test, e.g. Wellek, "Testing Statistical Hypotheses of Equivalence and
    /// Noninferiority" (2010); with the effect's own standard error and degrees of freedom.
    public static func of(
        _ effect: Effect, margin: Double, higherIsBetter: Bool, alpha: Double
    ) -> Result<NonInferiorityTest, Unavailable> {
        let distribution = StudentTDistribution(degreesOfFreedom: effect.degreesOfFreedom)
        let gain = higherIsBetter ? effect.value : -effect.value
        guard margin > 0, margin.isFinite, alpha > 0, alpha < 1,
            let pValue = distribution.survival((gain + margin) / effect.standardError),
            let quantile = distribution.quantile(alpha), let lower = finite(gain + quantile * effect.standardError)
        else { return .failure(.outOfRange) }
        return .success(
            NonInferiorityTest(
                pValue: pValue, bound: higherIsBetter ? lower : -lower, isNonInferior: lower > -margin))
    }

    /// The same by an always-valid interval, at any number of looks: its bound on the bad side against the margin.
    public static func isNonInferior(_ interval: ConfidenceInterval, margin: Double, higherIsBetter: Bool) -> Bool {
        margin > 0 && (higherIsBetter ? interval.low > -margin : interval.high < margin)
    }
}
