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
        guard let first = variants.first, variants.contains(where: { $0.count > 0 }) else { return .failure(.noUnits) }
        guard variants.contains(where: { $0.count > 1 }) else { return .failure(.tooFewUnits) }
        let whole = variants.dropFirst().reduce(first, +)
        guard let centre = whole.forms() else { return .failure(.zeroDenominator) }

        var fit = PooledFit()
        for variant in variants where variant.count > 1 {
            guard let forms = variant.forms() else { continue }
            guard let covariances = variant.moments.covariances() else { return .failure(.outOfRange) }
            fit.add(forms, covariances, weight: Double(variant.count - 1))
        }
        guard fit.outcome > 0 else { return .failure(.zeroVariance) }
        guard let slopes = fit.slopes() else { return .failure(.zeroCovariateVariance) }
        guard slopes.theta.isFinite, slopes.missing?.isFinite ?? true else { return .failure(.outOfRange) }
        return .success(
            Cuped(
                theta: slopes.theta, missingEffect: slopes.missing,
                estimates: variants.map { adjusted($0, centre, slopes) },
                varianceReduction: min(1, max(0, fit.explained(by: slopes) / fit.outcome))))
    }

    private static func adjusted(
        _ variant: some CovariateStatistic, _ centre: CovariateForms, _ slopes: PooledFit.Slopes
    ) -> Result<Estimate, Unavailable> {
        variant.estimate().flatMap { plain in
            guard let forms = variant.forms(), let covariances = variant.moments.covariances() else {
                return .failure(.outOfRange)
            }
            let missing = slopes.missing ?? 0
            let residual = forms.outcome - slopes.theta * forms.covariate - missing * forms.missing
            let value = residual.value + slopes.theta * centre.covariate.value + missing * centre.missing.value
            let variance = LinearForm.covariance(residual, residual, covariances)
            guard value.isFinite, variance.isFinite else { return .failure(.outOfRange) }
            return .success(Estimate(count: plain.count, value: value, variance: max(0, variance)))
        }
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
