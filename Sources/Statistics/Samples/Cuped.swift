/// Estimates of an experiment's variants, adjusted for what their units did before: less variance, the same expectation.
///
/// Source: Deng, Xu, Kohavi, Walker, "Improving the Sensitivity of Online Controlled Experiments by Utilizing Pre-Experiment
/// Data" (WSDM 2013), section 3; for ratios the same on the linearised units (its appendix). One theta serves all variants:
/// the slope of the least squares fit with an intercept a variant, so that no effect leaks into it. A unit without history
/// has covariate zero and an indicator, which is fitted too. The covariate's mean is taken off as far as it differs from
/// that over all variants, so that adjusted values stay comparable with plain ones; the chance in that common mean is left out
/// of the variances, because it cancels in differences (and in relative lifts but for the square of the lift).
public struct Cuped: Sendable, Hashable {
    /// The pooled slope of the covariate.
    public let theta: Double
    /// The pooled effect of having no history; nil where all units have some, or none of them tells more than that.
    public let missingEffect: Double?
    /// The adjusted estimates, one a variant.
    public let estimates: [Result<Estimate, Unavailable>]
    /// The share of the variance within variants that the covariate takes away, 0...1.
    public let varianceReduction: Double

    /// - Parameter variants: The statistics of all variants that are compared with each other.
    /// - Returns: `zero_covariate_variance` where the covariate is the same for all units of each variant, or adds nothing to
    ///   whether it is missing.
    public static func adjust<Statistic: CovariateStatistic>(_ variants: [Statistic]) -> Result<Cuped, Unavailable> {
        adjust(strata: [variants])
    }

    /// The same together with post-stratification: the slopes are fitted with an intercept for each variant and stratum, and
    /// the adjusted means of strata weighted as the strata are among the units of all variants (`PostStratification`).
    /// - Parameter strata: For each stratum the statistic of each variant; one stratum is no post-stratification.
    /// - Returns: `thin_stratum` as the estimate of a variant with fewer than two units in one of several strata.
    public static func adjust<Statistic: CovariateStatistic>(strata: [[Statistic]]) -> Result<Cuped, Unavailable> {
        let seen = strata.filter { $0.contains { $0.count > 0 } }
        guard let variants = seen.map(\.count).min(), variants > 0 else { return .failure(.noUnits) }
        guard seen.joined().contains(where: { $0.count > 1 }) else { return .failure(.tooFewUnits) }
        let sizes = seen.map { $0.reduce(0.0) { $0 + Double($1.count) } }
        let whole = sizes.reduce(0, +)
        let samples = (0..<variants).map { variant in
            StratifiedSample(cells: zip(seen, sizes).map { ($0[variant], $1 / whole) })
        }
        let together = seen.joined().dropFirst().reduce(seen[0][0], +)
        guard let centre = together.forms() else { return .failure(.zeroDenominator) }

        var fit = PooledFit()
        for sample in samples {
            guard let forms = sample.forms else { continue }
            for (cell, _) in sample.cells where cell.count > 1 {
                guard let covariances = cell.moments.covariances() else { return .failure(.outOfRange) }
                fit.add(forms, covariances, weight: Double(cell.count - 1))
            }
        }
        guard fit.outcome > 0 else { return .failure(.zeroVariance) }
        guard let slopes = fit.slopes() else { return .failure(.zeroCovariateVariance) }
        guard slopes.theta.isFinite, slopes.missing?.isFinite ?? true else { return .failure(.outOfRange) }
        return .success(
            Cuped(
                theta: slopes.theta, missingEffect: slopes.missing,
                estimates: samples.map { adjusted($0, centre, slopes) },
                varianceReduction: min(1, max(0, fit.explained(by: slopes) / fit.outcome))))
    }

    private static func adjusted(
        _ sample: StratifiedSample<some CovariateStatistic>, _ centre: CovariateForms, _ slopes: PooledFit.Slopes
    ) -> Result<Estimate, Unavailable> {
        sample.check().flatMap { count in
            guard let forms = sample.forms else { return .failure(.zeroDenominator) }
            let missing = slopes.missing ?? 0
            let residual = forms.outcome - slopes.theta * forms.covariate - missing * forms.missing
            let value = residual.value + slopes.theta * centre.covariate.value + missing * centre.missing.value
            var squaredStandardError = 0.0
            for (cell, weight) in sample.cells {
                guard let covariances = cell.moments.covariances() else { return .failure(.outOfRange) }
                let variance = max(0, LinearForm.covariance(residual, residual, covariances))
                squaredStandardError += weight * weight * variance / Double(cell.count)
            }
            let variance = squaredStandardError * Double(count)
            guard value.isFinite, variance.isFinite else { return .failure(.outOfRange) }
            return .success(Estimate(count: count, value: value, variance: variance))
        }
    }
}

/// One variant's units in each stratum, with the strata's weights.
private struct StratifiedSample<Statistic: CovariateStatistic> {
    let cells: [(statistic: Statistic, weight: Double)]

    /// The forms at the weighted means; nil where a stratum has no unit, or the outcome does not exist.
    var forms: CovariateForms? {
        guard var means = cells.first.map({ $0.statistic.moments.means.map { _ in 0.0 } }),
            cells.allSatisfy({ $0.statistic.count > 0 })
        else { return nil }
        for (cell, weight) in cells {
            means = zip(means, cell.moments.means).map { $0 + weight * $1 }
        }
        return Statistic.forms(of: means)
    }

    /// How many units there are, where they are enough.
    func check() -> Result<Int64, Unavailable> {
        let count = cells.reduce(Int64(0)) { $0 + $1.statistic.count }
        guard count > 0 else { return .failure(.noUnits) }
        guard cells.count > 1 else { return count > 1 ? .success(count) : .failure(.tooFewUnits) }
        return cells.allSatisfy { $0.statistic.count > 1 } ? .success(count) : .failure(.thinStratum)
    }
}

/// The covariances of outcome, covariate and indicator, within variants and summed over them.
private struct PooledFit {
    struct Slopes {
        let theta: Double
        let missing: Double?
    }

    private(set) var outcome = 0.0
    private var covariate = 0.0
    private var missing = 0.0
    private var outcomeByCovariate = 0.0
    private var outcomeByMissing = 0.0
    private var covariateByMissing = 0.0

    mutating func add(_ forms: CovariateForms, _ covariances: [[Double]], weight: Double) {
        func covariance(_ a: LinearForm, _ b: LinearForm) -> Double {
            weight * LinearForm.covariance(a, b, covariances)
        }
        outcome += covariance(forms.outcome, forms.outcome)
        covariate += covariance(forms.covariate, forms.covariate)
        missing += covariance(forms.missing, forms.missing)
        outcomeByCovariate += covariance(forms.outcome, forms.covariate)
        outcomeByMissing += covariance(forms.outcome, forms.missing)
        covariateByMissing += covariance(forms.covariate, forms.missing)
    }

    /// The least squares slopes; without the indicator where it is constant. nil where the covariate says nothing more.
    func slopes() -> Slopes? {
        guard covariate > 0 else { return nil }
        guard missing > 0 else { return Slopes(theta: outcomeByCovariate / covariate, missing: nil) }
        let determinant = covariate * missing - covariateByMissing * covariateByMissing
        guard determinant > covariate * missing * 0x1p-40 else { return nil }
        return Slopes(
            theta: (outcomeByCovariate * missing - outcomeByMissing * covariateByMissing) / determinant,
            missing: (outcomeByMissing * covariate - outcomeByCovariate * covariateByMissing) / determinant)
    }

    func explained(by slopes: Slopes) -> Double {
        slopes.theta * outcomeByCovariate + (slopes.missing ?? 0) * outcomeByMissing
    }
}
