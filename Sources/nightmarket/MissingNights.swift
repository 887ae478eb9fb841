import Chronology
import Marts

/// Which nights of an output are missing.
struct MissingNights {
    /// A long outage is not made up for all at once unless its first night is named.
    static let bound = 31

    /// The nights to publish, oldest first; the last is the one that was asked for.
    let dates: [CivilDate]
    /// Older missing nights that are left out.
    let leftOut: Int

    /// The dates that a whole night was published for.
    static func published(in output: String) -> Set<CivilDate> {
        Set(PublishedRun.all(in: output).filter { $0.intraday == nil }.map(\.date))
    }

    /// The dates from the first to the last without a published night.
    static func between(_ first: CivilDate, _ last: CivilDate, in output: String) -> [CivilDate] {
        let published = published(in: output)
        return days(first, last).filter { !published.contains($0) }
    }

    static func days(_ first: CivilDate, _ last: CivilDate) -> [CivilDate] {
        first <= last ? (first.daysSinceEpoch...last.daysSinceEpoch).map(CivilDate.init(daysSinceEpoch:)) : []
    }

    /// - Parameter from: the first night that may be published; nil: the one after the last published night, and at most
    ///   31 nights.
    init(upTo date: CivilDate, from: CivilDate?, in output: String) {
        guard let first = from ?? MissingNights.published(in: output).max()?.adding(days: 1) else {
            (dates, leftOut) = ([date], 0)
            return
        }
        let missing = MissingNights.between(first, date.adding(days: -1), in: output)
        let kept = from == nil ? Array(missing.suffix(MissingNights.bound - 1)) : missing
        dates = kept + [date]
        leftOut = missing.count - kept.count
    }
}
