import CBoostMath

/// An effect with bounds and a p-value that hold at every look at once, however many there are and whenever one stops.
public struct SequentialEffect: Sendable, Hashable {
    public let value: Double
    public let low: Double
    public let high: Double
    /// Always valid: under no effect it is ever at most alpha with probability at most alpha, so that the smallest of all
    /// looks so far may be shown as well.
    public let pValue: Double
    public let standardError: Double
}

/// A relative lift with always-valid bounds, in two ways.
public struct SequentialRelativeLift: Sendable, Hashable {
    /// By the delta method, as gbstats has it. With few conversions or heavy tails the first looks have more false findings
    /// than the sequence of the difference has.
    public let delta: SequentialEffect
    /// Fieller's: each ratio r is held against the sequence of treatment - r control, so that it finds a lift exactly where the
    /// sequence of the difference finds a difference, with the same p-value.
    public let fieller: ConfidenceInterval
}

/// Asymptotic confidence sequences: intervals that may be looked at every night.
///
/// Source: Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas, "Time-Uniform Central Limit Theory and Asymptotic Confidence
/// Sequences" (Annals of Statistics 2024, arXiv 2103.06476), equation 9 for the bounds and the approximation after it for
/// rho, as gbstats has them. They hold for means, proportions and whatever else has a standard error, of any distribution
/// with a variance, once there are enough units for the variance to be known.
public struct ConfidenceSequence: Sendable, Hashable {
    public let alpha: Double
    /// How many units there are when the interval is tightest for its number of units (gbstats' tuning parameter).
    public let tuning: Double
    private let squaredRho: Double

    /// - Returns: nil unless alpha lies between 0 and 1 and the tuning is over 0.
    public init?(alpha: Double, tuning: Double) {
        guard alpha > 0, alpha < 1, tuning > 0, tuning.isFinite else { return nil }
        self.alpha = alpha
        self.tuning = tuning
        let doubled = -2 * nm_log(alpha)
        squaredRho = (doubled + nm_log(doubled + 1)) / tuning
    }

    /// sqrt((-2 ln a + ln(-2 ln a + 1)) / tuning).
    public var rho: Double { squaredRho.squareRoot() }

    /// How many standard errors the bounds lie away after so many units: what 1.96 is to one look at the end.
    public func criticalValue(units: Double) -> Double? {
        guard units > 0 else { return nil }
        let growth = units * squaredRho + 1
        return finite((2 * growth / (units * squaredRho) * (nm_log(growth) / 2 - nm_log(alpha))).squareRoot())
    }

    /// treatment - control.
    public func difference(of treatment: Estimate, from control: Estimate) -> Result<SequentialEffect, Unavailable> {
        WelchTest.difference(of: treatment, from: control, alpha: alpha).flatMap {
            bounds(
                value: $0.value, standardError: $0.standardError, units: Double(treatment.count) + Double(control.count)
            )
        }
    }

    /// (treatment - control) / |control|; `baseline_near_zero` where the control's own sequence covers zero.
    public func relativeLift(
        of treatment: Estimate, over control: Estimate
    ) -> Result<SequentialRelativeLift, Unavailable> {
        let units = Double(treatment.count) + Double(control.count)
        return WelchTest.relativeLift(of: treatment, over: control, alpha: alpha).flatMap { lift in
            value(of: control).flatMap { baseline in
                guard baseline.low > 0 || baseline.high < 0 else { return .failure(.baselineNearZero) }
                guard let critical = criticalValue(units: units) else { return .failure(.outOfRange) }
                return bounds(value: lift.value, standardError: lift.standardError, units: units).flatMap { delta in
                    FiellerInterval.ofLift(treatment, over: control, criticalValue: critical)
                        .map { SequentialRelativeLift(delta: delta, fieller: $0) }
                }
            }
        }
    }

    /// The value of one sample; the p-value is that of a value of zero.
    public func value(of sample: Estimate) -> Result<SequentialEffect, Unavailable> {
        guard sample.count > 0 else { return .failure(.noUnits) }
        guard sample.count > 1 else { return .failure(.tooFewUnits) }
        guard sample.variance > 0 else { return .failure(.zeroVariance) }
        return bounds(
            value: sample.value, standardError: sample.squaredStandardError.squareRoot(), units: Double(sample.count))
    }

    /// The bounds of any value that is asymptotically normal over so many units.
    public func bounds(
        value: Double, standardError: Double, units: Double
    ) -> Result<SequentialEffect, Unavailable> {
        guard standardError > 0 else { return .failure(.zeroVariance) }
        guard let critical = criticalValue(units: units), let low = finite(value - critical * standardError),
            let high = finite(value + critical * standardError)
        else { return .failure(.outOfRange) }
        // The reciprocal of the mixture's likelihood ratio; its bound of alpha is where the interval ends.
        let growth = units * squaredRho + 1
        let z = value / standardError
        let logarithm = nm_log(growth) / 2 - z * z * (units * squaredRho / growth) / 2
        return .success(
            SequentialEffect(
                value: value, low: low, high: high, pValue: min(1, nm_exp(logarithm)), standardError: standardError))
    }
}
