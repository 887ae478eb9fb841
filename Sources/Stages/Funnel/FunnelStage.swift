import Manifest
import StageKit

/// Ordered steps within a window: how many persons get how far, and how long they take.
public enum FunnelStage: Stage {
    public static let name = "funnel"
    public static let version = 3
    public static let doc = "Persons who take steps within a window: conversion, drop-off and time between steps."

    private static let event = [
        Shape.Key("event", .string, required: true, "The event's name."),
        Shape.Key("where", .condition, "What the event must fulfil."),
    ]

    private static func choice<Choice: CaseIterable & RawRepresentable>(_ choices: Choice.Type) -> Shape where Choice.RawValue == String {
        .word(choices.allCases.map(\.rawValue))
    }

    public static let options: [Shape.Key] = [
        Shape.Key("period", .period, "When step 1 must happen (default: last 30d); later steps may follow after it."),
        Shape.Key(
            "steps",
            .list(
                .either([
                    .string,
                    .object(
                        event + [
                            Shape.Key("name", .string, "What the step is called (default: the event's name)."),
                            Shape.Key("optional", .boolean, "Whether an attempt may leave the step out (default: false)."),
                            Shape.Key("within", .duration, "From the step before to the last instant that counts, inclusive (default: the whole window)."),
                        ]),
                ])), required: true, "Two to 32 steps in order: an event's name, or { event, where, name, optional, within }."),
        Shape.Key("within", .duration, "From step 1 to the last instant that counts, inclusive (default: 7d)."),
        Shape.Key("by", .oneOrMany(.string), "Columns that break the funnel down, as they stood at step 1."),
        Shape.Key("by_step", .string, "Where the columns of 'by' are taken from: first (the default), last, or a step's name or number."),
        Shape.Key("variant_of", .string, "An experiment: the funnel is broken down by the variant of the first exposure, at or before step 1."),
        Shape.Key("where", .condition, "What every event of the funnel must fulfil."),
        Shape.Key("order", choice(FunnelPolicy.Order.self), "ordered (the default: others between allowed), strict (nothing between), or any."),
        Shape.Key("repeats", choice(FunnelPolicy.Repeats.self), "What a repeat of the step just taken does in strict order: interrupt (the default) or ignore."),
        Shape.Key("same_instant", choice(FunnelPolicy.Ties.self), "Events of one instant: step_order (the default) or increasing (each step later than the one before)."),
        Shape.Key("one_event", choice(FunnelPolicy.Serving.self), "How many steps one event may serve: many_steps (the default), different_steps (repeated steps need distinct events), one_step."),
        Shape.Key("attempt", choice(FunnelPolicy.Attempt.self), "Which attempt counts: best (the default), first or latest."),
        Shape.Key("count", choice(FunnelPolicy.Unit.self), "What is counted: persons (the default), sessions, or every attempt, one after the other."),
        Shape.Key("hold", .oneOrMany(.string), "Columns whose value is the same along an attempt, and session."),
        Shape.Key(
            "exclude",
            .list(
                .either([
                    .string,
                    .object(
                        event + [
                            Shape.Key("after", .string, "The step (name or number) behind which the event must not come (default: the first)."),
                            Shape.Key("before", .string, "The step before which it must not come (default: the last)."),
                        ]),
                ])), "Events that must not come between steps: a name, or { event, where, after, before }."),
        Shape.Key("on_exclude", choice(FunnelPolicy.OnExclusion.self), "An attempt that meets one: leave (the default: it does not count) or keep (the steps reached)."),
        Shape.Key("open_windows", choice(FunnelPolicy.OpenWindows.self), "Attempts whose window is not over: count (the default) or leave_out."),
        Shape.Key(
            "compare",
            .either([
                .word(["previous", "year_before", "campaign"]),
                .object([
                    Shape.Key("from", .instant, required: true, "The first instant of the period."),
                    Shape.Key("to", .instant, required: true, "The first instant after the period."),
                ]),
            ]), "An earlier period to compare with: previous, year_before, campaign (the one it is compared with), or { from, to }."),
        Shape.Key("alpha", .fraction, "One less the confidence of the comparison's intervals (default: 0.05)."),
        Shape.Key("trend", choice(FunnelTrend.self), "A further table by day, week or month of step 1."),
        Shape.Key("histogram", .list(.duration), "A further table of times from step 1: the upper bounds of its classes, such as [1m, 1h, 1d]."),
        Shape.Key("next_events", .integer(1...1000), "A further table of so many commonest next events of those who end at a step."),
    ]

    public static func namedEvents(_ node: Manifest.Node, in manifest: Manifest) -> [NamedEvent] {
        ["steps", "exclude"].flatMap { key in
            (node.options[key]?.list ?? []).flatMap { ($0["event"] ?? $0).eventsOfTexts }
        } + node.options.eventsInConditions
    }

    public static func prepare(_ node: Manifest.Node, in context: StageContext) throws -> any Computation {
        FunnelComputation(try FunnelPlan(node, in: context))
    }
}
