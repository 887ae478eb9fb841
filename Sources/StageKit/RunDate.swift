import Chronology
import Foundation
import Vocabulary

extension ProblemCode {
    public static let wrongDate = ProblemCode("usage.date", exit: .wrongUsage)
}

/// The date of a run as the command line gives it. The one place that looks at the clock.
public enum RunDate {
    /// Reads `2026-11-14`, `today`, `yesterday` or `-2d` (days before today, in the report's zone).
    /// - Throws: `Problem` with `usage.date` for anything else.
    public static func parse(_ text: String, zone: Zone) throws -> CivilDate {
        if let date = CivilDate(text) { return date }
        let today = zone.day(of: Int64(Date().timeIntervalSince1970) * Timestamp.microsecondsPerSecond)
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
}
