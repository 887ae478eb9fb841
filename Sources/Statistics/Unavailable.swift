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
    /// The denominator of a ratio is zero.
    case zeroDenominator = "zero_denominator"
    /// The expected split does not give every seen variant a share over zero.
    case impossibleSplit = "impossible_split"
    /// Sums that no sample can have, or that are beyond the range of numbers.
    case outOfRange = "out_of_range"
}
