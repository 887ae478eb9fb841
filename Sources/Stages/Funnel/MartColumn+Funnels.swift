import Marts

extension MartColumn {
    /// The column of a funnel's mart with what it means.
    func inFunnels(_ formula: String?, _ meaning: String, parts: (numerator: String, denominator: String)? = nil) -> MartColumn {
        defined(formula, meaning, source: "docs/FUNNELS.md", numerator: parts?.numerator, denominator: parts?.denominator)
    }
}
