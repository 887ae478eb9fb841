import Foundation
import Testing

/// Visitors who are no customers are stored, counted, and in no figure.
@Suite struct FilterTests {
    private func object(_ workspace: Workspace, _ name: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(try workspace.read(name).utf8)) as? [String: Any])
    }

    private func balance(_ workspace: Workspace) throws -> [String: Any] {
        try #require(object(workspace, "var/demo/out/current/run_results.json")["balance"] as? [String: Any])
    }

    private static let demo = try? String(
        contentsOf: Workspace.project.appendingPathComponent("pipelines/demo.yaml"), encoding: .utf8)

    /// The demo on a campaign with bots and testers, or without.
    private func campaign(_ options: [String], filters: String) throws -> Workspace {
        let workspace = try Workspace()
        let simulated = try workspace.run(
            "nightmarket", ["simulate", "data", "--seed", "5", "--events", "4000", "--dirt", "0.02"] + options)
        #expect(simulated.status == 0, "\(simulated.error)")
        try workspace.write(manifest(options.isEmpty ? "" : "      user_agent: ua\n", filters), to: "pipelines/demo.yaml")
        try workspace.night("pipelines/demo.yaml", date: "2026-11-14")
        return workspace
    }

    private func manifest(_ column: String, _ filters: String) throws -> String {
        try #require(Self.demo).replacingOccurrences(of: "reject_limit: 2%", with: "reject_limit: 20%")
            .replacingOccurrences(of: "      ip: ip\n", with: "      ip: ip\n" + column) + filters
    }

    @Test func exactlyThePlantedVisitorsAreFilteredAndEveryFigureIsTheirAbsence() throws {
        let planted = ["--bots", "12", "--test-users", "5"]
        let testers = (0..<5).map { "tester\($0)" }.joined(separator: ", ")
        let filters = "filters: { bots: {}, test_users: [\(testers)] }\n"
        let workspace = try campaign(planted, filters: filters)
        let truth = try #require(object(workspace, "data/truth.json")["filtered"] as? [String: Any])
        let rules = try #require(balance(workspace)["filtered_by_rule"] as? [String: Int])
        for rule in ["test_user", "crawler", "rate"] {
            #expect(rules[rule] == truth[rule] as? Int && rules[rule] ?? 0 > 0, "\(rule)")
        }
        #expect(try balance(workspace)["filtered"] as? Int == truth["records"] as? Int)
        let clean = try campaign([], filters: "").published("var/demo/out")
        #expect(clean.count > 16)
        for (name, text) in try workspace.published("var/demo/out") { #expect(clean[name] == text, "\(name)") }
        let status = try workspace.run("nightmarket", ["status", "pipelines/demo.yaml"]).output
        #expect(status.contains("  filtered: \(rules["test_user"] ?? 0) test_user, \(rules["crawler"] ?? 0) crawler, "))
    }

    @Test func otherFiltersJudgeAnewWithoutReadingTheLogs() throws {
        let workspace = try campaign(["--bots", "6", "--test-users", "2"], filters: "")
        #expect(try balance(workspace)["filtered"] as? Int == 0)
        let all = try workspace.published("var/demo/out")
        try workspace.write(
            manifest("      user_agent: ua\n", "filters: { bots: { per_minute: 100000, per_hour: 100000 }, test_users: [tester1] }\n"),
            to: "pipelines/demo.yaml")
        let outcome = try workspace.run("nightmarket", ["run", "pipelines/demo.yaml", "--date", "2026-11-14"])
        #expect(outcome.status == 0 && outcome.error.contains("ingest: 0 files read"), "\(outcome.error)")
        let rules = try #require(balance(workspace)["filtered_by_rule"] as? [String: Int])
        let truth = try #require(object(workspace, "data/truth.json")["filtered"] as? [String: Any])
        #expect(rules == ["test_user": 4, "crawler": truth["crawler"] as? Int ?? 0])
        #expect(try workspace.published("var/demo/out") != all)
        try workspace.write(manifest("      user_agent: ua\n", ""), to: "pipelines/demo.yaml")
        try workspace.night("pipelines/demo.yaml", date: "2026-11-14")
        #expect(try workspace.published("var/demo/out") == all)
    }
}
