import Chronology
import EventLog

/// Times, dates and durations: a typing that has seen much against a fresh one, and against the manifest's reader.
final class TimeTarget: FuzzTarget {
    static let name = "times"
    private static let formats = LogFormat.TimeFormat.named + [
        "dd/MM/yyyy HH:mm:ss", "M/d/yyyy h:mm a", "yyyyMMddHHmmssSSSXXX", "d-MMM-yyyy", "yyyy年M月d日 H时", "yyyy-MM-dd",
    ].compactMap(LogFormat.TimeFormat.init)
    private let zones: [Zone]
    /// Reused from input to input: it remembers days.
    private var seasoned: [[TimeTyping]]

    init() throws {
        let zones = try ["UTC", "Asia/Shanghai", "America/New_York", "America/Sao_Paulo"].map { try Zone(named: $0) }
        self.zones = zones
        seasoned = zones.map { zone in Self.formats.map { TimeTyping($0, zone: zone) } }
    }

    static func seeds() -> [[UInt8]] {
        [
            "2026-11-01", "2026-11-01 20:00", "2026-11-01T20:00:59.123456789+08:00", "1986-05-04T00:30Z", "2018-11-04",
            "2200-12-31T23:59:59.999999-23:59", "1793620800.25", "-1", "9223372036854775807", "1h30m", "2w", "1969-12-31T23:59-0100",
            "20/11/2026 18:34:00", "11/2/2026 6:34 PM", "20261120183400123+0800", "2-Nov-2026", "2026年11月2日 8时",
        ].flatMap { text in (0..<40).map { [UInt8($0)] + Array(text.utf8) } }
    }

    func run(_ input: UnsafeRawBufferPointer) throws {
        var choices = Choices(input)
        let choice = Int(choices.byte()) % (zones.count * Self.formats.count)
        let (zone, format) = (choice / Self.formats.count, choice % Self.formats.count)
        let bytes = choices.rest
        var fresh = TimeTyping(Self.formats[format], zone: zones[zone])
        var (a, b): (Int64, Int64) = (0, 0)
        let fault = fresh.time(bytes, &a)
        guard seasoned[zone][format].time(bytes, &b) == fault, fault != .none || a == b else {
            throw Finding("what was read before matters: \(a), \(b)")
        }
        if fault == .none, !TimeTyping.range.contains(a) { throw Finding("\(a) is out of range") }
        var (c, d): (Int64, Int64) = (0, 0)
        let dateFault = fresh.date(bytes, &c)
        guard seasoned[zone][format].date(bytes, &d) == dateFault, dateFault != .none || c == d else {
            throw Finding("what was read before matters: \(c), \(d)")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { return }
        // A pattern may write a date in any order.
        let isISODate = if case .pattern = Self.formats[format] { false } else { true }
        if dateFault == .none, isISODate, CivilDate(text)?.daysSinceEpoch != Int(c) { throw Finding("'\(text)' is two dates") }
        if let instant = Timestamp.reading(text, in: zones[zone]), Self.formats[format] == .iso8601,
            fault == .none ? instant != a : fault != .timeOutOfRange || TimeTyping.range.contains(instant)
        {
            throw Finding("'\(text)' is \(instant) to the manifest and \(a) (\(fault)) to the log")
        }
        if let duration = DurationText.microseconds(text),
            DurationText.microseconds(DurationText.text(of: duration)) != duration
        {
            throw Finding("the duration '\(text)' does not come back")
        }
    }
}
