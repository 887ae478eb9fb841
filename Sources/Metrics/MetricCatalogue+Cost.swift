extension Measure {
    public static let spend = Measure.reported(ReportFigure("spend", includesCosts: true))
    /// Spend that is tagged as meant to win customers.
    static let acquisitionSpend = Measure.reported(ReportFigure("spend", includesCosts: true, where: "type = 'acquisition'"))
    static let planned = Measure.reported(ReportFigure("planned", of: .budget))
    public static let platformConversions = Measure.reported(ReportFigure("platform_conversions"))
    public static let platformRevenue = Measure.reported(ReportFigure("platform_revenue"))
}

extension MetricCatalogue {
    static let cost: [Metric] = [
        Metric(
            "spend", "Spend", "花费", .money, .neither, .value(Combination(.spend)),
            "The ad reports' spend and dated costs (KOL fees, production).", source: "all campaign plans"),
        Metric(
            "cpm", "Cost per thousand impressions", "千次展现成本", .money, .down,
            .ratio(
                Combination(.spend.beside("impressions")), per: Combination(.impressions.beside("spend")), scale: 1000),
            "Spend x 1000 over impressions, over rows that give both; flat costs are left out.", source: "campaign plan: New Year"),
        Metric(
            "cpc", "Cost per click", "点击成本", .money, .down,
            .ratio(Combination(.spend.beside("clicks")), per: Combination(.clicks.beside("spend"))),
            "Spend over clicks, over rows that give both; flat costs are left out.", source: "campaign plan: Double 11"),
        Metric(
            "cpa", "Cost per conversion", "转化成本", .money, .down,
            .ratio(Combination(.spend), per: Combination(.conversions)),
            "All spend over credited conversions of the node's conversion event (purchase).", source: "campaign plan: New Year"),
        Metric(
            "platform_conversions", "Conversions claimed by the platform", "平台归因转化", .events, .neither,
            .value(Combination(.platformConversions)), "As the ad report claims; never added across platforms.",
            source: "campaign plan: Double 11"),
        Metric(
            "platform_revenue", "Revenue claimed by the platform", "平台归因收入", .money, .neither,
            .value(Combination(.platformRevenue)), "As the ad report claims; never added across platforms.",
            source: "campaign plan: Double 11"),
        Metric(
            "platform_roas", "ROAS claimed by the platform", "平台归因投产比", .none, .neither,
            .ratio(
                Combination(.platformRevenue.beside("spend")), per: Combination(.spend.beside("platform_revenue"))),
            "The platform's claimed revenue over its spend.", source: "campaign plan: Double 11"),
        Metric(
            "cost_per_participant", "Cost per participant", "单人参与成本", .money, .down,
            .ratio(Combination(.spend), per: Combination(.participants)), "All spend over participants.", source: "campaign plan: interactive campaign"),
        Metric(
            "cost_per_ugc", "Cost per user post", "单条内容成本", .money, .down,
            .ratio(Combination(.spend), per: Combination(.rows(.posts))), "All spend over ugc_post events.", source: "campaign plan: interactive campaign"),
        Metric(
            "cac", "Customer acquisition cost", "获客成本", .money, .down,
            .ratio(Combination(.acquisitionSpend), per: Combination(.newBuyers)),
            "Spend of the rows of reports and costs that are tagged as acquisition (column `type` = 'acquisition'), over new buyers; null "
                + "where no such source has a `type`.", source: "campaign plans: online and in stores, interactive campaign, Douyin coupons"),
        Metric(
            "blended_cac", "Customer acquisition cost, blended", "综合获客成本", .money, .down,
            .ratio(Combination(.spend), per: Combination(.newBuyers)), "All spend over new buyers; it has no split.",
            source: "campaign plans: online and in stores, interactive campaign, Douyin coupons", isBlended: true),
        Metric(
            "budget", "Planned spend", "预算", .money, .neither, .value(Combination(.planned)),
            "The budget sources' planned spend, spread evenly over the days of its period.", source: "campaign plans: New Year, Double 11"),
        Metric(
            "budget_variance", "Budget variance", "预算偏差", .fraction, .neither,
            .ratio(Combination(.spend) - Combination(.planned), per: Combination(.planned)),
            "(spend - budget) over budget.", source: "campaign plans: New Year, Double 11, interactive campaign"),
        Metric(
            "budget_share", "Share of spend", "预算占比", .fraction, .neither,
            .ratio(Combination(.spend), per: Combination(.whole(.spend))), "Spend over the spend of all rows of its time.",
            source: "campaign plan: interactive campaign"),
    ]
}
