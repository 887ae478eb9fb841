import Vocabulary

/// The CSV form of a mart, `STAGE/NAME.csv`: RFC 4180 with a header and LF line ends.
///
/// Null is an empty field and an empty string is `""`, so that they are told apart. A string that a spreadsheet would
/// run as a formula (it begins with `=`, `+`, `-`, `@`, a tab or a carriage return) gets a leading apostrophe; numbers
/// stand as they are, as in the JSON form.
public enum MartCSV {
    /// Writes a mart.
    /// - Throws: `Problem` with `mart.not-finite`, `mart.malformed` or `mart.bad-id`.
    public static func write(_ mart: Mart) throws -> [UInt8] {
        try mart.checkShape()
        var bytes: [UInt8] = []
        bytes.reserveCapacity(512 + mart.rows.count * mart.columns.count * 12)
        for (i, column) in mart.columns.enumerated() {
            if i > 0 { bytes.append(comma) }
            append(column.name, to: &bytes)
        }
        bytes.append(lineFeed)
        for (i, row) in mart.rows.enumerated() {
            for (j, value) in row.enumerated() {
                if j > 0 { bytes.append(comma) }
                switch value {
                case .null:
                    // A line with nothing on it would be no record.
                    if row.count == 1 { bytes.append(contentsOf: "\"\"".utf8) }
                case .boolean(let flag): bytes.append(contentsOf: flag ? "true".utf8 : "false".utf8)
                case .string(let text), .time(let text): append(text, to: &bytes)
                case .date(let date): bytes.append(contentsOf: date.description.utf8)
                case .integer, .number, .fitted, .money:
                    guard value.appendNumber(to: &bytes) else {
                        throw mart.problem(.martNotFinite, row: i, column: j, "is not finite")
                    }
                }
            }
            bytes.append(lineFeed)
        }
        return bytes
    }

    private static let comma = UInt8(ascii: ",")
    private static let quote = UInt8(ascii: "\"")
    private static let lineFeed = UInt8(ascii: "\n")

    private static func append(_ text: String, to bytes: inout [UInt8]) {
        var text = text
        text.withUTF8 { utf8 in
            let isFormula = startsFormula(utf8.first)
            var needsQuotes = utf8.isEmpty || utf8[0] == 0x20 || utf8[utf8.count - 1] == 0x20
            for byte in utf8 where byte == comma || byte == quote || byte == lineFeed || byte == 0x0D {
                needsQuotes = true
                break
            }
            if needsQuotes { bytes.append(quote) }
            if isFormula { bytes.append(UInt8(ascii: "'")) }
            if needsQuotes {
                for byte in utf8 {
                    if byte == quote { bytes.append(quote) }
                    bytes.append(byte)
                }
                bytes.append(quote)
            } else {
                bytes.append(contentsOf: utf8)
            }
        }
    }

    private static func startsFormula(_ byte: UInt8?) -> Bool {
        switch byte {
        case UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"), 0x09, 0x0D: true
        default: false
        }
    }
}
