import Foundation
import Testing

/// A trial of the command line never passes for what the manifest says.
@Suite struct TrialTests {
    @Test func filesOfATrialDoNotStayInTheStore() throws {
        let workspace = try Workspace()
        try workspace.write(TinyShop.manifest(), to: "pipeline.yaml")
        try workspace.write(TinyShop.log(TinyShop.records), to: "logs/all.csv")
        try workspace.night(date: "2026-11-02")
        try workspace.write(TinyShop.log(["o1,2026-11-02T12:00:00+08:00,eve,d9,pv,,,,"]), to: "other/one.csv")
        let before = try workspace.published()
        for trial in ["sources.web.files=other/*.csv", "sources.two={ kind: events, files: other/*.csv, columns: { event_time: ts, event: action } }"] {
            let refused = try workspace.run("nightmarket", ["run", "pipeline.yaml", "--date", "2026-11-02", "--set", trial])
            #expect(refused.status == 64 && refused.error.contains("error[run.trial-takes-in]"), "\(refused.error)")
            let alone = try workspace.run("nightmarket-ingest", ["pipeline.yaml", "--date", "2026-11-02", "--set", trial])
            #expect(alone.status == 64 && alone.error.contains("error[run.trial-takes-in]") && alone.error.contains("other/one.csv"), "\(alone.error)")
            // Nothing is taken in: nothing stays.
            let part = try workspace.run("nightmarket", ["run", "pipeline.yaml", "--date", "2026-11-02", "--select", "metrics", "--set", trial])
            #expect(part.status == 0, "\(part.error)")
            try workspace.night(date: "2026-11-02")
        }
        // No file that the store does not have.
        try workspace.night(date: "2026-11-02", ["--set", "sources.web.files=logs/a*.csv"])
        try workspace.night(date: "2026-11-02")
        #expect(try workspace.published() == before)
        try workspace.night(date: "2026-11-02", ["--set", "sources.web.files=logs/*.csv", "--set", "store=trial/store", "--set", "output=trial/out"])
        #expect(try workspace.rows("metrics/daily", output: "trial/out").last?["events"] as? Int == 6)
        #expect(try !workspace.read("trial/out/current/metrics/daily.json").contains("--set store"))
        // Another store behind the same output is told in every mart.
        try workspace.night(date: "2026-11-02", ["--set", "store=trial/store"])
        #expect(try workspace.read("out/current/metrics/daily.json").contains("computed under --set store=trial/store"))
    }

    /// - Returns: what a run of a kind of stage alone says of a store that a trial filled; the next whole night says nothing and
    ///   publishes what was there before.
    private func said(
        after trial: String, _ workspace: Workspace, select kind: String, node: String, date: String = "2026-11-02"
    ) throws -> [String] {
        let plain = try workspace.published()
        try workspace.night(date: date, ["--set", trial])
        let rerun = try workspace.run("nightmarket", ["run", "pipeline.yaml", "--date", date, "--select", kind])
        #expect(rerun.status == 0 && rerun.error.contains("a run with the ingest stage"), "\(trial): \(rerun.error)")
        let warnings = try #require(try results(workspace)["warnings"] as? [[String: Any]]).filter { $0["code"] as? String == "settings_not_applied" }
        #expect(try workspace.read("out/current/\(kind)/\(node).json").contains("settings_not_applied"), "\(trial)")
        let alone = try workspace.run("nightmarket-\(kind)", ["pipeline.yaml", node, "--date", date])
        #expect(alone.status == 0 && alone.output.contains("[settings_not_applied]"), "\(alone.output)")
        try workspace.night(date: date)
        #expect(try workspace.published() == plain, "\(trial)")
        #expect(try !workspace.read("out/current/run_results.json").contains("settings_not_applied"))
        return warnings.compactMap { $0["message"] as? String }
    }

    @Test func whatATrialChangedInTheStoreIsSaidUntilTheFilesAreReadAgain() throws {
        let workspace = try shop(TinyShop.manifest(more: ["dedupe_window: 2d"]) + "filters: { test_users: [ann] }\n")
        try workspace.night(date: "2026-11-02")
        for (trial, words) in [
            ("sources.web.columns.page=medium", "source web: files in the store were read"),
            ("sources.web.dedupe_window=1d", "source web: repeats and versions in the store were told"),
            ("filters.bots={ per_hour: 1 }", "the store was filtered"), ("filters.test_users=[bo]", "the store was filtered"),
            ("identity.max_users_per_device=1", "the store joined devices with users at max_users_per_device: 1, and not 3"),
        ] {
            let said = try said(after: trial, workspace, select: "metrics", node: "daily")
            #expect(said.count == 1 && said[0].hasPrefix(words), "\(trial): \(said)")
        }
    }

    @Test func filesThatAreGoneKeepTheNoteInNodesThatLookAtThem() throws {
        let nodes = """
              metrics:
                daily: { period: last 2d, metrics: [events] }
                last: { period: last 1d, metrics: [events] }
            """
        let workspace = try Workspace()
        try workspace.write(TinyShop.manifest(nodes: nodes), to: "pipeline.yaml")
        try workspace.write(TinyShop.log(Array(TinyShop.records.prefix(4))), to: "logs/first.csv")
        try workspace.write(TinyShop.log(Array(TinyShop.records.suffix(2))), to: "logs/second.csv")
        try workspace.night(date: "2026-11-02")
        try FileManager.default.removeItem(atPath: workspace.path("logs/first.csv"))
        try workspace.write(workspace.read("pipeline.yaml").replacing("page: page", with: "page: medium"), to: "pipeline.yaml")
        try workspace.night(date: "2026-11-02")
        #expect(try workspace.read("out/current/metrics/daily.json").contains("settings_not_applied"))
        #expect(try !workspace.read("out/current/metrics/last.json").contains("settings_not_applied"))
    }

    @Test func whoHasNotTheKeyComputesAllTheSameAndMakesNone() throws {
        let workspace = try shop(TinyShop.manifest() + "filters: { test_users: [ann] }\n")
        let night = try workspace.run(
            "nightmarket", ["run", "pipeline.yaml", "--date", "2026-11-02"], environment: ["NIGHTMARKET_KEY": String(repeating: "5a", count: 16)])
        #expect(night.status == 0 && !workspace.exists("store/secret.key"), "\(night.error)")
        let alone = try workspace.run("nightmarket-metrics", ["pipeline.yaml", "daily", "--date", "2026-11-02"])
        #expect(alone.status == 0 && !alone.output.contains("settings_not_applied"), "\(alone.error)")
        #expect(!workspace.exists("store/secret.key"))
    }

    @Test func anExperimentOfExposuresAloneKnowsOfOtherFilters() throws {
        let workspace = try Workspace()
        try workspace.write(
            """
            pipeline: tiny
            timezone: Asia/Shanghai
            currency: CNY
            store: store
            output: out
            sources:
              shown:
                kind: exposures
                files: logs/*.csv
                columns: { time: ts, unit: uid, experiment: { constant: checkout }, variant: arm }
            stages:
              experiment:
                checkout: { experiment: checkout, source: shown, unit: user, control: A, starts: 2026-11-01, ends: 2026-11-03, metrics: [purchases] }

            """, to: "pipeline.yaml")
        try workspace.write("ts,uid,arm\n2026-11-01T10:00:00Z,ann,A\n2026-11-01T11:00:00Z,bo,B\n", to: "logs/a.csv")
        let first = try workspace.run("nightmarket", ["run", "pipeline.yaml", "--date", "2026-11-02"])
        #expect(first.status == 0, "\(first.error)")
        #expect(try said(after: "filters.test_users=[bo]", workspace, select: "experiment", node: "checkout").count == 1)
    }

    private static let within = "stages.funnel.purchase.within=30m"

    private func shop(_ manifest: String = TinyShop.manifest()) throws -> Workspace {
        let workspace = try Workspace()
        try workspace.write(manifest, to: "pipeline.yaml")
        try workspace.write(TinyShop.log(TinyShop.records), to: "logs/all.csv")
        return workspace
    }

    private func published(_ manifest: String = TinyShop.manifest()) throws -> [String: String] {
        let workspace = try shop(manifest)
        try workspace.night(date: "2026-11-02")
        return try workspace.published()
    }

    private func results(_ workspace: Workspace) throws -> [String: Any] {
        let data = Data(try workspace.read("out/current/run_results.json").utf8)
        return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    private func status(_ workspace: Workspace) throws -> String { try workspace.run("nightmarket", ["status", "pipeline.yaml"]).output }

    /// The messages of the notes of that kind, by mart.
    private func notes(_ workspace: Workspace) throws -> [String: [String]] {
        var found: [String: [String]] = [:]
        for (name, text) in try workspace.published() where name.hasSuffix(".json") && name.contains("/") {
            let mart = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
            let notes = (mart["notes"] as? [[String: Any]] ?? []).filter { $0["code"] as? String == "overrides" }
            if !notes.isEmpty { found[name.replacing(".json", with: "")] = notes.compactMap { $0["message"] as? String } }
        }
        return found
    }

    @Test func anOptionOfOneNodeIsSaidOfItsMartAloneUntilTheNextPlainRun() throws {
        let workspace = try shop()
        try workspace.night(date: "2026-11-02")
        let official = try workspace.published()
        let trial = try workspace.run("nightmarket", ["run", "pipeline.yaml", "--date", "2026-11-02", "--select", "funnel.purchase", "--set", Self.within])
        #expect(trial.status == 0)
        #expect(trial.error.contains("figures of funnel.purchase are not as the manifest says: --set \(Self.within)"), "\(trial.error)")
        #expect(try notes(workspace) == ["funnel/purchase": ["computed under --set \(Self.within), which the manifest does not say"]])
        #expect(try workspace.published()["metrics/daily.json"] == official["metrics/daily.json"])

        let record = try results(workspace)
        #expect(try SchemaCheck("run_results").findings(record) == [])
        let own = [["key": "stages.funnel.purchase.within", "value": "30m"]]
        #expect(record["overrides"] as? [[String: String]] == own)
        #expect((record["selection"] as? [String: [String]])?["select"] == ["funnel.purchase"])
        for node in record["nodes"] as? [[String: Any]] ?? [] {
            #expect(node["overrides"] as? [[String: String]] == (node["id"] as? String == "funnel.purchase" ? own : nil))
        }
        let shown = try status(workspace)
        #expect(shown.contains("overrides   --set \(Self.within): figures of funnel.purchase are not as the manifest says"), "\(shown)")
        #expect(shown.contains("selection   --select funnel.purchase"))
        #expect(shown.contains("1 computed, 2 taken over  (--set \(Self.within))"), "\(shown)")
        #expect(shown.contains("(its options changed)"), "\(shown)")

        try workspace.night(date: "2026-11-02")
        #expect(try workspace.published() == official)
        #expect(try results(workspace)["overrides"] == nil)
        #expect(!(try status(workspace)).contains("overrides   "))
        #expect(try status(workspace).contains("(--set \(Self.within))"), "the ledger keeps the trial")
        #expect(try workspace.run("nightmarket", ["verify", "pipeline.yaml"]).status == 0)
    }

    /// A mart that is taken over is what it was: so is its note, and the record of its node.
    @Test func aMartOfATrialThatIsTakenOverKeepsItsNote() throws {
        let workspace = try shop()
        try workspace.night(date: "2026-11-02", ["--set", Self.within])
        try workspace.night(date: "2026-11-02", ["--select", "metrics"])
        #expect(try notes(workspace).keys.sorted() == ["funnel/purchase"])
        let record = try results(workspace)
        #expect(record["overrides"] == nil)
        let nodes = record["nodes"] as? [[String: Any]] ?? []
        #expect(nodes.filter { $0["overrides"] != nil }.compactMap { $0["id"] as? String } == ["funnel.purchase"])
        #expect(try status(workspace).contains("--set \(Self.within): figures of funnel.purchase are not as the manifest says"))
        #expect(try workspace.run("nightmarket-publish", ["pipeline.yaml"]).status == 0)
        #expect(try notes(workspace).keys.sorted() == ["funnel/purchase"])
    }

    @Test func whatTheManifestSaysIsNoTrialAndWhatItComesToSayLosesTheNote() throws {
        let workspace = try shop()
        try workspace.night(date: "2026-11-02", ["--set", "stages.funnel.purchase.within=24h"])
        #expect(try workspace.published() == published())
        try workspace.night(date: "2026-11-02", ["--set", Self.within])
        #expect(try notes(workspace).count == 1)
        let adopted = TinyShop.manifest().replacing("within: 1d", with: "within: 30m")
        try workspace.write(adopted, to: "pipeline.yaml")
        try workspace.night(date: "2026-11-02")
        #expect(try workspace.published() == published(adopted))
    }

    @Test func aSettingOfAllIsSaidOfEveryMartWhateverTheThreads() throws {
        let channel = "channels.else.channel=nobody"
        var bytes: [[String: String]] = []
        for threads in ["1", "3"] {
            let workspace = try shop()
            try workspace.night(date: "2026-11-02", ["--set", channel, "--threads", threads])
            let message = "computed under --set \(channel), which the manifest does not say"
            #expect(try notes(workspace) == ["metrics/daily": [message], "metrics/touched": [message], "funnel/purchase": [message]])
            bytes.append(try workspace.published())
            let alone = try workspace.run("nightmarket-funnel", ["pipeline.yaml", "purchase", "--format", "json", "--set", channel])
            #expect(alone.output == bytes.last?["funnel/purchase.json"])
            try workspace.night(date: "2026-11-02")
            #expect(try workspace.published() == published())
        }
        #expect(bytes[0] == bytes[1])
    }

    /// What data is live follows from the filters: the note goes with the rows.
    @Test func aFilterOfATrialIsSaidAndTakenBack() throws {
        let workspace = try shop()
        try workspace.night(date: "2026-11-02", ["--set", "filters.test_users=[ann]"])
        #expect(try notes(workspace).count == 3)
        #expect(try workspace.rows("metrics/daily").last?["orders"] as? Int == 0)
        try workspace.night(date: "2026-11-02")
        #expect(try workspace.published() == published())
    }

    @Test func placesAndGatesAreOfNoFigure() throws {
        let workspace = try shop()
        try workspace.night(date: "2026-11-02", ["--set", "keep_runs=3", "--set", "sources.web.reject_limit=20%"])
        #expect(try workspace.published() == published())
        #expect(try (results(workspace)["overrides"] as? [[String: String]])?.compactMap { $0["key"] } == ["keep_runs", "sources.web.reject_limit"])
        #expect(try status(workspace).contains("overrides   --set sources.web.reject_limit=20%: of no figure"))
    }

    @Test func alertsSayTheirOwnAndThoseOfTheMartsThatTheyJudge() throws {
        let manifest = TinyShop.manifest() + "alerts:\n  quiet: { mart: metrics.daily, column: orders, above: 100 }\n"
        let workspace = try shop(manifest)
        try workspace.night(date: "2026-11-02", ["--set", "alerts.quiet.above=50"])
        #expect(try notes(workspace).keys.sorted() == ["alerts/alerts", "alerts/rules"])
        try workspace.night(date: "2026-11-02", ["--set", "stages.metrics.daily.credit=last_touch"])
        #expect(try notes(workspace).keys.sorted() == ["alerts/alerts", "alerts/rules", "metrics/daily"])
        try workspace.night(date: "2026-11-02")
        #expect(try workspace.published() == published(manifest))
    }

    /// An address with a password stands in no file and in no line of the log.
    @Test(arguments: ["postgresql://u:hunter2x@127.0.0.1:1/none", "mysql://u:hunter2x@127.0.0.1/none"])
    func aPasswordIsNeverWritten(_ url: String) throws {
        let workspace = try shop()
        let outcome = try workspace.run("nightmarket", ["run", "pipeline.yaml", "--date", "2026-11-02", "--set", "postgres.url=\(url)"])
        #expect(outcome.status == (url.hasPrefix("postgresql") ? 0 : 78), "\(outcome.error)")
        #expect(!outcome.error.contains("hunter2x") && !outcome.output.contains("hunter2x"), "\(outcome.error)")
        #expect(outcome.error.contains("postgres"))
        let found = try Workspace.start("/bin/grep", ["-rla", "hunter2x", workspace.folder.path], [:], workspace.folder)
        #expect(found.output.isEmpty, "\(found.output)")
        if outcome.status == 0 {
            #expect(try (results(workspace)["overrides"] as? [[String: Any]])?.first?["value"] is NSNull)
            #expect(try status(workspace).contains("overrides   --set postgres.url: of no figure"))
        }
    }
}
