import Chronology
import Vocabulary

/// A condition of the manifest's expression language, parsed.
///
/// ```
/// event = 'purchase' and channel in ('douyin', 'kol') and (amount > 100 or coupon_id is not null)
/// ```
/// A comparison with null is false, and `not` of it true; there is no third truth value.
public struct Condition: Sendable, Hashable {
    /// The text as written.
    public let text: String
    /// The syntax tree.
    public let expression: Expression
    /// The zone of time literals without an offset.
    public let zone: Zone

    init(text: String, expression: Expression, zone: Zone) {
        self.text = text
        self.expression = expression
        self.zone = zone
    }

    /// The columns that the condition looks at.
    public var columns: Set<String> {
        var names: Set<String> = []
        expression.forEachLeaf { names.insert($0) }
        return names
    }

    /// The texts that a column is compared with, each once, in the order of the condition.
    public func texts(comparedWith column: String) -> [String] {
        var texts: [String] = []
        expression.forEachText(comparedWith: column) { if !texts.contains($0) { texts.append($0) } }
        return texts
    }
}

/// The tree of a condition. Comparisons with null are false; `not` of a false comparison is true.
public indirect enum Expression: Sendable, Hashable {
    public enum Comparison: String, Sendable {
        case equal = "=", notEqual = "!=", less = "<", lessOrEqual = "<=", greater = ">", greaterOrEqual = ">="
    }
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

    func forEachText(comparedWith name: String, _ visit: (String) -> Void) {
        func visitText(_ literal: Literal) {
            if case .string(let text) = literal { visit(text) }
        }
        switch self {
        case .and(let parts), .or(let parts): for part in parts { part.forEachText(comparedWith: name, visit) }
        case .not(let part): part.forEachText(comparedWith: name, visit)
        case .comparison(name, _, let literal, _): visitText(literal)
        case .membership(name, let literals, _): for literal in literals { visitText(literal) }
        case .comparison, .membership, .isNull, .flag: break
        }
    }

    func forEachLeaf(_ visit: (_ column: String) -> Void) {
        switch self {
        case .and(let parts), .or(let parts): for part in parts { part.forEachLeaf(visit) }
        case .not(let part): part.forEachLeaf(visit)
        case .comparison(let column, _, _, _), .membership(let column, _, _), .isNull(let column, _),
            .flag(let column, _):
            visit(column)
        }
    }
}

/// What is wrong with a condition, and at which byte of its text.
public struct ConditionError: Error, Sendable, Hashable, CustomStringConvertible {
    public let message: String
    /// UTF-8 offset into the condition's text.
    public let offset: Int
    public let help: String?

    public init(_ message: String, offset: Int, help: String? = nil) {
        self.message = message
        self.offset = offset
        self.help = help
    }

    public var description: String { message + (help.map { " (\($0))" } ?? "") }
}
