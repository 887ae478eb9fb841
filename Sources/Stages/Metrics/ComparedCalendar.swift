import Chronology

/// From instants of a period to those of the one that it is compared with, by the calendar and the clock on the wall: a clock
/// that is set in between, and a year that begins on another weekday, move nothing.
struct ComparedCalendar {
    private enum Move {
        case years(Int)
        case days(Int)
        /// Where the periods begin at other times of the day.
        case time(Int64)
    }

    private let zone: Zone
    private let move: Move

    private static let day: Int64 = 86_400_000_000
    /// The days between a week and the same week a year before: whole weeks.
    static let yearOfWeeks = 364

    /// - Parameters:
    ///   - own: an instant of the period.
    ///   - other: the one that it is compared with.
    init(_ comparison: Comparison, grain: Grain, from own: Int64, to other: Int64, _ zone: Zone) {
        self.zone = zone
        let (here, there) = (zone.day(of: own), zone.day(of: other))
        if comparison == .year, grain != .week {
            move = .years(-1)
        } else if Self.timeOfDay(own, zone) == Self.timeOfDay(other, zone) {
            move = .days(there.daysSinceEpoch - here.daysSinceEpoch)
        } else {
            move = .time(other - own)
        }
    }

    private static func timeOfDay(_ instant: Int64, _ zone: Zone) -> Int64 {
        instant == zone.start(of: zone.day(of: instant)) ? 0 : instant + zone.offset(at: instant) - Int64(zone.day(of: instant).daysSinceEpoch) * day
    }

    /// The instant with the same time on the wall of the other day; nil where that day, or that time of it, does not exist,
    /// and for the second of two equal times.
    /// - Parameter isBound: a bound of a span: for a day that does not exist the next one.
    func callAsFunction(_ instant: Int64, isBound: Bool = false) -> Int64? {
        let own = zone.day(of: instant)
        let other: CivilDate
        switch move {
        case .time(let distance): return instant + distance
        case .days(let days): other = own.adding(days: days)
        case .years(let years):
            let moved = own.adding(months: 12 * years)
            let exists = moved.adding(months: -12 * years) == own
            guard exists || isBound else { return nil }
            other = exists ? moved : moved.adding(days: 1)
        }
        if instant == zone.start(of: own) { return zone.start(of: other) }
        let local = instant + zone.offset(at: instant)
        let moved = local + Int64(other.daysSinceEpoch - own.daysSinceEpoch) * Self.day
        let found = zone.instant(ofLocal: moved)
        if isBound { return found }
        return zone.instant(ofLocal: local) == instant && found + zone.offset(at: found) == moved ? found : nil
    }

    /// Per cell of time the one of the other period that has the same place in the calendar and the same length; nil where there
    /// is none.
    func counterparts(of cells: TimeCells, in other: TimeCells, grain: Grain) -> [Int?] {
        cells.spans.indices.map { index in
            if grain == .period || grain == .campaign { return other.spans.indices.contains(index) ? index : nil }
            if grain == .month { return month(index, cells, other) }
            let span = cells.spans[index]
            guard let start = self(span.start), let place = other.index(of: start) else { return nil }
            let found = other.spans[place]
            let isAlike = grain == .hour
                ? found.end - found.start == span.end - span.start : length(of: found) == length(of: span)
            return found.start == start && isAlike ? place : nil
        }
    }

    /// Months stand in their order; one that is cut is like another that is cut at the same days.
    private func month(_ index: Int, _ cells: TimeCells, _ other: TimeCells) -> Int? {
        guard other.spans.indices.contains(index) else { return nil }
        func bounds(_ span: TimeSpan) -> [Int] { [span.start, span.end].map { zone.day(of: $0).dayOfMonth } }
        return bounds(cells.spans[index]) == bounds(other.spans[index]) ? index : nil
    }

    private func length(of span: TimeSpan) -> Int { zone.day(of: span.end).daysSinceEpoch - zone.day(of: span.start).daysSinceEpoch }
}

extension CivilDate {
    fileprivate var dayOfMonth: Int { daysSinceEpoch - startOfMonth.daysSinceEpoch + 1 }
}
