import Foundation
import Testing

/// The experiment of simulated campaigns, whose truth is known, and the plan of the next one.
@Suite struct ExperimentNightTests {
    private static let output = "var/demo/out"

    private func campaign(seed: Int, events: Int = 20_000) throws -> Workspace {
        let workspace = try Workspace()
        let simulated = try workspace.run(
            "nightmarket", ["simulate", "data", "--seed", "\(seed)", "--events", "\(events)", "--dirt", "0"])
        #expect(simulated.status == 0, "\(simulated.error)")
        let demo = try String(contentsOf: Workspace.project.appendingPathComponent("pipelines/demo.yaml"), encoding: .utf8)
        try workspace.write(demo, to: "pipelines/demo.yaml")
        let taken = try workspace.run("nightmarket-ingest", ["pipelines/demo.yaml", "--date", "2026-11-14"])
        #expect(taken.status == 0, "\(taken.error)")
        return workspace
    }

    private func rows(_ workspace: Workspace, _ tool: String, _ arguments: [String]) throws -> [[String: Any]] {
        let outcome = try workspace.run(tool, arguments + ["--format", "json", "--date", "2026-11-14"])
        #expect(outcome.status == 0, "\(outcome.error)")
        let mart = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any]
        return try #require(mart?["rows"] as? [[String: Any]])
    }

    private func treatment(_ workspace: Workspace, _ more: [String] = []) throws -> [String: Any] {
        try #require(
            rows(workspace, "nightmarket-experiment", ["pipelines/demo.yaml", "checkout"] + more).first {
                $0["metric"] as? String == "conversion_rate" && $0["variant"] as? String == "B"
            })
    }

    @Test(arguments: [3, 8]) func theTruthLiesWithinTheInterval(seed: Int) throws {
        let workspace = try campaign(seed: seed)
        let row = try treatment(workspace)
        let truth = try JSONSerialization.jsonObject(with: Data(try workspace.read("data/truth.json").utf8)) as? [String: Any]
        let rates = (truth?["rates"] as? [String: Any]) ?? [:]
        let lift = (rates["experiment_lift_of_b"] as? Double) ?? 0.2
        #expect(row["srm_flag"] as? Bool == false && row["verdict"] as? String != "broken", "\(row)")
        #expect(try #require(row["fieller_low"] as? Double) < lift && lift < #require(row["fieller_high"] as? Double))
        #expect(row["assigned_units"] as? Int ?? 0 >= row["units"] as? Int ?? .max)
    }

    @Test func aSplitThatWasPlannedOtherwiseIsFoundAndTheNumbersAreNotToBeRead() throws {
        let workspace = try campaign(seed: 5)
        let row = try treatment(
            workspace, ["--set", "stages.experiment.checkout.split.A=80", "--set", "stages.experiment.checkout.split.B=20"])
        #expect(row["srm_flag"] as? Bool == true && row["verdict"] as? String == "broken", "\(row)")
        #expect((row["srm_began"] as? String)?.hasPrefix("2026-11-0") == true)
        #expect((row["verdict_reason"] as? String)?.contains("the shares are off since") == true)
    }

    @Test func aPlanNeedsWhatThePowerOfTheHistorySays() throws {
        let workspace = try campaign(seed: 5)
        let rows = try rows(
            workspace, "nightmarket",
            ["plan-experiment", "pipelines/demo.yaml", "checkout", "--metric", "conversion_rate", "--effect", "20%", "--effect", "10%", "--days", "7"])
        #expect(rows.count == 2)
        let (large, small) = (rows[0], rows[1])
        let rate = try #require(large["baseline"] as? Double)
        // Two proportions, 5 % two-sided, power 80 %, unpooled: (1.96 + 0.8416)² (p(1-p) + q(1-q)) / (p-q)² a variant.
        let other = rate * 1.2
        let each = 7.8489 * (rate * (1 - rate) + other * (1 - other)) / ((other - rate) * (other - rate))
        #expect(abs(Double(try #require(large["fixed_units"] as? Int)) - 2 * each) < 0.01 * each)
        #expect(try #require(large["needed_units"] as? Int) > #require(large["fixed_units"] as? Int))
        #expect(try #require(small["needed_days"] as? Int) > #require(large["needed_days"] as? Int))
        for wrong in [["--effect", "often"], ["--effect", "0%"], ["--days", "0"]] {
            #expect(try workspace.run("nightmarket", ["plan-experiment", "pipelines/demo.yaml", "checkout"] + wrong).status == 64)
        }
        let unknown = try workspace.run("nightmarket", ["plan-experiment", "pipelines/demo.yaml", "checkot"])
        #expect(unknown.status == 64 && unknown.error.contains("did you mean 'checkout'?"))
    }

    // MARK: In a terminal

    @Test func anExperimentIsReadOnOneScreen() throws {
        let workspace = try campaign(seed: 5)
        func show(_ more: [String], columns: String = "170") throws -> Outcome {
            try workspace.run(
                "nightmarket-experiment", ["pipelines/demo.yaml", "checkout", "--date", "2026-11-14"] + more, environment: ["COLUMNS": columns])
        }
        func heads(_ outcome: Outcome) -> [[String]] {
            let lines = outcome.output.components(separatedBy: "\n")
            return lines.indices.filter { $0 > 0 && lines[$0].hasPrefix("──") }
                .map { lines[$0 - 1].split(separator: " ").map(String.init) }
        }
        let usual = try show([])
        #expect(usual.status == 0, "\(usual.error)")
        let asked = [
            "metric_label", "variant", "units", "value", "lift", "fieller_low", "fieller_high", "adjusted_p_value", "verdict", "verdict_reason",
            "power", "srm_flag",
        ]
        #expect(heads(usual).count == 1 && heads(usual)[0].allSatisfy(asked.contains), "\(usual.output)")
        #expect(Set(["metric_label", "variant", "units", "value", "lift", "verdict", "verdict_reason", "srm_flag"]).isSubset(of: heads(usual)[0]))
        let data = try show(["--format", "json"]).output
        let mart = try #require(try JSONSerialization.jsonObject(with: Data(data.utf8)) as? [String: Any])
        let all = (mart["columns"] as? [[String: Any]] ?? []).compactMap { $0["name"] as? String }
        #expect(usual.output.contains("\(all.count - heads(usual)[0].count) columns more: --columns all"))
        #expect(usual.output.components(separatedBy: "\n").filter { !$0.hasPrefix("note: ") }.count < 25)
        let csv = try show(["--format", "csv"]).output
        #expect(csv.components(separatedBy: "\n")[0].trimmingCharacters(in: .whitespaces).components(separatedBy: ",").count == all.count)

        #expect(Set(heads(try show(["--columns", "all"], columns: "10000")).joined()) == Set(all))
        #expect(heads(try show(["--columns", "variant,p_value,metric"])) == [["variant", "p_value", "metric"]])
        let segments = try show(["--set", "stages.experiment.checkout.by=[city]"])
        #expect(Set(["row_kind", "dimension", "segment"]).isSubset(of: heads(segments).joined()), "\(segments.output)\(segments.error)")
        let markdown = try show(["--format", "markdown", "--columns", "metric,lift"]).output
        #expect(markdown.contains("| metric | lift |"))
        let wrong = try show(["--columns", "metric,Verdct"])
        #expect(wrong.status == 64 && wrong.error.contains("error[usage.columns]") && wrong.error.contains("did you mean 'verdict'?"), "\(wrong.error)")
        #expect(try show(["--columns", "metric", "--format", "csv"]).status == 64)
    }
}
