import CBoostMath

/// A continuous distribution. Every answer is nil where it is not a finite number (a probability outside 0...1, the
/// quantile of 0 or 1 of an unbounded distribution, parameters outside their domain).
public protocol Distribution: Sendable {
    /// P(X <= x).
    func cumulative(_ x: Double) -> Double?
    /// P(X > x), exact in the far tail where `1 - cumulative(x)` is not.
    func survival(_ x: Double) -> Double?
    /// The x with P(X <= x) = probability.
    func quantile(_ probability: Double) -> Double?
}

/// A normal distribution, the standard one where nothing else is said; a standard deviation over 0.
public struct NormalDistribution: Distribution, Hashable {
    public let mean: Double
    public let standardDeviation: Double

    public init(mean: Double = 0, standardDeviation: Double = 1) {
        self.mean = mean
        self.standardDeviation = standardDeviation > 0 ? standardDeviation : .nan
    }
    public func cumulative(_ x: Double) -> Double? { finite(nm_normal_cdf((x - mean) / standardDeviation)) }
    public func survival(_ x: Double) -> Double? { finite(nm_normal_sf((x - mean) / standardDeviation)) }
    public func quantile(_ probability: Double) -> Double? {
        finite(mean + standardDeviation * nm_normal_quantile(probability))
    }
    /// The density at x.
    public func density(_ x: Double) -> Double? {
        let z = (x - mean) / standardDeviation
        return finite(nm_exp(-z * z / 2) * 0.398942280401432677939946 / standardDeviation)
    }
}

/// Student's t distribution; degrees of freedom over 0, not necessarily whole.
public struct StudentTDistribution: Distribution, Hashable {
    public let degreesOfFreedom: Double

    public init(degreesOfFreedom: Double) { self.degreesOfFreedom = degreesOfFreedom }
    public func cumulative(_ x: Double) -> Double? { finite(nm_student_t_cdf(x, degreesOfFreedom)) }
    public func survival(_ x: Double) -> Double? { finite(nm_student_t_sf(x, degreesOfFreedom)) }
    public func quantile(_ probability: Double) -> Double? {
        finite(nm_student_t_quantile(probability, degreesOfFreedom))
    }
}

/// The chi-squared distribution; degrees of freedom over 0.
public struct ChiSquaredDistribution: Distribution, Hashable {
    public let degreesOfFreedom: Double

    public init(degreesOfFreedom: Double) { self.degreesOfFreedom = degreesOfFreedom }
    public func cumulative(_ x: Double) -> Double? { finite(nm_chi_squared_cdf(x, degreesOfFreedom)) }
    public func survival(_ x: Double) -> Double? { finite(nm_chi_squared_sf(x, degreesOfFreedom)) }
    public func quantile(_ probability: Double) -> Double? {
        finite(nm_chi_squared_quantile(probability, degreesOfFreedom))
    }
}

/// The beta distribution on 0...1; both shapes over 0.
public struct BetaDistribution: Distribution, Hashable {
    public let alpha: Double
    public let beta: Double

    public init(alpha: Double, beta: Double) {
        self.alpha = alpha
        self.beta = beta
    }
    public func cumulative(_ x: Double) -> Double? { finite(nm_beta_cdf(x, alpha, beta)) }
    public func survival(_ x: Double) -> Double? { finite(nm_beta_sf(x, alpha, beta)) }
    public func quantile(_ probability: Double) -> Double? { finite(nm_beta_quantile(probability, alpha, beta)) }
}

func finite(_ number: Double) -> Double? { number.isFinite ? number : nil }

extension Distribution {
    /// The x that |X| exceeds with probability alpha, of a distribution that is symmetric around 0; nil unless alpha
    /// lies between 0 and 1.
    func twoSidedCriticalValue(alpha: Double) -> Double? {
        guard alpha > 0, alpha < 1, let lower = quantile(alpha / 2) else { return nil }
        return -lower
    }
}
