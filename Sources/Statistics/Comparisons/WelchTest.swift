/// An effect with its confidence interval and two-sided p-value.
public struct Effect: Sendable, Hashable {
    public let value: Double
    /// The bounds of the confidence interval.
    public let low: Double
    public let high: Double
    public let pValue: Double
    public let standardError: Double
    public let degreesOfFreedom: Double
}

/// Welch's t test of two samples with variances of their own.
///
/// The degrees of freedom are Welch and Satterthwaite's, of the two samples' variances, for the absolute difference
/// and for the relative lift alike (as gbstats does). Where one of the samples has no variance there is no effect to
/// report: `zero_variance`.
public enum WelchTest {
    /// treatment - control, with an interval of confidence 1 - alpha.
    public static func difference(
        of treatment: Estimate, from control: Estimate, alpha: Double
    ) -> Result<Effect, Unavailable> {
        effect(
            treatment.value - control.value,
            squaredStandardError: treatment.squaredStandardError + control.squaredStandardError,
            treatment, control, alpha)
    }

    /// (treatment - control) / |control|, its variance by the delta method: var(b)/a² + var(a) b²/a⁴. Whatever the control:
    /// `RelativeLift` refuses one that may be zero.
    public static func relativeLift(
        of treatment: Estimate, over control: Estimate, alpha: Double
    ) -> Result<Effect, Unavailable> {
        guard control.value != 0 else { return .failure(.zeroControl) }
        let ratio = treatment.value / control.value
        let square = control.value * control.value
        return effect(
            (treatment.value - control.value) / abs(control.value),
            squaredStandardError: treatment.squaredStandardError / square
                + control.squaredStandardError / square * ratio * ratio,
            treatment, control, alpha)
    }

    private static func effect(
        _ value: Double, squaredStandardError: Double, _ treatment: Estimate, _ control: Estimate, _ alpha: Double
    ) -> Result<Effect, Unavailable> {
        guard treatment.count > 0, control.count > 0 else { return .failure(.noUnits) }
        guard treatment.count > 1, control.count > 1 else { return .failure(.tooFewUnits) }
        guard treatment.variance > 0, control.variance > 0 else { return .failure(.zeroVariance) }
        let degrees = degreesOfFreedom(treatment, control)
        let standardError = squaredStandardError.squareRoot()
        let distribution = StudentTDistribution(degreesOfFreedom: degrees)
        guard let value = finite(value), let standardError = finite(standardError), standardError > 0,
            let upperTail = distribution.survival(abs(value) / standardError),
            let critical = distribution.twoSidedCriticalValue(alpha: alpha)
        else { return .failure(.outOfRange) }
        let half = critical * standardError
        guard let low = finite(value - half), let high = finite(value + half) else { return .failure(.outOfRange) }
        return .success(
            Effect(
                value: value, low: low, high: high, pValue: min(1, 2 * upperTail), standardError: standardError,
                degreesOfFreedom: degrees))
    }

    /// Welch (1947) and Satterthwaite (1946): (u + v)² / (u²/(m - 1) + v²/(n - 1)) of the squared standard errors.
    static func degreesOfFreedom(_ treatment: Estimate, _ control: Estimate) -> Double {
        let whole = treatment.squaredStandardError + control.squaredStandardError
        let u = treatment.squaredStandardError / whole
        let v = control.squaredStandardError / whole
        return 1 / (u * u / Double(treatment.count - 1) + v * v / Double(control.count - 1))
    }
}
