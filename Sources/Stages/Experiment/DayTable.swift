import Chronology

/// The days of a span in a zone, for finding the day of an instant fast.
struct DayTable: Sendable {
    /// Days since 1970.
    let first: Int32
    /// The first instant of each day, and that after the last.
    private let starts: [Int64]

    init(from start: Int64, to end: Int64, in zone: Zone) {
        let firstDay = zone.day(of: min(start, end))
        let lastDay = zone.day(of: max(start, end))
        first = Int32(firstDay.daysSinceEpoch)
        starts = (firstDay.daysSinceEpoch...lastDay.daysSinceEpoch + 1).map { zone.start(of: CivilDate(daysSinceEpoch: $0)) }
    }

    var count: Int { starts.count - 1 }

    func contains(_ day: Int32) -> Bool { day >= first && Int(day) - Int(first) < count }

    /// The place of an instant's day among the days; the nearest for one outside.
    func index(of instant: Int64) -> Int {
        var index = min(max(0, Int((instant - starts[0]) / 86_400_000_000)), count - 1)
        while index > 0, instant < starts[index] { index -= 1 }
        while index < count - 1, instant >= starts[index + 1] { index += 1 }
        return index
    }
}
