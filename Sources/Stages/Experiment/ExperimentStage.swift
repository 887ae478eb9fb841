import Manifest
import StageKit

/// A/B tests: lift with interval and p-value of every variant against the control.
public enum ExperimentStage: Stage {
    public static let name = "experiment"
    public static let version = 1
    public static let doc =
        "Compares the variants of an experiment: lift over the control with confidence interval, p-value and checks of its health."

    /// An experiment lasts from `starts` to `ends`.
    public static let usualPeriod: PeriodExpression? = nil

    public static let options: [Shape.Key] = [
        .init(
            "experiment", .string, "Value of the experiment column; needed but for a units source without that column."),
        .init("source", .string, "A units source, or the one source whose rows count as exposures (default: all)."),
        .init("unit", .word(["person", "user", "device"]), "What is exposed: a person (default), or a user."),
        .init("control", .string, required: true, "The variant that the others are compared with."),
        .init("split", .map(.number), "Planned weight of each variant, such as { A: 50, B: 50 } (default: equal)."),
        .init("starts", .instant, "Exposures count from this instant on."),
        .init("ends", .instant, "Exposures count before this instant."),
        .init(
            "window", .duration,
            "How long after its own first exposure a unit's events count (default: as long as events are known)."),
        .init("primary", .string, "The metric that decides."),
        .init("metrics", .oneOrMany(.string), "Further metrics; columns, for a units source."),
        .init("guardrails", .oneOrMany(.string), "Metrics that must not get worse."),
        .init("alpha", .fraction, "1 - alpha is the confidence of the intervals (default: 0.05)."),
        .init("engine", .word(["fixed"]), "How tests are made: fixed horizon."),
    ]

    public static func prepare(_ node: Manifest.Node, in context: StageContext) throws -> any Computation {
        let plan = try ExperimentPlan(node, in: context)
        switch plan.basis {
        case .events(let basis): return EventExperiment(plan, basis)
        case .units(let basis):
            return UnitTableExperiment(plan, basis, context.tables.first { $0.source == basis.source })
        }
    }
}
