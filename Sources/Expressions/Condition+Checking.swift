import Chronology
import Vocabulary

extension Condition {
    /// What is wrong with the condition over columns of these types; empty when nothing is.
    public func check(_ columns: [String: ColumnType]) -> [ConditionError] {
        check(known: columns.keys.sorted()) { columns[$0] }
    }

    /// What is wrong with the condition: unknown columns, and comparisons that their column's type does not allow.
    /// - Parameters:
    ///   - known: The names to suggest from where one is unknown.
    ///   - type: The type of a column; nil where there is no such column.
    public func check(known: [String] = [], _ type: (String) -> ColumnType?) -> [ConditionError] {
        var errors: [ConditionError] = []
        check(expression, known, type, &errors)
        return errors
    }

    private func check(
        _ expression: Expression, _ known: [String], _ type: (String) -> ColumnType?, _ errors: inout [ConditionError]
    ) {
        switch expression {
        case .and(let parts), .or(let parts):
            for part in parts { check(part, known, type, &errors) }
        case .not(let part):
            check(part, known, type, &errors)
        case .comparison(let column, let comparison, let literal, let offset):
            guard let type = resolve(column, offset, known, type, &errors) else { return }
            let ordered = comparison != .equal && comparison != .notEqual
            if let error = mismatch(column, type, literal, ordered: ordered, offset) { errors.append(error) }
        case .membership(let column, let literals, let offset):
            guard let type = resolve(column, offset, known, type, &errors) else { return }
            if let error = literals.lazy.compactMap({ mismatch(column, type, $0, ordered: false, offset) }).first {
                errors.append(error)
            }
        case .isNull(let column, let offset):
            _ = resolve(column, offset, known, type, &errors)
        case .flag(let column, let offset):
            guard let type = resolve(column, offset, known, type, &errors), type != .boolean else { return }
            errors.append(
                ConditionError(
                    "the column '\(column)' is \(type.words) and cannot stand alone", offset: offset,
                    help: "compare it, as in \(column) = \(type.example), or write '\(column) is not null'"))
        }
    }

    private func resolve(
        _ column: String, _ offset: Int, _ known: [String], _ type: (String) -> ColumnType?,
        _ errors: inout [ConditionError]
    ) -> ColumnType? {
        if let type = type(column) { return type }
        errors.append(
            ConditionError(
                "there is no column '\(column)'", offset: offset,
                help: nearestName(to: column, among: known).map { "did you mean '\($0)'?" }
                    ?? (known.isEmpty ? nil : "the columns are \(known.joined(separator: ", "))")))
        return nil
    }

    private func mismatch(
        _ column: String, _ type: ColumnType, _ literal: Expression.Literal, ordered: Bool, _ offset: Int
    ) -> ConditionError? {
        switch (type, literal) {
        case (.key, _):
            return ConditionError(
                "the column '\(column)' is stored as a keyed hash and cannot be compared", offset: offset,
                help: "it can only be tested with 'is null' and 'is not null'")
        case (.boolean, .boolean):
            guard ordered else { return nil }
            return ConditionError(
                "the column '\(column)' is true or false: it has no order", offset: offset, help: "use '=' or '!='")
        case (.integer, .number), (.decimal, .number), (.category, .string), (.text, .string):
            return nil
        case (.time, .string(let text)):
            guard Timestamp.reading(text, in: zone) == nil else { return nil }
            return ConditionError(
                "'\(text)' is not a time", offset: offset,
                help: "write '2026-11-01', '2026-11-01T20:00' or with an offset, '2026-11-01T20:00+08:00'")
        case (.date, .string(let text)):
            guard CivilDate(text) == nil else { return nil }
            return ConditionError("'\(text)' is not a date", offset: offset, help: "write '2026-11-01'")
        default:
            return ConditionError(
                "the column '\(column)' is \(type.words) and cannot be compared with \(literal.words)", offset: offset,
                help: "write it as in \(column) = \(type.example)")
        }
    }
}

extension ColumnType {
    fileprivate var words: String {
        switch self {
        case .time: "a time"
        case .date: "a date"
        case .integer, .decimal: "a number"
        case .boolean: "true or false"
        case .category, .text: "text"
        case .key: "a keyed hash"
        }
    }

    fileprivate var example: String {
        switch self {
        case .time: "'2026-11-01T20:00'"
        case .date: "'2026-11-01'"
        case .integer, .decimal: "100"
        case .boolean: "true"
        case .category, .text, .key: "'abc'"
        }
    }
}

extension Expression.Literal {
    fileprivate var words: String {
        switch self {
        case .string: "text"
        case .number: "a number"
        case .boolean: "true or false"
        }
    }
}
