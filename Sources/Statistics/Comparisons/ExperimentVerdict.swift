/// What an experiment says of a metric, in one word.
public enum ExperimentVerdict: String, Sendable, Hashable, CaseIterable {
    /// Better, beyond chance.
    case win
    /// Worse, beyond chance.
    case loss
    /// Whatever difference there is, is smaller than the stated margin.
    case noRelevantDifference = "no_relevant_difference"
    /// The data allow for too much.
    case notYet = "not_yet"
    /// The experiment itself is at fault: do not read its numbers.
    case broken

    /// - Parameters:
    ///   - interval: The effect's interval: always-valid, or fixed at the declared end; nil where there is none.
    ///   - isSignificant: Whether the p-value, adjusted for the number of metrics and variants, is under alpha.
    ///   - margin: The smallest difference that matters, over 0 and in the effect's unit; nil where none is stated.
    ///   - isBroken: A sample ratio mismatch, or many units in two variants.
    public static func of(
        _ interval: ConfidenceInterval?, isSignificant: Bool, margin: Double?, higherIsBetter: Bool, isBroken: Bool
    ) -> ExperimentVerdict {
        if isBroken { return .broken }
        guard let interval else { return .notYet }
        if isSignificant && interval.low > 0 { return higherIsBetter ? .win : .loss }
        if isSignificant && interval.high < 0 { return higherIsBetter ? .loss : .win }
        if let margin, interval.low > -margin, interval.high < margin { return .noRelevantDifference }
        return .notYet
    }
}
