import Foundation
import Testing

/// Every kind of bad input: a clear error with where and what to do, the right exit status, what was published untouched.
@Suite struct BadInputTests {
    /// A shop whose first night is published.
    private func shop(_ more: [String] = []) throws -> (Workspace, published: [String: String]) {
        let workspace = try Workspace()
        try workspace.write(TinyShop.manifest(more: more), to: "pipeline.yaml")
        try workspace.write(TinyShop.log(TinyShop.records), to: "logs/all.csv")
        try workspace.night(date: "2026-11-02")
        return (workspace, try workspace.published())
    }

    private func run(_ workspace: Workspace, _ more: [String] = []) throws -> Outcome {
        try workspace.run("nightmarket", ["run", "pipeline.yaml", "--date", "2026-11-02"] + more)
    }

    @Test func aTruncatedGzipCostsOnlyItself() throws {
        let (workspace, before) = try shop()
        try workspace.write(TinyShop.log(TinyShop.randomRecords(seed: 3, count: 500)), to: "logs/late.csv")
        try workspace.compress("logs/late.csv")
        let whole = try Data(contentsOf: workspace.folder.appendingPathComponent("logs/late.csv.gz"))
        try workspace.write(whole.prefix(whole.count / 2), to: "logs/late.csv.gz")
        try workspace.age("logs/late.csv.gz")
        let outcome = try run(workspace)
        #expect(outcome.status == 0, "\(outcome.error)")
        #expect(outcome.error.contains("logs/late.csv.gz"))
        #expect(outcome.error.contains("log.damaged"))
        #expect(outcome.error.contains("byte \(whole.count / 2)"))
        #expect(try workspace.rows("metrics/daily").last?["events"] as? Int == 6)
        #expect(try workspace.read("out/current/metrics/daily.json").contains("damaged_files"))
        try workspace.write(whole, to: "logs/late.csv.gz")
        try workspace.night(date: "2026-11-02")
        #expect(try workspace.published() != before)
        #expect(try !workspace.read("out/current/metrics/daily.json").contains("damaged_files"))
    }

    @Test func aDamagedFileThatIsRemovedIsWaitedForNoLonger() throws {
        let (workspace, before) = try shop()
        try workspace.write(Data([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3]), to: "logs/broken.csv.gz")
        try workspace.age("logs/broken.csv.gz")
        try workspace.night(date: "2026-11-02")
        #expect(try workspace.published() != before)
        try workspace.remove("logs/broken.csv.gz")
        let outcome = try run(workspace)
        #expect(outcome.error.contains("logs/broken.csv.gz: the damaged file is gone"), "\(outcome.error)")
        #expect(try workspace.published() == before)
    }

    @Test func damagedFilesOverTheLimitCloseTheGate() throws {
        let (workspace, before) = try shop(["damaged_limit: 0"])
        try workspace.write(Data([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3]), to: "logs/broken.csv.gz")
        try workspace.age("logs/broken.csv.gz")
        let outcome = try run(workspace)
        #expect(outcome.status == 65)
        #expect(outcome.error.contains("error[gate.damaged]"))
        #expect(try workspace.published() == before)
    }

    @Test(arguments: ["", "gzip"])
    func anEmptyFileIsReportedAndCostsOnlyItself(_ kind: String) throws {
        let (workspace, _) = try shop()
        try workspace.write("", to: "logs/empty.csv")
        if kind == "gzip" { try workspace.compress("logs/empty.csv") }
        let outcome = try run(workspace)
        #expect(outcome.status == 0, "\(outcome.error)")
        #expect(outcome.error.contains("log.empty"))
    }

    @Test(.enabled(if: getuid() != 0, "root reads every file"))
    func anUnreadableFileIsReportedAndReadOnceItCanBe() throws {
        let (workspace, _) = try shop()
        try workspace.write(TinyShop.log(["x1,2026-11-02T10:00:00+08:00,cy,d9,pv,,,,"]), to: "logs/closed.csv")
        chmod(workspace.path("logs/closed.csv"), 0)
        let outcome = try run(workspace)
        #expect(outcome.error.contains("log.unreadable"))
        chmod(workspace.path("logs/closed.csv"), 0o644)
        try workspace.night(date: "2026-11-02")
        #expect(try workspace.rows("metrics/daily").last?["events"] as? Int == 7)
    }

    @Test func aHeaderWithoutANeededColumnClosesTheGate() throws {
        let (workspace, before) = try shop()
        try workspace.write("id,time,uid,did,action,medium,amount,order_id,page\nx,1,2,3,4,5,6,7,8\n", to: "logs/other.csv")
        let outcome = try run(workspace)
        #expect(outcome.status == 65)
        #expect(outcome.error.contains("logs/other.csv"))
        #expect(outcome.error.contains("'ts'"))
        #expect(try workspace.published() == before)
        try workspace.remove("logs/other.csv")
        #expect(try workspace.published() == before)
    }

    @Test func aFileThatClosedTheGateAndIsGoneIsDiscardedWhenAsked() throws {
        let (workspace, before) = try shop()
        try workspace.write(TinyShop.log(["x1,yesterday,cy,d9,pv,,,,", "x2,2026-11-02T10:00:00+08:00,cy,d9,pv,,,,"]), to: "logs/bad.csv")
        try workspace.write(TinyShop.log(["x3,2026-11-02T10:00:00+08:00,cz,d8,pv,,,,"]), to: "logs/good.csv")
        #expect(try run(workspace).status == 65)
        let present = try run(workspace, ["--discard", "logs/bad.csv"])
        #expect(present.status == 64 && present.error.contains("error[usage.discard]: logs/bad.csv: the file is still there"), "\(present.error)")
        try workspace.remove("logs/bad.csv")
        let closed = try run(workspace)
        #expect(closed.status == 65 && closed.error.contains("run again with --discard logs/bad.csv"), "\(closed.error)")
        let unknown = try run(workspace, ["--discard", "logs/other.csv"])
        #expect(unknown.status == 64 && unknown.error.contains("these do, and are gone: logs/bad.csv"), "\(unknown.error)")
        for more in [["--dry-run"], ["--select", "metrics.daily"]] {
            let refused = try run(workspace, ["--discard", "logs/bad.csv"] + more)
            #expect(refused.status == 64 && refused.error.contains("error[usage.discard]"), "\(refused.error)")
        }
        #expect(try workspace.published() == before)
        let open = try run(workspace, ["--discard", "logs/bad.csv"])
        #expect(open.status == 0 && open.error.contains("logs/bad.csv: discarded; nothing of it counts"), "\(open.error)")
        #expect(try workspace.rows("metrics/daily").last?["events"] as? Int == 7)
        #expect(try run(workspace).status == 0)
        #expect(try workspace.rows("metrics/daily").last?["events"] as? Int == 7)
        #expect(try run(workspace, ["--discard", "logs/bad.csv"]).status == 64)
    }

    /// Of a path that is written anew each day only the content that closed the gate is discarded, and what else was set aside counts.
    @Test func ofARotatedPathOnlyTheContentThatClosedTheGateIsDiscarded() throws {
        let (workspace, _) = try shop(["on_change: rotate"])
        func write(_ records: [String]) throws { try workspace.write(TinyShop.log(records), to: "logs/app.csv") }
        try write(["x1,yesterday,cy,d9,pv,,,,", "x2,2026-11-02T10:00:00+08:00,cy,d9,pv,,,,"])
        #expect(try run(workspace).status == 65)
        try write((3..<6).map { "x\($0),2026-11-02T10:00:00+08:00,cy,d9,pv,,,," })
        #expect(try run(workspace).status == 65)
        let open = try run(workspace, ["--discard", "logs/app.csv"])
        #expect(open.status == 0, "\(open.error)")
        #expect(try workspace.rows("metrics/daily").last?["events"] as? Int == 9)
    }

    @Test func whatWasSetAsideOfASourceThatLeftTheManifestIsNotLetInUnjudged() throws {
        let (workspace, before) = try shop()
        let manifest = TinyShop.manifest()
        let more = """
              shop: { kind: events, files: "shop/*.csv", columns: { event_time: ts, user_id: uid, event: action } }
            channels:

            """
        try workspace.write(manifest.replacingOccurrences(of: "channels:\n", with: more), to: "pipeline.yaml")
        try workspace.write("ts,uid,action\n2026-11-02T10:00:00+08:00,u1,page_view\nyesterday,u2,page_view\n", to: "shop/bad.csv")
        try workspace.write(TinyShop.log(["x3,2026-11-02T10:00:00+08:00,cz,d8,pv,,,,"]), to: "logs/good.csv")
        #expect(try run(workspace).status == 65)
        try workspace.write(manifest, to: "pipeline.yaml")
        let open = try run(workspace)
        #expect(open.status == 0 && open.error.contains("shop/bad.csv: its source 'shop' is not in the manifest any more"), "\(open.error)")
        #expect(try workspace.published() != before)
        #expect(try workspace.rows("metrics/daily").last?["events"] as? Int == 7)
        #expect(try workspace.run("nightmarket", ["verify", "pipeline.yaml"]).status == 0)
    }

    @Test func whatWasSetAsideAndIsGoneIsNotDroppedInSilence() throws {
        let (workspace, _) = try shop()
        try workspace.write(TinyShop.log(["x1,yesterday,cy,d9,pv,,,,"]), to: "logs/bad.csv")
        try workspace.write(TinyShop.log(["x3,2026-11-02T10:00:00+08:00,cz,d8,pv,,,,"]), to: "logs/good.csv")
        #expect(try run(workspace).status == 65)
        #expect(try workspace.run("nightmarket", ["compact", "pipeline.yaml"]).status == 0)
        #expect(try run(workspace).status == 65)
        try workspace.remove("logs/good.csv")
        let refused = try workspace.run("nightmarket", ["compact", "pipeline.yaml"])
        #expect(refused.status == 65 && refused.error.contains("error[compact.set-aside]: logs/good.csv"), "\(refused.error)")
        let forgotten = try workspace.run("nightmarket", ["forget", "pipeline.yaml", "nobody"])
        #expect(forgotten.status == 0 && forgotten.error.contains("logs/good.csv: the gate had set it aside"), "\(forgotten.error)")
    }

    /// A forgotten user's device that only a discarded file told of is not erased.
    @Test func whatADiscardedFileSaidOfForgottenUsersIsForgottenToo() throws {
        let (workspace, _) = try shop()
        try workspace.write(TinyShop.log(["x0,2026-11-02T10:00:00+08:00,,dx,pv,,,,"]), to: "logs/more.csv")
        #expect(try run(workspace).status == 0)
        let forgotten = try workspace.run("nightmarket", ["forget", "pipeline.yaml", "ann"])
        #expect(forgotten.status == 0, "\(forgotten.error)")
        #expect(try run(workspace).status == 0)
        let before = try workspace.published()
        try workspace.write(TinyShop.log(["x1,yesterday,cy,d9,pv,,,,", "x2,2026-11-02T09:00:00+08:00,ann,dx,pv,,,,"]), to: "logs/bad.csv")
        #expect(try run(workspace).status == 65)
        try workspace.remove("logs/bad.csv")
        let open = try run(workspace, ["--discard=logs/bad.csv"])
        #expect(open.status == 0, "\(open.error)")
        #expect(try workspace.published() == before)
    }

    @Test func aFileThatIsNoTextClosesTheGate() throws {
        let (workspace, before) = try shop()
        try workspace.write(Data((0..<4000).map { UInt8(truncatingIfNeeded: $0 &* 37) }), to: "logs/picture.csv")
        let outcome = try run(workspace)
        #expect(outcome.status == 65)
        #expect(outcome.error.contains("logs/picture.csv"))
        #expect(try workspace.published() == before)
    }

    @Test func tooManyRejectsCloseTheGateUntilTheLimitIsRaised() throws {
        let (workspace, before) = try shop()
        let bad = (0..<10).map { "b\($0),yesterday,ann,d1,pv,cpc,,,\($0)" }
        try workspace.write(TinyShop.log(bad + ["g1,2026-11-02T13:00:00+08:00,ann,d1,pv,cpc,,,"]), to: "logs/dirty.csv")
        let outcome = try run(workspace)
        #expect(outcome.status == 65)
        #expect(outcome.error.contains("error[gate.rejects]"))
        #expect(outcome.error.contains("10 of 11 records"))
        #expect(try workspace.published() == before)
        let status = try workspace.run("nightmarket", ["status", "pipeline.yaml"])
        #expect(status.output.contains("candidate   1 file set aside: the gate is closed"))
        // Judged again on the next run, and still closed.
        #expect(try run(workspace).status == 65)
        try workspace.night(date: "2026-11-02", ["--set", "sources.web.reject_limit=95%"])
        #expect(try workspace.rows("metrics/daily").last?["events"] as? Int == 7)
        let rejects = try FileManager.default.contentsOfDirectory(atPath: workspace.path("store/rejects"))
        #expect(rejects.filter { $0.hasSuffix(".jsonl") }.count == 1)
    }

    @Test func aManifestWithATypingErrorNamesThePlaceAndTheNearestName() throws {
        let (workspace, before) = try shop()
        let manifest = try workspace.read("pipeline.yaml").replacingOccurrences(of: "    format: csv", with: "    fromat: csv")
        try workspace.write(manifest, to: "pipeline.yaml")
        let outcome = try run(workspace)
        #expect(outcome.status == 78)
        #expect(outcome.error.contains("pipeline.yaml:10:5: unknown key 'fromat'"))
        #expect(outcome.error.contains("did you mean 'format'?"))
        #expect(try workspace.published() == before)
    }

    @Test func aNodeThatNamesAnUnknownColumnIsFoundBeforeAnythingIsTakenIn() throws {
        let workspace = try Workspace()
        let nodes = TinyShop.standardNodes.replacingOccurrences(of: "by: [channel]", with: "by: [chanel]")
        try workspace.write(TinyShop.manifest(nodes: nodes), to: "pipeline.yaml")
        try workspace.write(TinyShop.log(TinyShop.records), to: "logs/all.csv")
        let outcome = try run(workspace)
        #expect(outcome.status == 78)
        #expect(outcome.error.components(separatedBy: "did you mean 'channel'?").count == 4, "\(outcome.error)")
        #expect(!workspace.exists("store/catalogue.json"))
        let (shop, _) = try self.shop()
        try shop.write(TinyShop.manifest(nodes: nodes), to: "pipeline.yaml")
        let alone = try shop.run("nightmarket-funnel", ["pipeline.yaml"])
        #expect(alone.status == 78)
        #expect(alone.error.contains("pipeline.yaml:"))
    }

    @Test func aManifestThatIsNotThereIsNamed() throws {
        let workspace = try Workspace()
        let outcome = try workspace.run("nightmarket", ["run", "nowhere.yaml"])
        #expect(outcome.status == 78)
        #expect(outcome.error.contains("nowhere.yaml"))
    }

    @Test func anUnwritableOutputIsReported() throws {
        let workspace = try Workspace()
        try workspace.write(TinyShop.manifest(), to: "pipeline.yaml")
        try workspace.write(TinyShop.log(TinyShop.records), to: "logs/all.csv")
        try workspace.write("a file stands here", to: "out")
        let outcome = try run(workspace)
        #expect(outcome.status == 73)
        #expect(outcome.error.contains("out"))
    }

    @Test func aGlobThatMatchesNothingWarnsAndWithExpectationsClosesTheGate() throws {
        let workspace = try Workspace()
        try workspace.write(TinyShop.manifest(), to: "pipeline.yaml")
        let warned = try run(workspace)
        #expect(warned.status == 0, "\(warned.error)")
        #expect(warned.error.contains("no file matches logs/*.csv*"))
        try workspace.write(TinyShop.manifest(more: ["expect: { files_per_day: 1 }"]), to: "pipeline.yaml")
        let closed = try run(workspace)
        #expect(closed.status == 65)
        #expect(closed.error.contains("error[gate.files-missing]"))
    }

    @Test func wrongUsageIsSaidAndLeaves64() throws {
        let (workspace, _) = try shop()
        #expect(try workspace.run("nightmarket", ["run"]).status == 64)
        #expect(try workspace.run("nightmarket", ["run", "pipeline.yaml", "--date", "someday"]).status == 64)
        let future = try workspace.run("nightmarket", ["run", "pipeline.yaml", "--date", "2199-01-01"])
        #expect(future.status == 64)
        #expect(future.error.contains("2199-01-01 lies in the future"))
        let range = ["backfill", "pipeline.yaml", "--from", "2026-11-01", "--to", "2199-01-01"]
        #expect(try workspace.run("nightmarket", range).status == 64)
        let node = try workspace.run("nightmarket-funnel", ["pipeline.yaml", "purchas"])
        #expect(node.status == 64)
        #expect(node.error.contains("did you mean 'purchase'?"))
    }

    @Test func aStageWithoutAStoreSaysSo() throws {
        let workspace = try Workspace()
        try workspace.write(TinyShop.manifest(), to: "pipeline.yaml")
        let outcome = try workspace.run("nightmarket-funnel", ["pipeline.yaml"])
        #expect(outcome.status != 0)
        #expect(outcome.error.contains("error[store.empty]"))
    }
}
