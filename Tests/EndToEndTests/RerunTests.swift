import Foundation
import Testing

/// Nights that were missed, failed, selected or seen too early: every one comes out as if nothing had happened.
@Suite struct RerunTests {
    /// A pipeline in which `metrics.clash` fails once it sees clicks: a report and the log both give them, and nobody
    /// says which counts.
    static let failing = TinyShop.manifest(
        nodes: """
              metrics:
                daily: { period: last 2d, by: [channel], metrics: [events, persons, orders] }
                clash: { period: last 2d, by: [channel], metrics: [clicks] }
            """
    ).replacingOccurrences(
        of: "channels:\n",
        with: """
              ads:
                kind: ad_report
                files: ads.csv
                columns: { date: day, channel: channel, clicks: clicks }
            channels:

            """)

    /// Takes the shop over to the failing pipeline.
    static func fail(_ workspace: Workspace, more: String = "") throws {
        try workspace.write(RerunTests.failing + more, to: "pipeline.yaml")
        try workspace.write("day,channel,clicks\n2026-11-02,douyin,7\n", to: "ads.csv")
        let clicks = ["2026-11-02", "2026-11-04"].map { "click-\($0),\($0)T12:30:00+08:00,ann,d1,click,cpc,,," }
        try workspace.write(TinyShop.log(clicks), to: "logs/clicks.csv")
    }

    private func shop(_ manifest: String = TinyShop.manifest(), published: String? = "2026-11-02") throws -> Workspace {
        let workspace = try Workspace()
        try workspace.write(manifest, to: "pipeline.yaml")
        try workspace.write(TinyShop.log(TinyShop.records), to: "logs/all.csv")
        if let published { try workspace.night(date: published) }
        return workspace
    }

    private func runs(_ workspace: Workspace) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: workspace.path("out/runs")).sorted()
    }

    private func results(_ workspace: Workspace, _ run: String = "../current") throws -> [String: Any] {
        let data = Data(try workspace.read("out/runs/\(run)/run_results.json").utf8)
        return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    private func node(_ results: [String: Any], _ id: String) -> [String: Any]? {
        (results["nodes"] as? [[String: Any]])?.first { $0["id"] as? String == id }
    }

    // MARK: Missing nights

    @Test func afterAnOutageEachMissingNightIsPublished() throws {
        let workspace = try shop()
        try workspace.night(date: "2026-11-05")
        #expect(try runs(workspace) == ["2026-11-02-001", "2026-11-03-001", "2026-11-04-001", "2026-11-05-001"])
        let other = try shop(published: "2026-11-05")
        #expect(try workspace.published() == other.published())
        #expect(try runs(other) == ["2026-11-05-001"])
    }

    @Test func aLongOutageIsBoundedUnlessItsFirstNightIsNamed() throws {
        let workspace = try shop(published: "2026-10-01")
        let bounded = try workspace.run("nightmarket", ["run", "pipeline.yaml", "--date", "2026-11-03", "--dry-run"])
        #expect(bounded.error.contains("2 older nights are missing too"))
        #expect(bounded.output.components(separatedBy: "this night is missing").count - 1 == 30)
        try workspace.night(date: "2026-11-04", ["--from", "2026-10-31"])
        #expect(
            try runs(workspace) == [
                "2026-10-01-001", "2026-10-31-001", "2026-11-01-001", "2026-11-02-001", "2026-11-03-001", "2026-11-04-001",
            ])
        let wrong = try workspace.run("nightmarket", ["run", "pipeline.yaml", "--date", "2026-11-04", "--from", "2026-11-09"])
        #expect(wrong.status == 64)
    }

    @Test func oldRunsArePrunedToTheLimit() throws {
        let workspace = try shop(TinyShop.manifest() + "keep_runs: 2\n")
        try workspace.night(date: "2026-11-05")
        #expect(try runs(workspace) == ["2026-11-04-001", "2026-11-05-001"])
        // What an hourly run replaces is not the nights before it.
        for _ in 0..<4 { try workspace.night(date: "2026-11-05", ["--force"]) }
        #expect(try runs(workspace) == ["2026-11-04-001", "2026-11-05-003", "2026-11-05-004", "2026-11-05-005"])
    }

    // MARK: Reach

    /// Nodes over one day each, beside an ad report of both days.
    static let daysApart = TinyShop.manifest(
        nodes: """
              metrics:
                first: { period: { from: 2026-11-01, to: 2026-11-02 }, by: [page], metrics: [events, persons] }
                second: { period: { from: 2026-11-02, to: 2026-11-03 }, by: [page], metrics: [events, persons] }
                spent: { period: { from: 2026-11-01, to: 2026-11-02 }, by: [campaign], metrics: [spend] }
                latest: { period: last 1d, metrics: [events] }
              funnel:
                early: { period: { from: 2026-11-01, to: 2026-11-02 }, steps: [product_view, purchase], within: 12h }
            """
    ).replacingOccurrences(
        of: "channels:\n",
        with: """
              ads:
                kind: ad_report
                files: ads/*.csv
                columns: { date: day, campaign: campaign, spend: cost, revision: { column: v, type: integer } }
                key: [date, campaign]
                version: { column: revision }
            channels:

            """)

    @Test func onlyNodesWhoseReachMeetsWhatChangedAreComputedAnew() throws {
        let workspace = try shop(RerunTests.daysApart, published: nil)
        try workspace.write("day,campaign,cost,v\n2026-11-01,c,5,1\n2026-11-02,c,6,1\n", to: "ads/1.csv")
        try workspace.night(date: "2026-11-02")
        func computed(_ date: String) throws -> [String] {
            try workspace.night(date: date)
            let nodes = try results(workspace)["nodes"] as? [[String: Any]] ?? []
            return nodes.filter { $0["status"] as? String == "done" }.compactMap { $0["id"] as? String }
        }
        try workspace.write(TinyShop.log(["n1,2026-11-03T13:00:00+08:00,ann,d1,pv,,,,"]), to: "logs/3.csv")
        #expect(try computed("2026-11-03") == ["metrics.second", "metrics.latest"], "the end of the second day is seen now")
        try workspace.write(TinyShop.log(["l1,2026-11-02T00:30:00+08:00,cy,d9,pv,,,,"]), to: "logs/late.csv")
        #expect(try computed("2026-11-03") == ["metrics.second", "funnel.early"])
        try workspace.write(TinyShop.log(["l2,2026-11-02T13:30:00+08:00,cy,d9,pv,,,,", TinyShop.records[0]]), to: "logs/later.csv")
        #expect(try computed("2026-11-03") == ["metrics.first", "metrics.second", "funnel.early"])
        try workspace.write("day,campaign,cost,v\n2026-11-02,c,7,2\n", to: "ads/2.csv")
        #expect(try computed("2026-11-03") == [])
        try workspace.write("day,campaign,cost,v\n2026-11-01,c,8,2\n", to: "ads/3.csv")
        #expect(try computed("2026-11-03") == ["metrics.spent"])

        let clean = try Workspace()
        for name in ["pipeline.yaml", "logs/all.csv", "logs/3.csv", "logs/late.csv", "logs/later.csv", "ads/1.csv", "ads/2.csv", "ads/3.csv"] {
            try clean.write(workspace.read(name), to: name)
        }
        try clean.night(date: "2026-11-03")
        #expect(try clean.published() == workspace.published())
    }

    // MARK: Retry

    @Test func aFailedNightKeepsWhatItFinishedAndRetryGoesOnFromThere() throws {
        let workspace = try shop()
        let before = try workspace.published()
        try Self.fail(workspace)
        let failed = try workspace.run("nightmarket", ["run", "pipeline.yaml", "--date", "2026-11-03"])
        #expect(failed.status == 1, "\(failed.error)")
        #expect(try workspace.published() == before)
        #expect(try runs(workspace) == [".failed-2026-11-03-001", "2026-11-02-001"])
        let record = try results(workspace, ".failed-2026-11-03-001")
        #expect(record["status"] as? String == "failed")
        #expect(node(record, "metrics.daily")?["status"] as? String == "done")
        let status = try workspace.run("nightmarket", ["status", "pipeline.yaml"])
        #expect(status.output.contains("failed-2026-11-03-001  failed"), "\(status.output)")
        #expect(status.output.contains("metrics.clash"))

        let again = try workspace.run("nightmarket", ["retry", "pipeline.yaml"])
        #expect(again.status == 1)
        #expect(again.error.components(separatedBy: "metrics.clash failed").count == 2)
        let lines = RerunTests.failing.split(separator: "\n").filter { !$0.contains("clash:") }
        try workspace.write(lines.joined(separator: "\n") + "\n", to: "pipeline.yaml")
        let done = try workspace.run("nightmarket", ["retry", "pipeline.yaml"])
        #expect(done.status == 0, "\(done.error)")
        let published = try results(workspace)
        #expect(published["run"] as? String == "2026-11-03-001")
        #expect((node(published, "metrics.daily")?["reason"] as? String)?.hasPrefix("finished by failed-2026-11-03") == true)
        #expect(try !runs(workspace).contains { $0.hasPrefix(".failed") })
        #expect(try workspace.run("nightmarket", ["retry", "pipeline.yaml"]).error.contains("no night has failed"))
    }

    @Test func aClosedGateIsRecordedAndRetryJudgesAgain() throws {
        let workspace = try shop()
        try workspace.write(TinyShop.log(["bad,not-a-time,ann,d1,pv,cpc,,,"]), to: "logs/bad.csv")
        let closed = try workspace.run("nightmarket", ["run", "pipeline.yaml", "--date", "2026-11-03"])
        #expect(closed.status == 65)
        #expect(try results(workspace, ".failed-2026-11-03-001")["status"] as? String == "gate_closed")
        let status = try workspace.run("nightmarket", ["status", "pipeline.yaml"])
        #expect(status.output.contains("gate_closed"))
        #expect(status.output.contains("1 of 1 records were rejected"))
        #expect(try workspace.run("nightmarket", ["retry", "pipeline.yaml"]).status == 65)
        let retry = try workspace.run("nightmarket", ["retry", "pipeline.yaml", "--set", "sources.web.reject_limit=100%"])
        #expect(retry.status == 0, "\(retry.error)")
        #expect(try results(workspace)["run"] as? String == "2026-11-03-001")
    }

    @Test func aFailedNightEndsTheRowUnlessAskedToKeepGoing() throws {
        let workspace = try shop()
        try Self.fail(workspace)
        let row = ["run", "pipeline.yaml", "--date", "2026-11-04"]
        #expect(try workspace.run("nightmarket", row).status == 1)
        #expect(try runs(workspace) == [".failed-2026-11-03-001", "2026-11-02-001"])
        #expect(try workspace.run("nightmarket", row + ["--keep-going"]).status == 1)
        #expect(
            try runs(workspace)
                == [".failed-2026-11-03-002", ".failed-2026-11-04-001", ".settled-2026-11-03-001", "2026-11-02-001"])
        try workspace.write(TinyShop.manifest(), to: "pipeline.yaml")
        let fill = ["backfill", "pipeline.yaml", "--from", "2026-11-01", "--to", "2026-11-09", "--failed"]
        #expect(try workspace.run("nightmarket", fill).status == 0)
        #expect(try runs(workspace).suffix(3) == ["2026-11-02-001", "2026-11-03-001", "2026-11-04-001"])
    }

    // MARK: Backfill

    @Test func backfillFillsTheMissingNightsOfARangeAndNeverMovesCurrentBack() throws {
        let workspace = try shop()
        let before = try workspace.published()
        let fill = ["backfill", "pipeline.yaml", "--from", "2026-10-30", "--to", "2026-11-02"]
        #expect(try workspace.run("nightmarket", fill).status == 0)
        #expect(try runs(workspace) == ["2026-10-30-001", "2026-10-31-001", "2026-11-01-001", "2026-11-02-001"])
        #expect(try workspace.published() == before)
        #expect(try workspace.run("nightmarket", fill).error.contains("nothing to do"))
        #expect(try workspace.run("nightmarket", fill + ["--failed"]).error.contains("nothing to do"))
        let all = try workspace.run("nightmarket", fill + ["--all"])
        #expect(all.status == 0)
        #expect(try runs(workspace).count == 4, "every night is as it would be")
        #expect(try workspace.run("nightmarket", fill + ["--all", "--set", "stages.funnel.purchase.within=2d"]).status == 0)
        #expect(try runs(workspace).count == 8)
        #expect(try workspace.run("nightmarket", ["backfill", "pipeline.yaml", "--from", "2026-11-02", "--to", "2026-11-01"]).status == 64)
    }

    @Test func anOldNightThatWasFilledInMakesNoRunFillTheYearsBetween() throws {
        let workspace = try shop()
        let fill = ["backfill", "pipeline.yaml", "--from", "2026-10-01", "--to", "2026-10-01"]
        #expect(try workspace.run("nightmarket", fill).status == 0)
        try workspace.night(date: "2026-11-03")
        #expect(try runs(workspace) == ["2026-10-01-001", "2026-11-02-001", "2026-11-03-001"])
    }

    // MARK: Selection

    @Test(arguments: [
        (["--select", "funnel.purchase"], ["funnel.purchase"], false),
        (["--select", "metrics"], ["metrics.daily", "metrics.touched"], false),
        (["--select", "+funnel.purchase+"], ["funnel.purchase"], true),
        (["--select", "+publish"], ["metrics.daily", "metrics.touched", "funnel.purchase"], true),
        (["--exclude", "metrics.daily"], ["metrics.touched", "funnel.purchase"], true),
        (["--select", "metrics", "--exclude", "*.daily"], ["metrics.touched"], false),
        (["--select", "metrics.daily", "--select", "funnel"], ["metrics.daily", "funnel.purchase"], false),
        (["--select", "metrics.daily funnel.purchase"], ["metrics.daily", "funnel.purchase"], false),
        (["--select", "metrics,*.touched"], ["metrics.touched"], false),
        (["--select", "state:modified"], ["funnel.purchase"], false),
    ])
    func onlyWhatIsSelectedRuns(_ words: [String], _ nodes: [String], _ takesIn: Bool) throws {
        let workspace = try shop()
        try workspace.write(TinyShop.log(["x1,2026-11-02T10:00:00+08:00,cy,d9,pv,,,,"]), to: "logs/late.csv")
        let outcome = try workspace.run(
            "nightmarket",
            ["run", "pipeline.yaml", "--date", "2026-11-02", "--force", "--set", "stages.funnel.purchase.within=2d"] + words)
        #expect(outcome.status == 0, "\(outcome.error)")
        let published = try results(workspace)
        let all = published["nodes"] as? [[String: Any]] ?? []
        #expect(all.count == 3)
        let computed = all.filter { $0["status"] as? String == "done" }.compactMap { $0["id"] as? String }
        #expect(Set(computed) == Set(nodes))
        #expect(outcome.error.contains("ingest: ") == takesIn)
        // What was not selected is due for the next whole run.
        try workspace.night(date: "2026-11-02")
        let clean = try shop(published: nil)
        try workspace.write(TinyShop.log(["x1,2026-11-02T10:00:00+08:00,cy,d9,pv,,,,"]), to: "logs/late.csv")
        try clean.write(TinyShop.log(["x1,2026-11-02T10:00:00+08:00,cy,d9,pv,,,,"]), to: "logs/late.csv")
        try clean.night(date: "2026-11-02")
        #expect(try workspace.published() == clean.published())
    }

    @Test func whatFailedCanBeSelectedAndAWrongNameIsSaid() throws {
        let workspace = try shop(published: nil)
        try Self.fail(workspace)
        #expect(try workspace.run("nightmarket", ["run", "pipeline.yaml", "--date", "2026-11-02"]).status == 1)
        let plan = try workspace.run("nightmarket", ["plan", "pipeline.yaml", "--date", "2026-11-02", "--select", "result:error+"])
        #expect(plan.output.contains("metrics.clash  would run"))
        #expect(plan.output.contains("metrics.daily  not selected"))
        // What was not reached has no marts either.
        let record = "out/runs/.failed-2026-11-02-001/run_results.json"
        let blocked = try workspace.read(record).replacingOccurrences(of: "\"status\": \"done\"", with: "\"status\": \"blocked\"")
        try workspace.write(blocked.replacingOccurrences(of: "\"status\":\"done\"", with: "\"status\":\"blocked\""), to: record)
        let all = try workspace.run("nightmarket", ["plan", "pipeline.yaml", "--date", "2026-11-02", "--select", "result:error+"])
        #expect(!all.output.contains("metrics.daily  not selected"), "\(all.output)")
        let wrong = try workspace.run("nightmarket", ["run", "pipeline.yaml", "--select", "metrics.dayly"])
        #expect(wrong.status == 64)
        #expect(wrong.error.contains("did you mean 'metrics.daily'?"))
    }

    @Test func twoPipelinesDoNotPublishIntoOneOutput() throws {
        let workspace = try shop()
        let before = try workspace.published()
        try workspace.write(TinyShop.manifest().replacing("pipeline: tiny", with: "pipeline: other").replacing("store: store", with: "store: store2"), to: "other.yaml")
        for command in [["nightmarket", "run", "other.yaml", "--date", "2026-11-02"], ["nightmarket", "backfill", "other.yaml", "--from", "2026-11-01", "--to", "2026-11-02"]] {
            let refused = try workspace.run(command[0], Array(command.dropFirst()))
            #expect(refused.status == 78 && refused.error.contains("error[publish.other-pipeline]") && refused.error.contains("'tiny'"), "\(refused.error)")
        }
        // A record that cannot be read is no leave.
        let record = try workspace.read("out/current/run_results.json")
        try workspace.write("broken", to: "out/current/run_results.json")
        #expect(try workspace.run("nightmarket", ["run", "other.yaml", "--date", "2026-11-02"]).status == 78)
        try workspace.write(record, to: "out/current/run_results.json")
        #expect(try workspace.published() == before)
        // A new name of one pipeline.
        try FileManager.default.removeItem(atPath: workspace.path("out/current"))
        try workspace.night("other.yaml", date: "2026-11-02")
    }

    // MARK: Files

    @Test func aFileRewrittenInPlaceUnderItsOldSizeAndTimeIsReadAgain() throws {
        let workspace = try shop()
        let url = workspace.folder.appendingPathComponent("logs/all.csv")
        let attributes = try FileManager.default.attributesOfItem(atPath: url.path)
        let text = try workspace.read("logs/all.csv")
        let other = text.replacing("99.90", with: "11.10")
        #expect(other != text && other.utf8.count == text.utf8.count)
        let file = try FileHandle(forWritingTo: url)
        try file.write(contentsOf: Data(other.utf8))
        try file.close()
        try FileManager.default.setAttributes([.modificationDate: try #require(attributes[.modificationDate])], ofItemAtPath: url.path)
        let after = try FileManager.default.attributesOfItem(atPath: url.path)
        #expect(after[.systemFileNumber] as? Int == attributes[.systemFileNumber] as? Int && after[.size] as? Int == attributes[.size] as? Int)
        try workspace.night(date: "2026-11-02")
        #expect(try workspace.rows("metrics/daily").last?["gmv_paid"] as? Double == 11.1)
    }

    @Test func aFileOfAnotherCenturyIsTakenIn() throws {
        let workspace = try shop(published: nil)
        for time in ["2400-01-01", "1700-01-01"] {
            #expect(try Workspace.start("/usr/bin/touch", ["-d", time, workspace.path("logs/all.csv")], [:], workspace.folder).status == 0)
            try workspace.night(date: "2026-11-02")
            #expect(try workspace.rows("metrics/daily").last?["events"] as? Int == 6)
        }
    }

    // MARK: Intraday

    @Test func anIntradayRunSeesNoFurtherAndTheNightReplacesIt() throws {
        let workspace = try shop(TinyShop.manifest(more: ["expect: { fresh_within: 4h }"]), published: "2026-11-01")
        let early = ["run", "pipeline.yaml", "--as-of", "2026-11-02T12:00"]
        #expect(try workspace.run("nightmarket", early).status == 0)
        #expect(try workspace.rows("metrics/daily").last?["events"] as? Int == 5)
        #expect(try workspace.read("out/current/metrics/daily.json").contains("\"provisional\": true"))
        #expect(try workspace.run("nightmarket", ["run", "pipeline.yaml", "--as-of", "2026-11-02T12:00:01"]).status == 0)
        #expect(try workspace.rows("metrics/daily").last?["events"] as? Int == 6)
        #expect(try workspace.run("nightmarket", ["status", "pipeline.yaml"]).output.contains("as of 2026-11-02T12:00:01+08:00"))
        try workspace.night(date: "2026-11-03", ["--set", "sources.web.expect.fresh_within=3d"])
        #expect(try runs(workspace).filter { $0.hasPrefix("2026-11-02") } == ["2026-11-02-002", "2026-11-02-003"])
        let clean = try shop(TinyShop.manifest(more: ["expect: { fresh_within: 3d }"]), published: "2026-11-03")
        #expect(try workspace.published() == clean.published())
        let outside = try workspace.run("nightmarket", early + ["--date", "2026-11-04"])
        #expect(outside.status == 64)
    }
}
