import Chronology

/// Writes the stamps of one day: ISO 8601 to the second, with the zone's offset.
struct DayClock {
    let date: CivilDate
    private let zone: Zone
    private let start: Int64
    private let length: Int64
    private let prefix: [UInt8]
    /// nil on a day on which the clock is changed: such stamps are made one by one.
    private let suffix: [UInt8]?

    init(_ date: CivilDate, zone: Zone) {
        self.date = date
        self.zone = zone
        start = zone.start(of: date)
        length = (zone.start(of: date.adding(days: 1)) - start) / Timestamp.microsecondsPerSecond
        let midnight = Timestamp.rfc3339(start, in: zone)
        prefix = Array("\(date)T".utf8)
        suffix = length == Int64(secondsPerDay) ? Array(midnight.utf8.dropFirst(19)) : nil
    }

    /// The instant of a second of the day; a day of 23 or 25 hours is stretched.
    func instant(_ second: Int) -> Int64 {
        let elapsed = suffix == nil ? Int64(second) * length / Int64(secondsPerDay) : Int64(second)
        return start + elapsed * Timestamp.microsecondsPerSecond
    }

    func append(_ second: Int, to bytes: inout [UInt8]) {
        guard let suffix else {
            bytes.append(contentsOf: Timestamp.rfc3339(instant(second), in: zone).utf8)
            return
        }
        bytes.append(contentsOf: prefix)
        appendPadded(second / 3600, to: &bytes)
        bytes.append(0x3A)
        appendPadded(second / 60 % 60, to: &bytes)
        bytes.append(0x3A)
        appendPadded(second % 60, to: &bytes)
        bytes.append(contentsOf: suffix)
    }
}

/// Two digits of a number under 100.
private func appendPadded(_ value: Int, to bytes: inout [UInt8]) {
    bytes.append(UInt8(0x30 + value / 10))
    bytes.append(UInt8(0x30 + value % 10))
}

/// The digits of a number, without a sign.
func appendDecimal(_ value: UInt64, to bytes: inout [UInt8]) {
    if value >= 10 { appendDecimal(value / 10, to: &bytes) }
    bytes.append(UInt8(0x30 + value % 10))
}

/// Hundredths as a decimal with two places.
func appendMoney(_ hundredths: Int, to bytes: inout [UInt8]) {
    if hundredths < 0 { bytes.append(0x2D) }
    appendDecimal(UInt64(hundredths.magnitude / 100), to: &bytes)
    bytes.append(0x2E)
    appendPadded(Int(hundredths.magnitude % 100), to: &bytes)
}
