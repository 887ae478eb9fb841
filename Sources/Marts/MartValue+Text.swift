import Vocabulary

// A cell as text.
extension MartValue {
    /// As CSV writes it, but without quotes and apostrophes; nil for null and for a number that is not finite.
    public var plainText: String? {
        switch self {
        case .null: return nil
        case .string(let text), .time(let text): return text
        case .boolean(let flag): return flag ? "true" : "false"
        case .date(let date): return date.description
        case .integer, .number, .fitted, .money:
            var bytes: [UInt8] = []
            return appendNumber(to: &bytes) ? String(decoding: bytes, as: UTF8.self) : nil
        }
    }

    /// For people, in the unit of its column: a fraction in percent, money with two decimals, null as `-`; control
    /// characters spelled out.
    public func shown(in column: MartColumn) -> String {
        switch self {
        case .null: return "-"
        case .string(let text): return TerminalText.shown(text)
        case .time(let text): return TerminalText.shown(MartValue.wallClock(text))
        case .boolean(let flag): return flag ? "yes" : "no"
        case .date(let date): return date.description
        case .integer(let number): return String(number)
        case .money(let millionths): return DecimalText.fixed(millionths: millionths, places: 2)
        case .number(let number), .fitted(let number):
            guard number.isFinite else { return "?" }
            if column.unit == "fraction" { return DecimalText.fixed(number * 100, places: 2) + "%" }
            if column.isInCurrency { return DecimalText.fixed(number, places: 2) }
            return DecimalText.short(number)
        }
    }

    /// `2026-11-11 20:00` for a whole minute, else with its seconds; the offset stands elsewhere. What is no instant stays.
    package static func wallClock(_ time: String) -> String {
        let bytes = Array(time.utf8)
        guard bytes.count >= 20, bytes.count < 40, bytes[10] == UInt8(ascii: "T"),
            let offset = bytes[19...].firstIndex(where: { [UInt8(ascii: "Z"), UInt8(ascii: "+"), UInt8(ascii: "-")].contains($0) })
        else { return time }
        let end = bytes[16..<offset].elementsEqual(":00".utf8) ? 16 : offset
        return String(decoding: bytes[..<10] + [UInt8(ascii: " ")] + bytes[11..<end], as: UTF8.self)
    }
}

extension MartColumn {
    /// Whether it says which row a row is, and not how much.
    public var isKey: Bool { role == .dimension || role == .time || role == .rowKind }

    /// The parts of ratios, and labels of what another column names already.
    var isSecondary: Bool {
        role == .part || name.hasSuffix("__num") || name.hasSuffix("__den") || isLabel
    }

    /// Whether it only puts another column into words.
    public var isLabel: Bool { name.hasSuffix("_label") || name.hasSuffix("_label_zh") }

    /// Whether its numbers are money.
    package var isInCurrency: Bool { type == .money || MartColumn.isCurrency(unit) }

    /// Whether a unit is a currency's code (ISO 4217): three capitals.
    package static func isCurrency(_ unit: String?) -> Bool {
        guard let unit else { return false }
        return unit.utf8.count == 3 && unit.utf8.allSatisfy { $0 >= UInt8(ascii: "A") && $0 <= UInt8(ascii: "Z") }
    }
}
