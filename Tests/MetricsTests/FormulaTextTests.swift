import Metrics
import Testing

@Suite struct FormulaTextTests {
    @Test(arguments: [
        ("clicks", "(sum(clicks of ad_report) or else count(event = 'click'))"),
        ("cpc", "sum(spend of ad_report, beside clicks) / (sum(clicks of ad_report, beside spend) or else count(event = 'click'))"),
        ("cpa", "sum(spend of ad_report and costs) / conversions"),
        ("budget_variance", "(sum(spend of ad_report and costs) - sum(planned of budget)) / sum(planned of budget)"),
        ("p99.9(duration_ms)", "percentile(99.9, duration_ms of all rows)"),
        ("completion_rate", "count(event = 'video_complete') / count(event = 'video_play')"),
    ])
    func itSaysWhatIsCounted(_ metric: String, _ text: String) throws {
        #expect(try #require(MetricCatalogue.metric(metric)).formulaText == text)
    }

    @Test func differentFormulasHaveDifferentTexts() {
        var seen: [String: Metric] = [:]
        for metric in MetricCatalogue.all {
            let text = metric.formulaText
            #expect(!text.isEmpty && !text.contains("\n"))
            if let other = seen[text] { #expect(other.formula == metric.formula, "\(metric.id) and \(other.id): \(text)") }
            seen[text] = metric
        }
    }
}
