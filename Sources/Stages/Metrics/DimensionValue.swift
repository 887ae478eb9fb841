import Chronology
import Marts
import Vocabulary

/// A value that cells are cut by.
enum DimensionValue: Sendable, Hashable {
    case null
    case string(String)
    /// Of time, date, integer, decimal and boolean columns.
    case integer(Int64)

    /// Strings by their bytes, numbers by size, null last.
    static func precedes(_ a: DimensionValue, _ b: DimensionValue) -> Bool {
        switch (a, b) {
        case (.null, _): false
        case (_, .null): true
        case (.integer(let a), .integer(let b)): a < b
        case (.integer, .string): true
        case (.string, .integer): false
        case (.string(let a), .string(let b)): a.utf8.lexicographicallyPrecedes(b.utf8)
        }
    }

    // Equality is of bytes: two strings that only look alike are two values.
    static func == (a: DimensionValue, b: DimensionValue) -> Bool {
        switch (a, b) {
        case (.null, .null): true
        case (.integer(let a), .integer(let b)): a == b
        case (.string(let a), .string(let b)): a.utf8.elementsEqual(b.utf8)
        default: false
        }
    }

    func hash(into hasher: inout Hasher) {
        switch self {
        case .null: hasher.combine(0)
        case .integer(let number): hasher.combine(number)
        case .string(let text):
            var text = text
            text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        }
    }

    func martValue(_ type: ColumnType, zone: Zone) -> MartValue {
        switch self {
        case .null: .null
        case .string(let text): .string(text)
        case .integer(let number):
            switch type {
            case .boolean: .boolean(number != 0)
            case .date: Int(exactly: number).map { .date(CivilDate(daysSinceEpoch: $0)) } ?? .null
            case .time: .time(Timestamp.rfc3339(number, in: zone))
            case .decimal: .number(Double(number) / 1_000_000)
            default: .integer(number)
            }
        }
    }
}

extension ColumnType {
    /// The type of a mart's column that shows values of this type.
    var martType: MartColumn.ValueType {
        switch self {
        case .time: .time
        case .date: .date
        case .integer: .integer
        case .decimal: .number
        case .boolean: .boolean
        case .category, .text, .key: .string
        }
    }
}
