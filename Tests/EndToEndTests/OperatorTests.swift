import Foundation
import TestSupport
import Testing

/// What an operator sees of a night: log lines, figures for Prometheus, lineage events.
@Suite struct OperatorTests {
    private static let monitoring = """
        monitoring: { prometheus: var/nightmarket.prom, openlineage: var/lineage.jsonl }

        """

    /// - Parameter nodes: of the manifest.
    private func shop(nodes: String = TinyShop.standardNodes) throws -> Workspace {
        let workspace = try Workspace()
        try workspace.write(TinyShop.manifest(nodes: nodes) + Self.monitoring, to: "pipeline.yaml")
        try workspace.write(TinyShop.log(TinyShop.records), to: "logs/all.csv")
        try FileManager.default.createDirectory(atPath: workspace.path("var"), withIntermediateDirectories: true)
        return workspace
    }

    private let date = ["run", "pipeline.yaml", "--date", "2026-11-02"]

    private func objects(_ text: String) throws -> [[String: Any]] {
        try text.split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any], "\($0)")
        }
    }

    @Test(arguments: [
        ("filters: { bots: { agents: [' '] } }", "an agent's name is empty"), ("filters: { test_users: [''] }", "an id is empty"),
        ("monitoring: { prometheus: out/current/x.prom }", "lies in a folder that the runs keep for themselves"),
        ("monitoring: { openlineage: store/x.jsonl }", "lies in a folder that the runs keep for themselves"),
    ])
    func settingsThatWouldHarmAreMistakes(_ key: String, mistake: String) throws {
        let workspace = try Workspace()
        try workspace.write(TinyShop.manifest() + key + "\n", to: "pipeline.yaml")
        let outcome = try workspace.run("nightmarket", ["check", "pipeline.yaml"])
        #expect(outcome.status == 78)
        #expect(outcome.error.contains(mistake), "\(outcome.error)")
    }

    @Test func aPipeThatNobodyReadsHoldsNoNightUp() throws {
        let workspace = try shop()
        mkfifo(workspace.path("var/nightmarket.prom"), 0o600)
        let outcome = try workspace.run("nightmarket", date)
        #expect(outcome.status == 0)
        #expect(outcome.error.contains("var/nightmarket.prom"), "\(outcome.error)")
    }

    // MARK: Log lines

    @Test func everyLineOfAMachinesLogIsJSONWithItsRunAndThoseOfStagesWithTheirNode() throws {
        let workspace = try shop()
        try workspace.write(TinyShop.log(["bad,not-a-time,ann,d1,pv,cpc,,,"]), to: "logs/bad.csv")
        let arguments = date + ["--log-format", "json", "--log-level", "debug"]
        let closed = try workspace.run("nightmarket", arguments)
        #expect(closed.status == 65)
        let error = try #require(try objects(closed.error).first { $0["level"] as? String == "error" })
        #expect(error["code"] as? String == "gate.rejects")
        #expect(error["place"] as? String == "logs/bad.csv")
        #expect(error["node"] as? String == "ingest")
        #expect(error["program"] as? String == "nightmarket-ingest")

        let done = try workspace.run("nightmarket", arguments + ["--set", "sources.web.reject_limit=100%"])
        #expect(done.status == 0, "\(done.error)")
        let lines = try objects(done.error)
        let nodes = Set(lines.filter { $0["level"] as? String == "debug" }.compactMap { $0["node"] as? String })
        #expect(nodes == ["metrics.daily", "metrics.touched", "funnel.purchase"])
        #expect(lines.allSatisfy { $0["run"] is String && $0["time"] is String })
        let publish = try #require(lines.first { $0["program"] as? String == "nightmarket-publish" })
        let night = try #require(lines.first { $0["node"] as? String == "metrics.daily" })
        #expect(publish["run"] as? String == night["run"] as? String)
    }

    @Test func aLogFileTellsTheTimeAndATerseLevelLeavesGoodNewsOut() throws {
        let workspace = try shop()
        let lines = try workspace.run("nightmarket", date).error.split(separator: "\n")
        #expect(!lines.isEmpty)
        for line in lines { #expect(line.prefixMatch(of: #/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ \[[0-9a-f]{8}( [a-z.]+)?\] /#) != nil, "\(line)") }
        #expect(try workspace.run("nightmarket", date + ["--force", "--log-level", "warning"]).error == "")
    }

    @Test func noIdAndNoSecretStandsInALog() throws {
        let workspace = try shop()
        let secret = "00112233445566778899aabbccddeeff"
        try workspace.write(
            TinyShop.log(["x1,not-a-time,secret-user,secret-device,pv,cpc,,,"]), to: "logs/bad.csv")
        for style in ["text", "json"] {
            let outcome = try workspace.run(
                "nightmarket", date + ["--log-format", style, "--log-level", "debug"], environment: ["NIGHTMARKET_KEY": secret])
            #expect(outcome.status == 65)
            for word in [secret, "secret-user", "secret-device"] { #expect(!outcome.error.contains(word)) }
        }
        let events = try workspace.read("var/lineage.jsonl") + workspace.read("var/nightmarket.prom")
        for word in [secret, "secret-user", "secret-device"] { #expect(!events.contains(word)) }
    }

    // MARK: Prometheus

    @Test func thePrometheusFileTellsOfAGoodNightAndThenOfABadOne() throws {
        let workspace = try shop()
        try workspace.night(date: "2026-11-02")
        let good = try PrometheusReader(workspace.read("var/nightmarket.prom"))
        #expect(good.value("nightmarket_last_run_exit_status", ["pipeline": "tiny"]) == 0)
        let success = try #require(good.value("nightmarket_last_success_timestamp_seconds"))
        #expect(abs(success - Date().timeIntervalSince1970) < 120)
        #expect(good.value("nightmarket_source_records", ["source": "web", "state": "live"]) == 6)
        #expect(good.value("nightmarket_source_records", ["source": "web", "state": "rejected"]) == 0)
        #expect(good.value("nightmarket_node_rows", ["node": "funnel.purchase"]).map { $0 > 0 } == true)
        #expect(good.value("nightmarket_source_newest_record_age_seconds", ["source": "web"]) == 43_200.0)
        #expect(good.value("nightmarket_runs_total", ["status": "done"]) == 1)
        #expect(good.value("nightmarket_store_bytes").map { $0 > 1000 } == true)

        try workspace.write(TinyShop.log(["bad,not-a-time,ann,d1,pv,cpc,,,"]), to: "logs/bad.csv")
        #expect(try workspace.run("nightmarket", date).status == 65)
        let bad = try PrometheusReader(workspace.read("var/nightmarket.prom"))
        #expect(bad.value("nightmarket_last_run_exit_status") == 65)
        #expect(bad.value("nightmarket_last_success_timestamp_seconds") == success)
        #expect(bad.value("nightmarket_runs_total", ["status": "gate_closed"]) == 1)
        #expect(bad.value("nightmarket_source_records", ["source": "web", "state": "live"]) == 6)
    }

    @Test func monitoringFilesThatCannotBeWrittenStopNoNight() throws {
        let workspace = try shop()
        try workspace.remove("var")
        let outcome = try workspace.run("nightmarket", date)
        #expect(outcome.status == 0, "\(outcome.error)")
        #expect(outcome.error.contains("monitoring.lineage"))
        #expect(outcome.error.contains("the figures for Prometheus cannot be written"))
    }

    // MARK: OpenLineage

    @Test func everyRunAndNodeStartsAndCompletes() throws {
        let workspace = try shop()
        try workspace.night(date: "2026-11-02")
        let text = try workspace.read("var/lineage.jsonl")
        let shape = try JSONShape(LineageShape.event)
        for line in text.split(separator: "\n") { #expect(try shape.mistakes(in: String(line)) == [], "\(line)") }
        let events = try objects(text)
        let jobs = ["tiny", "tiny.funnel.purchase", "tiny.ingest", "tiny.metrics.daily", "tiny.metrics.touched"]
        for kind in ["START", "COMPLETE"] {
            #expect(events.filter { $0["eventType"] as? String == kind }.compactMap(job).sorted() == jobs)
        }
        for name in jobs { #expect(Set(events.filter { job($0) == name }.compactMap(runID)).count == 1) }
        let night = try #require(events.first { job($0) == "tiny" })
        let node = try #require(events.last { job($0) == "tiny.funnel.purchase" })
        let parent = (node["run"] as? [String: Any]).flatMap { $0["facets"] as? [String: Any] }?["parent"] as? [String: Any]
        #expect((parent?["run"] as? [String: Any])?["runId"] as? String == runID(night))
        let output = try #require((node["outputs"] as? [[String: Any]])?.first)
        #expect((output["name"] as? String)?.hasSuffix("/out/current/funnel/purchase") == true)
        let schema = (output["facets"] as? [String: Any])?["schema"] as? [String: Any]
        let fields = (schema?["fields"] as? [[String: Any]])?.compactMap { $0["name"] as? String }
        #expect(fields?.contains("step") == true)
        #expect((node["inputs"] as? [[String: Any]])?.compactMap { $0["name"] as? String } == [workspace.path("store") + "#web"])
    }

    @Test func whatFailsSaysWhyAndEveryBeginningHasAnEnd() throws {
        let workspace = try shop()
        try RerunTests.fail(workspace, more: Self.monitoring)
        #expect(try workspace.run("nightmarket", ["run", "pipeline.yaml", "--date", "2026-11-03"]).status == 1)
        try workspace.write(TinyShop.log(["bad,not-a-time,ann,d1,pv,cpc,,,"]), to: "logs/bad.csv")
        #expect(try workspace.run("nightmarket", ["run", "pipeline.yaml", "--date", "2026-11-03"]).status == 65)
        let text = try workspace.read("var/lineage.jsonl")
        let shape = try JSONShape(LineageShape.event)
        for line in text.split(separator: "\n") { #expect(try shape.mistakes(in: String(line)) == [], "\(line)") }
        let events = try objects(text)
        let failures = events.filter { $0["eventType"] as? String == "FAIL" }
        #expect(failures.compactMap(job) == ["tiny.metrics.clash", "tiny", "tiny.ingest"])
        #expect(failures.compactMap(message).first?.contains("metrics.two-providers") == true)
        #expect(failures.compactMap(message).last?.contains("records were rejected") == true)
        let begun = events.filter { $0["eventType"] as? String == "START" }.compactMap(runID)
        let ended = events.filter { $0["eventType"] as? String != "START" }.compactMap(runID)
        #expect(begun.sorted() == ended.sorted())
    }

    private func message(_ event: [String: Any]) -> String? {
        let facets = (event["run"] as? [String: Any])?["facets"] as? [String: Any]
        return (facets?["errorMessage"] as? [String: Any])?["message"] as? String
    }

    private func job(_ event: [String: Any]) -> String? { (event["job"] as? [String: Any])?["name"] as? String }
    private func runID(_ event: [String: Any]) -> String? { (event["run"] as? [String: Any])?["runId"] as? String }
}
