extension DecimalText {
    /// For people: so many decimals, ties to even, from the 15 leading digits.
    package static func fixed(_ value: Double, places: Int) -> String {
        guard value.magnitude < 1e15 else { return short(value) }
        if value == 0 { return fixed(digits: 0, places: places, negative: false) }
        let (decimal, exponent) = significant(value.magnitude, digits: 15)
        // decimal stands for decimal * 10^(exponent - 14); cut it to `places` decimals.
        let surplus = 14 - exponent - places
        guard surplus >= 0 else { return short(value) }
        var power: UInt64 = 1
        for _ in 0..<min(surplus, 18) { power *= 10 }
        var (kept, rest) = surplus > 18 ? (0, 0) : decimal.quotientAndRemainder(dividingBy: power)
        if rest > power / 2 || (power > 1 && rest == power / 2 && kept & 1 == 1) { kept += 1 }
        return fixed(digits: UInt128(kept), places: places, negative: value < 0)
    }

    /// For people: millionths with at most six decimals, ties to even.
    package static func fixed(millionths value: Int128, places: Int) -> String {
        var power: UInt128 = 1
        for _ in max(0, places)..<6 { power *= 10 }
        var (kept, rest) = value.magnitude.quotientAndRemainder(dividingBy: power)
        if rest > power / 2 || (power > 1 && rest == power / 2 && kept & 1 == 1) { kept += 1 }
        return fixed(digits: kept, places: places, negative: value < 0)
    }

    /// For people: six significant digits, or as many as are asked for (1...17).
    package static func short(_ value: Double, digits: Int = 6) -> String {
        var bytes: [UInt8] = []
        append(value, digits: digits, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func fixed(digits: UInt128, places: Int, negative: Bool) -> String {
        var text = String(digits)
        if text.utf8.count <= places { text = String(repeating: "0", count: places + 1 - text.utf8.count) + text }
        let sign = negative && digits != 0 ? "-" : ""
        guard places > 0 else { return sign + text }
        return "\(sign)\(text.dropLast(places)).\(text.suffix(places))"
    }
}
