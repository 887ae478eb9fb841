import Foundation
import Testing

/// Nothing counts as zero without a word: misspelt events, sources without files, ids that nobody has.
@Suite struct SilentZeroTests {
    private func shop(_ manifest: String) throws -> Workspace {
        let workspace = try Workspace()
        try workspace.write(manifest, to: "pipeline.yaml")
        try workspace.write(TinyShop.log(TinyShop.records), to: "logs/all.csv")
        return workspace
    }

    private func notes(_ workspace: Workspace, _ mart: String) throws -> [[String: Any]] {
        let data = try Data(contentsOf: workspace.folder.appendingPathComponent("out/current/\(mart).json"))
        let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        return try #require(object["notes"] as? [[String: Any]])
    }

    private func messages(_ workspace: Workspace, _ mart: String, _ code: String) throws -> [String] {
        try notes(workspace, mart).filter { $0["code"] as? String == code }.compactMap { $0["message"] as? String }
    }

    private static let misspelt = """
          metrics:
            daily: { period: last 2d, metrics: [events, big], where: "event = 'purchse' or event = 'own_name'" }
            fine: { period: last 2d, metrics: [events], where: "event in ('purchase', 'own_name')" }
          funnel:
            purchase: { period: last 2d, steps: [produt_view, { event: purchase, where: amount > 0 }], exclude: [{ event: refnd }], within: 1d }
        metrics:
          big: { measure: events, events: [checkot] }
        """

    @Test func aMisspeltEventIsNotedWithTheNearestName() throws {
        let workspace = try shop(TinyShop.manifest(nodes: Self.misspelt))
        try workspace.write(TinyShop.log(TinyShop.records + ["e7,2026-11-02T12:00:00+08:00,cy,,own_name,,,,"]), to: "logs/all.csv")
        try workspace.night(date: "2026-11-02")
        func said(_ name: String, _ near: String) -> String {
            "no event '\(name)' is in the data that this looks at, and the vocabulary has no such name: did you mean '\(near)'?"
        }
        #expect(
            try messages(workspace, "funnel/purchase", "unknown_event") == [said("produt_view", "product_view"), said("refnd", "refund")])
        #expect(try messages(workspace, "metrics/daily", "unknown_event") == [said("purchse", "purchase"), said("checkot", "checkout")])
        // A name of one's own is seen in the store, and one of the vocabulary is known without.
        #expect(try messages(workspace, "metrics/fine", "unknown_event") == [])
    }

    @Test func checkWarnsOfAnEventThatNobodyKnows() throws {
        let workspace = try shop(TinyShop.manifest(nodes: Self.misspelt))
        let outcome = try workspace.run("nightmarket", ["check", "pipeline.yaml"])
        #expect(outcome.status == 0, "\(outcome.error)")
        let warned = outcome.output.split(separator: "\n").filter { $0.hasPrefix("warn") }
        #expect(warned.contains { $0.contains("warn  funnel.purchase: pipeline.yaml:") && $0.hasSuffix("event 'produt_view' is not in the vocabulary, and no source maps to it; did you mean 'product_view'?") })
        #expect(warned.contains { $0.contains("metrics.daily") && $0.contains("'purchse'") })
        #expect(warned.contains { $0.contains("metrics.daily") && $0.contains("'checkot'") && $0.contains("did you mean 'checkout'?") })
        #expect(!warned.contains { $0.contains("'purchase' is not") })
    }

    @Test func checkTellsTheNamesOfEventsThatNothingMapsToAndTheSlipInOneThatIsMapped() throws {
        let manifest = TinyShop.manifest().replacingOccurrences(of: "purchase: [buy]", with: "purchase: [buyy]")
        #expect(manifest.contains("[buyy]"))
        let workspace = try shop(manifest)
        let outcome = try workspace.run("nightmarket", ["check", "pipeline.yaml"])
        #expect(outcome.status == 0, "\(outcome.error)")
        #expect(outcome.output.contains("events under names of their own: buy ("), "\(outcome.output)")
        #expect(outcome.output.contains("which is to be purchase; did you mean 'buy'?"), "\(outcome.output)")
        let right = try shop(TinyShop.manifest()).run("nightmarket", ["check", "pipeline.yaml"])
        #expect(!right.output.contains("of their own") && !right.output.contains("which is to be"), "\(right.output)")
    }

    @Test func aPlannedExperimentNotesAMisspeltEntry() throws {
        let workspace = try shop(TinyShop.manifest())
        try workspace.night(date: "2026-11-02")
        let outcome = try workspace.run(
            "nightmarket", ["plan-experiment", "pipeline.yaml", "--date", "2026-11-02", "--entry", "chekout", "--window", "1h", "--metric", "conversion_rate", "--effect", "5%"])
        #expect((outcome.output + outcome.error).contains("did you mean 'checkout'?"), "\(outcome.output)\(outcome.error)")
    }

    @Test func aSourceWithoutFilesIsInTheRecordAndInEachMartThatReadsIt() throws {
        let ads = """
              ads:
                kind: ad_report
                files: ads/*.csv
                columns: { date: day, channel: channel, spend: spend }
            """
        let nodes = """
              metrics:
                money: { period: last 2d, metrics: [orders, spend] }
                visits: { period: last 2d, metrics: [visitors] }
            """
        let manifest = TinyShop.manifest(nodes: nodes).replacingOccurrences(of: "channels:\n", with: ads + "\nchannels:\n")
        let workspace = try shop(manifest)
        try workspace.night(date: "2026-11-02")
        #expect(try messages(workspace, "metrics/money", "no_files") == ["source ads has no file in the store: it contributes nothing"])
        #expect(try messages(workspace, "metrics/visits", "no_files") == [])
        let results = try workspace.read("out/current/run_results.json")
        let object = try #require(try JSONSerialization.jsonObject(with: Data(results.utf8)) as? [String: Any])
        let warnings = try #require(object["warnings"] as? [[String: Any]])
        let warning = try #require(warnings.first { $0["code"] as? String == "no_files" })
        #expect(warning["message"] as? String == "no file matches ads/*.csv of source 'ads': it contributes nothing")
        #expect((warning["place"] as? String)?.hasPrefix("pipeline.yaml:") == true)
        // The first file, of another month, takes the note away.
        try workspace.write("day,channel,spend\n2026-09-01,douyin,5\n", to: "ads/one.csv")
        try workspace.night(date: "2026-11-02")
        #expect(try messages(workspace, "metrics/money", "no_files") == [])
        #expect(try !workspace.read("out/current/run_results.json").contains("no_files"))
    }

    @Test func aFileThatCannotBeTakenInStandsInTheRecord() throws {
        let workspace = try shop(TinyShop.manifest())
        let made = try Workspace.start(
            "/bin/bash", ["-ec", "cp all.csv \"$(printf 'bad\\xff.csv')\"; mkdir folder.csv; ln -s nowhere broken.csv"], [:],
            workspace.folder.appendingPathComponent("logs"))
        #expect(made.status == 0, "\(made.error)")
        try workspace.night(date: "2026-11-02")
        let object = try #require(try JSONSerialization.jsonObject(with: Data(try workspace.read("out/current/run_results.json").utf8)) as? [String: Any])
        let warnings = try #require(object["warnings"] as? [[String: Any]]).filter { $0["code"] as? String == "passed_over" }.compactMap { $0["message"] as? String }
        #expect(warnings.count == 3 && warnings.allSatisfy { $0.hasPrefix("source web: passed over ") }, "\(warnings)")
        #expect(warnings.contains { $0.hasSuffix("its name is not UTF-8") } && warnings.contains { $0.hasSuffix("logs/folder.csv: not a plain file") }, "\(warnings)")
    }

    @Test func aNightOfADayWithoutRecordsSaysSo() throws {
        let workspace = try shop(TinyShop.manifest())
        try workspace.night(date: "2026-11-02")
        #expect(try !workspace.read("out/current/run_results.json").contains("no_records"))
        let later = try workspace.run("nightmarket", ["run", "pipeline.yaml", "--date", "2026-11-09"])
        let words = "source 'web' has no record of 2026-11-09: its newest is of 2026-11-02T12:00:00+08:00"
        #expect(later.status == 0 && later.error.contains(words), "\(later.error)")
        let object = try #require(try JSONSerialization.jsonObject(with: Data(try workspace.read("out/current/run_results.json").utf8)) as? [String: Any])
        let warnings = try #require(object["warnings"] as? [[String: Any]])
        #expect(warnings.map { $0["code"] as? String } == ["no_records"])
        // The marts say so themselves, and not those of a night before.
        #expect(try workspace.read("out/current/metrics/daily.json").contains("has no record of 2026-11-09"))
        #expect(try !workspace.read("out/runs/2026-11-02-001/metrics/daily.json").contains("no_records"))
        #expect((warnings.first?["message"] as? String)?.hasPrefix(words) == true)
        // A source that need only be fresh enough is judged by that.
        try workspace.write(TinyShop.manifest(more: ["expect: { fresh_within: 30d }"]), to: "pipeline.yaml")
        try workspace.night(date: "2026-11-09")
        #expect(try !workspace.read("out/current/run_results.json").contains("no_records"))
    }

    @Test func forgettingAnIdThatNobodyHasSaysSo() throws {
        let workspace = try shop(TinyShop.manifest())
        try workspace.night(date: "2026-11-02")
        func forget(_ words: [String]) throws -> String {
            let outcome = try workspace.run("nightmarket", ["forget", "pipeline.yaml"] + words)
            #expect(outcome.status == 0, "\(outcome.error)")
            return outcome.output
        }
        #expect(try forget(["nobody"]).contains("forget: nothing in the store has this id as a user: look at its spelling and at --space"))
        #expect(try forget(["nobody"]).contains("forget: this id was on record as forgotten already"))
        try workspace.write("x1\nx2\n", to: "ids.txt")
        #expect(try forget(["--from", "ids.txt"]).contains("nothing in the store has any of these 2 ids as a user"))
        // A mark at the beginning is no part of an id, a blank is; who is not there is told where others are.
        try workspace.write("\u{FEFF}bo\r\nann \r\n", to: "ids.txt")
        let some = try workspace.run("nightmarket", ["forget", "pipeline.yaml", "--from", "ids.txt"])
        #expect(some.status == 0 && some.output.contains("2 rows erased"), "\(some.output)")
        #expect(some.error.contains("no event in the store has 1 of these 2 ids as a user"), "\(some.error)")
        let known = try forget(["ann"])
        #expect(known.contains("3 rows erased") && !known.contains("nothing in the store"))
    }

    /// A folder that cannot be looked into is no folder without files.
    @Test func aFolderThatCannotBeReadEndsTheNight() throws {
        let workspace = try shop(TinyShop.manifest())
        try workspace.night(date: "2026-11-02")
        try workspace.remove("logs")
        try FileManager.default.createSymbolicLink(atPath: workspace.path("logs"), withDestinationPath: "logs")
        for words in [["run", "pipeline.yaml", "--date", "2026-11-03"], ["check", "pipeline.yaml"], ["plan", "pipeline.yaml"]] {
            let outcome = try workspace.run("nightmarket", words)
            #expect(outcome.status == 74 && outcome.error.contains("error[log.unreadable]: "), "\(words): \(outcome.error)")
        }
    }

    @Test func mistakesHaveAHelpLine() throws {
        let workspace = try shop(TinyShop.manifest())
        let missing = try workspace.run("nightmarket", ["check", "nowhere.yaml"])
        #expect(missing.status == 78)
        #expect(missing.error.contains("help: give the path of a manifest that may be read"))
        for node in ["metrics.daily", "funnel.purchase"] {
            let wrong = try workspace.run("nightmarket", ["check", "pipeline.yaml", "--set", "stages.\(node).compare=last_week"])
            #expect(wrong.status == 78)
            #expect(wrong.error.contains("help:"), "\(wrong.error)")
            #expect(wrong.error.contains("previous"), "\(wrong.error)")
        }
    }
}
