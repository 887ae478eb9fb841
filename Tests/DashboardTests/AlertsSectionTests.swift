import Dashboard
import Marts
import TestSupport
import Testing

@Suite struct AlertsSectionTests {
    private static let names = ["severity", "alert", "state", "mart", "column", "cell", "time", "since", "value_unit", "owner", "message"]

    private func alerts(_ lines: [[String: String]]) -> Mart {
        let columns = Self.names.map(PageMarts.dimension) + ["value", "limit"].map { MartColumn($0, .number, role: .statistic, label: Label(en: $0, zh: $0)) }
        return PageMarts.mart("alerts/alerts", columns, lines.map { line in
            Self.names.map { line[$0].map(MartValue.string) ?? .null } + ["value", "limit"].map { line[$0].flatMap(Double.init).map(MartValue.number) ?? .null }
        })
    }

    private func page(_ marts: [Mart]) throws -> PageReader {
        try PageReader(Dashboard(.init(), marts: marts, results: PageMarts.results, published: ["alerts/alerts.csv"]).write())
    }

    @Test func anAlertIsSaidByTheLabelOfItsColumnInItsUnit() throws {
        let line = ["severity": "critical", "alert": "low_ctr", "state": "ongoing", "mart": "metrics.channels", "column": "ctr", "cell": "channel=<b>", "time": "2026-11-14", "since": "2026-11-02", "value_unit": "fraction", "owner": "me", "value": "0.0102", "limit": "0.015", "message": "m"]
        let page = try page([PageMarts.channels(["a"]), alerts([line])])
        let alert = try #require(page.all("li", "critical").first)
        #expect(alert.text.contains("CTR") && alert.text.contains("点击率") && alert.text.contains("1.02%") && alert.text.contains("1.50%"))
        #expect(alert.text.contains("channel=<b>") && alert.text.contains("since 2026-11-02"))
        #expect(page.all("b", "badge").map(\.text) == ["1"])
    }

    @Test func withoutAlertsThePageSaysHowManyRulesLooked() throws {
        let rules = PageMarts.mart(
            "alerts/rules", [PageMarts.dimension("alert"), MartColumn("judged", .integer, role: .measure, label: Label(en: "Judged", zh: "判断")), MartColumn("fired", .integer, role: .measure, label: Label(en: "Fired", zh: "触发"))],
            [[.string("low"), .integer(4), .integer(0)], [.string("high"), .integer(4), .integer(0)]])
        let page = try page([alerts([]), rules])
        #expect(page.says("✓ No alert fired.") && page.says("2 rules looked."))
        #expect(page.all("b", "badge").isEmpty)
    }

    @Test func rulesThatCouldJudgeNothingAreNoGoodNews() throws {
        let rules = PageMarts.mart(
            "alerts/rules",
            [PageMarts.dimension("alert"), PageMarts.dimension("state")]
                + ["judged", "fired"].map { MartColumn($0, .integer, role: .measure, label: Label(en: $0, zh: $0)) },
            [[.string("low"), .string("quiet"), .integer(4), .integer(0)], [.string("high"), .string("not_judged"), .integer(0), .integer(0)]])
        let page = try page([alerts([]), rules])
        #expect(!page.says("✓ No alert fired."))
        #expect(page.says("not all rules could judge") && page.says("1 of 2 found no figure to judge."))
    }

    @Test func veryManyAlertsAreCutWithALink() throws {
        let page = try page([alerts((0..<500).map { ["severity": "warning", "alert": "a\($0)", "state": "new", "message": "m"] })])
        #expect(page.all("li", "alert").count == 24)
        #expect(page.all("p", "more").contains { $0.text.contains("476 more rows in") && $0.text.contains("alerts/alerts.csv") })
    }
}
