/// One metric: everything that the stage, the marts, alerts, dashboards and the documentation know of it.
public struct Metric: Sendable, Hashable {
    public enum Unit: Sendable, Hashable {
        case events, persons, orders, values, fraction, seconds
        /// The report currency.
        case money
        /// A plain number.
        case none
        /// The unit of a column.
        case column(String)
    }
    public enum Direction: Int, Sendable { case down = -1, neither = 0, up = 1 }
    /// How rows of a mart may be put together.
    public enum Aggregation: String, Sendable { case sum, distinct, ratio, min, max, none }

    /// The name in manifests and marts.
    public let id: String
    public let en: String
    public let zh: String
    public let unit: Unit
    public let direction: Direction
    public let formula: Formula
    /// One sentence that says what is counted.
    public let definition: String
    /// Where the definition comes from: campaign plans by number, or the field's convention.
    public let source: String
    /// True for figures of the whole business, which have no split by channel or campaign.
    public let isBlended: Bool

    public init(
        _ id: String, _ en: String, _ zh: String, _ unit: Unit, _ direction: Direction, _ formula: Formula,
        _ definition: String, source: String, isBlended: Bool = false
    ) {
        self.id = id
        self.en = en
        self.zh = zh
        self.unit = unit
        self.direction = direction
        self.formula = formula
        self.definition = definition
        self.source = source
        self.isBlended = isBlended
    }

    public var aggregation: Aggregation {
        guard case .value(let value) = formula else { return .ratio }
        if value.measures.allSatisfy(\.isAdditive) { return .sum }
        switch value.added[0] {
        case .minimum: return .min
        case .maximum: return .max
        case .percentile, .tickets: return .none
        case .reported(let figure) where !figure.isAdditive: return .none
        default: return .distinct
        }
    }
}
