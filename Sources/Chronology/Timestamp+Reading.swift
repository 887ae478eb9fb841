extension Timestamp {
    /// Reads an ISO 8601 stamp as people write it: `YYYY-MM-DD`, or with `THH:MM`, `THH:MM:SS` and a fraction of up to
    /// six digits (`T` or a blank between date and time), and then `Z` or an offset `+HH:MM`.
    ///
    /// A stamp without an offset is wall-clock time of `zone`; a date alone is that day's first instant there.
    /// Microseconds UTC; nil for anything else.
    public static func reading(_ text: String, in zone: Zone) -> Int64? {
        var reader = StampReader(text)
        guard let day = reader.date() else { return nil }
        if reader.isAtEnd { return zone.start(of: day) }
        guard reader.take(0x54) || reader.take(0x20), let time = reader.timeOfDay() else { return nil }
        let local = Int64(day.daysSinceEpoch) * microsecondsPerDay + time
        if reader.isAtEnd { return zone.instant(ofLocal: local) }
        guard let offset = reader.offset(), reader.isAtEnd else { return nil }
        return local - offset
    }
}

private struct StampReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ text: String) { bytes = Array(text.utf8.prefix(40)) }

    var isAtEnd: Bool { position == bytes.count }

    mutating func take(_ byte: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    private mutating func digits(_ count: Int) -> Int? {
        guard position + count <= bytes.count else { return nil }
        var value = 0
        for byte in bytes[position..<position + count] {
            guard byte >= 0x30, byte <= 0x39 else { return nil }
            value = value * 10 + Int(byte - 0x30)
        }
        position += count
        return value
    }

    mutating func date() -> CivilDate? {
        guard let year = digits(4), take(0x2D), let month = digits(2), take(0x2D), let day = digits(2) else {
            return nil
        }
        return CivilDate(year: year, month: month, day: day)
    }

    /// Microseconds since midnight.
    mutating func timeOfDay() -> Int64? {
        guard let hour = digits(2), hour < 24, take(0x3A), let minute = digits(2), minute < 60 else { return nil }
        var micros = Int64(hour * 3600 + minute * 60) * microsecondsPerSecond
        guard take(0x3A) else { return micros }
        guard let second = digits(2), second < 60 else { return nil }
        micros += Int64(second) * microsecondsPerSecond
        guard take(0x2E) else { return micros }
        var unit: Int64 = 100_000
        var count = 0
        while let digit = digits(1) {
            guard count < 6 else { return nil }
            micros += Int64(digit) * unit
            unit /= 10
            count += 1
        }
        return count > 0 ? micros : nil
    }

    /// Microseconds east of UTC.
    mutating func offset() -> Int64? {
        if take(0x5A) { return 0 }
        let sign: Int64
        if take(0x2B) { sign = 1 } else if take(0x2D) { sign = -1 } else { return nil }
        guard let hours = digits(2), hours < 24 else { return nil }
        _ = take(0x3A)
        guard let minutes = digits(2), minutes < 60 else { return nil }
        return sign * Int64(hours * 60 + minutes) * 60 * microsecondsPerSecond
    }

    private var microsecondsPerSecond: Int64 { Timestamp.microsecondsPerSecond }
}
