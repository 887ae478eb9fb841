import Chronology
import EventStore
import Manifest
import Vocabulary

extension ProblemCode {
    public static let unknownCampaign = ProblemCode("manifest.unknown-campaign", exit: .wrongManifest)
}

/// A period of the manifest made definite by the run's date.
public struct ResolvedPeriod: Sendable, Hashable {
    /// As the manifest says it: `last 30d`, `campaign d11`, or `2026-11-01/2026-11-08`.
    public let name: String
    public let span: TimeSpan
    /// The first instant that is not seen: the end of the run's date, or just after the newest event where that is
    /// earlier; microseconds UTC, never the clock. It may lie after the period's end (late converters, refunds).
    public let asOf: Int64

    public init(name: String, span: TimeSpan, asOf: Int64) {
        self.name = name
        self.span = span
        self.asOf = asOf
    }

    /// What a mart states as its `as_of`: the newest instant known to a node that looks no further than `ahead`
    /// microseconds behind the period's end.
    public func asOf(lookingAhead ahead: Int64) -> Int64 {
        let (reach, overflow) = span.end.addingReportingOverflow(ahead)
        return overflow ? asOf : min(reach, asOf)
    }
}

extension PeriodExpression {
    /// The period when none is named: thirty days up to and including the run's date.
    public static let usual = PeriodExpression.last(30, .day)
}

extension StageContext {
    /// The first instant after the run's date: nothing later is seen.
    public var endOfDate: Int64 { manifest.zone.start(of: date.adding(days: 1)) }

    /// Makes a period definite.
    ///
    /// `last Nd|w|m` ends with the run's date; a campaign or an explicit span lies where it lies.
    /// - Throws: `Problem` for a campaign that the manifest does not name.
    public func span(of period: PeriodExpression) throws -> ResolvedPeriod {
        let zone = manifest.zone
        let name: String
        let span: TimeSpan
        switch period {
        case .last(let count, let unit):
            name = "last \(count)\(unit.rawValue)"
            let end = date.adding(days: 1)
            let start =
                switch unit {
                case .day: end.adding(days: -count)
                case .week: end.adding(days: -7 * count)
                case .month: end.adding(months: -count)
                }
            span = TimeSpan(start: zone.start(of: start), end: zone.start(of: end))
        case .campaign(let wanted):
            guard let campaign = manifest.campaigns.first(where: { $0.name == wanted }) else {
                throw Problem(
                    .unknownCampaign, "no campaign is called '\(wanted)'", at: .path(manifest.path),
                    help: nearestName(to: wanted, among: manifest.campaigns.map(\.name)).map { "did you mean '\($0)'?" })
            }
            name = "campaign \(wanted)"
            span = campaign.span
        case .between(let start, let end):
            name = Timestamp.rfc3339(start, in: zone) + "/" + Timestamp.rfc3339(end, in: zone)
            span = TimeSpan(start: start, end: end)
        }
        return ResolvedPeriod(name: name, span: span, asOf: horizon)
    }

    /// The first instant that is not seen: the end of the run's date, or the instant of an intraday run, or just after the
    /// newest event if that is earlier.
    public var horizon: Int64 {
        let bound = min(endOfDate, intraday ?? endOfDate)
        return min(bound, newestEvent.map { $0 + 1 } ?? bound)
    }
    /// What a computation would look at if there were events up to the end of the date: where it looks up to the newest event, nothing
    /// of what is missing behind that lies within its own reach.
    func wanted(_ reach: DataReach) -> DataReach {
        var wanted = reach
        if let events = reach.events, events.end >= horizon { wanted.events?.end = max(events.end, intraday ?? endOfDate) }
        return wanted
    }

    /// The days of tables that a span of time meets, as far as they have come (days since 1970-01-01).
    public func dates(of span: TimeSpan) -> Range<Int> {
        let end = min(span.end, endOfDate)
        guard span.start < end else { return 0..<0 }
        return manifest.zone.day(of: span.start).daysSinceEpoch..<(manifest.zone.day(of: end - 1).daysSinceEpoch + 1)
    }
}
