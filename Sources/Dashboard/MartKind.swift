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
    case funnel
    /// What stands beside a funnel: time to convert, what people did instead, the funnel by day of entry, two periods.
    case funnelTimes, funnelNextEvents, funnelTrend, funnelTable
    case experiment
    /// Creatives as arms and the like.
    case experimentTable
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
        case "funnel" where has("step", "step_name"): self = MartKind(ofFunnel: view, has)
        case "experiment" where has("metric", "variant", "verdict", "lift", "lift_low", "lift_high"): self = .experiment
        case "experiment": self = .experimentTable
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

    /// The node's first mart is the funnel itself: its name has no second part, however its groups are called.
    private init(ofFunnel view: MartView, _ has: (String...) -> Bool) {
        if !view.name.contains(".") {
            self = view.time == nil && !view.figures.isEmpty ? .funnel : .funnelTable
        } else if view.figures.isEmpty {
            self = .funnelTable
        } else if view.time != nil {
            self = .funnelTrend
        } else if has("from_seconds", "to_seconds") {
            self = .funnelTimes
        } else if has("what", "next_event") {
            self = .funnelNextEvents
        } else {
            self = .funnelTable
        }
    }

    /// Whether it is shown among the funnels.
    var isOfFunnel: Bool {
        switch self {
        case .funnel, .funnelTimes, .funnelNextEvents, .funnelTrend, .funnelTable: true
        default: false
        }
    }

    private static let paid: Set<String> = ["channel", "traffic", "campaign", "creative", "source", "medium"]

    /// Dimensions of many values, of which the first matter.
    private static let ranked: Set<String> = ["product_id", "category", "brand", "content_id", "author_id", "live_id", "creative", "store_id"]
}
