/// Exact sums of two numbers a unit: the ratio of their totals, with a variance by the delta method.
public struct RatioStatistic: SufficientStatistic {
    /// How many of the summed integers make one, in the numerator and in the denominator.
    public struct Scale: Sendable, Hashable {
        public let numerator: Int64
        public let denominator: Int64

        public init(numerator: Int64 = 1, denominator: Int64 = 1) {
            self.numerator = numerator
            self.denominator = denominator
        }
    }

    public private(set) var count: Int64
    /// Σx, the total of the numerators.
    public private(set) var numerator: Int128
    /// Σy, the total of the denominators.
    public private(set) var denominator: Int128
    /// Σx², Σy² and Σxy.
    public private(set) var numeratorSquares: Int256
    public private(set) var denominatorSquares: Int256
    public private(set) var products: Int256
    /// Only statistics of one scale may be added.
    public let scale: Scale

    public init(
        count: Int64 = 0, numerator: Int128 = 0, denominator: Int128 = 0, numeratorSquares: Int256 = .zero,
        denominatorSquares: Int256 = .zero, products: Int256 = .zero, scale: Scale = Scale()
    ) {
        self.count = count
        self.numerator = numerator
        self.denominator = denominator
        self.numeratorSquares = numeratorSquares
        self.denominatorSquares = denominatorSquares
        self.products = products
        self.scale = scale
    }

    /// Adds one unit's two numbers.
    public mutating func add(_ x: Int128, over y: Int128) {
        count += 1
        numerator &+= x
        denominator &+= y
        numeratorSquares += .product(x, x)
        denominatorSquares += .product(y, y)
        products += .product(x, y)
    }

    public static func + (a: RatioStatistic, b: RatioStatistic) -> RatioStatistic {
        precondition(a.scale == b.scale, "statistics of different scales")
        return RatioStatistic(
            count: a.count + b.count, numerator: a.numerator &+ b.numerator,
            denominator: a.denominator &+ b.denominator, numeratorSquares: a.numeratorSquares + b.numeratorSquares,
            denominatorSquares: a.denominatorSquares + b.denominatorSquares, products: a.products + b.products,
            scale: a.scale)
    }

    /// Σx / Σy.
    public func value() -> Result<Double, Unavailable> {
        guard count > 0 else { return .failure(.noUnits) }
        guard denominator != 0 else { return .failure(.zeroDenominator) }
        return .success(Double(numerator) / Double(denominator) / relativeScale)
    }

    /// The ratio r with the variance (var x - 2 r cov(x, y) + r² var y) / mean(y)² of one unit.
    ///
    /// Source: Deng, Knoblich, Lu, "Applying the Delta Method in Metric Analytics" (KDD 2018), section 3. Where the
    /// terms cancel to less than their own rounding, the variance is zero.
    public func estimate() -> Result<Estimate, Unavailable> {
        value().flatMap { value in
            residualVariance(around: value).flatMap { variance in
                let meanDenominator = means.denominator
                guard let variance = finite(variance / (meanDenominator * meanDenominator)) else {
                    return .failure(.outOfRange)
                }
                return .success(Estimate(count: count, value: value, variance: variance))
            }
        }
    }

    /// Σx / n and Σy / n; 0 of nothing.
    var means: (numerator: Double, denominator: Double) {
        guard count > 0 else { return (0, 0) }
        return (
            Double(numerator) / Double(scale.numerator) / Double(count),
            Double(denominator) / Double(scale.denominator) / Double(count)
        )
    }

    /// The unbiased variance of x - r y over the units. Where its terms cancel to less than their own rounding it is zero.
    func residualVariance(around ratio: Double) -> Result<Double, Unavailable> {
        guard count > 0 else { return .failure(.noUnits) }
        guard count > 1 else { return .failure(.tooFewUnits) }
        guard let xx = centredProduct(count: count, numerator, numerator, numeratorSquares),
            let yy = centredProduct(count: count, denominator, denominator, denominatorSquares),
            let xy = centredProduct(count: count, numerator, denominator, products),
            !xx.isNegative, !yy.isNegative
        else { return .failure(.outOfRange) }
        let ratio = ratio * relativeScale
        let positive = xx.double + ratio * ratio * yy.double
        let centred = positive - 2 * ratio * xy.double
        let units = Double(count) * Double(count - 1)
        let scale = Double(scale.numerator)
        guard let variance = finite(centred / units / (scale * scale)) else { return .failure(.outOfRange) }
        let isRounding = centred <= positive * 0x1p-44
        return .success(isRounding ? 0 : variance)
    }

    private var relativeScale: Double { Double(scale.numerator) / Double(scale.denominator) }
}
