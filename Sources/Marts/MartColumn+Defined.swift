extension MartColumn {
    /// The column with what it means, where it is declared: no form of a mart shows it, `nightmarket why` does.
    /// - Parameters:
    ///   - formula: in words and signs; nil where what stands there is no figure.
    ///   - source: see `ColumnDefinition`.
    public func defined(
        _ formula: String?, _ meaning: String, source: String, numerator: String? = nil, denominator: String? = nil
    ) -> MartColumn {
        defined(ColumnDefinition(formula: formula, meaning: meaning, source: source, numerator: numerator, denominator: denominator))
    }

    /// The column as one of those that a person reads first.
    public var headline: MartColumn {
        var column = self
        column.isHeadline = true
        return column
    }

    public func defined(_ definition: ColumnDefinition?) -> MartColumn {
        var column = self
        column.definition = definition
        return column
    }
}
