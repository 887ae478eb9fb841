/// Fieller's interval of the lift of one independent sample over another: all lifts that are not too far from the data.
///
/// Source: Fieller, "Some Problems in Interval Estimation" (JRSS B 16, 1954). A ratio r is in it where treatment - r control
/// lies within so many of its own standard errors around zero. With g = c² var(a)/a² the bounds of b/a are
/// (r ± c sqrt((1 - g) var(b) + r² var(a)) / |a|) / (1 - g). It is as right as an interval of the difference is, because no
/// ratio is taken to be normal; it contains zero exactly where that does.
enum FiellerInterval {
    /// The bounds of (treatment - control) / |control|.
    /// - Parameter criticalValue: The standard errors on either side.
    /// - Returns: `baseline_near_zero` where the control lies within so many standard errors of zero: then there are no bounds.
    static func ofLift(
        _ treatment: Estimate, over control: Estimate, criticalValue: Double
    ) -> Result<ConfidenceInterval, Unavailable> {
        let magnitude = abs(control.value)
        let vagueness = criticalValue * criticalValue * control.squaredStandardError / (magnitude * magnitude)
        guard vagueness < 1 else { return .failure(.baselineNearZero) }
        // A lift is measured against the magnitude of a negative control, so that zero stays no change.
        let unchanged = control.value < 0 ? -1.0 : 1
        let ratio = treatment.value / magnitude
        let spread = (1 - vagueness) * treatment.squaredStandardError + ratio * ratio * control.squaredStandardError
        let half = criticalValue * spread.squareRoot() / magnitude
        guard let low = finite((ratio - half) / (1 - vagueness) - unchanged),
            let high = finite((ratio + half) / (1 - vagueness) - unchanged)
        else { return .failure(.outOfRange) }
        return .success(ConfidenceInterval(low: low, high: high))
    }
}
