import Chronology
import Vocabulary

extension Shape {
    /// The keys of a period that is written out.
    static let spanKeys = [
        Key("from", .instant, required: true, "The first instant of the period."),
        Key("to", .instant, required: true, "The first instant after the period."),
    ]

    /// Where a time of the manifest may lie: no event lies elsewhere. The ends are a day wider than the years 1970 to 2200,
    /// so that they can be named in every zone.
    private static let instants: ClosedRange<Int64> =
        -Timestamp.microsecondsPerDay...Int64(CivilDate.days(year: 2201, month: 1, day: 2)) * Timestamp.microsecondsPerDay

    /// The value that a scalar's text stands for; nil where it does not fit the shape.
    func content(of text: String, quoted: Bool, zone: Zone) -> Value.Content? {
        switch self {
        case .string:
            return .string(text)
        case .integer(let range):
            guard !quoted, let number = Int(plainly: text), range?.contains(number) ?? true else { return nil }
            return .integer(number)
        case .number:
            return quoted ? nil : Double(plainly: text).map { .number($0) }
        case .boolean:
            switch text {
            case "true", "True", "TRUE": return quoted ? nil : .boolean(true)
            case "false", "False", "FALSE": return quoted ? nil : .boolean(false)
            default: return nil
            }
        case .word(let words):
            return words.contains(text) ? .string(text) : nil
        case .duration:
            return DurationText.microseconds(text).map { .duration($0) }
        case .fraction:
            let isPercentage = text.hasSuffix("%")
            guard let number = Double(plainly: isPercentage ? String(text.dropLast()) : text) else { return nil }
            let fraction = isPercentage ? number / 100 : number
            return fraction >= 0 && fraction <= 1 ? .fraction(fraction) : nil
        case .quantity:
            guard !quoted || text.hasSuffix("%") else { return nil }
            // By the exponent, so that 0.1% is the number nearest to 0.001.
            guard text.hasSuffix("%") else { return Double(plainly: text).map { .number($0) } }
            return Double(plainly: String(text.dropLast()) + "e-2").map { .number($0) }
        case .instant:
            return Timestamp.reading(text, in: zone).flatMap { Self.instants.contains($0) ? .instant($0) : nil }
        case .period:
            return PeriodExpression(text).map { .period($0) }
        default:
            return nil
        }
    }

    /// What to do about a scalar that does not fit.
    func help(for text: String, quoted: Bool) -> String? {
        switch self {
        case .word(let words):
            return nearestName(to: text, among: words).map { "did you mean '\($0)'?" }
        case .integer(let range):
            if quoted, Int(plainly: text) != nil { return "take the quotes away" }
            return range.flatMap {
                Int(plainly: text) == nil ? nil : "it must lie from \($0.lowerBound) to \($0.upperBound)"
            }
        case .number, .quantity:
            return quoted && Double(plainly: text) != nil ? "take the quotes away" : nil
        case .boolean:
            return ["yes", "no", "on", "off", "y", "n", "1", "0"].contains(text.lowercased()) || quoted
                ? "write true or false, without quotes" : nil
        case .duration:
            return Int(plainly: text) != nil
                ? "a unit is missing: s, m, h, d or w" : "write it with s, m, h, d or w, as in 90s, 1h30m or 2w"
        case .fraction:
            return Double(plainly: text).map { $0 > 1 } == true
                ? "a part in a hundred is written with %: \(text)%" : "it must lie from 0% to 100%"
        case .instant:
            return "write 2026-11-01, 2026-11-01T20:00 (in the report's zone) or 2026-11-01T20:00+08:00, of the years 1970 to 2200"
        case .period:
            return "d, w and m stand for days, weeks and months, at most 10000 of them, as in last 30d"
        default:
            return nil
        }
    }

    /// How an error says what was expected.
    var words: String {
        switch self {
        case .string: "text"
        case .integer(let range?) where range.upperBound == .max: "a whole number of at least \(range.lowerBound)"
        case .integer(let range?): "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .integer(nil): "a whole number"
        case .number: "a number"
        case .boolean: "true or false"
        case .word(let words): words.count == 1 ? "'\(words[0])'" : "one of \(words.joined(separator: ", "))"
        case .duration: "a duration such as 30m, 12h or 7d"
        case .fraction: "a fraction such as 1% or 0.01"
        case .quantity: "a number such as 30 or 1.5%"
        case .instant: "a time such as 2026-11-01 or 2026-11-01T20:00"
        case .period: "a period such as last 30d, campaign NAME or { from, to }"
        case .condition: "a condition such as channel = 'douyin'"
        case .list(let item): "a list, each item \(item.words)"
        case .oneOrMany(let item): "\(item.words), or a list of such"
        case .map: "a map"
        case .object(let keys): "a map with \(keys.map(\.name).joined(separator: ", "))"
        case .open, .variant: "a map"
        case .either(let shapes): shapes.map(\.words).joined(separator: ", or ")
        case .any: "a value"
        case .named(_, let shape): shape.words
        }
    }

    /// Whether a tree is of the kind (scalar, list, map) that the shape reads.
    func fits(_ tree: Tree) -> Bool {
        switch (self, tree.content) {
        case (.any, _): true
        case (.named(_, let shape), _): shape.fits(tree)
        case (.either(let shapes), _): shapes.contains { $0.fits(tree) }
        case (.oneOrMany(let item), .scalar), (.oneOrMany(let item), .map): item.fits(tree)
        case (.list, .list), (.oneOrMany, .list): true
        case (.period, .map): true
        case (_, .map): isMap
        case (.list, _), (.map, _), (.object, _), (.open, _), (.variant, _), (_, .list): false
        case (_, .scalar): !tree.isNull
        }
    }

    /// Whether a map is read, so that a key with nothing behind it stands for an empty one.
    var isMap: Bool {
        switch self {
        case .map, .object, .open, .variant: true
        case .named(_, let shape): shape.isMap
        default: false
        }
    }
}

extension Int {
    /// Digits with at most a sign.
    init?(plainly text: String) {
        guard text.utf8.allSatisfy({ ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x2D || $0 == 0x2B }) else { return nil }
        self.init(text)
    }
}

extension Double {
    /// A finite decimal number: no hexadecimal digits, no words.
    init?(plainly text: String) {
        let allowed = "0123456789.-+eE".utf8
        guard text.utf8.allSatisfy({ allowed.contains($0) }), let number = Double(text), number.isFinite else {
            return nil
        }
        self = number
    }
}

extension PeriodExpression {
    /// Reads `last 30d` (or `w`, `m`) and `campaign NAME`; nil for anything else.
    init?(_ text: String) {
        let words = text.split(separator: " ")
        guard words.count == 2 else { return nil }
        switch words[0] {
        case "campaign":
            self = .campaign(String(words[1]))
        case "last":
            guard let unit = words[1].last.flatMap({ Unit(rawValue: String($0)) }),
                let count = Int(plainly: String(words[1].dropLast())), (1...10_000).contains(count)
            else { return nil }
            self = .last(count, unit)
        default:
            return nil
        }
    }
}
