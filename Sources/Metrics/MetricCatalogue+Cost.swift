extension Measure {
    public static let spend = Measure.reported(ReportFigure("spend", includesCosts: true))
    static let platformConversions = Measure.reported(ReportFigure("platform_conversions"))
    static let platformRevenue = Measure.reported(ReportFigure("platform_revenue"))
}

extension MetricCatalogue {
    static let cost: [Metric] = [
        Metric(
            "spend", "Spend", "花费", .money, .neither, .value(Combination(.spend)),
            "The ad reports' spend and dated costs (KOL fees, production).", source: "all plans"),
        Metric(
            "cpm", "Cost per thousand impressions", "千次展现成本", .money, .down,
            .ratio(
                Combination(.spend.beside("impressions")), per: Combination(.impressions.beside("spend")), scale: 1000),
            "Spend x 1000 over impressions, over rows that give both; flat costs are left out.", source: "plan 000"),
        Metric(
            "cpc", "Cost per click", "点击成本", .money, .down,
            .ratio(Combination(.spend.beside("clicks")), per: Combination(.clicks.beside("spend"))),
            "Spend over clicks, over rows that give both; flat costs are left out.", source: "plan 001"),
        Metric(
            "cpa", "Cost per conversion", "转化成本", .money, .down,
            .ratio(Combination(.spend), per: Combination(.conversions)),
            "All spend over credited conversions of the node's conversion event (purchase).", source: "plan 000"),
        Metric(
            "platform_conversions", "Conversions claimed by the platform", "平台归因转化", .events, .neither,
            .value(Combination(.platformConversions)), "As the ad report claims; never added across platforms.",
            source: "plan 001"),
        Metric(
            "platform_revenue", "Revenue claimed by the platform", "平台归因收入", .money, .neither,
            .value(Combination(.platformRevenue)), "As the ad report claims; never added across platforms.",
            source: "plan 001"),
        Metric(
            "platform_roas", "ROAS claimed by the platform", "平台归因投产比", .none, .neither,
            .ratio(
                Combination(.platformRevenue.beside("spend")), per: Combination(.spend.beside("platform_revenue"))),
            "The platform's claimed revenue over its spend.", source: "plan 001"),
    ]
}
