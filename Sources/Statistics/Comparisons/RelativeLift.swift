/// The lift of a treatment over its control, relative to the control, where the control is surely not zero.
public struct RelativeLift: Sendable, Hashable {
    /// (treatment - control) / |control| by the delta method (`WelchTest.relativeLift`).
    public let delta: Effect
    /// Fieller's interval of the same lift: not symmetric around it, and right also where the control is vague.
    public let fieller: ConfidenceInterval

    /// - Returns: `baseline_near_zero` where the control's own interval of confidence 1 - alpha covers zero: then the lift
    ///   has no bounds, and the delta method would give some all the same.
    public static func of(
        _ treatment: Estimate, over control: Estimate, alpha: Double
    ) -> Result<RelativeLift, Unavailable> {
        WelchTest.relativeLift(of: treatment, over: control, alpha: alpha).flatMap { delta in
            control.confidenceInterval(alpha: alpha).flatMap { baseline in
                guard !baseline.contains(0) else { return .failure(.baselineNearZero) }
                return fiellerInterval(treatment, control, delta, alpha).map { RelativeLift(delta: delta, fieller: $0) }
            }
        }
    }

    /// The ratios r for which treatment - r control lies within its own t interval around zero, less one.
    ///
    /// Source: Fieller, "Some Problems in Interval Estimation" (JRSS B 16, 1954), for independent samples; Welch and
    /// Satterthwaite's degrees of freedom, as in `delta`. With g = t² var(a)/a² the bounds of b/a are
    /// (r ± t sqrt((1 - g) var(b) + r² var(a)) / |a|) / (1 - g); where g is not under 1 there are none.
    private static func fiellerInterval(
        _ treatment: Estimate, _ control: Estimate, _ delta: Effect, _ alpha: Double
    ) -> Result<ConfidenceInterval, Unavailable> {
        let distribution = StudentTDistribution(degreesOfFreedom: delta.degreesOfFreedom)
        guard let critical = distribution.twoSidedCriticalValue(alpha: alpha) else { return .failure(.outOfRange) }
        let magnitude = abs(control.value)
        let vagueness = critical * critical * control.squaredStandardError / (magnitude * magnitude)
        guard vagueness < 1 else { return .failure(.baselineNearZero) }
        // The sign is the control's, so that a ratio over the magnitude of a negative control is a lift like the others.
        let sign = control.value < 0 ? -1.0 : 1.0
        let ratio = treatment.value / magnitude
        let spread =
            (1 - vagueness) * treatment.squaredStandardError + ratio * ratio * control.squaredStandardError
        let half = critical * spread.squareRoot() / magnitude
        guard let low = finite((ratio - half) / (1 - vagueness) - sign),
            let high = finite((ratio + half) / (1 - vagueness) - sign)
        else { return .failure(.outOfRange) }
        return .success(ConfidenceInterval(low: low, high: high))
    }
}
