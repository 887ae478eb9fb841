import Chronology
import Marts

/// The text form of COPY: tabs between values, a line a row, `\N` for null. Numbers have the digits of the JSON form.
package enum CopyText {
    package static func append(_ row: [MartValue], to bytes: inout [UInt8]) {
        for (place, value) in row.enumerated() {
            if place > 0 { bytes.append(0x09) }
            append(value, to: &bytes)
        }
        bytes.append(0x0A)
    }

    private static func append(_ value: MartValue, to bytes: inout [UInt8]) {
        switch value {
        case .null: bytes.append(contentsOf: #"\N"#.utf8)
        case .boolean(let flag): bytes.append(contentsOf: flag ? "t".utf8 : "f".utf8)
        case .string(let text), .time(let text): append(SQLText.clean(text), to: &bytes)
        case .date(let date): bytes.append(contentsOf: self.text(date).utf8)
        case .integer, .number, .fitted, .money: _ = value.appendNumber(to: &bytes)
        }
    }

    private static func append(_ text: String, to bytes: inout [UInt8]) {
        for byte in text.utf8 {
            let escaped: UInt8? =
                switch byte {
                case UInt8(ascii: "\\"): byte
                case 0x09: UInt8(ascii: "t")
                case 0x0A: UInt8(ascii: "n")
                case 0x0D: UInt8(ascii: "r")
                default: nil
                }
            if escaped != nil { bytes.append(UInt8(ascii: "\\")) }
            bytes.append(escaped ?? byte)
        }
    }

    /// PostgreSQL has no year 0: the year before 1 is 1 BC.
    private static func text(_ date: CivilDate) -> String {
        let text = date.description
        return text.hasPrefix("0000-") ? "0001-\(text.dropFirst(5)) BC" : text
    }
}
