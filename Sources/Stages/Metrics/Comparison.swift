import Chronology
import Manifest
import Marts
import StageKit
import Vocabulary

/// What a period is compared with.
enum Comparison: String, Sendable, CaseIterable {
    /// The equal period just before.
    case previous
    /// The same period a year before.
    case year
    /// The campaign that the manifest compares the node's campaign with.
    case campaign

    var label: Label {
        switch self {
        case .previous: Label(en: "previous period", zh: "上期")
        case .year: Label(en: "a year before", zh: "去年同期")
        case .campaign: Label(en: "comparison campaign", zh: "对比活动")
        }
    }

    var growthLabel: Label {
        switch self {
        case .previous: Label(en: "growth on the previous period", zh: "环比")
        case .year: Label(en: "growth on a year before", zh: "同比")
        case .campaign: Label(en: "growth on the comparison campaign", zh: "对比活动增长")
        }
    }

    /// The period that is compared with; nil where the node's campaign names none.
    /// Weeks are compared with the same weeks: a year of them is 364 days.
    func period(of expression: PeriodExpression, _ resolved: ResolvedPeriod, grain: Grain, in context: StageContext) -> ResolvedPeriod? {
        let (manifest, zone) = (context.manifest, context.manifest.zone)
        let span: TimeSpan
        switch self {
        case .previous: span = resolved.span.previous(of: expression, in: zone)
        case .year where grain == .week:
            let weeks = ComparedCalendar(
                self, grain: grain, from: resolved.span.start,
                to: zone.start(of: zone.day(of: resolved.span.start).adding(days: -ComparedCalendar.yearOfWeeks))
                    + resolved.span.start - zone.start(of: zone.day(of: resolved.span.start)), zone)
            guard let start = weeks(resolved.span.start, isBound: true), let end = weeks(resolved.span.end, isBound: true) else { return nil }
            span = TimeSpan(start: start, end: end)
        case .year: span = resolved.span.yearBefore(in: zone)
        case .campaign:
            guard case .campaign(let name) = expression,
                let other = manifest.campaigns.first(where: { $0.name == name })?.compare,
                let campaign = manifest.campaigns.first(where: { $0.name == other })
            else { return nil }
            span = campaign.span
        }
        return ResolvedPeriod(name: rawValue, span: span, asOf: asOf(span, likeThatOf: resolved, grain: grain, in: context))
    }

    /// A period that still runs is compared with an equal part of the other, and one that is over with the whole of it; both are
    /// known as long behind their ends. A day is over with its last event, but not in the middle of an intraday run.
    private func asOf(_ span: TimeSpan, likeThatOf resolved: ResolvedPeriod, grain: Grain, in context: StageContext) -> Int64 {
        let zone = context.manifest.zone
        let known = context.intraday == nil ? zone.start(of: zone.day(of: resolved.asOf - 1).adding(days: 1)) : resolved.asOf
        let isOver = known >= resolved.span.end
        let calendar = ComparedCalendar(
            self, grain: grain, from: isOver ? resolved.span.end : resolved.span.start, to: isOver ? span.end : span.start, zone)
        return calendar(known, isBound: true).map { min(resolved.asOf, $0) } ?? resolved.asOf
    }
}
