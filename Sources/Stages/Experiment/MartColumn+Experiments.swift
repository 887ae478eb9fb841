import Marts

extension MartColumn {
    /// The column of an experiment's mart with what it means.
    func inExperiments(_ formula: String?, _ meaning: String) -> MartColumn {
        let isQuotient = name == "value"
        return defined(
            formula, meaning, source: "docs/EXPERIMENTS.md", numerator: isQuotient ? "the metric's numerator, over the variant's units" : nil,
            denominator: isQuotient ? "the metric's denominator; units for a mean" : nil)
    }
}
