import Chronology

extension Condition {
    /// The longest text that is parsed, in bytes.
    public static let longestText = 20_000
    /// How deep parentheses and `not` may nest.
    public static let deepestNesting = 100

    /// Parses a condition.
    ///
    /// Precedence from loose to tight: `or`, `and`, `not`, comparison. Keywords are case-insensitive, names are not.
    /// - Parameter zone: The zone of time literals without an offset.
    /// - Throws: `ConditionError` at the first mistake.
    public static func parse(_ text: String, zone: Zone = .utc) throws(ConditionError) -> Condition {
        guard text.utf8.count <= longestText else {
            throw ConditionError("the condition is longer than \(longestText) bytes", offset: longestText)
        }
        var parser = ConditionParser(tokens: try ConditionLexer.tokens(text))
        return Condition(text: text, expression: try parser.whole(), zone: zone)
    }
}

private struct ConditionParser {
    private let tokens: [ConditionToken]
    private var position = 0
    private var depth = 0

    init(tokens: [ConditionToken]) { self.tokens = tokens }

    private var token: ConditionToken { tokens[position] }

    private mutating func advance() { position = min(position + 1, tokens.count - 1) }

    private mutating func take(_ kind: ConditionToken.Kind) -> Bool {
        guard token.kind == kind else { return false }
        advance()
        return true
    }

    mutating func whole() throws(ConditionError) -> Expression {
        let expression = try disjunction()
        guard token.kind == .end else {
            throw ConditionError(
                "expected 'and', 'or' or the end, found \(token.kind.words)", offset: token.offset,
                help: token.kind == .close ? "no parenthesis is open" : nil)
        }
        return expression
    }

    private mutating func disjunction() throws(ConditionError) -> Expression {
        var parts = [try conjunction()]
        while take(.keyword(.or)) { parts.append(try conjunction()) }
        return parts.count == 1 ? parts[0] : .or(parts)
    }

    private mutating func conjunction() throws(ConditionError) -> Expression {
        var parts = [try negation()]
        while take(.keyword(.and)) { parts.append(try negation()) }
        return parts.count == 1 ? parts[0] : .and(parts)
    }

    private mutating func negation() throws(ConditionError) -> Expression {
        let start = token.offset
        guard take(.keyword(.not)) else { return try primary() }
        try descend(from: start)
        defer { depth -= 1 }
        return .not(try negation())
    }

    private mutating func primary() throws(ConditionError) -> Expression {
        let start = token.offset
        if take(.open) {
            try descend(from: start)
            defer { depth -= 1 }
            let inner = try disjunction()
            guard take(.close) else {
                throw ConditionError("expected ')', found \(token.kind.words)", offset: token.offset, help: nil)
            }
            return inner
        }
        guard case .identifier(let column) = token.kind else {
            throw ConditionError(
                "expected the name of a column, found \(token.kind.words)", offset: start,
                help: token.kind.isLiteral ? "the column stands on the left: channel = 'douyin'" : nil)
        }
        advance()
        return try test(of: column, at: start)
    }

    /// What follows a column's name.
    private mutating func test(of column: String, at start: Int) throws(ConditionError) -> Expression {
        switch token.kind {
        case .comparison(let comparison):
            advance()
            return .comparison(column: column, comparison, try literal(), offset: start)
        case .keyword(.in):
            advance()
            return .membership(column: column, try list(), offset: start)
        case .keyword(.not) where position + 1 < tokens.count && tokens[position + 1].kind == .keyword(.in):
            advance()
            advance()
            return .not(.membership(column: column, try list(), offset: start))
        case .keyword(.is):
            advance()
            let negated = take(.keyword(.not))
            guard take(.keyword(.null)) else {
                throw ConditionError(
                    "expected 'null' after 'is', found \(token.kind.words)", offset: token.offset,
                    help: "write 'is null', or '=' to compare")
            }
            let test = Expression.isNull(column: column, offset: start)
            return negated ? .not(test) : test
        default:
            return .flag(column: column, offset: start)
        }
    }

    private mutating func list() throws(ConditionError) -> [Expression.Literal] {
        guard take(.open) else {
            throw ConditionError(
                "expected '(' after 'in', found \(token.kind.words)", offset: token.offset, help: "write in ('a', 'b')")
        }
        var literals = [try literal()]
        while take(.comma) { literals.append(try literal()) }
        guard take(.close) else {
            throw ConditionError("expected ',' or ')', found \(token.kind.words)", offset: token.offset)
        }
        return literals
    }

    private mutating func literal() throws(ConditionError) -> Expression.Literal {
        let found: Expression.Literal
        switch token.kind {
        case .string(let text): found = .string(text)
        case .number(let millionths): found = .number(millionths)
        case .keyword(.true): found = .boolean(true)
        case .keyword(.false): found = .boolean(false)
        case .keyword(.null):
            throw ConditionError(
                "a comparison with null is never true", offset: token.offset, help: "write 'is null' or 'is not null'")
        case .identifier(let name):
            throw ConditionError(
                "expected a value, found the name \(name)", offset: token.offset,
                help: "text stands in single quotes: '\(name)'")
        default:
            throw ConditionError("expected a value, found \(token.kind.words)", offset: token.offset)
        }
        advance()
        return found
    }

    private mutating func descend(from offset: Int) throws(ConditionError) {
        depth += 1
        guard depth <= Condition.deepestNesting else {
            throw ConditionError("the condition nests deeper than \(Condition.deepestNesting)", offset: offset)
        }
    }
}

extension ConditionToken.Kind {
    /// How an error names the token.
    fileprivate var words: String {
        switch self {
        case .identifier(let name): "the name \(name)"
        case .keyword(let keyword): "'\(keyword.rawValue)'"
        case .string: "text"
        case .number: "a number"
        case .comparison(let comparison): "'\(comparison.rawValue)'"
        case .open: "'('"
        case .close: "')'"
        case .comma: "','"
        case .end: "the end"
        }
    }

    fileprivate var isLiteral: Bool {
        switch self {
        case .string, .number, .keyword(.true), .keyword(.false): true
        default: false
        }
    }
}
