import Chronology
import StageKit

/// When something began, and how long it has taken so far.
struct Stopwatch {
    private let clock = ContinuousClock()
    private let start = ContinuousClock().now
    private let instant = RunDate.now / Timestamp.microsecondsPerSecond * Timestamp.microsecondsPerSecond

    var seconds: Double { start.duration(to: clock.now).seconds }

    /// RFC 3339 in a zone, to the second.
    func started(in zone: Zone) -> String { Timestamp.rfc3339(instant, in: zone) }
}
