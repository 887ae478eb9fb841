import Foundation
import TestSupport
import Testing

/// Alerts on what a run publishes, and on how fresh its sources are.
@Suite struct AlertTests {
    private let night = ["run", "pipeline.yaml", "--date", "2026-11-02"]

    /// The tiny shop with further lines at the manifest's end.
    private func shop(_ lines: String, source: [String] = [], nodes: String = TinyShop.standardNodes) throws -> Workspace {
        let workspace = try Workspace()
        try workspace.write(TinyShop.manifest(more: source, nodes: nodes) + lines, to: "pipeline.yaml")
        try workspace.write(TinyShop.log(TinyShop.records), to: "logs/all.csv")
        return workspace
    }

    private static let rules = """
        alerts:
          busy:
            mart: metrics.daily
            column: events
            above: 1
            where: "channel != 'douyin'"
            severity: critical
            owner: ann
            message: "{channel} had {value} events on {time}, over {limit}"
          calm: { mart: metrics.daily, column: events, above: 100 }
          drop: { mart: metrics.daily, column: events, rows: total, change: { down: 40% } }
          few: { mart: metrics.daily, column: events, above: 1, min: { events: 10 } }
          paid: { mart: metrics.daily, column: gmv_paid, target: { value: 200, under: 15% }, rows: total, severity: info }
          funnel: { mart: funnel.purchase, column: conversion_from_first, below: 100%, rows: total }

        """

    private func rules(_ workspace: Workspace) throws -> [String: [String: Any]] {
        Dictionary(
            try workspace.rows("alerts/rules").map { ($0["alert"] as? String ?? "", $0) }, uniquingKeysWith: { first, _ in first })
    }

    @Test func aCellBeyondItsLimitAlarmsAndTheOthersDoNot() throws {
        let workspace = try shop(Self.rules)
        let outcome = try workspace.run("nightmarket", night)
        #expect(outcome.status == 0, "\(outcome.error)")
        #expect(outcome.error.contains("alert[critical]: busy: unassigned had 2 events on 2026-11-02, over 1 (owner: ann)\n"))
        #expect(outcome.error.contains("alert[warning]: drop: events on 2026-11-02 is 2, below 2.4 (before 4)\n"))
        let alerts = try workspace.rows("alerts/alerts")
        #expect(alerts.map { $0["alert"] as? String } == ["busy", "drop", "paid"])
        let busy = try #require(alerts.first)
        #expect(busy["cell"] as? String == "channel=unassigned")
        #expect(busy["state"] as? String == "ongoing")
        #expect(busy["since"] as? String == "2026-11-01")
        #expect(busy["value"] as? Double == 2)
        #expect(alerts[1]["state"] as? String == "new")
        #expect(alerts[1]["reference"] as? Double == 4)
        // Nothing was paid on the second day: 0 lies under 200 less 15 %.
        #expect(alerts[2]["limit"] as? Double == 170)
        let rules = try rules(workspace)
        #expect(rules["calm"]?["state"] as? String == "quiet")
        #expect(rules["calm"]?["judged"] as? Int == 1)
        #expect(rules["few"]?["below_minimum"] as? Int == 1)
        // Bo may still buy: as long as a window is open, nothing alarms.
        #expect(rules["funnel"]?["state"] as? String == "not_judged")
        #expect((rules["funnel"]?["open"] as? Int ?? 0) > 0)
    }

    /// A file that comes late changes a day that was judged the night before.
    @Test func aRestatedDayIsJudgedAgainWhereTheRuleSaysSo() throws {
        let rules = """
            alerts:
              once: { mart: metrics.daily, column: events, above: 5, rows: total }
              again: { mart: metrics.daily, column: events, above: 5, rows: total, recheck_days: 1 }

            """
        let workspace = try shop(rules)
        try workspace.night(date: "2026-11-01")
        #expect(try workspace.rows("alerts/alerts").isEmpty)
        let late = (0..<3).map { "late\($0),2026-11-01T12:00:0\($0)+08:00,ann,d1,click,,,," }
        try workspace.write(TinyShop.log(late), to: "logs/late.csv")
        try workspace.night(date: "2026-11-02")
        let alerts = try workspace.rows("alerts/alerts")
        #expect(alerts.map { $0["alert"] as? String } == ["again"])
        #expect(alerts.first?["time"] as? String == "2026-11-01")
        #expect(alerts.first?["value"] as? Double == 7)
        #expect(try self.rules(workspace)["again"]?["judged"] as? Int == 2)
        #expect(try self.rules(workspace)["once"]?["judged"] as? Int == 1)
        // Two days on it is nobody's concern any more.
        try workspace.night(date: "2026-11-03")
        #expect(try workspace.rows("alerts/alerts").isEmpty)
    }

    /// By severity, the whole before its parts, the farthest from its limit first; the log and the page follow the mart.
    @Test func whatMattersMostStandsFirst() throws {
        let rules = """
            alerts:
              a_part: { mart: metrics.daily, column: events, above: 0.5 }
              b_near: { mart: metrics.daily, column: events, above: 1.9, rows: total }
              c_far: { mart: metrics.daily, column: events, above: 0.1, rows: total }
              d_first: { mart: metrics.daily, column: events, above: 1, rows: total, severity: critical }
              e_last: { mart: metrics.daily, column: events, above: 0.01, rows: total, severity: info }

            """
        let workspace = try shop(rules)
        let outcome = try workspace.run("nightmarket", night)
        #expect(outcome.status == 0, "\(outcome.error)")
        let order = ["d_first", "c_far", "b_near", "a_part", "e_last"]
        #expect(try workspace.rows("alerts/alerts").compactMap { $0["alert"] as? String } == order)
        let told = outcome.error.split(separator: "\n").compactMap { line in order.first { line.contains(": \($0): ") } }
        #expect(told == order)
        let page = try PageReader(Array(workspace.read("out/current/dashboard.html").utf8))
        #expect(page.all("li", "alert").map { alert in order.first { alert.text.contains($0) } } == order)
    }

    @Test func alertsAreLogLinesOfTheirSeverity() throws {
        let workspace = try shop(Self.rules)
        let outcome = try workspace.run("nightmarket", night + ["--log-format", "json", "--log-level", "warning"])
        let lines = try outcome.error.split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: String])
        }
        let alerts = lines.filter { $0["message"]?.hasPrefix("alert[") ?? false }
        #expect(alerts.map { $0["level"] } == ["error", "warning"], "\(outcome.error)")
        #expect(alerts[0]["message"]?.hasPrefix("alert[critical]: busy: ") ?? false)
    }

    @Test func theExitStatusTellsOfAlertsWhereAskedTo() throws {
        let workspace = try shop(Self.rules)
        #expect(try workspace.run("nightmarket", night + ["--fail-on-alert"]).status == 3)
        #expect(workspace.exists("out/current/alerts/alerts.csv"))
        let quiet = ["alerts.busy.above=50", "alerts.drop.change.down=90%", "alerts.paid.target.value=0"].flatMap { ["--set", $0] }
        #expect(try workspace.run("nightmarket", night + ["--fail-on-alert"] + quiet.dropLast(2)).status == 3)
        #expect(try workspace.run("nightmarket", night + ["--fail-on-alert"] + quiet).status == 0)
    }

    @Test func theSameMartsGiveTheSameAlertsAndAreNotJudgedAgain() throws {
        let workspace = try shop(Self.rules)
        try workspace.night(date: "2026-11-02")
        let first = try workspace.published()
        let outcome = try workspace.run("nightmarket", night)
        #expect(outcome.error.contains("alert[critical]: busy"), "alerts that were taken over are told of too")
        #expect(try workspace.published() == first)
        let results = try workspace.read("out/current/run_results.json")
        #expect(results.contains("\"id\": \"alerts\"") || results.contains("\"id\":\"alerts\""))
        #expect(results.contains("unchanged since 2026-11-02-001"))
        try workspace.night(date: "2026-11-02", ["--force"])
        #expect(try workspace.published() == first)
        let alone = try workspace.run("nightmarket-alerts", ["pipeline.yaml", "--format", "json", "--set", "alerts.calm.above=1"])
        #expect(alone.status == 0, "\(alone.error)")
        #expect(alone.output.contains("\"alert\":\"calm\""))
        #expect(try workspace.published() == first)
    }

    // MARK: The program that is told

    @Test func aProgramGetsTheAlertsOnItsStandardInput() throws {
        let workspace = try shop(Self.rules + "notify: [/bin/sh, -c, 'cat > notice.json; echo told']\n")
        let outcome = try workspace.run("nightmarket", night)
        #expect(outcome.status == 0, "\(outcome.error)")
        #expect(outcome.error.contains("told\n"))
        let data = Data(try workspace.read("notice.json").utf8)
        let notice = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(notice["schema"] as? String == "nightmarket/alerts/1")
        #expect(notice["run"] as? String == "2026-11-02-001")
        #expect(notice["date"] as? String == "2026-11-02")
        #expect(try SchemaCheck("alerts").findings(notice) == [])
        for mart in ["alerts/alerts", "alerts/rules"] {
            let bytes = Data(try workspace.read("out/current/\(mart).json").utf8)
            #expect(try SchemaCheck("mart").findings(JSONSerialization.jsonObject(with: bytes)) == [])
        }
        let alerts = try #require(notice["alerts"] as? [[String: Any]])
        #expect(alerts.map { $0["alert"] as? String } == ["busy", "drop", "paid"])
    }

    @Test(arguments: ["/bin/false", "no-such-program", "/no/such/program"])
    func aProgramThatFailsIsAWarningAndNoMore(_ program: String) throws {
        let workspace = try shop(Self.rules + "notify: \(program)\n")
        let outcome = try workspace.run("nightmarket", night)
        #expect(outcome.status == 0, "\(outcome.error)")
        #expect(outcome.error.contains("warning: error[notify.failed]"), "\(outcome.error)")
        #expect(try workspace.read("out/current/run_results.json").contains("notify.failed"))
    }

    @Test func nobodyIsToldWhereNothingFired() throws {
        let workspace = try shop(
            "alerts: { calm: { mart: metrics.daily, column: events, above: 100 } }\nnotify: [/bin/sh, -c, 'touch told']\n")
        try workspace.night(date: "2026-11-02", ["--fail-on-alert"])
        #expect(!workspace.exists("told"))
    }

    // MARK: What is open or incomplete

    @Test func aDayThatIsNotOverNeverAlarms() throws {
        let workspace = try shop(Self.rules)
        let outcome = try workspace.run("nightmarket", ["run", "pipeline.yaml", "--as-of", "2026-11-02T13:00", "--fail-on-alert"])
        #expect(outcome.status == 0, "\(outcome.error)")
        #expect(try workspace.rows("alerts/alerts").isEmpty)
        #expect(try rules(workspace)["busy"]?["open"] as? Int == 1)
    }

    /// Samoa went from 2011-12-29 to 2011-12-31: the day between begins where the next one does.
    @Test func aDayThatAZoneLeftOutIsNotTheDayBefore() throws {
        let lines = """
            alerts:
              any: { mart: metrics.daily, column: events, above: 0, rows: total }
              drop: { mart: metrics.daily, column: events, rows: total, change: { down: 0%, up: 0% } }

            """
        let workspace = try shop(lines, nodes: TinyShop.standardNodes.replacingOccurrences(of: "last 2d", with: "last 5d"))
        try workspace.write(
            workspace.read("pipeline.yaml").replacingOccurrences(of: "Asia/Shanghai", with: "Pacific/Apia"), to: "pipeline.yaml")
        let times = ["29T12:00:00-10:00", "29T13:00:00-10:00", "31T12:00:00+14:00"]
        try workspace.write(TinyShop.log(times.enumerated().map { "e\($0),2011-12-\($1),ann,d1,pv,cpc,,," }), to: "logs/all.csv")
        let program = Workspace.executables.appendingPathComponent("nightmarket").path
        let outcome = try Workspace.start(
            "/usr/bin/timeout", ["60", program, "run", "pipeline.yaml", "--date", "2011-12-31"], [:], workspace.folder)
        #expect(outcome.status == 0, "\(outcome.error)")
        let alerts = try workspace.rows("alerts/alerts")
        #expect(alerts.map { $0["alert"] as? String } == ["any"])
        #expect(alerts.first?["state"] as? String == "new")
        #expect(alerts.first?["since"] as? String == "2011-12-31")
    }

    @Test func aDayWithADamagedFileRaisesNoFalseDrop() throws {
        let workspace = try shop(Self.rules)
        try workspace.write(TinyShop.log(TinyShop.randomRecords(seed: 5, count: 300)), to: "logs/2026-11-02.csv")
        try workspace.compress("logs/2026-11-02.csv")
        let whole = try Data(contentsOf: workspace.folder.appendingPathComponent("logs/2026-11-02.csv.gz"))
        try workspace.write(whole.prefix(whole.count / 2), to: "logs/2026-11-02.csv.gz")
        try workspace.age("logs/2026-11-02.csv.gz")
        let outcome = try workspace.run("nightmarket", night + ["--fail-on-alert"])
        #expect(outcome.status == 0, "\(outcome.error)")
        #expect(try rules(workspace)["drop"]?["incomplete"] as? Int == 1)
        // Every later night says it again: who hears nothing must know that nothing was judged.
        let later = try workspace.run("nightmarket", night)
        for said in [outcome.error, later.error] {
            #expect(said.contains("judged nothing, as files are damaged, missing or late (nightmarket status names them): "), "\(said)")
        }
    }

    @Test func aStaleSourceWarnsFirstAndThenClosesTheGate() throws {
        // The newest record is of noon, twelve hours before the date's end.
        let workspace = try shop("", source: ["expect: { fresh_within: { warn: 6h, fail: 20h }, files_per_day: { warn: 3 } }"])
        let outcome = try workspace.run("nightmarket", night + ["--fail-on-alert"])
        #expect(outcome.status == 3, "\(outcome.error)")
        #expect(outcome.error.contains("warning: source 'web' is stale: its newest record is of 2026-11-02T12:00:00+08:00"))
        let alerts = try workspace.rows("alerts/alerts")
        #expect(alerts.map { $0["alert"] as? String } == ["web.fresh_within", "web.files_per_day"])
        #expect(alerts.map { $0["value"] as? Double } == [12, 1])
        #expect(alerts.map { $0["limit"] as? Double } == [6, 3])
        #expect(try workspace.run("nightmarket", night + ["--set", "sources.web.expect.fresh_within.fail=11h"]).status == 65)
        let fresh = ["--set", "sources.web.expect.fresh_within.warn=13h", "--set", "sources.web.expect.files_per_day.warn=1"]
        #expect(try workspace.run("nightmarket", night + fresh + ["--fail-on-alert"]).status == 0)
    }

    // MARK: Outliers and targets

    /// By hand: the eight Sundays before have 10 12 11 13 9 10 11 12 events: median 11, MAD 1, so that 3.5 allows
    /// 11 + 3.5 / 0.6745 = 16.1890.
    @Test func anOutlierIsJudgedAgainstTheSameWeekday() throws {
        let nodes = "  metrics:\n    daily: { period: last 60d, metrics: [events] }"
        let rule = "alerts: { odd: { mart: metrics.daily, column: events, outlier: { weeks: 8 } } }\n"
        for (today, fires) in [(17, true), (16, false), (6, false), (5, true)] {
            let workspace = try shop(rule, nodes: nodes)
            // 2026-11-01 is a Sunday; other days have far more events and must not matter.
            var records: [String] = []
            func day(_ back: Int, _ count: Int) {
                let date = Date(timeIntervalSince1970: 1_793_491_200 - Double(back) * 86_400)
                let stamp = date.ISO8601Format().prefix(10)
                for index in 0..<count { records.append("d\(back)-\(index),\(stamp)T0\(index % 10):00:00+08:00,u\(index),,pv,,,,") }
            }
            for (week, count) in [12, 11, 10, 9, 13, 11, 12, 10].enumerated() { day(7 * (week + 1), count) }
            for back in 1..<57 where back % 7 != 0 { day(back, 40) }
            day(0, today)
            try workspace.write(TinyShop.log(records), to: "logs/all.csv")
            try workspace.night(date: "2026-11-01")
            let alerts = try workspace.rows("alerts/alerts")
            #expect(alerts.count == (fires ? 1 : 0), "\(today)")
            guard let alert = alerts.first else { continue }
            #expect(alert["reference"] as? Double == 11)
            #expect(abs((alert["limit"] as? Double ?? 0) - (today > 11 ? 16.189029 : 5.810971)) < 1e-6)
        }
    }

    @Test func aTargetMayStandInATableOfItsOwn() throws {
        let goals = ["goals:", "  kind: targets", "  files: goals.csv", "  columns: { metric: metric, value: value, channel: channel, from: from, to: to }"]
        let workspace = try Workspace()
        let rule = "alerts: { goal: { mart: metrics.daily, column: events, target: { source: goals, over: 15% } } }\n"
        let manifest = TinyShop.manifest().replacingOccurrences(
            of: "channels:\n", with: goals.map { "  \($0)\n" }.joined() + "channels:\n")
        try workspace.write(manifest + rule, to: "pipeline.yaml")
        try workspace.write(TinyShop.log(TinyShop.records), to: "logs/all.csv")
        // The one for the channel goes before the one for all, and ends before its `to`.
        for (line, fires) in [("events,1,unassigned,,", true), ("events,2,unassigned,,", false), ("events,1,unassigned,,2026-11-02", false)] {
            try workspace.write("metric,value,channel,from,to\nevents,50,,,\norders,0,,,\n\(line)\n", to: "goals.csv")
            try workspace.night(date: "2026-11-02")
            #expect(try workspace.rows("alerts/alerts").count == (fires ? 1 : 0), "\(line)")
        }
        // A target of a week says nothing of a day.
        let mapped = try workspace.read("pipeline.yaml").replacing("channel: channel, from: from, to: to", with: "channel: channel, grain: grain")
        try workspace.write(mapped, to: "pipeline.yaml")
        for (grain, fires) in [("day", true), ("week", false), ("", true)] {
            try workspace.write("metric,value,channel,grain\nevents,1,unassigned,\(grain)\n", to: "goals.csv")
            try workspace.night(date: "2026-11-02")
            #expect(try workspace.rows("alerts/alerts").count == (fires ? 1 : 0), "\(grain)")
        }
    }

    // MARK: Mistakes

    @Test(arguments: [
        ("column: evnts, above: 1", "did you mean 'events'?"), ("column: channel, above: 1", "is no number"),
        ("column: events, above: 1, min: { order: 3 }", "did you mean 'orders'?"),
        ("column: events, above: 1, where: \"chanel = 'x'\"", "did you mean 'channel'?"),
        ("column: events, above: 1, where: \"channel = 1\"", "'channel' is text"),
        ("column: events, above: 1, message: '{valu}'", "did you mean 'value'?"),
        ("column: events, outlier: { weeks: 9 }", "9 weeks lie outside the period of metrics.daily, which is last 2d"),
    ])
    func mistakesAreFoundBeforeARun(_ rule: String, _ words: String) throws {
        let workspace = try shop("alerts:\n  x: { mart: metrics.daily, \(rule) }\n")
        for command in [["check", "pipeline.yaml"], ["plan", "pipeline.yaml", "--date", "2026-11-02"], night + ["--dry-run"], night] {
            let outcome = try workspace.run("nightmarket", command)
            #expect(outcome.status == 78, "\(outcome.error)")
            #expect(outcome.error.contains("pipeline.yaml:") && outcome.error.contains(words), "\(outcome.error)")
        }
        #expect(!workspace.exists("out/current"))
    }

    @Test func aChangeNeedsCellsOfTime() throws {
        let workspace = try shop("alerts:\n  x: { mart: funnel.purchase, column: persons, change: { up: 5% } }\n")
        let outcome = try workspace.run("nightmarket", ["check", "pipeline.yaml"])
        #expect(outcome.status == 78)
        #expect(outcome.error.contains("a change needs cells of time"))
    }
}
