import Vocabulary

/// A condition of the manifest's expression language, parsed.
public struct Condition: Sendable, Hashable {
    /// The text as written.
    public let text: String
    /// The syntax tree.
    public let expression: Expression

    init(text: String, expression: Expression) {
        self.text = text
        self.expression = expression
    }
}

/// The tree of a condition. Comparisons with null are false; `not` of a false comparison is true.
public indirect enum Expression: Sendable, Hashable {
    public enum Comparison: String, Sendable { case equal = "=", notEqual = "!=", less = "<", lessOrEqual = "<=", greater = ">", greaterOrEqual = ">=" }
    /// A literal as written; numbers are exact millionths.
    public enum Literal: Sendable, Hashable {
        case string(String)
        case number(Int64)
        case boolean(Bool)
    }
    case and([Expression])
    case or([Expression])
    case not(Expression)
    case comparison(column: String, Comparison, Literal, offset: Int)
    case membership(column: String, [Literal], offset: Int)
    case isNull(column: String, offset: Int)
    /// A boolean column standing alone.
    case flag(column: String, offset: Int)
}
