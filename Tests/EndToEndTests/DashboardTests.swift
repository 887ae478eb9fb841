import Foundation
import Testing

/// The page of a run, as people and the programs around it meet it. What it looks like is scripts/dashboard-browser.sh's.
@Suite struct DashboardTests {
    private func shop(_ more: String = "") throws -> Workspace {
        let workspace = try Workspace()
        try workspace.write(TinyShop.manifest() + more, to: "pipeline.yaml")
        try workspace.write(TinyShop.log(TinyShop.records), to: "logs/all.csv")
        return workspace
    }

    @Test func everyRunHasOneAndItsFiguresAreTheMarts() throws {
        let workspace = try shop("dashboard: { lang: zh, title: \"小店 <1>\", headline: [metrics.daily.gmv_paid] }\n")
        for day in ["2026-11-01", "2026-11-02"] {
            try workspace.night(date: day)
            let page = try workspace.read("out/runs/\(day)-001/dashboard.html")
            #expect(page.hasPrefix("<!DOCTYPE html>\n<html lang=\"zh\">"))
            #expect(page.contains("<title>小店 &lt;1&gt; · \(day)</title>"))
            #expect(page.contains("data-mart=\"metrics/daily\""))
        }
        let page = try workspace.read("out/current/dashboard.html")
        let total = try #require(try workspace.rows("metrics/daily").last)
        #expect(page.contains("data-value=\"\(try #require(total["gmv_paid"] as? Double))\">99.90"))
        #expect(page.contains("href=\"./metrics/daily.csv\""))
        #expect(page.contains("href=\"./funnel/purchase.json\""))
    }

    @Test(arguments: [
        ("metrics.daily.gmv_pad", "dashboard.unknown-column", "did you mean 'gmv_paid'?"),
        ("metrics.daily.channel", "dashboard.unknown-column", "has no figure 'channel'"),
        ("funnel.purchase.trend.persons", "dashboard.unknown-column", "gives no mart funnel/purchase.trend"),
        ("metrics.daly.gmv_paid", "manifest.undefined-name", "did you mean 'metrics.daily'?"),
        ("gmv_paid", "manifest.wrong-value", "STAGE.NAME.COLUMN"),
    ]) func aFigureThatThereIsNotIsFoundBeforeTheNight(figure: String, code: String, words: String) throws {
        let workspace = try shop("dashboard: { headline: [\(figure)] }\n")
        for command in [["check", "pipeline.yaml"], ["run", "pipeline.yaml", "--date", "2026-11-02"]] {
            let outcome = try workspace.run("nightmarket", command)
            #expect(outcome.status == 78)
            #expect(outcome.error.contains(code) && outcome.error.contains(words), "\(outcome.error)")
            #expect(outcome.error.contains("pipeline.yaml:25:"), "\(outcome.error)")
        }
    }

    @Test func republishingDrawsItAnewFromTheSameMarts() throws {
        let workspace = try shop()
        try workspace.night(date: "2026-11-02")
        let before = try workspace.published()
        try workspace.write(workspace.read("pipeline.yaml") + "dashboard: { title: Another }\n", to: "pipeline.yaml")
        #expect(try workspace.run("nightmarket-publish", ["pipeline.yaml"]).status == 0)
        let after = try workspace.published()
        #expect(after["dashboard.html"]?.contains("<title>Another · 2026-11-02</title>") ?? false)
        #expect(after["metrics/daily.json"] == before["metrics/daily.json"])
        let verified = try workspace.run("nightmarket", ["verify", "pipeline.yaml"])
        #expect(verified.status == 0 && verified.output.contains("ok    output: 2 runs"), "\(verified.output)")
        #expect(try workspace.run("nightmarket", ["status", "pipeline.yaml"]).output.contains("2026-11-02-002"))
    }

    @Test func withoutJSONItNamesTheFiles() throws {
        let workspace = try shop()
        try workspace.write(workspace.read("pipeline.yaml").replacingOccurrences(of: "publish: [json, csv]", with: "publish: csv"), to: "pipeline.yaml")
        try workspace.night(date: "2026-11-02")
        #expect(try workspace.read("out/current/dashboard.html").contains("which this run does not publish"))
        #expect(try workspace.read("out/current/dashboard.html").contains("<a href=\"./metrics/daily.csv\">metrics/daily.csv</a>"))
        #expect(try workspace.run("nightmarket", ["verify", "pipeline.yaml"]).status == 0)
    }

    @Test func aTurnedByteOfItIsFound() throws {
        let workspace = try shop()
        try workspace.night(date: "2026-11-02")
        let page = try workspace.read("out/current/dashboard.html")
        try workspace.write(page.replacingOccurrences(of: "99.90", with: "99.91"), to: "out/runs/2026-11-02-001/dashboard.html")
        let outcome = try workspace.run("nightmarket", ["verify", "pipeline.yaml"])
        #expect(outcome.status == 74)
        #expect(outcome.output.contains("dashboard.html") && outcome.output.contains("it is not what was published"))
    }

    @Test func aNightThatFailsLeavesThePageOfTheLastOne() throws {
        let workspace = try shop()
        try workspace.night(date: "2026-11-01")
        let page = try workspace.read("out/current/dashboard.html")
        try workspace.write(TinyShop.log(["x1,never,ann,d1,pv,,,,", "x2,never,ann,d1,pv,,,,"]), to: "logs/broken.csv")
        #expect(try workspace.run("nightmarket", ["run", "pipeline.yaml", "--date", "2026-11-02"]).status == 65)
        #expect(try workspace.read("out/current/dashboard.html") == page)
        #expect(!FileManager.default.fileExists(atPath: workspace.path("out/runs/.failed-2026-11-02-001/dashboard.html")))
    }
}
