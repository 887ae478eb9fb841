/// A half-open span of time, in microseconds UTC.
public struct TimeSpan: Sendable, Hashable {
    /// The first instant inside.
    public var start: Int64
    /// The first instant after.
    public var end: Int64

    public init(start: Int64, end: Int64) {
        self.start = start
        self.end = end
    }

    @inlinable
    public func contains(_ instant: Int64) -> Bool { instant >= start && instant < end }

    public var isEmpty: Bool { end <= start }

    /// The part that both spans share; empty (start = end) where they share none.
    public func intersection(_ other: TimeSpan) -> TimeSpan {
        let start = max(start, other.start)
        return TimeSpan(start: start, end: max(start, min(end, other.end)))
    }
}

/// How finely a period is cut.
public enum Grain: String, Sendable, CaseIterable {
    case hour, day, week, month, campaign, period
}

/// The cells of a period at a grain, in order; together they cover the period exactly (but for grain `campaign`).
public struct TimeCells: Sendable {
    public let spans: [TimeSpan]
    /// Per cell the text a mart shows: a date for day, week (its Monday) and month (its first), RFC 3339 for an hour.
    public let labels: [String]

    public init(spans: [TimeSpan], labels: [String]) {
        self.spans = spans
        self.labels = labels
    }

    /// Cuts a period in a zone. Hours are whole hours of the wall clock (where the clock is set by a part of an hour, the
    /// hour before goes on until the next whole one); weeks are ISO weeks. The first and the last cell are clipped to
    /// the period; their label is that of the whole hour, day, week or month.
    public init(_ period: TimeSpan, grain: Grain, zone: Zone) {
        var spans: [TimeSpan] = []
        var labels: [String] = []
        func add(_ start: Int64, _ end: Int64, _ label: String) {
            let clipped = TimeSpan(start: start, end: end).intersection(period)
            if !clipped.isEmpty {
                spans.append(clipped)
                labels.append(label)
            }
        }
        if !period.isEmpty {
            switch grain {
            case .period, .campaign:
                add(period.start, period.end, "")
            case .hour:
                let hour: Int64 = 3_600_000_000
                /// How far an instant is into its hour on the wall.
                func intoHour(_ instant: Int64) -> Int64 { ((instant + zone.offset(at: instant)) % hour + hour) % hour }
                var start = period.start - intoHour(period.start)
                while start < period.end {
                    var next = start + hour
                    if intoHour(next) != 0 { next += hour - intoHour(next) }
                    add(start, next, Timestamp.rfc3339(start, in: zone))
                    start = next
                }
            case .day, .week, .month:
                var day = zone.day(of: period.start)
                if grain == .week { day = day.startOfWeek }
                if grain == .month { day = day.startOfMonth }
                while zone.start(of: day) < period.end {
                    let next: CivilDate =
                        switch grain {
                        case .week: day.adding(days: 7)
                        case .month: day.adding(months: 1)
                        default: day.adding(days: 1)
                        }
                    add(zone.start(of: day), zone.start(of: next), day.description)
                    day = next
                }
            }
        }
        self.init(spans: spans, labels: labels)
    }

    public var count: Int { spans.count }

    /// The index of the cell that holds an instant; nil outside all of them.
    @inlinable
    public func index(of instant: Int64) -> Int? {
        var low = 0
        var high = spans.count
        while low < high {
            let middle = (low + high) / 2
            if spans[middle].end <= instant { low = middle + 1 } else { high = middle }
        }
        return low < spans.count && spans[low].contains(instant) ? low : nil
    }
}
