/// A statistic that also knows of each unit what it did before its exposure.
public protocol CovariateStatistic: SufficientStatistic {
    var moments: MomentStatistic { get }
    /// What is measured, and what it is adjusted by, as forms of the means of the moments' numbers; nil where one does not exist.
    static func forms(of means: [Double]) -> CovariateForms?
    /// What is measured, without what it is adjusted by.
    associatedtype Plain: SufficientStatistic
    var plain: Plain { get }
}

/// The forms of a `CovariateStatistic`; only this module can make or read them.
public struct CovariateForms {
    let outcome: LinearForm
    let covariate: LinearForm
    /// The share of units without a covariate.
    let missing: LinearForm
}

extension CovariateStatistic {
    public var count: Int64 { moments.count }

    func forms() -> CovariateForms? { Self.forms(of: moments.means) }

    public func value() -> Result<Double, Unavailable> {
        guard count > 0 else { return .failure(.noUnits) }
        guard let forms = forms() else { return .failure(.zeroDenominator) }
        return .success(forms.outcome.value)
    }

    /// The estimate without the covariate.
    public func estimate() -> Result<Estimate, Unavailable> {
        value().flatMap { value in
            guard count > 1 else { return .failure(.tooFewUnits) }
            guard let forms = forms(), let covariances = moments.covariances() else { return .failure(.outOfRange) }
            let variance = LinearForm.covariance(forms.outcome, forms.outcome, covariances)
            return .success(Estimate(count: count, value: value, variance: max(0, variance)))
        }
    }
}

/// Exact sums of a number a unit and of the same kind of number before the unit's exposure.
public struct CovariateMeanStatistic: CovariateStatistic {
    public private(set) var moments: MomentStatistic

    /// - Parameters: How many of the summed integers make one, in the value and in the covariate.
    public init(scale: Int64 = 1, covariateScale: Int64? = nil) {
        self.init(MomentStatistic(scales: [scale, covariateScale ?? scale, 1]))
    }

    /// Sums that were taken before, of the three numbers of a unit.
    public init(_ moments: MomentStatistic) {
        precondition(moments.scales.count == 3)
        self.moments = moments
    }

    /// Adds one unit; a covariate that is missing counts as zero, and as missing.
    public mutating func add(_ value: Int128, covariate: Int128?) {
        moments.add([value, covariate ?? 0, covariate == nil ? 1 : 0])
    }

    public static func + (a: CovariateMeanStatistic, b: CovariateMeanStatistic) -> CovariateMeanStatistic {
        CovariateMeanStatistic(a.moments + b.moments)
    }

    public static func forms(of means: [Double]) -> CovariateForms? {
        CovariateForms(
            outcome: .mean(of: 0, in: means), covariate: .mean(of: 1, in: means), missing: .mean(of: 2, in: means))
    }

    public var plain: MeanStatistic {
        MeanStatistic(count: count, sum: moments.sums[0], sumOfSquares: moments.products[0], scale: moments.scales[0])
    }
}

/// Exact sums of two numbers a unit and of both before the unit's exposure: a ratio with the same ratio as its covariate.
public struct CovariateRatioStatistic: CovariateStatistic {
    public private(set) var moments: MomentStatistic

    public init(scale: RatioStatistic.Scale = .init(), covariateScale: RatioStatistic.Scale? = nil) {
        let before = covariateScale ?? scale
        self.init(
            MomentStatistic(scales: [scale.numerator, scale.denominator, before.numerator, before.denominator, 1]))
    }

    /// Sums that were taken before, of the five numbers of a unit.
    public init(_ moments: MomentStatistic) {
        precondition(moments.scales.count == 5)
        self.moments = moments
    }

    /// Adds one unit; a covariate that is missing counts as zero over zero, and as missing.
    public mutating func add(
        _ x: Int128, over y: Int128, covariate: (numerator: Int128, denominator: Int128)?
    ) {
        moments.add([x, y, covariate?.numerator ?? 0, covariate?.denominator ?? 0, covariate == nil ? 1 : 0])
    }

    public static func + (a: CovariateRatioStatistic, b: CovariateRatioStatistic) -> CovariateRatioStatistic {
        CovariateRatioStatistic(a.moments + b.moments)
    }

    public static func forms(of means: [Double]) -> CovariateForms? {
        guard let outcome = LinearForm.ratio(of: 0, over: 1, in: means) else { return nil }
        // Without any history the covariate is a constant, and `Cuped` says so.
        let covariate =
            LinearForm.ratio(of: 2, over: 3, in: means)
            ?? LinearForm(value: 0, gradient: Array(repeating: 0, count: means.count))
        return CovariateForms(outcome: outcome, covariate: covariate, missing: .mean(of: 4, in: means))
    }

    public var plain: RatioStatistic {
        RatioStatistic(
            count: count, numerator: moments.sums[0], denominator: moments.sums[1], numeratorSquares: moments.products[0],
            denominatorSquares: moments.products[5], products: moments.products[1],
            scale: .init(numerator: moments.scales[0], denominator: moments.scales[1]))
    }
}
