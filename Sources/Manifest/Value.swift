import Expressions
import Vocabulary

/// A validated value of the manifest, with its place, in the Swift type that its shape promised.
public struct Value: Sendable {
    public enum Content: Sendable {
        case null
        case string(String)
        case integer(Int)
        case number(Double)
        case boolean(Bool)
        /// Microseconds.
        case duration(Int64)
        case fraction(Double)
        /// Microseconds UTC.
        case instant(Int64)
        case period(PeriodExpression)
        case condition(Condition)
        case list([Value])
        /// In the order of the file.
        case map([(key: String, value: Value)])
    }

    public let content: Content
    public let place: Place
    /// Where the key of the value stands; nil for an item of a list.
    public let keyPlace: Place?

    public init(_ content: Content, at place: Place, key keyPlace: Place? = nil) {
        self.content = content
        self.place = place
        self.keyPlace = keyPlace
    }

    /// The value under a key of a map; nil where the key is absent or null.
    public subscript(_ key: String) -> Value? {
        guard case .map(let entries) = content, let entry = entries.first(where: { $0.key == key }) else { return nil }
        if case .null = entry.value.content { return nil }
        return entry.value
    }

    public var entries: [(key: String, value: Value)] {
        if case .map(let entries) = content { entries } else { [] }
    }
    public var list: [Value] {
        if case .list(let values) = content { values } else { [] }
    }
    public var string: String? {
        if case .string(let text) = content { text } else { nil }
    }
    public var strings: [String] { list.compactMap(\.string) }
    public var integer: Int? {
        if case .integer(let number) = content { number } else { nil }
    }
    public var number: Double? {
        switch content {
        case .number(let number): number
        case .integer(let number): Double(number)
        case .fraction(let number): number
        default: nil
        }
    }
    public var boolean: Bool? {
        if case .boolean(let flag) = content { flag } else { nil }
    }
    public var duration: Int64? {
        if case .duration(let micros) = content { micros } else { nil }
    }
    public var instant: Int64? {
        if case .instant(let micros) = content { micros } else { nil }
    }
    public var period: PeriodExpression? {
        if case .period(let period) = content { period } else { nil }
    }
    public var condition: Condition? {
        if case .condition(let condition) = content { condition } else { nil }
    }
}

/// A period as the manifest says it, before a date makes it a span.
public enum PeriodExpression: Sendable, Hashable {
    public enum Unit: String, Sendable { case day = "d", week = "w", month = "m" }
    /// `last 30d`: up to and including the run's date.
    case last(Int, Unit)
    case campaign(String)
    /// Half-open, microseconds UTC.
    case between(Int64, Int64)
}
