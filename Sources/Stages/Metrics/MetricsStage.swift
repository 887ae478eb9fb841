import Chronology
import EventStore
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
/// leave of a time cell), `subtotal` (of the first columns of `by`), `total` of each time cell, and the grand `total` of the period, whose time is null. Without
/// `by` the rows of the time cells are `detail`, one for each cell up to `as_of`.
public enum MetricsStage: Stage {
    public static let name = "metrics"
    public static let version = 7
    public static let doc = "Counts, sums and ratios of the metric catalogue, by time and by any columns."
    public static let options: [Shape.Key] = [
        Shape.Key("period", .period, "What is looked at: last Nd|w|m, campaign NAME or { from, to }; default last 30d."),
        Shape.Key(
            "grain", .word(Grain.allCases.map(\.rawValue)),
            "How finely the period is cut; default day (for a table without dates: period)."),
        Shape.Key("by", .oneOrMany(.string), "Columns whose values cut the cells further, such as channel or product_id."),
        Shape.Key(
            "metrics", .oneOrMany(.string), required: true,
            "Names of the catalogue or of the manifest's `metrics`, or distinct(column), sum, min, max, mean, share, p50 to p99 of a column."),
        Shape.Key(
            "credit", .word(MetricsPlan.Credit.allCases.map(\.rawValue)),
            "Which channel or campaign gets a sale: event (the purchase row's), last_touch (the last click within 7 days; default), platform (as ad reports claim), blended (no split)."
        ),
        Shape.Key("where", .condition, "Only rows for which the condition holds; history and touches look at all rows."),
        Shape.Key("top", .integer(1...100_000), "Keep the N greatest by the first metric in each time cell, and the rest as one row."),
        Shape.Key(
            "subtotals", .boolean, "Totals at each level of `by` too: with [channel, campaign] a row for each channel."),
        Shape.Key(
            "compare", .oneOrMany(.word(Comparison.allCases.map(\.rawValue))),
            "Growth of each metric against the previous equal period, the same period a year before, or the campaign's `compare`."),
        Shape.Key("derive", .oneOrMany(.string), "Of each metric: share (of its time's total), cumulative, moving_N (over N cells of time)."),
        Shape.Key("targets", .string, "A source of kind targets: each metric's target and how much of it is attained."),
        Shape.Key("source", .string, "A units file or another table that plain measures run over, instead of events."),
        Shape.Key("resolve_within", .duration, "The target time of resolution_rate; 24h unless said otherwise."),
        Shape.Key(
            "new_buyer_lookback", .string,
            "A buyer is new who paid for nothing so long before, such as 90d; 365d unless said otherwise, `all` for all history."),
        Shape.Key("repurchase", .word(Repurchase.allCases.map(\.rawValue)), "What repurchase_period asks for: two orders (default), or two orders on different days."),
        Shape.Key("conversion", .string, "The event that cpa counts; default purchase (as orders)."),
    ]

    /// When a person has bought again.
    enum Repurchase: String, CaseIterable, Sendable {
        case orders, days
    }

    /// A year, in microseconds.
    static let usualLookBack: Int64 = 365 * 86_400_000_000

    public static func reads(_ kind: Manifest.Source.Kind) -> Bool { kind != .units }

    public static func derivedColumns(_ context: StageContext) -> [DerivedColumn] {
        (context.manifest.channels?.derivedColumns ?? []) + CatalogueColumns.derived(context)
    }

    public static func namedEvents(_ node: Manifest.Node, in manifest: Manifest) -> [NamedEvent] {
        guard node.options["source"] == nil else { return [] }
        let own = KnownMetrics(manifest).declarations(behind: node.options["metrics"]?.list.compactMap(\.string) ?? [])
        return (node.options["conversion"]?.eventsOfTexts ?? []) + node.options.eventsInConditions
            + own.flatMap { ($0.options["events"]?.eventsOfTexts ?? []) + $0.options.eventsInConditions }
    }

    public static func prepare(_ node: Manifest.Node, in context: StageContext) throws -> any Computation {
        var planner = MetricsPlanner(node, context)
        return MetricsComputation(try planner.plan())
    }
}
