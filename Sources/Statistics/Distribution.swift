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

/// The standard normal distribution.
public struct NormalDistribution: Distribution, Hashable {
    public init() {}
    public func cumulative(_ x: Double) -> Double? { finite(nm_normal_cdf(x)) }
    public func survival(_ x: Double) -> Double? { finite(nm_normal_sf(x)) }
    public func quantile(_ probability: Double) -> Double? { finite(nm_normal_quantile(probability)) }
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
