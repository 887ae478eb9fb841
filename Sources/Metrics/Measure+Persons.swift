extension Measure {
    /// Whether the number depends on whose rows they are.
    public var asksForPersons: Bool {
        switch self {
        case .persons, .personDays, .activeDays, .followed, .lastAnswers, .conversions: true
        case .orders(_, .some): true
        case .whole(let measure): measure.asksForPersons
        default: selections.contains { $0.occasion != .every }
        }
    }
}
