/// What a column of a mart means, as the stage declares it that fills the column.
public struct ColumnDefinition: Sendable, Hashable {
    /// In words and signs, such as `1000 x spend / impressions`; nil for names, words and flags.
    public var formula: String?
    /// One sentence that says what is counted, or what stands there.
    public var meaning: String
    /// Where the definition comes from: the catalogue's plan, the manifest, or the field's convention.
    public var source: String
    /// The formulas of the numerator and the denominator of a ratio.
    public var numerator: String?
    public var denominator: String?
    /// Which rule says whose sale a sale is (`last_touch`, ...); nil where the figure is not credited to anything.
    public var credit: String?
    /// The columns whose values decide which rows count.
    public var conditionColumns: Set<String>
    /// Whether the figure asks whose rows they are.
    public var asksForPersons: Bool

    public init(
        formula: String?, meaning: String, source: String, numerator: String? = nil, denominator: String? = nil,
        credit: String? = nil, conditionColumns: Set<String> = [], asksForPersons: Bool = false
    ) {
        self.formula = formula
        self.meaning = meaning
        self.source = source
        self.numerator = numerator
        self.denominator = denominator
        self.credit = credit
        self.conditionColumns = conditionColumns
        self.asksForPersons = asksForPersons
    }
}
