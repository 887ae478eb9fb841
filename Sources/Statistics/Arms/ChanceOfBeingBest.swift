/// The probability of each of many arms (variants, creatives) to be the best of all.
///
/// Computed by integration, not by drawing: the integral of F_1(x) ... F_k(x), without the arm's own, over the arm's own
/// posterior. So it has no seed and no noise, and is a function of the posteriors alone.
public enum ChanceOfBeingBest {
    /// - Parameters:
    ///   - arms: What is believed of each, such as a beta posterior of a rate or a normal one of a mean.
    ///   - highestIsBest: Where false, the arm with the lowest value is best.
    /// - Returns: One number an arm; they add up to 1 within the error of the integration, 1e-7.
    public static func of(
        _ arms: [any Distribution], highestIsBest: Bool = true
    ) -> Result<[Double], Unavailable> {
        guard !arms.isEmpty else { return .failure(.noUnits) }
        guard arms.count > 1 else { return .success([1]) }
        let standard = NormalDistribution()
        var chances: [Double] = []
        for own in arms.indices {
            var isFinite = true
            // Over z with F(x) = Φ(z): a normal density times what only rises, so that no peak hides between the points.
            let chance = AdaptiveIntegral.of(from: -8, to: 8, pieces: 16, tolerance: 1e-10) { z in
                guard let u = standard.cumulative(z), let x = arms[own].quantile(u), let density = standard.density(z)
                else {
                    isFinite = false
                    return 0
                }
                var product = density
                for other in arms.indices where other != own && product > 0 {
                    guard let below = highestIsBest ? arms[other].cumulative(x) : arms[other].survival(x) else {
                        isFinite = false
                        return 0
                    }
                    product *= below
                }
                return product
            }
            guard isFinite else { return .failure(.outOfRange) }
            chances.append(min(1, max(0, chance)))
        }
        return .success(chances)
    }

    /// Means whose posterior is normal around the estimate, by a flat prior.
    public static func ofMeans(_ arms: [Estimate], highestIsBest: Bool = true) -> Result<[Double], Unavailable> {
        guard arms.allSatisfy({ $0.count > 1 }) else { return .failure(.tooFewUnits) }
        guard arms.allSatisfy({ $0.variance > 0 }) else { return .failure(.zeroVariance) }
        return of(
            arms.map {
                NormalDistribution(mean: $0.value, standardDeviation: $0.squaredStandardError.squareRoot())
            }, highestIsBest: highestIsBest)
    }

    /// Proportions whose posterior is a beta distribution, by the uniform prior.
    /// - Parameter overdispersion: How many times the variance is a binomial one's (`Overdispersion`): so many trials weigh
    ///   as one. 1 or more.
    public static func ofProportions(
        _ arms: [ProportionStatistic], overdispersion: Double = 1, highestIsBest: Bool = true
    ) -> Result<[Double], Unavailable> {
        guard arms.allSatisfy({ (0...max($0.count, 0)).contains($0.successes) }), overdispersion >= 1,
            overdispersion.isFinite
        else { return .failure(.outOfRange) }
        return of(
            arms.map {
                BetaDistribution(
                    alpha: 1 + Double($0.successes) / overdispersion,
                    beta: 1 + Double($0.count - $0.successes) / overdispersion)
            }, highestIsBest: highestIsBest)
    }
}
