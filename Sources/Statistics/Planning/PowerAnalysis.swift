/// How many units a comparison of two variants needs, and what it can find with those it has.
///
/// Effects are absolute, in the metric's unit, two-sided. The normal approximation with known variances (statsmodels'
/// `NormalIndPower`, both tails; unpooled variances for proportions, as `WelchTest` has them): with 30 units a variant the
/// t test has some one to two points less power than said here, with 500 the difference is under a tenth of a point.
public struct PowerAnalysis: Sendable, Hashable {
    /// What varies from unit to unit.
    public enum Outcome: Sendable, Hashable {
        /// A mean or ratio with the variance of one unit, the same in both variants.
        case mean(variance: Double)
        /// Means or ratios with the variances of one unit that the two variants have.
        case means(control: Double, treatment: Double)
        /// A proportion with its value in the control.
        case proportion(baseline: Double)
    }

    /// How the result will be read.
    public enum Reading: Sendable, Hashable {
        /// Once, at the end.
        case fixedHorizon
        /// At any number of looks, by `ConfidenceSequence` of this tuning. Its power at n units is the chance that the effect
        /// shows at that very look; having looked before can only add to it.
        case sequential(tuning: Double)
    }

    public let outcome: Outcome
    /// The shares of all units that go to the control and to the treatment; with more variants their sum is under 1.
    public let controlShare: Double
    public let treatmentShare: Double
    public let alpha: Double
    public let reading: Reading

    public init(
        _ outcome: Outcome, controlShare: Double = 0.5, treatmentShare: Double = 0.5, alpha: Double = 0.05,
        reading: Reading = .fixedHorizon
    ) {
        self.outcome = outcome
        self.controlShare = controlShare
        self.treatmentShare = treatmentShare
        self.alpha = alpha
        self.reading = reading
    }

    /// The most units that are planned for.
    private static let mostUnits: Int64 = 1 << 50

    /// The probability that an effect shows (in either direction) with so many units in all variants together.
    public func power(effect: Double, units: Int64) -> Result<Double, Unavailable> {
        guard units > 0 else { return .failure(.noUnits) }
        return variance(of: effect).flatMap { variance in
            let compared = Double(units) * (controlShare + treatmentShare)
            guard let critical = criticalValue(units: compared) else { return .failure(.outOfRange) }
            let shift = abs(effect) / (variance / Double(units)).squareRoot()
            let normal = NormalDistribution()
            guard let near = normal.survival(critical - shift), let far = normal.survival(critical + shift) else {
                return .failure(.outOfRange)
            }
            return .success(min(1, near + far))
        }
    }

    /// The smallest number of units in all variants together with which the effect shows with the given probability.
    /// - Returns: `zero_effect` for an effect of zero, `unreachable` for one too small for any number of units.
    public func units(toDetect effect: Double, power wanted: Double = 0.8) -> Result<Int64, Unavailable> {
        guard effect != 0 else { return .failure(.zeroEffect) }
        guard wanted > 0, wanted < 1 else { return .failure(.outOfRange) }
        return power(effect: effect, units: Self.mostUnits).flatMap { greatest in
            guard greatest >= wanted else { return .failure(.unreachable) }
            var (low, high) = (Int64(1), Self.mostUnits)
            while low < high {
                let middle = low + (high - low) / 2
                switch power(effect: effect, units: middle) {
                case .failure(let reason): return .failure(reason)
                case .success(let power): if power >= wanted { high = middle } else { low = middle + 1 }
                }
            }
            return .success(low)
        }
    }

    /// The smallest effect over 0 that shows with the given probability with so many units in all variants together; with
    /// `negative` the smallest under 0, which for a proportion is another one.
    /// - Returns: `unreachable` where a proportion cannot change so much.
    public func detectableEffect(
        units: Int64, power wanted: Double = 0.8, negative: Bool = false
    ) -> Result<Double, Unavailable> {
        guard units > 0 else { return .failure(.noUnits) }
        guard wanted > alpha, wanted < 1 else { return .failure(.outOfRange) }
        let sign = negative ? -1.0 : 1
        var high: Double
        switch outcome {
        case .mean, .means:
            // Wider than any effect that matters: 1,000 standard errors of one unit a variant.
            switch variance(of: 1) {
            case .failure(let reason): return .failure(reason)
            case .success(let variance): high = 1000 * variance.squareRoot()
            }
        case .proportion(let baseline): high = negative ? baseline : 1 - baseline
        }
        var low = 0.0
        // The variance of a changed proportion falls to that of the control alone at the end, where power is greatest.
        switch power(effect: sign * high, units: units) {
        case .failure(let reason): return .failure(reason)
        case .success(let power): guard power >= wanted else { return .failure(.unreachable) }
        }
        while true {
            let middle = low + (high - low) / 2
            guard middle > low, middle < high else { return .success(sign * high) }
            switch power(effect: sign * middle, units: units) {
            case .failure(let reason): return .failure(reason)
            case .success(let power): if power >= wanted { high = middle } else { low = middle }
            }
        }
    }

    /// Days until there are as many units as needed, at the rate of the days seen: 0 where they are there already.
    /// - Parameter daily: Units that arrived on each of the last days.
    public static func daysLeft(needed: Int64, present: Int64, daily: [Int64]) -> Result<Int64, Unavailable> {
        guard needed > present else { return .success(0) }
        let arrived = daily.reduce(Int128(0)) { $0 + Int128($1) }
        guard arrived > 0 else { return .failure(.noAccrual) }
        let wait = (Int128(needed) - Int128(present)) * Int128(daily.count)
        guard let days = Int64(exactly: (wait + arrived - 1) / arrived) else { return .failure(.unreachable) }
        return .success(days)
    }

    /// What divided by the number of all units is the squared standard error of the difference.
    private func variance(of effect: Double) -> Result<Double, Unavailable> {
        guard effect.isFinite, alpha > 0, alpha < 1, controlShare > 0, treatmentShare > 0,
            controlShare + treatmentShare <= 1.000_000_001
        else { return .failure(.outOfRange) }
        let control: Double
        let treatment: Double
        switch outcome {
        case .mean(let variance):
            control = variance
            treatment = variance
        case .means(let own, let other):
            control = own
            treatment = other
        case .proportion(let baseline):
            let changed = baseline + effect
            guard (0...1).contains(baseline), (-1e-15...1 + 1e-15).contains(changed) else {
                return .failure(.outOfRange)
            }
            control = baseline * (1 - baseline)
            treatment = max(0, changed * (1 - changed))
        }
        let variance = control / controlShare + treatment / treatmentShare
        guard variance.isFinite else { return .failure(.outOfRange) }
        return variance > 0 ? .success(variance) : .failure(.zeroVariance)
    }

    private func criticalValue(units: Double) -> Double? {
        switch reading {
        case .fixedHorizon: NormalDistribution().twoSidedCriticalValue(alpha: alpha)
        case .sequential(let tuning): ConfidenceSequence(alpha: alpha, tuning: tuning)?.criticalValue(units: units)
        }
    }
}
