import Statistics

extension ChanceOfBeingBest {
    /// A chance as marts show it: under the error of the integration it is 0.
    static func shown(_ chance: Double) -> Double { chance < 1e-7 ? 0 : chance }
}
