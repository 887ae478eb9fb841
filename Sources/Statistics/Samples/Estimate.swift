/// What a test needs to know of a sample: its size, the estimated value, and the variance of one unit around it.
public struct Estimate: Sendable, Hashable {
    public let count: Int64
    public let value: Double
    /// The squared standard error of `value` is `variance / count`.
    public let variance: Double

    public init(count: Int64, value: Double, variance: Double) {
        self.count = count
        self.value = value
        self.variance = variance
    }

    public var standardDeviation: Double { variance.squareRoot() }
    public var squaredStandardError: Double { variance / Double(count) }
}

/// Exact, mergeable sums over the units of a sample: what an estimate is computed from.
///
/// `+` is associative and commutative to the last bit, so that no result depends on how units were shared out.
public protocol SufficientStatistic: Sendable, Hashable {
    var count: Int64 { get }
    static func + (a: Self, b: Self) -> Self
    /// The estimated value alone, which may exist where a variance does not.
    func value() -> Result<Double, Unavailable>
    func estimate() -> Result<Estimate, Unavailable>
}

extension SufficientStatistic {
    public static func += (a: inout Self, b: Self) { a = a + b }
}

/// `n Σxy - Σx Σy`: n (n - 1) times the unbiased covariance, without cancellation. nil where it does not fit.
func centredProduct(count: Int64, _ sumX: Int128, _ sumY: Int128, _ sumXY: Int256) -> Int256? {
    sumXY.multiplied(by: count).map { $0 - Int256.product(sumX, sumY) }
}

/// The unbiased variance `(n Σx² - (Σx)²) / (n (n - 1))` in squared units of one over `scale`.
func unbiasedVariance(
    count: Int64, sum: Int128, sumOfSquares: Int256, scale: Int64
) -> Result<Double, Unavailable> {
    guard count > 0 else { return .failure(.noUnits) }
    guard count > 1 else { return .failure(.tooFewUnits) }
    guard let centred = centredProduct(count: count, sum, sum, sumOfSquares), !centred.isNegative else {
        return .failure(.outOfRange)
    }
    let units = Double(count) * Double(count - 1)
    return .success(centred.double / units / (Double(scale) * Double(scale)))
}
