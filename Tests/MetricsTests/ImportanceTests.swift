import Metrics
import Testing

/// What stands first where there is no room for all follows from what a metric is made of.
@Suite struct ImportanceTests {
    @Test(arguments: [
        ("spend", MetricImportance.spend), ("orders", .orders), ("gmv_paid", .sales), ("net_revenue", .sales), ("gross_margin", .sales),
        ("roas", .returns), ("net_roas", .returns), ("roi", .returns), ("margin_roi", .returns), ("cpa", .returns), ("cac", .returns), ("mer", .returns),
        ("impressions", .other), ("clicks", .other), ("ctr", .other), ("cpm", .other), ("cpc", .other), ("buyers", .other), ("aov", .other),
        // Money that nobody earned, or that is only planned.
        ("refund_flow", .other), ("budget", .other), ("budget_variance", .other), ("budget_share", .other), ("platform_revenue", .other), ("donation", .other),
    ]) func aMetricStandsWhereItsFormulaPutsIt(name: String, importance: MetricImportance) throws {
        #expect(try #require(MetricCatalogue.metric(name)).importance == importance)
    }

    @Test func theSpendOfARatioIsFoundOnEitherSide() throws {
        func part(_ name: String) throws -> Metric.RatioPart? { try #require(MetricCatalogue.metric(name)).spendPart }
        for name in ["roas", "roi", "net_roas", "margin_roi", "mer"] { #expect(try part(name) == .denominator, "\(name)") }
        for name in ["cpa", "cac", "blended_cac", "cost_per_participant"] { #expect(try part(name) == .numerator, "\(name)") }
        // Their parts are of rows that give both: rows without spend are in neither.
        for name in ["cpm", "cpc", "platform_roas", "ctr", "gmv_paid", "budget_variance"] { #expect(try part(name) == nil, "\(name)") }
    }

    @Test func theCatalogueHasNoOtherRatiosOfSpendAlone() {
        let found = MetricCatalogue.all.filter { $0.spendPart != nil }.map(\.id)
        #expect(Set(found) == ["roas", "net_roas", "mer", "roi", "margin_roi", "cpa", "cac", "blended_cac", "cost_per_participant", "cost_per_ugc"])
    }
}
