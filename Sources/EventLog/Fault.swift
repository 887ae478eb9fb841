/// What makes a record a reject.
package enum Fault: UInt8, CaseIterable {
    case none
    // A record that cannot be cut.
    case quote, unterminatedQuote, tooLong, fieldCount
    // A field that cannot be typed.
    case missing
    case invalidTime, timeOutOfRange, invalidDate
    case invalidDecimal, decimalOverflow, invalidInteger, integerOverflow, invalidBoolean
    case notUTF8, containsNUL

    /// The record is not cut into fields that are surely the columns' own.
    var isOfRecord: Bool { rawValue < Fault.missing.rawValue }

    /// The stable code of a reject.
    package func code(column: String) -> String {
        switch self {
        case .none: ""
        case .quote: "csv.quote"
        case .unterminatedQuote: "csv.unterminated-quote"
        case .tooLong: "csv.field-too-long"
        case .fieldCount: "csv.field-count"
        case .missing: "\(column).missing"
        case .invalidTime: "time.invalid"
        case .timeOutOfRange: "time.out-of-range"
        case .invalidDate: "date.invalid"
        case .invalidDecimal: "decimal.invalid"
        case .decimalOverflow: "decimal.overflow"
        case .invalidInteger: "integer.invalid"
        case .integerOverflow: "integer.overflow"
        case .invalidBoolean: "boolean.invalid"
        case .notUTF8: "text.not-utf8"
        case .containsNUL: "text.nul"
        }
    }

    /// What to tell a person; never holds the value, which may be private.
    func reason(_ format: LogFormat, found: Int, expected: Int, limits: RecordLimits) -> String {
        switch self {
        case .none: ""
        case .quote: "a quote inside an unquoted field, or text behind a closing quote"
        case .unterminatedQuote: "a quoted field that begins in this line is not closed"
        case .tooLong: "a field has more than \(limits.field) bytes, or the record more than \(limits.record)"
        case .fieldCount: "the record has \(found) fields, expected \(expected)"
        case .missing: "a value is required"
        case .invalidTime:
            switch format.timeFormat {
            case .iso8601: "no ISO 8601 time such as 2026-11-01T20:00:00+08:00"
            case .seconds: "no seconds since 1970 such as 1793620800 or 1793620800.25"
            case .milliseconds: "no whole milliseconds since 1970"
            case .microseconds: "no whole microseconds since 1970"
            }
        case .timeOutOfRange: "the time lies outside the years 1970 to 2200"
        case .invalidDate: "no date YYYY-MM-DD of the calendar"
        case .invalidDecimal: "no decimal number such as -1234.56 (no exponent, no thousands separator, no blank)"
        case .decimalOverflow: "the number is beyond 9223372036854.775807"
        case .invalidInteger: "no whole number"
        case .integerOverflow: "the number does not fit 64 bits"
        case .invalidBoolean: "none of true, false, t, f, yes, no, 1, 0"
        case .notUTF8: "the bytes are not UTF-8"
        case .containsNUL: "there is a NUL byte in the text"
        }
    }
}
