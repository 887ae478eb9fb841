/// Exact sums of a number a unit: the mean and its variance.
public struct MeanStatistic: SufficientStatistic {
    public private(set) var count: Int64
    public private(set) var sum: Int128
    public private(set) var sumOfSquares: Int256
    /// How many of the summed integers make one: 1,000,000 for millionths. Only statistics of one scale may be added.
    public let scale: Int64

    public init(count: Int64 = 0, sum: Int128 = 0, sumOfSquares: Int256 = .zero, scale: Int64 = 1) {
        self.count = count
        self.sum = sum
        self.sumOfSquares = sumOfSquares
        self.scale = scale
    }

    /// Adds one unit's value, in units of one over `scale`.
    public mutating func add(_ value: Int128) {
        count += 1
        sum &+= value
        sumOfSquares += .product(value, value)
    }

    public static func + (a: MeanStatistic, b: MeanStatistic) -> MeanStatistic {
        precondition(a.scale == b.scale, "statistics of different scales")
        return MeanStatistic(
            count: a.count + b.count, sum: a.sum &+ b.sum, sumOfSquares: a.sumOfSquares + b.sumOfSquares,
            scale: a.scale)
    }

    /// The sample mean.
    public func value() -> Result<Double, Unavailable> {
        guard count > 0 else { return .failure(.noUnits) }
        return .success(Double(sum) / Double(scale) / Double(count))
    }

    /// The mean with the unbiased variance.
    public func estimate() -> Result<Estimate, Unavailable> {
        value().flatMap { value in
            unbiasedVariance(count: count, sum: sum, sumOfSquares: sumOfSquares, scale: scale)
                .map { Estimate(count: count, value: value, variance: $0) }
        }
    }
}
