/// Writing instants (microseconds since 1970-01-01T00:00:00Z) as RFC 3339 text.
public enum Timestamp {
    public static let microsecondsPerSecond: Int64 = 1_000_000
    public static let microsecondsPerDay: Int64 = 86_400_000_000

    /// RFC 3339 with the zone's offset; fractions only where there are any, without trailing zeros.
    public static func rfc3339(_ instant: Int64, in zone: Zone) -> String {
        let offset = zone.offset(at: instant)
        let local = instant &+ offset
        var day = local / microsecondsPerDay
        var rest = local % microsecondsPerDay
        if rest < 0 {
            rest += microsecondsPerDay
            day -= 1
        }
        let seconds = Int(rest / 1_000_000)
        let micros = Int(rest % 1_000_000)
        var text = "\(CivilDate(daysSinceEpoch: Int(day)))T\(padded(seconds / 3600, 2)):"
        text += "\(padded(seconds / 60 % 60, 2)):\(padded(seconds % 60, 2))"
        if micros != 0 {
            var fraction = padded(micros, 6)
            while fraction.hasSuffix("0") { fraction.removeLast() }
            text += ".\(fraction)"
        }
        if offset == 0 { return text + "Z" }
        let minutes = Int(offset.magnitude / 60_000_000)
        return text + (offset < 0 ? "-" : "+") + "\(padded(minutes / 60, 2)):\(padded(minutes % 60, 2))"
    }

    /// How a mart states the first instant that it does not know of: the end of its period as it is, or else the newest
    /// event, which lies one microsecond before.
    ///
    /// Periods end on whole seconds; a bound off the whole second follows a newest event.
    public static func asOf(_ bound: Int64, in zone: Zone) -> String {
        rfc3339(bound % microsecondsPerSecond == 0 ? bound : bound - 1, in: zone)
    }
}
