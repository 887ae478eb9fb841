/// Why a statistic has no value. The raw value is a stable code that marts show.
public enum Unavailable: String, Error, Sendable, Hashable, CaseIterable {
    /// No unit was seen.
    case noUnits = "no_units"
    /// A variance needs two units.
    case tooFewUnits = "too_few_units"
    /// Every unit has the same value in both samples, so no test can tell chance from effect.
    case zeroVariance = "zero_variance"
    /// A relative lift over a control of zero is not defined.
    case zeroControl = "zero_control"
    /// The interval of the control covers zero, so a lift relative to it may be anything.
    case baselineNearZero = "baseline_near_zero"
    /// The denominator of a ratio is zero.
    case zeroDenominator = "zero_denominator"
    /// The expected split does not give every seen variant a share over zero.
    case impossibleSplit = "impossible_split"
    /// The covariate is the same for every unit, so nothing can be adjusted for.
    case zeroCovariateVariance = "zero_covariate_variance"
    /// The history before the exposures is shorter than the look-back.
    case historyTooShort = "history_too_short"
    /// A stratum has fewer than two units of a variant.
    case thinStratum = "thin_stratum"
    /// An effect of zero cannot be planned for.
    case zeroEffect = "zero_effect"
    /// No number of units within the range of integers is enough.
    case unreachable = "unreachable"
    /// No unit arrives, so the wait has no end.
    case noAccrual = "no_accrual"
    /// Sums that no sample can have, or that are beyond the range of numbers.
    case outOfRange = "out_of_range"
}
