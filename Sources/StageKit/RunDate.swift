import Chronology
import Foundation
import Vocabulary

extension ProblemCode {
    public static let wrongDate = ProblemCode("usage.date", exit: .wrongUsage)
}

/// The date of a run as the command line gives it. The one place that looks at the clock.
public enum RunDate {
    /// Microseconds UTC.
    public static var now: Int64 { Int64(Date().timeIntervalSince1970 * 1e6) }

    /// Reads the instant of an intraday run: `now` (cut to the minute), or a stamp such as `2026-11-11T14:00`.
    /// - Throws: `Problem` with `usage.date` for anything else.
    public static func instant(_ text: String, zone: Zone) throws -> Int64 {
        if text == "now" { return now / 60_000_000 * 60_000_000 }
        guard let instant = Timestamp.reading(text, in: zone) else {
            throw Problem(
                .wrongDate, "'\(text)' is not an instant", help: "give a stamp such as 2026-11-11T14:00, or now")
        }
        return instant
    }

    /// Reads `2026-11-14`, `today`, `yesterday` or `-2d` (days before today, in the report's zone).
    /// - Throws: `Problem` with `usage.date` for anything else.
    public static func parse(_ text: String, zone: Zone) throws -> CivilDate {
        if let date = CivilDate(text) { return date }
        let today = today(in: zone)
        switch text {
        case "today": return today
        case "yesterday": return today.adding(days: -1)
        default:
            if text.hasPrefix("-"), text.hasSuffix("d"), let days = Int(text.dropFirst().dropLast()), (0...36_500).contains(days) {
                return today.adding(days: -days)
            }
            throw Problem(
                .wrongDate, "'\(text)' is not a date",
                help: "give YYYY-MM-DD, today, yesterday, or -2d for two days ago")
        }
    }

    /// Refuses a date that has not come: what is published never moves back, so a slip of the key would pin it there.
    /// - Throws: `Problem` with `usage.date`.
    public static func refuseFuture(_ date: CivilDate, zone: Zone) throws {
        guard date > today(in: zone) else { return }
        throw Problem(.wrongDate, "\(date) lies in the future", help: "give a date up to today")
    }

    private static func today(in zone: Zone) -> CivilDate { zone.day(of: now) }
}
