/// Durations as manifests write them: `90s`, `12h`, `1h30m`, `2w`.
public enum DurationText {
    private static let units: [(letter: String, seconds: Int64)] = [
        ("w", 604_800), ("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1),
    ]

    /// Microseconds; nil where the text is no duration, names a unit twice or out of order, or is beyond a thousand years.
    public static func microseconds(_ text: String) -> Int64? {
        var total: Int64 = 0
        var rest = Array(text.utf8)[...]
        var remaining = units[...]
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { $0 >= 0x30 && $0 <= 0x39 }
            guard (1...9).contains(digits.count), let letter = rest.dropFirst(digits.count).first,
                let unit = remaining.firstIndex(where: { $0.letter.utf8.first == letter })
            else { return nil }
            total += digits.reduce(Int64(0)) { $0 * 10 + Int64($1 - 0x30) } * units[unit].seconds
            rest = rest.dropFirst(digits.count + 1)
            remaining = units[(unit + 1)...]
        }
        return total <= 365_250 * 86_400 ? total * Timestamp.microsecondsPerSecond : nil
    }

    /// A duration in days, hours, minutes and seconds, such as `7d` or `1h30m`; a part of a second is left out.
    public static func text(of microseconds: Int64) -> String {
        var rest = max(microseconds, 0) / Timestamp.microsecondsPerSecond
        var text = ""
        for (letter, seconds) in units.dropFirst() {
            if rest >= seconds { text += "\(rest / seconds)\(letter)" }
            rest %= seconds
        }
        return text.isEmpty ? "0s" : text
    }
}
