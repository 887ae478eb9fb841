import Foundation
import Testing

/// `nightmarket diff` over nights of a small shop.
@Suite struct DiffTests {
    private static let nodes = """
          metrics:
            daily: { period: last 2d, by: [channel], credit: event, metrics: [events, orders, gmv_paid] }
            pages: { period: last 2d, grain: period, by: [page], metrics: [events] }
        """

    /// Two runs of one date: an amount is corrected, and an event comes late.
    private func shop() throws -> Workspace {
        let workspace = try Workspace()
        try workspace.write(TinyShop.manifest(nodes: Self.nodes), to: "pipeline.yaml")
        try workspace.write(TinyShop.log(TinyShop.records), to: "logs/all.csv")
        try workspace.night(date: "2026-11-02")
        try workspace.write(
            TinyShop.log(TinyShop.records.map { $0.replacing("99.90", with: "120.05") } + ["e7,2026-11-02T13:00:00+08:00,bo,d2,pv,,,,p"]), to: "logs/all.csv")
        try workspace.night(date: "2026-11-02")
        return workspace
    }

    private func diff(_ workspace: Workspace, _ words: [String]) throws -> Outcome {
        try workspace.run("nightmarket", ["diff", "pipeline.yaml"] + words)
    }

    @Test func changedCellsAreThoseOfTheTwoFiles() throws {
        let workspace = try shop()
        let outcome = try diff(workspace, ["--format", "json"])
        #expect(outcome.status == 0, "\(outcome.error)")
        let answer = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
        #expect(try SchemaCheck("diff").findings(answer) == [])
        #expect(answer["before"] as? String == "2026-11-02-001" && answer["after"] as? String == "2026-11-02-002")
        // Each cell of the two files, by the values of its row.
        func cells(_ run: String) throws -> [String: String] {
            var cells: [String: String] = [:]
            for mart in ["metrics/daily", "metrics/pages"] {
                let data = try Data(contentsOf: workspace.folder.appendingPathComponent("out/runs/\(run)/\(mart).json"))
                let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
                for row in try #require(object["rows"] as? [[String: Any]]) {
                    let key = ["day", "channel", "page", "row_kind"].map { "\(row[$0] ?? "")" }.joined(separator: "|")
                    for name in ["events", "orders", "gmv_paid"] { cells["\(mart)|\(key)|\(name)"] = row[name].map { "\($0)" } }
                }
            }
            return cells
        }
        let (before, after) = (try cells("2026-11-02-001"), try cells("2026-11-02-002"))
        let expected = Set(before.filter { after[$0.key] != nil && after[$0.key] != $0.value }.keys)
        let found = try #require(answer["cells"] as? [[String: Any]]).map { cell -> String in
            let row = cell["row"] as? [String: Any] ?? [:]
            let key = ["day", "channel", "page", "row_kind"].map { "\(row[$0] ?? "")" }.joined(separator: "|")
            let name = "\(cell["mart"] ?? "")|\(key)|\(cell["column"] ?? "")"
            #expect("\(cell["before"] ?? "")" == before[name] && "\(cell["after"] ?? "")" == after[name])
            return name
        }
        #expect(Set(found) == expected && found.count == expected.count && found.count >= 6)
        let pages = try #require((answer["marts"] as? [[String: Any]])?.first { $0["mart"] as? String == "metrics/pages" })
        #expect((pages["added_rows"] as? [[String: Any]])?.compactMap { $0["page"] as? String } == ["p"])
    }

    @Test func theExitStatusTellsOfAChangeWhereItIsAskedTo() throws {
        let workspace = try shop()
        #expect(try diff(workspace, ["--fail-on-change"]).status == 1)
        #expect(try diff(workspace, []).status == 0)
        #expect(try diff(workspace, ["current", "current", "--fail-on-change"]).status == 0)
        #expect(try diff(workspace, ["current", "current"]).output.contains("nothing differs"))
        #expect(try diff(workspace, ["2026-11-02-001", "2026-11-02-003"]).status == 64)
        #expect(try diff(workspace, ["--mart", "metrics/nothing"]).status == 64)
        #expect(try diff(workspace, ["--limit", "-1"]).status == 64)
    }

    @Test func everyFormShowsTheSameCells() throws {
        let workspace = try shop()
        let table = try diff(workspace, ["--mart", "metrics.daily", "--column", "gmv_paid"]).output
        #expect(table.contains("99.90") && table.contains("120.05") && table.contains("+20.15") && table.contains("+20.2%"), "\(table)")
        #expect(!table.contains("metrics/pages"))
        let markdown = try diff(workspace, ["--mart", "metrics.daily", "--column", "gmv_paid", "--format", "markdown"]).output
        #expect(markdown.contains("| 99.90 | 120.05 | +20.15 | +20.2% |"), "\(markdown)")
        let csv = try diff(workspace, ["--column", "gmv_paid", "--format", "csv"]).output
        #expect(csv.hasPrefix("mart,row,column,unit,before,after,change,relative,before_text,after_text\n"))
        #expect(csv.contains(",gmv_paid,CNY,99.9,120.05,20.15,0.201701701702,,\n"), "\(csv)")
        let all = csv.split(separator: "\n").count - 1
        let limited = try diff(workspace, ["--column", "gmv_paid", "--limit", "1"]).output
        #expect(limited.contains("… \(all - 1) more changed cells"), "\(limited)")
    }

    @Test func tablesFitTheWidthThatIsAskedFor() throws {
        let workspace = try shop()
        for width in [40, 60, 80] {
            for (tool, words) in [("nightmarket", ["diff", "pipeline.yaml"]), ("nightmarket-metrics", ["pipeline.yaml", "--date", "2026-11-02"])] {
                let outcome = try workspace.run(tool, words, environment: ["COLUMNS": "\(width)"])
                #expect(outcome.status == 0, "\(outcome.error)")
                for line in outcome.output.split(separator: "\n") where !line.hasPrefix("note: ") {
                    #expect(line.count <= width, "\(line)")
                }
            }
        }
        // Not a terminal: nothing is left out.
        let free = try workspace.run("nightmarket-metrics", ["pipeline.yaml", "daily", "--date", "2026-11-02"])
        #expect(!free.output.contains("not shown"))
        #expect(free.output.contains("▁") || free.output.contains("▄"), "\(free.output)")
    }

    // MARK: What is compared unless it is named

    private func object(_ outcome: Outcome) throws -> [String: Any] {
        #expect(outcome.status == 0, "\(outcome.error)")
        return try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    }

    private func comparison(_ workspace: Workspace, _ mart: String) throws -> (run: String?, identical: [String]?) {
        let outcome = try workspace.run("nightmarket", ["why", "pipeline.yaml", mart, "events", "--format", "json"])
        let answer = try object(outcome)
        #expect(try SchemaCheck("why").findings(answer) == [])
        let comparison = (answer["comparisons"] as? [[String: Any]] ?? []).first { $0["with"] as? String == "previous_run" }
        return ((comparison?["run"] as? [String: Any])?["name"] as? String, comparison?["identical_runs"] as? [String])
    }

    @Test func runsThatHoldTheSameArePassedOverAndNamed() throws {
        let workspace = try shop()
        // A run again, a publication again, and a trial of another node.
        try workspace.night(date: "2026-11-02")
        #expect(try workspace.run("nightmarket-publish", ["pipeline.yaml"]).status == 0)
        try workspace.night(date: "2026-11-02", ["--set", "stages.metrics.pages.period=last 1d"])

        #expect(try comparison(workspace, "metrics.daily") == ("2026-11-02-001", ["2026-11-02-004", "2026-11-02-003", "2026-11-02-002"]))
        #expect(try comparison(workspace, "metrics.pages") == ("2026-11-02-004", []))
        let why = try workspace.run("nightmarket", ["why", "pipeline.yaml", "metrics.daily", "gmv_paid"])
        #expect(why.output.contains("the same row in the run 2026-11-02-001\n"), "\(why.output)")
        #expect(why.output.contains("the same mart in between: 2026-11-02-004, 2026-11-02-003, 2026-11-02-002"), "\(why.output)")
        #expect(why.output.contains("99.90 → 120.05"))

        let all = try object(diff(workspace, ["--format", "json"]))
        #expect(try SchemaCheck("diff").findings(all) == [])
        #expect(all["before"] as? String == "2026-11-02-004" && all["identical_runs"] as? [String] == [])
        let daily = try object(diff(workspace, ["--mart", "metrics.daily", "--format", "json"]))
        #expect(daily["before"] as? String == "2026-11-02-001")
        #expect(daily["identical_runs"] as? [String] == ["2026-11-02-004", "2026-11-02-003", "2026-11-02-002"])
        let table = try diff(workspace, ["--mart", "metrics.daily"]).output
        #expect(table.contains("the same in between: 2026-11-02-004, 2026-11-02-003, 2026-11-02-002"), "\(table)")
        // Who names the run before gets that one.
        #expect(try diff(workspace, ["previous", "--mart", "metrics.daily"]).output.contains("nothing differs"))
        #expect(try object(diff(workspace, ["2026-11-02-002", "2026-11-02-003", "--format", "json"]))["identical_runs"] as? [String] == [])
    }

    @Test func whereNoEarlierRunDiffersTheOneBeforeStandsAndAnEarlierMomentNever() throws {
        let workspace = try Workspace()
        try workspace.write(TinyShop.manifest(nodes: Self.nodes), to: "pipeline.yaml")
        try workspace.write(TinyShop.log(TinyShop.records), to: "logs/all.csv")
        try workspace.night(date: "2026-11-02")
        #expect(try comparison(workspace, "metrics.daily").run == nil)
        try workspace.night(date: "2026-11-02")
        #expect(try comparison(workspace, "metrics.daily") == ("2026-11-02-001", []))
        #expect(try diff(workspace, []).output.contains("nothing differs"))
        // Beside the night lies what its noon knew of: no figure of the next night is compared with that.
        #expect(try workspace.run("nightmarket", ["run", "pipeline.yaml", "--as-of", "2026-11-02T10:00"]).status == 0)
        try workspace.night(date: "2026-11-03")
        #expect(try comparison(workspace, "metrics.daily") == ("2026-11-02-002", []))
        #expect(try object(diff(workspace, ["previous", "--format", "json"]))["before"] as? String == "2026-11-02-002")
        #expect(try object(diff(workspace, ["2026-11-02-003", "--format", "json"]))["before"] as? String == "2026-11-02-003")
    }
}
