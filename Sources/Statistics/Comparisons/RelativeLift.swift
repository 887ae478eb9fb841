/// The lift of a treatment over its control, relative to the control, where the control is surely not zero.
public struct RelativeLift: Sendable, Hashable {
    /// (treatment - control) / |control| by the delta method (`WelchTest.relativeLift`).
    public let delta: Effect
    /// Fieller's interval of the same lift, with the same degrees of freedom: not symmetric around it, and right also where
    /// the control is vague.
    public let fieller: ConfidenceInterval

    /// - Returns: `baseline_near_zero` where the control's own interval of confidence 1 - alpha covers zero: then the lift
    ///   has no bounds, and the delta method would give some all the same.
    public static func of(
        _ treatment: Estimate, over control: Estimate, alpha: Double
    ) -> Result<RelativeLift, Unavailable> {
        WelchTest.relativeLift(of: treatment, over: control, alpha: alpha).flatMap { delta in
            control.confidenceInterval(alpha: alpha).flatMap { baseline in
                guard !baseline.contains(0) else { return .failure(.baselineNearZero) }
                let distribution = StudentTDistribution(degreesOfFreedom: delta.degreesOfFreedom)
                guard let critical = distribution.twoSidedCriticalValue(alpha: alpha) else {
                    return .failure(.outOfRange)
                }
                return FiellerInterval.ofLift(treatment, over: control, criticalValue: critical)
                    .map { RelativeLift(delta: delta, fieller: $0) }
            }
        }
    }
}
