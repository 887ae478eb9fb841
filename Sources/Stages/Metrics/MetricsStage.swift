import Chronology
import Manifest
import Marts
import Metrics
import StageKit
import Vocabulary

extension ProblemCode {
    static let unknownMetric = ProblemCode("metrics.unknown-metric", exit: .wrongManifest)
    static let unknownColumn = ProblemCode("metrics.unknown-column", exit: .wrongManifest)
    static let privateColumn = ProblemCode("metrics.private-column", exit: .wrongManifest)
    static let wrongType = ProblemCode("metrics.wrong-type", exit: .wrongManifest)
    static let unknownTable = ProblemCode("metrics.unknown-source", exit: .wrongManifest)
    static let wrongOption = ProblemCode("metrics.wrong-option", exit: .wrongManifest)
    static let overlappingCampaigns = ProblemCode("metrics.overlapping-campaigns", exit: .wrongManifest)
    static let unbalanced = ProblemCode("metrics.unbalanced", exit: .stageFailed)
}

/// Metrics of the catalogue over a period, by time and by any columns.
///
/// Rows: `detail` (a time cell and the values of `by`; only cells with data), `rest` (with `top`: what the N greatest
/// leave of a time cell), `total` of each time cell, and the grand `total` of the period, whose time is null. Without
/// `by` the rows of the time cells are `detail`, one for each cell up to `as_of`.
public enum MetricsStage: Stage {
    public static let name = "metrics"
    public static let version = 1
    public static let doc = "Counts, sums and ratios of the metric catalogue, by time and by any columns."
    public static let options: [Shape.Key] = [
        Shape.Key("period", .period, "What is looked at: last Nd|w|m, campaign NAME or { from, to }; default last 30d."),
        Shape.Key(
            "grain", .word(Grain.allCases.map(\.rawValue)),
            "How finely the period is cut; default day (for a table without dates: period)."),
        Shape.Key("by", .oneOrMany(.string), "Columns whose values cut the cells further, such as channel or product_id."),
        Shape.Key(
            "metrics", .oneOrMany(.string), required: true,
            "Names of the catalogue, or distinct(column), sum, min, max, mean, share of a column."),
        Shape.Key(
            "credit", .word(MetricsPlan.Credit.allCases.map(\.rawValue)),
            "Which channel or campaign gets a sale: event (the purchase row's), last_touch (the last click within 7 days; default)."
        ),
        Shape.Key("where", .condition, "Only rows for which the condition holds; history and touches look at all rows."),
        Shape.Key("top", .integer(1...100_000), "Keep the N greatest by the first metric in each time cell, and the rest as one row."),
        Shape.Key("source", .string, "A units file or another table that plain measures run over, instead of events."),
        Shape.Key("conversion", .string, "The event that cpa counts; default purchase (as orders)."),
    ]

    public static func reads(_ kind: Manifest.Source.Kind) -> Bool { kind != .units }

    public static func prepare(_ node: Manifest.Node, in context: StageContext) throws -> any Computation {
        var planner = MetricsPlanner(node, context)
        return MetricsComputation(try planner.plan())
    }
}
