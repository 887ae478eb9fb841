/// Estimates of variants from strata that were known before the exposure (country, platform, an allocation epoch), weighted
/// as the strata are among the units of all variants.
///
/// Source: Miratrix, Sekhon, Yu, "Adjusting Treatment Effect Estimates by Post-Stratification in Randomized Experiments"
/// (JRSS B 75, 2013), with the variance given the strata's sizes. A stratum without any unit is left out; one
/// in which a variant has fewer than two units makes that variant's estimate `thin_stratum`.
public enum PostStratification {
    /// Means or proportions: Σ w mean, with the squared standard error Σ w² variance/n.
    /// - Parameter strata: For each stratum the statistic of each variant.
    public static func means<Statistic: SufficientStatistic>(
        strata: [[Statistic]]
    ) -> [Result<Estimate, Unavailable>] {
        combine(strata) { weighted in
            var value = 0.0
            var squaredStandardError = 0.0
            for (statistic, weight) in weighted {
                switch statistic.estimate() {
                case .failure(let reason): return .failure(reason)
                case .success(let estimate):
                    value += weight * estimate.value
                    squaredStandardError += weight * weight * estimate.squaredStandardError
                }
            }
            return .success((value, squaredStandardError))
        }
    }

    /// Ratios: Σ w mean(x) / Σ w mean(y), its variance by the delta method within strata.
    public static func ratios(strata: [[RatioStatistic]]) -> [Result<Estimate, Unavailable>] {
        combine(strata) { weighted in
            var numerator = 0.0
            var denominator = 0.0
            for (statistic, weight) in weighted {
                let means = statistic.means
                numerator += weight * means.numerator
                denominator += weight * means.denominator
            }
            guard denominator != 0 else { return .failure(.zeroDenominator) }
            let ratio = numerator / denominator
            var squaredStandardError = 0.0
            for (statistic, weight) in weighted {
                switch statistic.residualVariance(around: ratio) {
                case .failure(let reason): return .failure(reason)
                case .success(let variance):
                    squaredStandardError += weight * weight * variance / Double(statistic.count)
                }
            }
            return .success((ratio, squaredStandardError / (denominator * denominator)))
        }
    }

    private static func combine<Statistic: SufficientStatistic>(
        _ strata: [[Statistic]],
        _ estimate: ([(Statistic, weight: Double)]) -> Result<
            (value: Double, squaredStandardError: Double), Unavailable
        >
    ) -> [Result<Estimate, Unavailable>] {
        let variants = strata.map(\.count).min() ?? 0
        let seen = strata.filter { $0.prefix(variants).contains { $0.count > 0 } }
        let sizes = seen.map { $0.prefix(variants).reduce(0.0) { $0 + Double($1.count) } }
        let units = sizes.reduce(0, +)
        return (0..<variants).map { variant in
            let count = seen.reduce(Int64(0)) { $0 + $1[variant].count }
            guard count > 0 else { return .failure(.noUnits) }
            guard seen.allSatisfy({ $0[variant].count > 1 }) else { return .failure(.thinStratum) }
            return estimate(zip(seen, sizes).map { ($0[variant], $1 / units) }).flatMap { whole in
                guard let variance = finite(whole.squaredStandardError * Double(count)), whole.value.isFinite else {
                    return .failure(.outOfRange)
                }
                return .success(Estimate(count: count, value: whole.value, variance: variance))
            }
        }
    }
}
