import Foundation
import Vocabulary

extension ProblemCode {
    public static let unknownZone = ProblemCode("time.unknown-zone", exit: .wrongManifest)
}

/// A time zone as a table of its offsets from UTC; all arithmetic is on integers.
///
/// The table is read once from the system and covers 1970 to 2100.
public struct Zone: Sendable, Hashable {
    /// The IANA name, such as `Asia/Shanghai`.
    public let name: String
    /// Instants (microseconds UTC) from which the offset of the same index holds; the first is `Int64.min`.
    @usableFromInline let starts: [Int64]
    /// Offsets from UTC in microseconds.
    @usableFromInline let offsets: [Int64]

    public static let utc = Zone(name: "UTC", starts: [.min], offsets: [0])

    private init(name: String, starts: [Int64], offsets: [Int64]) {
        self.name = name
        self.starts = starts
        self.offsets = offsets
    }

    /// Looks a zone up by its IANA name.
    /// - Throws: `Problem` with `time.unknown-zone` when the system knows no such zone.
    public init(named name: String) throws {
        if name == "UTC" || name == "Z" {
            self = .utc
            return
        }
        guard let zone = TimeZone(identifier: name) else {
            throw Problem(
                .unknownZone, "there is no time zone called '\(name)'",
                help: nearestName(to: name, among: TimeZone.knownTimeZoneIdentifiers)
                    .map { "did you mean '\($0)'?" } ?? "give an IANA name such as Asia/Shanghai")
        }
        var starts: [Int64] = [.min]
        var instant = Date(timeIntervalSince1970: 0)
        var offsets = [Int64(zone.secondsFromGMT(for: instant)) * 1_000_000]
        let last = Date(timeIntervalSince1970: 4_102_444_800)
        while let next = zone.nextDaylightSavingTimeTransition(after: instant), next < last, next > instant {
            let offset = Int64(zone.secondsFromGMT(for: next)) * 1_000_000
            if offset != offsets[offsets.count - 1] {
                starts.append(Int64(next.timeIntervalSince1970.rounded()) * 1_000_000)
                offsets.append(offset)
            }
            instant = next
        }
        self.init(name: name, starts: starts, offsets: offsets)
    }

    /// The offset from UTC in microseconds that holds at an instant.
    @inlinable
    public func offset(at instant: Int64) -> Int64 {
        if starts.count == 1 { return offsets[0] }
        var low = 0
        var high = starts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if starts[middle] <= instant { low = middle } else { high = middle }
        }
        return offsets[low]
    }

    /// The instant of a local wall-clock time (microseconds since 1970-01-01T00:00 on the wall).
    ///
    /// Where the clock is set back and the time happens twice, the earlier instant; where it is set forward and the
    /// time does not exist, the instant that the offset before the change gives.
    @inlinable
    public func instant(ofLocal local: Int64) -> Int64 {
        if starts.count == 1 { return local &- offsets[0] }
        let day: Int64 = 86_400_000_000
        let before = offset(at: local - day)
        let candidate = local - before
        if offset(at: candidate) == before { return candidate }
        let after = offset(at: local + day)
        let second = local - after
        return offset(at: second) == after ? second : candidate
    }

    /// The instant at which a day begins in this zone.
    @inlinable
    public func start(of day: CivilDate) -> Int64 {
        let local = Int64(day.daysSinceEpoch) * 86_400_000_000
        let start = instant(ofLocal: local)
        return start
    }

    /// The day of an instant in this zone.
    @inlinable
    public func day(of instant: Int64) -> CivilDate {
        let local = instant &+ offset(at: instant)
        let day: Int64 = 86_400_000_000
        let quotient = local / day
        return CivilDate(daysSinceEpoch: Int(local % day < 0 ? quotient - 1 : quotient))
    }
}
