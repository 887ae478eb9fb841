/// How many units of a sample had something: a proportion.
public struct ProportionStatistic: SufficientStatistic {
    public private(set) var count: Int64
    public private(set) var successes: Int64

    public init(count: Int64 = 0, successes: Int64 = 0) {
        self.count = count
        self.successes = successes
    }

    /// Adds one unit.
    public mutating func add(_ success: Bool) {
        count += 1
        if success { successes += 1 }
    }

    public static func + (a: ProportionStatistic, b: ProportionStatistic) -> ProportionStatistic {
        ProportionStatistic(count: a.count + b.count, successes: a.successes + b.successes)
    }

    /// The share of successes.
    public func value() -> Result<Double, Unavailable> {
        guard count > 0 else { return .failure(.noUnits) }
        guard (0...count).contains(successes) else { return .failure(.outOfRange) }
        return .success(Double(successes) / Double(count))
    }

    /// The share with the variance p (1 - p) of a Bernoulli trial, as gbstats takes it.
    public func estimate() -> Result<Estimate, Unavailable> {
        value().flatMap { share in
            guard count > 1 else { return .failure(.tooFewUnits) }
            let failures = Double(count - successes) / Double(count)
            return .success(Estimate(count: count, value: share, variance: share * failures))
        }
    }
}
