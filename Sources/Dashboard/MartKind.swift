import Marts

/// How a mart is shown, as its stage and columns say.
enum MartKind {
    case alerts, rules
    /// Cells of time, without dimensions.
    case series
    /// Cells of time of categories.
    case seriesByCategory
    /// Cells of time of products: which ones were hot, and when.
    case heat
    case funnel, experiment
    /// Products and the like without time: a ranking.
    case ranking
    /// Channels and campaigns without time: a table.
    case channels
    /// Other categories without time.
    case breakdown
    case table

    init(_ view: MartView) {
        func has(_ names: String...) -> Bool { names.allSatisfy { view.index($0) != nil } }
        switch view.stage {
        case "alerts" where has("alert", "severity", "state", "message"): self = .alerts
        case "alerts" where has("alert", "judged", "fired"): self = .rules
        case "funnel" where has("step", "step_name", "persons") && view.time == nil: self = .funnel
        case "experiment" where has("metric", "variant", "verdict", "lift", "lift_low", "lift_high"): self = .experiment
        default:
            let isOfProducts = view.dimensions.count == 1 && MartKind.ranked.contains(view.mart.columns[view.dimensions[0]].name)
            if view.figures.isEmpty {
                self = .table
            } else if view.time != nil {
                self = view.dimensions.isEmpty ? .series : isOfProducts ? .heat : .seriesByCategory
            } else if isOfProducts {
                self = .ranking
            } else {
                let cut = Set(view.dimensions.map { view.mart.columns[$0].name })
                self = view.stage != "metrics" || cut.isEmpty ? .table : cut.isDisjoint(with: MartKind.paid) ? .breakdown : .channels
            }
        }
    }

    private static let paid: Set<String> = ["channel", "traffic", "campaign", "creative", "source", "medium"]

    /// Dimensions of many values, of which the first matter.
    private static let ranked: Set<String> = ["product_id", "category", "brand", "content_id", "author_id", "live_id", "creative", "store_id"]
}
