/// How many times more counts vary from day to day than independent trials would.
///
/// Ad reports have no persons: the same people see a creative again, and days differ. Pearson's estimate over days: the sum
/// of (x - n p)² / (n p (1 - p)) with each arm's own share p, over the days less one an arm. Standard errors of shares grow
/// with its root. Source: McCullagh and Nelder, "Generalized Linear Models" (1989), section 4.5.
public struct Overdispersion: Sendable, Hashable {
    /// Under 1 by chance or where trials compensate each other.
    public let factor: Double
    public let degreesOfFreedom: Int

    /// What variances are multiplied by: never under 1.
    public var inflation: Double { max(1, factor) }

    /// - Parameter arms: For each arm its clicks of impressions, one a day. Days without impressions, and arms of which none
    ///   or all converted, tell nothing.
    public static func ofDays(_ arms: [[ProportionStatistic]]) -> Result<Overdispersion, Unavailable> {
        var sum = 0.0
        var degrees = 0
        guard arms.joined().allSatisfy({ (0...max($0.count, 0)).contains($0.successes) }) else {
            return .failure(.outOfRange)
        }
        for arm in arms {
            let days = arm.filter { $0.count > 0 }
            let trials = days.reduce(0.0) { $0 + Double($1.count) }
            let successes = days.reduce(0.0) { $0 + Double($1.successes) }
            guard days.count > 1, successes > 0, successes < trials else { continue }
            let share = successes / trials
            for day in days {
                let expected = Double(day.count) * share
                let deviation = Double(day.successes) - expected
                sum += deviation * deviation / (expected * (1 - share))
            }
            degrees += days.count - 1
        }
        guard degrees > 0 else { return .failure(.tooFewUnits) }
        return .success(Overdispersion(factor: sum / Double(degrees), degreesOfFreedom: degrees))
    }
}

extension Estimate {
    /// The estimate with its variance multiplied.
    public func inflated(by factor: Double) -> Estimate {
        Estimate(count: count, value: value, variance: variance * factor)
    }
}
