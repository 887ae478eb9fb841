import Chronology
import Marts

/// Values as people read them. The exact value stands beside each in `data-value`.
enum Shown {
    static let none = "–"

    /// Marks upon one letter beyond this are left out: more of them would grow out of their line.
    private static let markLimit = 4
    /// More scalars than this no character of a script or emoji has.
    private static let scalarLimit = 32

    /// A text of the data, cut where it is long: at most so many characters, none of them endless.
    static func text(_ text: String, limit: Int = 120) -> String {
        if let spelled = spelledOut(text) { return spelled }
        guard text.utf8.count > limit || text.utf8.contains(where: { $0 >= 0xCC }) else { return text }
        var kept = String.UnicodeScalarView()
        var isWhole = true
        var characters = 0
        for character in text {
            guard characters < limit, kept.count < 2 * limit else {
                isWhole = false
                break
            }
            var marks = 0
            for (place, scalar) in character.unicodeScalars.enumerated() {
                guard place < scalarLimit else {
                    isWhole = false
                    break
                }
                switch scalar.properties.generalCategory {
                case .nonspacingMark, .enclosingMark: marks += 1
                default: marks = 0
                }
                if marks <= markLimit { kept.append(scalar) } else { isWhole = false }
            }
            characters += 1
        }
        return isWhole ? text : String(kept) + "…"
    }

    /// A text of which nothing would be seen, by the numbers of its characters; nil for all others, and for an empty one.
    private static func spelledOut(_ text: String) -> String? {
        let scalars = text.unicodeScalars
        guard !scalars.isEmpty, scalars.allSatisfy(isUnseen) else { return nil }
        return scalars.prefix(8).map { "\\u{\(String($0.value, radix: 16, uppercase: true))}" }.joined() + (scalars.count > 8 ? "…" : "")
    }

    private static func isUnseen(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.value < 0x7F { return scalar.value <= 0x20 }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .spaceSeparator: return true
        // Fillers, and the braille cell without dots.
        default: return scalar.properties.isDefaultIgnorableCodePoint || scalar.value == 0x2800
        }
    }

    /// A cell as people read it.
    static func value(_ value: MartValue, unit: String?, isMoney: Bool) -> String {
        switch value {
        case .null: return none
        case .string(let text): return Shown.text(text)
        case .time(let text): return time(text)
        case .boolean(let flag): return flag ? "✓" : "✗"
        case .date(let date): return date.description
        case .integer(let number): return signed(grouped(String(number.magnitude)), number < 0)
        case .money(let millionths): return decimal(DecimalText.fixed(millionths: millionths, places: 2))
        case .number(let number), .fitted(let number): return Shown.number(number, unit: unit, isMoney: isMoney)
        }
    }

    static func value(_ value: MartValue, of column: MartColumn) -> String {
        Shown.value(value, unit: column.unit, isMoney: column.isInCurrency)
    }

    static func number(_ number: Double, unit: String?, isMoney: Bool = false) -> String {
        if unit == "fraction" { return percent(number) }
        if isMoney || MartColumn.isCurrency(unit) { return decimal(DecimalText.fixed(number, places: 2)) }
        return plain(number)
    }

    static func percent(_ fraction: Double) -> String {
        let percent = fraction * 100
        if percent != 0, percent.magnitude < 0.1 { return decimal(DecimalText.short(percent, digits: 2)) + "%" }
        return decimal(DecimalText.fixed(percent, places: percent.magnitude >= 1000 ? 0 : 2)) + "%"
    }

    private static func plain(_ number: Double) -> String {
        let magnitude = number.magnitude
        if magnitude >= 100 { return decimal(DecimalText.fixed(number, places: number == number.rounded() ? 0 : 1)) }
        if number == number.rounded() { return decimal(DecimalText.fixed(number, places: 0)) }
        if magnitude >= 1 { return decimal(DecimalText.fixed(number, places: 2)) }
        return decimal(DecimalText.short(number, digits: 3))
    }

    /// Groups of three digits, and a minus sign as long as a plus.
    private static func decimal(_ text: String) -> String {
        let isNegative = text.hasPrefix("-")
        let unsigned = isNegative ? String(text.dropFirst()) : text
        guard !unsigned.contains("e"), let point = unsigned.firstIndex(of: ".") else { return signed(grouped(unsigned), isNegative) }
        return signed(grouped(String(unsigned[..<point])) + unsigned[point...], isNegative)
    }

    private static func signed(_ text: String, _ isNegative: Bool) -> String { isNegative ? "−" + text : text }

    private static func grouped(_ digits: String) -> String {
        guard digits.utf8.count > 3, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return digits }
        var text = ""
        for (i, digit) in digits.enumerated() {
            if i > 0, (digits.utf8.count - i) % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return text
    }

    /// With its sign, so many decimals.
    static func signed(_ number: Double, places: Int) -> String {
        let text = decimal(DecimalText.fixed(number, places: places))
        return number > 0 ? "+" + text : text
    }

    static func count(_ number: Int) -> String { value(.integer(Int64(number)), unit: nil, isMoney: false) }

    /// `2026-11-11 20:00`: the zone's offset stands at the head of the page.
    static func time(_ text: String) -> String { Shown.text(MartValue.wallClock(text)) }

    /// A tick of an axis: 15K and 1.5万.
    static func tick(_ number: Double, unit: String?) -> Words {
        if unit == "fraction" { return Words(same: short(number * 100) + "%") }
        let magnitude = number.magnitude
        let en =
            switch magnitude {
            case 1e9...: short(number / 1e9) + "B"
            case 1e6...: short(number / 1e6) + "M"
            case 1e4...: short(number / 1e3) + "K"
            default: short(number)
            }
        let zh =
            switch magnitude {
            case 1e8...: short(number / 1e8) + "亿"
            case 1e4...: short(number / 1e4) + "万"
            default: short(number)
            }
        return Words(en, zh)
    }

    private static func short(_ number: Double) -> String { decimal(DecimalText.short(number, digits: 4)) }

    /// A unit as it stands beside a label; nil where the figure shows it by itself or it says nothing.
    static func unit(_ unit: String?) -> Words? {
        switch unit {
        case nil, "fraction": nil
        case "persons": Words("persons", "人")
        case "events": Words("events", "次")
        case "orders": Words("orders", "单")
        case "seconds": Words("s", "秒")
        case "days": Words("days", "天")
        case "cells": nil
        case let unit?: Words(same: Shown.text(unit, limit: 20))
        }
    }
}
