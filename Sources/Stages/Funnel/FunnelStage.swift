import Manifest
import StageKit

/// Ordered steps within a window: how many persons get how far, and how long they take.
public enum FunnelStage: Stage {
    public static let name = "funnel"
    public static let version = 1
    public static let doc = "Persons who take steps in order within a window: conversion, drop-off and time between steps."

    public static let options: [Shape.Key] = [
        Shape.Key("period", .period, "When step 1 must happen (default: last 30d); later steps may follow after it."),
        Shape.Key(
            "steps",
            .list(
                .either([
                    .string,
                    .object([
                        Shape.Key("event", .string, required: true, "The event's name."),
                        Shape.Key("where", .condition, "What the event must fulfil."),
                        Shape.Key("name", .string, "What the step is called (default: the event's name)."),
                    ]),
                ])), required: true, "Two to 32 steps in order: an event's name, or { event, where, name }."),
        Shape.Key("within", .duration, "From step 1 to the last instant that counts, inclusive (default: 7d)."),
        Shape.Key("by", .oneOrMany(.string), "Columns that break the funnel down, as they stood at step 1."),
        Shape.Key("where", .condition, "What every event of the funnel must fulfil."),
    ]

    public static func prepare(_ node: Manifest.Node, in context: StageContext) throws -> any Computation {
        FunnelComputation(try FunnelPlan(node, in: context))
    }
}
