import Marts

/// A number of a mart: counts and money exact, what was derived of them as a double.
public enum Figure: Sendable, Hashable {
    case count(Int128)
    /// Millionths of the report currency.
    case money(Int128)
    case real(Double)

    /// nil for null and for what is no number.
    public init?(_ value: MartValue) {
        switch value {
        case .integer(let number): self = .count(Int128(number))
        case .money(let millionths): self = .money(millionths)
        case .number(let number), .fitted(let number): self = .real(number)
        case .null, .string, .boolean, .date, .time: return nil
        }
    }

    public var double: Double {
        switch self {
        case .count(let number): Double(number)
        case .money(let millionths): Double(millionths) / 1_000_000
        case .real(let number): number
        }
    }

    public var isZero: Bool { double == 0 }

    /// Exact for two counts and for two amounts of money, unless 128 bits do not hold it.
    public static func + (left: Figure, right: Figure) -> Figure {
        combined(left, right, { $0.addingReportingOverflow($1) }, +)
    }

    public static func - (left: Figure, right: Figure) -> Figure {
        combined(left, right, { $0.subtractingReportingOverflow($1) }, -)
    }

    private static func combined(
        _ left: Figure, _ right: Figure, _ exact: (Int128, Int128) -> (partialValue: Int128, overflow: Bool),
        _ rounded: (Double, Double) -> Double
    ) -> Figure {
        switch (left, right) {
        case (.count(let a), .count(let b)):
            let result = exact(a, b)
            if !result.overflow { return .count(result.partialValue) }
        case (.money(let a), .money(let b)):
            let result = exact(a, b)
            if !result.overflow { return .money(result.partialValue) }
        default: break
        }
        return .real(rounded(left.double, right.double))
    }

    /// The number that adds nothing to this one.
    public var zero: Figure {
        switch self {
        case .count: .count(0)
        case .money: .money(0)
        case .real: .real(0)
        }
    }

    /// As a cell of a mart. A count beyond 64 bits is a derived number.
    public var value: MartValue {
        switch self {
        case .count(let number): Int64(exactly: number).map { .integer($0) } ?? .number(Double(number))
        case .money(let millionths): .money(millionths)
        case .real(let number): .number(number)
        }
    }

    /// As JSON writes it; null where it is not finite.
    var json: JSONValue {
        switch self {
        case .count(let number): .integer(number)
        case .money, .real: value.plainText.map { .number($0) } ?? .null
        }
    }
}

extension MartValue {
    var json: JSONValue {
        switch self {
        case .null: .null
        case .boolean(let flag): .boolean(flag)
        case .string, .time, .date: .text(plainText)
        case .integer, .number, .fitted, .money: plainText.map { .number($0) } ?? .null
        }
    }
}

/// After over before less one; nil where it was nothing before.
func relativeChange(from before: Double, to after: Double) -> Double? {
    guard before != 0 else { return nil }
    let relative = (after - before) / before.magnitude
    return relative.isFinite ? relative : nil
}
