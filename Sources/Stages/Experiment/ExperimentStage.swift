import Manifest
import StageKit
import Statistics

/// A/B tests: lift with interval and p-value of every variant against the control.
public enum ExperimentStage: Stage {
    public static let name = "experiment"
    public static let version = 7
    public static let doc =
        "Compares the variants of an experiment: lift over the control with intervals for every night, a verdict, and checks of its health."

    /// An experiment lasts from `starts` to `ends`.
    public static let usualPeriod: PeriodExpression? = nil

    public static let options: [Shape.Key] = [
        .init(
            "experiment", .string, "Value of the experiment column; needed but for a units source without that column."),
        .init("source", .string, "A units source, or the one source whose rows count (default: all of events); for arms also an ad report."),
        .init("unit", .word(["person", "user", "device"]), "What is exposed: a person (default), a user, or a device."),
        .init("control", .string, "The variant that the others are compared with; needed but for arms."),
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
        .init(
            "engine", .word(ExperimentSettings.Engine.allCases.map(\.rawValue)),
            "sequential (default): intervals for every night; fixed: Welch's test once the declared end has come, sequential before."),
        .init(
            "tuning", .integer(1...1_000_000_000),
            "The number of units at which sequential intervals are tightest for their number (default: 5000)."),
        .init(
            "correction", .word(MultipleTestingCorrection.allCases.map(\.rawValue)),
            "How p-values are corrected over metrics of one role and their variants (default: holm)."),
        .init(
            "prior",
            .object([
                .init("mean", .quantity, "The expected relative lift (default: 0)."),
                .init("deviation", .quantity, required: true, "Its standard deviation, such as 10%."),
            ]), "What is believed of a relative lift beforehand, for the Bayesian columns (default: flat)."),
        .init(
            "margin", .either([.fraction, .map(.fraction)]),
            "The relative change that matters, and that a guardrail may bear: of all metrics, or by metric."),
        .init("effect", .fraction, "The relative lift that the experiment is to find (default: the margin)."),
        .init("power", .fraction, "The wished probability to find the effect (default: 0.8)."),
        .init(
            "arms", .string,
            "A column whose values are arms to rank by CTR, such as creative, in an ad report or in impression and click events."),
        .init(
            "epochs", .either([.word(["found"]), .oneOrMany(.instant)]),
            "Days on which the shares of arms were changed, or `found` where they moved by over 20 %: rates are compared within."),
        .init("elements", .string, "A creatives source, whose elements are compared over the arms."),
        .init("min_days", .integer(1...3650), "An arm with fewer days is never dropped (default: 7)."),
        .init("min_impressions", .integer(1...1_000_000_000_000), "An arm with fewer impressions is never dropped (default: 10000)."),
        .init("activation", .oneOrMany(.string), "Events of which a unit must have one; its values count from it on."),
        .init(
            "open_windows", .word(["include", "leave_out"]),
            "What becomes of units whose window is open: include (default; the figures are approximate), or leave_out."),
        .init("by", .oneOrMany(.string), "Columns whose values at the first exposure make segments."),
        .init(
            "stratify", .string, "A column whose values at the first exposure are strata to adjust by (post-stratification)."),
        .init(
            "cuped", .either([.duration, .map(.string)]),
            "Adjusts by what each unit did so long before its own exposure, such as 14d; for a units source by columns, by metric."),
        .init(
            "winsorize",
            .object([
                .init("lower", .fraction, "The percentile below which values are raised to it."),
                .init("upper", .fraction, "The percentile above which values are lowered to it, such as 99%."),
                .init("among", .word(["all", "positive"]), "Of the values of all units (default), or of those other than 0."),
            ]), "Clamps values a unit of means to percentiles over the units of all variants."),
    ]

    /// Amounts in other currencies count at their rates.
    /// Beside the one source that a node names the rates, and the creatives whose elements are compared.
    public static func sources(of node: Manifest.Node, in manifest: Manifest) -> [Manifest.Source] {
        guard let only = node.options["source"]?.string else { return manifest.sources.filter { reads($0.kind) } }
        let further = [only, node.options["elements"]?.string].compactMap(\.self)
        return manifest.sources.filter { further.contains($0.name) || $0.kind == .rates }
    }

    public static func reads(_ kind: Manifest.Source.Kind) -> Bool { [.events, .exposures, .rates].contains(kind) }

    public static func namedEvents(_ node: Manifest.Node, in manifest: Manifest) -> [NamedEvent] {
        (node.options["activation"]?.eventsOfTexts ?? []) + node.options.eventsInConditions
    }

    public static func prepare(_ node: Manifest.Node, in context: StageContext) throws -> any Computation {
        if node.options["arms"] != nil {
            let plan = try CreativeArmsPlan(node, in: context)
            switch plan.origin {
            case .report(let source): return ReportedArms(plan, source: source, context.tables)
            case .events(let source, let providers): return EventArms(plan, source: source, providers, context.tables)
            }
        }
        let plan = try ExperimentPlan(node, in: context)
        if !plan.isTable {
            try ExperimentProviders(context.manifest).check(plan.metrics.flatMap(\.metric.measure.selections), at: node.place)
        }
        switch plan.basis {
        case .events(let basis): return EventExperiment(plan, basis)
        case .units(let basis):
            return UnitTableExperiment(plan, basis, context.tables.first { $0.source == basis.source })
        }
    }
}
