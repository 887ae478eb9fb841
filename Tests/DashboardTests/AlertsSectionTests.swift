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
        #expect(alert.text.contains("<b>") && !alert.text.contains("channel=") && alert.text.contains("since 2026-11-02"))
        #expect(page.all("b", "badge").map(\.text) == ["1"])
    }

    @Test func aCellIsSaidByItsValuesAndWhatTheyAreValuesOf() throws {
        let marts = [PageMarts.mart("metrics/daily", [PageMarts.dimension("channel"), PageMarts.dimension("campaign"), PageMarts.kind] + PageMarts.figures, [])]
        func place(_ cell: String, mart: String? = "metrics.daily") throws -> String {
            var line = ["severity": "warning", "alert": "a", "state": "new", "column": "ctr", "cell": cell]
            line["mart"] = mart
            let page = try page(marts + [alerts([line])])
            return try #require(page.all("p", "where").first).text
        }
        #expect(try place("channel=douyin, campaign=dy-d11-feed").hasPrefix("douyin / dy-d11-feed channel / campaign"))
        #expect(try place("channel=a, b, campaign=x=y, z").hasPrefix("a, b / x=y, z channel"))
        // What could be read in two ways, or is of another mart, stays as it is written.
        for cell in ["channel=a, campaign=b, campaign=c", "city=Paris", "channel=a"] { #expect(try place(cell).hasPrefix(cell), "\(cell)") }
        #expect(try place("source=web", mart: nil).hasPrefix("web Source数据源"))
    }

    @Test func aChangeIsSaidAsOneAndASourceInWords() throws {
        var change = alerts([["severity": "warning", "alert": "fell", "state": "new", "mart": "metrics.daily", "column": "gmv_paid", "value": "0", "limit": "50"]])
        change.columns += [MartColumn("reference", .number, role: .statistic, label: Label(en: "r", zh: "r")), PageMarts.dimension("rule")]
        change.rows = change.rows.map { $0 + [.number(100), .string("change")] }
        let page = try page([change])
        #expect(page.all("li", "warning").first?.text.contains("0 (−100.0%)") ?? false)
        #expect(page.all("li", "warning").first?.text.contains("before之前 100") ?? false)
        let late = try self.page([alerts([["severity": "warning", "alert": "web.fresh_within", "state": "firing", "cell": "source=web", "message": "source 'web' is stale: it has no record"]])])
        #expect(late.says("source 'web' is stale: it has no record") && late.says("数据源“web”数据过旧：没有记录"))
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
