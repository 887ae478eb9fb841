import Foundation
import Testing

/// One night on the small shop, and what an analyst does the day after.
@Suite struct NightTests {
    private func shop(_ manifest: String = TinyShop.manifest()) throws -> Workspace {
        let workspace = try Workspace()
        try workspace.write(manifest, to: "pipeline.yaml")
        try workspace.write(TinyShop.log(TinyShop.records), to: "logs/all.csv")
        try workspace.compress("logs/all.csv")
        return workspace
    }

    @Test func theSmallShopCountsAsByHand() throws {
        let workspace = try shop()
        try workspace.night(date: "2026-11-02")
        let total = try #require(try workspace.rows("metrics/daily").last)
        #expect(total["row_kind"] as? String == "total")
        #expect(total["events"] as? Int == 6)
        #expect(total["persons"] as? Int == 3)
        #expect(total["orders"] as? Int == 1)
        #expect(total["gmv_paid"] as? Double == 99.9)
        let funnel = try workspace.rows("funnel/purchase").filter { $0["row_kind"] as? String == "total" }
        #expect(funnel.compactMap { $0["persons"] as? Int } == [3, 2, 1])
    }

    @Test func aSecondRunComputesNothingAndPublishesTheSame() throws {
        let workspace = try shop()
        try workspace.night(date: "2026-11-02")
        let first = try workspace.published()
        let again = try workspace.run("nightmarket", ["run", "pipeline.yaml", "--date", "2026-11-02"])
        #expect(again.status == 0)
        #expect(again.error.contains("0 computed, 3 unchanged"))
        #expect(try workspace.published() == first)
        #expect(try workspace.run("nightmarket", ["plan", "pipeline.yaml", "--date", "2026-11-02"]).output.contains("unchanged"))
    }

    @Test func onlyTheNodeWhoseOptionsChangedRuns() throws {
        let workspace = try shop()
        try workspace.night(date: "2026-11-02")
        let manifest = try workspace.read("pipeline.yaml").replacingOccurrences(of: "within: 1d", with: "within: 2d")
        try workspace.write(manifest, to: "pipeline.yaml")
        let plan = try workspace.run("nightmarket", ["plan", "pipeline.yaml", "--date", "2026-11-02"])
        #expect(plan.output.contains("its options changed"))
        let again = try workspace.run("nightmarket", ["run", "pipeline.yaml", "--date", "2026-11-02"])
        #expect(again.error.contains("1 computed, 2 unchanged"))
    }

    @Test func anAnalystsRerunTouchesNothingThatIsPublished() throws {
        let workspace = try shop()
        try workspace.night(date: "2026-11-02")
        let before = try workspace.published()
        let table = try workspace.run("nightmarket-funnel", ["pipeline.yaml", "purchase", "--set", "stages.funnel.purchase.within=1h"])
        #expect(table.status == 0, "\(table.error)")
        #expect(table.output.contains("add_to_cart"))
        let json = try workspace.run("nightmarket-metrics", ["pipeline.yaml", "daily", "--format", "json", "--output", "daily.json"])
        #expect(json.status == 0, "\(json.error)")
        #expect(try workspace.read("daily.json") == before["metrics/daily.json"])
        #expect(try workspace.published() == before)
    }

    @Test func anOutputThatIsNoPlainFileIsWrittenIntoAndStays() throws {
        let workspace = try shop()
        try workspace.night(date: "2026-11-02")
        try FileManager.default.createSymbolicLink(atPath: workspace.path("null"), withDestinationPath: "/dev/null")
        let outcome = try workspace.run("nightmarket-metrics", ["pipeline.yaml", "daily", "--format", "json", "--output", "null"])
        #expect(outcome.status == 0, "\(outcome.error)")
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: workspace.path("null")) == "/dev/null")
    }

    @Test func theBooksAreInTheRunResults() throws {
        let workspace = try shop()
        try workspace.night(date: "2026-11-02")
        let data = Data(try workspace.read("out/current/run_results.json").utf8)
        let results = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let balance = try #require(results["balance"] as? [String: Any])
        #expect(balance["stored"] as? Int == 6)
        #expect(balance["live"] as? Int == 6)
        let lineage = try #require(results["lineage"] as? [[String: Any]])
        #expect(lineage.count == 3)
        #expect(lineage.allSatisfy { ($0["inputs"] as? [[String: Any]])?.first?["path"] as? String == "logs/all.csv.gz" })
        let status = try workspace.run("nightmarket", ["status", "pipeline.yaml"])
        #expect(status.output.contains("6 read = 0 rejected + 6 stored"))
    }

    @Test func aSecondWriterIsTurnedAwayAtOnce() throws {
        let workspace = try shop()
        try workspace.night(date: "2026-11-02")
        let lock = workspace.path("store/lock")
        let held = open(lock, O_RDWR)
        #expect(held >= 0 && flock(held, LOCK_EX) == 0)
        defer { close(held) }
        let outcome = try workspace.run("nightmarket", ["run", "pipeline.yaml", "--date", "2026-11-02"])
        #expect(outcome.status == 75)
        #expect(outcome.error.contains("error[store.locked]"))
    }

    @Test func anotherKeyIsRefused() throws {
        let workspace = try shop()
        try workspace.night(date: "2026-11-02")
        let outcome = try workspace.run(
            "nightmarket", ["run", "pipeline.yaml", "--date", "2026-11-02"],
            environment: ["NIGHTMARKET_KEY": "00000000000000000000000000000001"])
        #expect(outcome.status == 78)
        #expect(outcome.error.contains("error[store.wrong-key]"))
    }

    @Test func anOlderDateDoesNotMoveCurrentBack() throws {
        let workspace = try shop()
        try workspace.night(date: "2026-11-02")
        let before = try workspace.published()
        try workspace.night(date: "2026-11-01")
        #expect(try workspace.published() == before)
    }

    @Test func noIdReachesWhatIsPublishedOrTheStore() throws {
        let workspace = try shop(TinyShop.manifest(more: ["private: [page]"]))
        try workspace.write(TinyShop.log(["bad,not-a-time,ann,d1,pv,cpc,,,secretpage"]), to: "logs/bad.csv")
        try workspace.night(date: "2026-11-02", ["--set", "sources.web.reject_limit=100%"])
        for word in ["ann", "secretpage", "quoted"] {
            let found = try Workspace.start("/bin/grep", ["-rlw", word, "store", "out"], [:], workspace.folder)
            #expect(found.output == "" || (word == "ann" && found.output.contains("rejects")), "\(word) in \(found.output)")
        }
    }

    @Test func checkNamesTheVocabularysEventNearAMisspeltOne() throws {
        let workspace = try shop(TinyShop.manifest().replacingOccurrences(of: "purchase: [buy]", with: "purhcase: [buy]"))
        let outcome = try workspace.run("nightmarket", ["check", "pipeline.yaml"])
        #expect(outcome.status == 0, "\(outcome.error)")
        #expect(outcome.output.contains("event 'purhcase' is not in the vocabulary; did you mean 'purchase'?"))
    }

    @Test func checkNamesTheColumnNearOneOfItsOwn() throws {
        let workspace = try shop(TinyShop.manifest().replacing("medium: medium,", with: "medium: medium, curency: medium, odd: medium, wholly_else: page,"))
        let outcome = try workspace.run("nightmarket", ["check", "pipeline.yaml"])
        #expect(outcome.status == 0, "\(outcome.error)")
        #expect(outcome.output.contains("warn  source web: column 'curency' is one of your own; did you mean 'currency'?"))
        #expect(outcome.output.components(separatedBy: "is one of your own").count == 2, "\(outcome.output)")
    }

    @Test func severalMartsAreOneDocumentOfJSONAndTablesOfCSVWithABlankLineBetween() throws {
        let workspace = try shop()
        try workspace.night(date: "2026-11-02")
        func shown(_ format: String) throws -> String {
            let outcome = try workspace.run("nightmarket-metrics", ["pipeline.yaml", "daily", "touched", "--date", "2026-11-02", "--format", format])
            #expect(outcome.status == 0, "\(outcome.error)")
            return outcome.output
        }
        let marts = try #require(try JSONSerialization.jsonObject(with: Data(shown("json").utf8)) as? [[String: Any]])
        #expect(marts.map { $0["mart"] as? String } == ["metrics/daily", "metrics/touched"])
        let files = try ["daily", "touched"].map { try workspace.read("out/current/metrics/\($0).csv") }
        #expect(try shown("csv") == files.joined(separator: "\n"))
    }

    @Test func theMartsOfDataQualityHaveTheBooksOfEverySourceFileAndReason() throws {
        let workspace = try shop(TinyShop.manifest(more: ["reject_limit: 100%"]))
        try workspace.write(TinyShop.log(["bad,not-a-time,ann,d1,pv,cpc,,,", "e1,2026-11-01T10:00:00+08:00,ann,d1,pv,cpc,,,"]), to: "logs/bad.csv")
        try workspace.night(date: "2026-11-02")
        let sources = try workspace.rows("quality/sources")
        #expect(sources.map { $0["source"] as? String } == ["web"])
        let books = ["files", "read", "rejected", "stored", "live", "duplicate", "superseded", "filtered", "erased", "moved", "moved_copies"]
        #expect(books.map { sources[0][$0] as? Int } == [2, 8, 1, 7, 6, 1, 0, 0, 0, 0, 0])
        #expect(sources[0]["newest"] as? String == "2026-11-02T12:00:00+08:00")
        let files = try workspace.rows("quality/files")
        #expect(files.map { $0["file"] as? String } == ["logs/all.csv.gz", "logs/bad.csv"])
        #expect(files.map { [$0["read"], $0["rejected"], $0["stored"]].map { $0 as? Int } } == [[6, 0, 6], [2, 1, 1]])
        let rejects = try workspace.rows("quality/rejects")
        #expect(rejects.map { [$0["file"] as? String, $0["reason"] as? String] } == [["logs/bad.csv", "time.invalid"]])
        #expect(rejects.map { $0["records"] as? Int } == [1])
        // They tell of files: neither the data package nor SQLite has them, and both verify.
        #expect(try !workspace.read("out/current/datapackage.json").contains("quality/"))
        let republished = try workspace.run("nightmarket-publish", ["pipeline.yaml"])
        #expect(republished.status == 0, "\(republished.error)")
        #expect(try workspace.rows("quality/files").count == 2)
        #expect(try workspace.run("nightmarket", ["verify", "pipeline.yaml"]).status == 0)
    }

    @Test func aSourceThatLeftTheManifestStillCountsAndIsNamed() throws {
        let workspace = try shop()
        try workspace.night(date: "2026-11-02")
        let manifest = try workspace.read("pipeline.yaml").replacingOccurrences(of: "  web:\n", with: "  site:\n")
        try workspace.write(manifest, to: "pipeline.yaml")
        let outcome = try workspace.run("nightmarket", ["run", "pipeline.yaml", "--date", "2026-11-02"])
        #expect(outcome.status == 0, "\(outcome.error)")
        #expect(outcome.error.contains("source 'web' is no longer in the manifest; the 6 live records it brought still count"))
    }
}
