import CSimdJSON

/// What makes a record a reject.
package enum Fault: UInt8, CaseIterable {
    case none
    // A record that cannot be cut.
    case quote, unterminatedQuote, tooLong, fieldCount
    case notJSON, lineNotUTF8, tooDeep, repeatedKey, notAnObject, notAValue
    /// No record at all, but totals of others.
    case skipped
    // A field that cannot be typed.
    case missing
    case invalidTime, timeOutOfRange, invalidDate
    case invalidDecimal, decimalOverflow, invalidInteger, integerOverflow, invalidBoolean
    case notUTF8, containsNUL

    /// The record is not cut into fields that are surely the columns' own.
    var isOfRecord: Bool { rawValue < Fault.missing.rawValue }

    var isReject: Bool { self != .none && self != .skipped }

    /// The stable code of a reject.
    package func code(column: String, layout: LogFormat.Layout = .delimited) -> String {
        switch self {
        case .none, .skipped: ""
        case .quote: "csv.quote"
        case .unterminatedQuote: "csv.unterminated-quote"
        case .tooLong: layout == .jsonLines ? "json.too-long" : "csv.field-too-long"
        case .fieldCount: "csv.field-count"
        case .notJSON: "json.invalid"
        case .lineNotUTF8: "json.not-utf8"
        case .tooDeep: "json.too-deep"
        case .repeatedKey: "json.repeated-key"
        case .notAnObject: "json.not-an-object"
        case .notAValue: "json.not-a-value"
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
        case .none, .skipped: ""
        case .quote: "a quote inside an unquoted field, or text behind a closing quote"
        case .unterminatedQuote: "a quoted field that begins in this line is not closed"
        case .tooLong where format.layout == .jsonLines: "the line has more than \(limits.record) bytes"
        case .tooLong: "a field has more than \(limits.field) bytes, or the record more than \(limits.record)"
        case .fieldCount: "the record has \(found) fields, expected \(expected)"
        case .notJSON: "the line is no JSON"
        case .lineNotUTF8: "the line is not UTF-8"
        case .tooDeep: "objects and lists are nested more than \(NM_JSON_MAX_DEPTH) deep"
        case .repeatedKey: "a key that is mapped, or leads to one, is there twice"
        case .notAnObject: "the line is JSON and no object"
        case .notAValue:
            format.explode == nil
                ? "at a mapped path there is an object or a list"
                : "at a mapped path there is an object or a list, or no list at '\(format.explode ?? "")'"
        case .missing: "a value is required"
        case .invalidTime:
            switch format.timeFormat {
            case .iso8601: "no ISO 8601 time such as 2026-11-01T20:00:00+08:00"
            case .seconds: "no seconds since 1970 such as 1793620800 or 1793620800.25"
            case .milliseconds: "no whole milliseconds since 1970"
            case .microseconds: "no whole microseconds since 1970"
            case .pattern(let pattern): "no time written as \(pattern.text)"
            }
        case .timeOutOfRange: "the time lies outside the years 1970 to 2200"
        case .invalidDate:
            if case .pattern(let pattern) = format.timeFormat {
                "no date of the calendar written as \(pattern.text)" + (pattern.hasTime ? ", or YYYY-MM-DD" : "")
            } else {
                "no date YYYY-MM-DD of the calendar"
            }
        case .invalidDecimal:
            format.dialect.numbers == nil
                ? "no decimal number such as -1234.56 (no exponent, no thousands separator, no blank)"
                : "no decimal number in the style that 'numbers' declares"
        case .decimalOverflow: "the number is beyond 9223372036854.775807"
        case .invalidInteger: "no whole number"
        case .integerOverflow: "the number does not fit 64 bits"
        case .invalidBoolean: "none of true, false, t, f, yes, no, 1, 0"
        case .notUTF8: "the bytes are not \(format.encoding == .utf8 ? "UTF-8" : "text in \(format.encoding.rawValue)")"
        case .containsNUL: "there is a NUL byte in the text"
        }
    }
}
