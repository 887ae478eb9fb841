import Foundation
import Testing

/// The demo's pipeline on simulated campaigns, whose truth is known.
@Suite struct SimulatedCampaignTests {
    /// A campaign in `data` of a workspace, and the demo's manifest over it.
    private func campaign(dirt: String, _ options: [String] = []) throws -> Workspace {
        let workspace = try Workspace()
        let simulated = try workspace.run(
            "nightmarket", ["simulate", "data", "--seed", "5", "--events", "6000", "--dirt", dirt] + options)
        #expect(simulated.status == 0, "\(simulated.error)")
        if workspace.exists("data/events/truncated.csv.gz") { try workspace.age("data/events/truncated.csv.gz") }
        let demo = try String(contentsOf: Workspace.project.appendingPathComponent("pipelines/demo.yaml"), encoding: .utf8)
        let manifest = demo.replacingOccurrences(of: "reject_limit: 2%", with: "reject_limit: 20%")
            .replacingOccurrences(of: "period: campaign d11\n      steps", with: "period: last 14d\n      steps")
        try workspace.write(manifest, to: "pipelines/demo.yaml")
        try workspace.night("pipelines/demo.yaml", date: "2026-11-14")
        return workspace
    }

    private func object(_ workspace: Workspace, _ name: String) throws -> [String: Any] {
        let data = Data(try workspace.read(name).utf8)
        return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    @Test(arguments: [[], ["--shared-devices"]])
    func theDemoFindsTheTruth(_ options: [String]) throws {
        let workspace = try campaign(dirt: "0.1", options)
        let output = "var/demo/out"
        let truth = try object(workspace, "data/truth.json")
        let persons = try #require(truth["persons"] as? [String: Any])
        let sales = try #require(truth["sales"] as? [String: Any])

        let events = try workspace.rows("metrics/events", output: output)
        for (name, count) in try #require(truth["events"] as? [String: Int]) {
            let found = events.first { $0["event"] as? String == name }?["events"] as? Int ?? 0
            #expect(found == count, "\(name)")
        }
        let whole = try #require(events.last)
        #expect(whole["events"] as? Int == truth["event_total"] as? Int)
        #expect(whole["persons"] as? Int == persons["identities"] as? Int)

        let overview = try #require(try workspace.rows("metrics/overview", output: output).last)
        #expect(overview["visitors"] as? Int == persons["visitors"] as? Int)
        #expect(overview["buyers"] as? Int == persons["buyers"] as? Int)
        #expect(overview["orders"] as? Int == sales["orders"] as? Int)
        #expect(overview["gmv_paid"] as? Double == sales["gmv"] as? Double)
        #expect(overview["refund_flow"] as? Double == sales["refunded"] as? Double)
        #expect(overview["refund_rate__num"] as? Int == sales["refunds"] as? Int)

        let funnel = try workspace.rows("funnel/purchase", output: output).filter { $0["row_kind"] as? String == "total" }
        let levels = try #require(truth["funnel"] as? [String: Any])["product_view_add_to_cart_purchase"]
        #expect(funnel.compactMap { $0["persons"] as? Int } == levels as? [Int])

        let experiment = try #require(truth["experiment"] as? [String: Any])
        let variants = try workspace.rows("experiment/checkout", output: output).filter {
            $0["metric"] as? String == "conversion_rate"
        }
        for arm in try #require(experiment["arms"] as? [[String: Any]]) {
            let row = try #require(variants.first { $0["variant"] as? String == arm["variant"] as? String })
            #expect(row["units"] as? Int == arm["units"] as? Int)
            #expect(row["value__num"] as? Int == arm["converted"] as? Int)
            #expect(row["excluded_units"] as? Int == experiment["units_in_both"] as? Int)
        }
    }

    @Test func growthAndRunningSumsAreThoseOfTheTruthsDays() throws {
        let workspace = try campaign(dirt: "0.1")
        let days = try #require(object(workspace, "data/truth.json")["days"] as? [[String: Any]]).suffix(14)
        func orders(_ days: ArraySlice<[String: Any]>) -> Int { days.reduce(0) { $0 + ($1["orders"] as? Int ?? 0) } }
        let outcome = try workspace.run(
            "nightmarket-metrics",
            [
                "pipelines/demo.yaml", "overview", "--format", "json", "--set", "stages.metrics.overview.metrics=[orders, events, large]",
                "--set", "stages.metrics.overview.period=last 7d", "--set", "stages.metrics.overview.compare=[previous, year]",
                "--set", "stages.metrics.overview.derive=[cumulative, moving_7]",
                "--set", "metrics.large={ measure: events, events: purchase, where: amount >= 0 }",
            ])
        #expect(outcome.status == 0, "\(outcome.error)")
        let mart = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
        let rows = try #require(mart["rows"] as? [[String: Any]])
        let total = try #require(rows.last)
        let (now, before) = (orders(days.suffix(7)), orders(days.prefix(7)))
        #expect(total["orders"] as? Int == now)
        #expect(total["orders__previous"] as? Int == before)
        let growth = try #require(total["orders__growth_previous"] as? Double)
        #expect(abs(growth - (Double(now) / Double(before) - 1)) < 1e-9)
        #expect(total["orders__growth_year"] is NSNull)
        let lastDay = rows[rows.count - 2]
        let events = days.suffix(7).reduce(0) { $0 + ($1["events"] as? Int ?? 0) }
        #expect(lastDay["events__cumulative"] as? Int == events)
        #expect(abs((lastDay["events__moving_7"] as? Double ?? 0) - Double(events) / 7) < 1e-6)
    }

    @Test func theNewestReportsAndTheFeesCount() throws {
        let workspace = try campaign(dirt: "0")
        let daily = try workspace.rows("metrics/daily", output: "var/demo/out").filter { $0["row_kind"] as? String == "detail" }
        func sum(_ column: String, _ campaign: String) -> Double {
            daily.filter { $0["campaign"] as? String == campaign }.reduce(0) { $0 + ($1[column] as? Double ?? 0) }
        }
        for campaign in try #require(object(workspace, "data/truth.json")["campaigns"] as? [[String: Any]]) {
            let name = try #require(campaign["campaign"] as? String)
            let spend = try #require(campaign["spend"] as? Double) + #require(campaign["fees"] as? Double)
            #expect(sum("impressions", name) == campaign["impressions"] as? Double, "\(name)")
            #expect(sum("clicks", name) == campaign["clicks"] as? Double, "\(name)")
            #expect(abs(sum("spend", name) - spend) < 0.001, "\(name)")
        }
    }

    @Test func theBooksOfEachFileAreTheTruths() throws {
        let workspace = try campaign(dirt: "0.1", ["--repeat-file", "--truncate-file"])
        let truth = try object(workspace, "data/truth.json")
        let results = try object(workspace, "var/demo/out/current/run_results.json")
        let sources = try #require(results["sources"] as? [[String: Any]])
        let shop = try #require(sources.first { $0["name"] as? String == "shop" }?["files"] as? [[String: Any]])
        var repeats = 0
        for file in try #require(truth["files"] as? [[String: Any]]) {
            let path = try #require(file["path"] as? String)
            let found = try #require(shop.first { ($0["path"] as? String)?.hasSuffix(path) == true })
            #expect(found["read"] as? Int == file["records"] as? Int, "\(path)")
            #expect(found["rejected"] as? Int == file["bad"] as? Int, "\(path)")
            repeats += try #require(file["repeated_within"] as? Int) + #require(file["repeated_across"] as? Int)
        }
        func file(_ name: String) throws -> [String: Any] {
            try #require(shop.first { ($0["path"] as? String)?.hasSuffix(name) == true })
        }
        #expect(try file("truncated.csv.gz")["state"] as? String == "damaged")
        // Of two files with the same content the one with the later path is set aside whole.
        let setAside = try file("repeated.csv.gz")
        #expect(setAside["state"] as? String == "duplicate")
        let balance = try #require(results["balance"] as? [String: Any])
        #expect(try balance["duplicate"] as? Int == repeats + #require(setAside["stored"] as? Int))
    }

    @Test func dirtChangesNoPublishedByte() throws {
        let clean = try campaign(dirt: "0").published("var/demo/out")
        let dirty = try campaign(dirt: "0.1").published("var/demo/out")
        #expect(clean.count > 16)
        for (name, text) in clean { #expect(dirty[name] == text, "\(name)") }
    }

    @Test(arguments: ["demo", "nightly"])
    func theManifestsOfThePipelinesFolderAreSound(name: String) throws {
        let workspace = try Workspace()
        let path = Workspace.project.appendingPathComponent("pipelines/\(name).yaml").path
        let outcome = try workspace.run("nightmarket", ["check", path])
        #expect(outcome.status == 0, "\(outcome.error)")
        #expect(!outcome.error.contains("error["), "\(outcome.error)")
    }

    /// What `simulate` says to run next runs as it is printed.
    @Test func theNextCommandIsOneThatRuns() throws {
        let workspace = try Workspace("it's a [campaign]")
        let pipelines = Workspace.project.appendingPathComponent("pipelines")
        try FileManager.default.copyItem(at: pipelines, to: workspace.folder.appendingPathComponent("pipelines"))
        try workspace.write("metric,value,from,to\n", to: "data/targets/plan.csv")
        let simulated = try workspace.run("nightmarket", ["simulate", "the campaign", "--events", "3000", "--days", "3", "--seed", "7"])
        #expect(simulated.status == 0 && !simulated.output.contains("next:"), "\(simulated.error)")
        let command = try #require(simulated.error.range(of: "next: ").map { String(simulated.error[$0.upperBound...]) })
        let path = "\(Workspace.executables.path):\(ProcessInfo.processInfo.environment["PATH"] ?? "")"
        let outcome = try Workspace.start("/bin/bash", ["-ec", command], ["PATH": path], workspace.folder)
        #expect(outcome.status == 0, "\(command)\n\(outcome.error)")
        #expect(try workspace.rows("metrics/overview", output: "the campaign/out").count > 3)
        let results = try workspace.read("the campaign/out/current/run_results.json")
        for source in ["shop", "ads", "kol_fees"] { #expect(results.contains("\"name\":\"\(source)\"") || results.contains("\"name\": \"\(source)\"")) }
        #expect(!results.contains("no_files"), "\(results.prefix(300))")
    }
}
