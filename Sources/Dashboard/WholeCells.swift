import Chronology
import Marts

/// Which cells of time a mart has seen whole: those that may be compared with one another.
///
/// A cell is whole where the mart's period does not cut it and what the mart knows reaches its end. A mart's `as_of` is its
/// newest event, which is seldom the last instant of a day: in the run of a whole night a cell counts as seen once `as_of`
/// lies in its last quarter, at most six hours before its end. A run within the day has seen what ended before its instant.
/// All of it is compared on the report's own clock.
struct WholeCells {
    private let view: MartView
    private let intraday: String?

    /// - Parameter intraday: the instant (RFC 3339) that a run within the day sees up to.
    init(_ view: MartView, intraday: String?) {
        self.view = view
        self.intraday = intraday
    }

    /// Whether a row's cell is whole; rows whose time is no part of a calendar are.
    func contains(_ row: Int) -> Bool {
        guard let (start, end) = span(row) else { return true }
        if let from = view.mart.period.from.flatMap(WholeCells.clock), start < from { return false }
        if let to = view.mart.period.to.flatMap(WholeCells.clock), end > to { return false }
        if let seen = intraday.flatMap(WholeCells.clock) { return end <= seen }
        guard let asOf = view.mart.asOf.flatMap(WholeCells.clock) else { return true }
        return end - min((end - start) / 4, WholeCells.patience) <= asOf
    }

    private static let patience: Int64 = 6 * 3600 * Timestamp.microsecondsPerSecond

    /// From its first instant to the one after its last, in microseconds of the wall clock.
    private func span(_ row: Int) -> (Int64, Int64)? {
        guard let time = view.time else { return nil }
        func midnight(_ date: CivilDate) -> Int64 { Int64(date.daysSinceEpoch) * Timestamp.microsecondsPerDay }
        switch (view.mart.columns[time].name, view.value(row, time)) {
        case ("day", .date(let day)): return (midnight(day), midnight(day.adding(days: 1)))
        case ("week", .date(let day)): return (midnight(day), midnight(day.adding(days: 7)))
        case ("month", .date(let day)): return (midnight(day), midnight(day.adding(months: 1)))
        case ("hour", .time(let text)):
            return WholeCells.clock(text).map { ($0, $0 + 3600 * Timestamp.microsecondsPerSecond) }
        default: return nil
        }
    }

    /// What a clock of the report's zone shows; nil for what is no instant.
    private static func clock(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20 else { return nil }
        let rest = bytes[19...]
        // A fraction of a second does not matter beside a quarter of an hour.
        guard rest.first == UInt8(ascii: ".") || rest.first == UInt8(ascii: "Z") || rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-")
        else { return nil }
        return Timestamp.reading(String(decoding: bytes[..<19], as: UTF8.self), in: .utc)
    }
}
