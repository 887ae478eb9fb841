/// The bounds between which a value lies with a stated confidence; both are finite.
public struct ConfidenceInterval: Sendable, Hashable {
    public let low: Double
    public let high: Double

    public init(low: Double, high: Double) {
        self.low = low
        self.high = high
    }

    public func contains(_ value: Double) -> Bool { low <= value && value <= high }
}

extension Effect {
    public var interval: ConfidenceInterval { ConfidenceInterval(low: low, high: high) }
}

extension SequentialEffect {
    public var interval: ConfidenceInterval { ConfidenceInterval(low: low, high: high) }
}

extension Estimate {
    /// Student's t interval of the estimated value, of confidence 1 - alpha, with count - 1 degrees of freedom.
    public func confidenceInterval(alpha: Double) -> Result<ConfidenceInterval, Unavailable> {
        guard count > 0 else { return .failure(.noUnits) }
        guard count > 1 else { return .failure(.tooFewUnits) }
        guard variance > 0 else { return .failure(.zeroVariance) }
        let distribution = StudentTDistribution(degreesOfFreedom: Double(count - 1))
        guard let critical = distribution.twoSidedCriticalValue(alpha: alpha) else { return .failure(.outOfRange) }
        let half = critical * squaredStandardError.squareRoot()
        guard let low = finite(value - half), let high = finite(value + half) else { return .failure(.outOfRange) }
        return .success(ConfidenceInterval(low: low, high: high))
    }
}
