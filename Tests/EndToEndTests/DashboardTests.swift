import Foundation
import TestSupport
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
        ("funnel.purchase.persons", "dashboard.several-rows", "is no one figure"),
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

    /// The page is made before any database has the run: it says where the run goes, whether or not a server is there.
    @Test func itSaysWhereTheRunGoesAndClaimsNoSuccess() throws {
        let workspace = try shop("postgres: { url: \"postgresql://nobody@127.0.0.1:1/none\", schema: shop_b, timeout: 1s }\n")
        try workspace.write(workspace.read("pipeline.yaml").replacingOccurrences(of: "publish: [json, csv]", with: "publish: [json, csv, sqlite]"), to: "pipeline.yaml")
        let outcome = try workspace.run("nightmarket", ["run", "pipeline.yaml", "--date", "2026-11-02"])
        #expect(outcome.status == 0 && outcome.error.contains("postgres."), "\(outcome.error)")
        let page = try PageReader(Array(workspace.read("out/current/dashboard.html").utf8))
        #expect(page.all("dd").suffix(2).map(\.text) == ["marts.sqlite", "goes to the schema 写入 schema shop_b"])
        #expect(workspace.exists("out/current/marts.sqlite"))
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

    @Test func aRunWithinTheDayTellsOfTheLastWholeOne() throws {
        let workspace = try shop("dashboard: { headline: [metrics.daily.visitors] }\n")
        let outcome = try workspace.run("nightmarket", ["run", "pipeline.yaml", "--as-of", "2026-11-02T22:00"])
        #expect(outcome.status == 0, "\(outcome.error)")
        let page = try PageReader(Array(workspace.read("out/current/dashboard.html").utf8))
        let whole = try #require(try workspace.rows("metrics/daily").first { $0["day"] as? String == "2026-11-01" && $0["row_kind"] as? String == "total" })
        #expect(page.all("p", "value").map(\.text) == ["\(try #require(whole["visitors"] as? Int))"])
        #expect(page.says("2026-11-02 is seen up to 2026-11-02 22:00 only"))
        // The night of the same day tells of it, beside the day before.
        try workspace.write(TinyShop.log(["e7,2026-11-02T23:10:00+08:00,cy,d4,pv,,,,"]), to: "logs/late.csv")
        try workspace.night(date: "2026-11-02")
        let night = try PageReader(Array(workspace.read("out/current/dashboard.html").utf8))
        #expect(night.all("p", "value").map(\.text) == ["3"])
        #expect(!night.says("seen up to"))
        #expect(night.all("b", "change").map(\.text) == ["+50.0%"])
    }

    /// Arms of two experiments with known counts, read once: what is drawn must say what the verdict says.
    @Test func theWhiskerOfEveryVerdictIsTheIntervalThatDecided() throws {
        struct Arms {
            let name: String
            let control: (Int, Int)
            let variant: (Int, Int)
            let verdict: String
            let bounds: String
            var margin = ""
        }
        let all = [
            Arms(name: "better", control: (20, 1000), variant: (35, 1000), verdict: "win", bounds: "fieller"),
            Arms(name: "worse", control: (35, 1000), variant: (20, 1000), verdict: "loss", bounds: "fieller"),
            Arms(name: "few", control: (8, 40), variant: (0, 40), verdict: "loss", bounds: "newcombe"),
            Arms(name: "alike", control: (400, 1000), variant: (405, 1000), verdict: "no_relevant_difference", bounds: "fieller", margin: ", margin: 0.2"),
            Arms(name: "unclear", control: (20, 500), variant: (24, 500), verdict: "not_yet", bounds: "fieller"),
            Arms(name: "torn", control: (60, 600), variant: (40, 300), verdict: "broken", bounds: "fieller"),
        ]
        var log = ["t,e,u,x,v,o,a"]
        for arms in all {
            for (variant, (buyers, units)) in [("A", arms.control), ("B", arms.variant)] {
                for unit in 0..<units {
                    let person = "\(arms.name)-\(variant)-\(unit)"
                    log.append("2026-11-01T\(10 + unit % 10):00:00+08:00,product_view,\(person),\(arms.name),\(variant),,")
                    if unit < buyers { log.append("2026-11-01T2\(unit % 4):30:00+08:00,purchase,\(person),,,o-\(person),10") }
                }
            }
        }
        // Every window is seen to its end.
        log.append("2026-11-05T12:00:00+08:00,page_view,late,,,,")
        let workspace = try Workspace()
        try workspace.write(log.joined(separator: "\n") + "\n", to: "log.csv")
        let nodes = all.map {
            "    \($0.name): { experiment: \($0.name), unit: user, control: A, split: { A: 50, B: 50 }, starts: 2026-11-01, ends: 2026-11-03, window: 1d, primary: conversion_rate, engine: fixed\($0.margin) }"
        }
        try workspace.write(
            """
            pipeline: arms
            timezone: Asia/Shanghai
            currency: CNY
            store: store
            output: out
            sources:
              web:
                kind: events
                files: log.csv
                columns: { event_time: t, event: e, user_id: u, experiment: x, variant: v, order_id: o, amount: a }
            stages:
              experiment:
            \(nodes.joined(separator: "\n"))
            dashboard: { lang: zh }
            publish: [json]

            """, to: "pipeline.yaml")
        try workspace.night(date: "2026-11-06")
        let page = try PageReader(Array(workspace.read("out/current/dashboard.html").utf8))
        for arms in all {
            let row = try #require(try workspace.rows("experiment/\(arms.name)").last)
            #expect(row["verdict"] as? String == arms.verdict, "\(arms.name): \(row["verdict_reason"] ?? "")")
            let card = try #require(page.pieces("article", "card").first { $0.first?.attributes["id"] == "m-experiment-\(arms.name)" })
            func place(_ tag: String, _ name: String, _ attribute: String) throws -> Double {
                let element = try #require(card.first { $0.tag == tag && $0.attributes["class"] == name })
                return try #require(element.attributes[attribute].flatMap { Double($0.dropLast()) })
            }
            let zero = try place("line", "zero", "x1")
            let (low, high) = (try place("line", "whisker", "x1"), try place("line", "whisker", "x2"))
            switch arms.verdict {
            case "win": #expect(low > zero)
            case "loss": #expect(high < zero)
            case "not_yet", "no_relevant_difference": #expect(low < zero && high > zero)
            default: #expect(low < high)
            }
            #expect(card.contains { $0.tag == "span" && $0.attributes["data-column"] == "\(arms.bounds)_low" })
            // The reason is said in Chinese too, and no English stands in it.
            let reason = try #require(row["verdict_reason"] as? String)
            #expect(card.contains { $0.attributes["lang"] == "en" && $0.text == reason })
            let verdict = try #require(card.first { $0.attributes["class"] == "verdict" })
            let chinese = card.filter { $0.attributes["lang"] == "zh" && verdict.text.contains($0.text) }
            #expect(chinese.contains { $0.text.unicodeScalars.contains { $0.value > 0x4E00 } && !$0.text.contains(" the ") && $0.text.count > 4 })
        }
    }
}
