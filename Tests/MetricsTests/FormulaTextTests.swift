import Metrics
import Testing

@Suite struct FormulaTextTests {
    @Test(arguments: [
        ("gmv_paid", "sum(amount) of purchase in sources that provide gmv_paid"),
        ("ctr", "clicks of ad reports in rows that also give impressions"), ("buyers", "persons with purchase in sources that provide orders"),
        ("p99.9(duration_ms)", "p99.9(duration_ms) of all events"), ("distinct(product_id)", "distinct(product_id) of all events"),
        ("cpm", "1000 x spend of ad reports in rows that also give impressions / "), ("cpa", "spend of ad reports and costs / conversions of the node's conversion event"),
        ("budget_variance", "(spend of ad reports and costs - planned of budgets) / planned of budgets"),
    ])
    func aFormulaIsWrittenAsItIsDeclared(_ name: String, _ begins: String) throws {
        let metric = try #require(MetricCatalogue.metric(name))
        #expect(metric.formula.text.hasPrefix(begins), "\(metric.formula.text)")
    }

    /// Two metrics that count differently are not written alike, but for what only their labels tell apart.
    @Test func everyMetricHasAFormulaInWords() {
        var byText: [String: Set<Formula>] = [:]
        for metric in MetricCatalogue.all {
            #expect(!metric.formula.text.isEmpty && !metric.formula.text.contains("Optional"))
            byText[metric.formula.text, default: []].insert(metric.formula)
        }
        for (text, formulas) in byText { #expect(formulas.count == 1, "\(text)") }
    }
}
