import Chronology
import Manifest

extension TimeSpan {
    /// The equal period just before: as many months where the period is so many months, as many days where it is made of whole
    /// days, else as long a time.
    public func previous(of expression: PeriodExpression, in zone: Zone) -> TimeSpan {
        if case .last(let count, .month) = expression { return TimeSpan(start: moved(start, zone) { $0.adding(months: -count) }, end: start) }
        let (first, next) = (zone.day(of: start), zone.day(of: end))
        guard zone.start(of: first) == start, zone.start(of: next) == end else {
            return TimeSpan(start: start - (end - start), end: start)
        }
        return TimeSpan(start: zone.start(of: first.adding(days: first.daysSinceEpoch - next.daysSinceEpoch)), end: start)
    }

    /// The same dates of the year before, each bound as long after its midnight.
    public func yearBefore(in zone: Zone) -> TimeSpan {
        TimeSpan(start: moved(start, zone) { $0.adding(months: -12) }, end: moved(end, zone) { $0.adding(months: -12) })
    }

    /// As long after the midnight of another day.
    private func moved(_ instant: Int64, _ zone: Zone, _ change: (CivilDate) -> CivilDate) -> Int64 {
        let day = zone.day(of: instant)
        return zone.start(of: change(day)) + (instant - zone.start(of: day))
    }
}

extension StageContext {
    /// True where the store's events begin on the day of an instant, or before: a day is covered once an event of it is there.
    public func historyReaches(_ instant: Int64) -> Bool {
        oldestEvent.map { manifest.zone.day(of: $0) <= manifest.zone.day(of: instant) } ?? false
    }
}
