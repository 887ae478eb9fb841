import Foundation
import TestSupport
import Testing

/// Names and values made to reach out of their place: out of a folder, out of a line, out of a cell.
@Suite struct HostileNameTests {
    private func shop(_ manifest: String = TinyShop.manifest()) throws -> Workspace {
        let workspace = try Workspace()
        try workspace.write(manifest, to: "shop/pipeline.yaml")
        try workspace.write(TinyShop.log(TinyShop.records), to: "shop/logs/all.csv")
        return workspace
    }

    private func run(_ workspace: Workspace, _ more: [String] = []) throws -> Outcome {
        try workspace.run("nightmarket", ["run", "shop/pipeline.yaml", "--date", "2026-11-02"] + more)
    }

    /// Everything below the folder but what the pipeline owns.
    private func strangers(_ workspace: Workspace) -> [String] {
        let names = FileManager.default.enumerator(atPath: workspace.folder.path)?.compactMap { $0 as? String } ?? []
        return names.filter { name in !["shop/out", "shop/store"].contains { name == $0 || name.hasPrefix("\($0)/") } }.sorted()
    }

    @Test(arguments: ["../evil", "/tmp/evil", "a/b", "..", "\"a\\0b\"", "\"a\\nb\"", "\"\\e[2J\"", "\"=cmd|'/C calc'!A0\""])
    func aNameThatCouldLeaveItsFolderIsAMistakeInTheManifest(_ name: String) throws {
        let sound = TinyShop.manifest()
        let manifests = [
            sound.replacing("pipeline: tiny", with: "pipeline: \(name)"), sound.replacing("  web:\n", with: "  \(name):\n"),
            sound.replacing("    daily:", with: "    \(name):"),
        ]
        for manifest in manifests {
            #expect(manifest != sound)
            let workspace = try shop(manifest)
            let before = strangers(workspace)
            let outcome = try run(workspace)
            #expect(outcome.status == 78, "\(outcome.error)")
            #expect(outcome.error.contains("shop/pipeline.yaml:"), "\(outcome.error)")
            #expect(!outcome.error.contains("\u{1B}"))
            #expect(strangers(workspace) == before)
            #expect(!workspace.exists("shop/store/catalogue.json"))
        }
    }

    @Test func valuesOfTheDataStayInTheirCells() throws {
        let values = [
            "=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1)", "\t=1", "../../../../tmp/evil", "/etc/passwd", "C:\\x", "a\u{1B}[31mb",
            "two\nlines", "quote \" and , comma", "\u{202E}txt.exe", "抖音",
        ]
        let nodes = """
              metrics:
                pages: { period: last 2d, by: [page], metrics: [events] }
            """
        let workspace = try shop(TinyShop.manifest(nodes: nodes))
        let records = values.enumerated().map { index, value in
            "v\(index),2026-11-02T10:00:00+08:00,ann,d1,pv,cpc,,,\"\(value.replacing("\"", with: "\"\""))\""
        }
        try workspace.write(TinyShop.log(records), to: "shop/logs/all.csv")
        let before = strangers(workspace)
        let outcome = try run(workspace)
        #expect(outcome.status == 0, "\(outcome.error)")
        #expect(strangers(workspace) == before)
        let pages = Set(try workspace.rows("metrics/pages", output: "shop/out").compactMap { $0["page"] as? String })
        for value in values { #expect(pages.contains(value), "the JSON form alters '\(value)'") }
        let csv = try workspace.read("shop/out/current/metrics/pages.csv")
        for value in values.prefix(5) {
            #expect(csv.contains("'" + value), "\(csv)")
            #expect(!csv.contains("," + value) && !csv.contains("\"" + value) && !csv.contains("\n" + value))
        }
        let marts = try FileManager.default.contentsOfDirectory(atPath: workspace.path("shop/out/current/metrics"))
        #expect(Set(marts) == ["pages.json", "pages.csv"])
    }

    @Test func namesOfFilesAndColumnsNeitherForgeLinesNorReachTheTerminal() throws {
        let workspace = try shop()
        let name = "a\u{1B}]0;owned\u{7}\nerror[forged]: =cmd|x;.csv"
        try workspace.write("id,\u{1B}[2J\nforged\nx,y\n", to: "shop/logs/\(name)")
        try workspace.write(Data([0x1F, 0x8B, 8, 0]), to: "shop/logs/\(name).gz")
        try workspace.age("shop/logs/\(name).gz")
        let before = strangers(workspace)
        let outcome = try run(workspace)
        #expect(outcome.status == 65, "\(outcome.error)")
        for text in [outcome.error, outcome.output, try workspace.run("nightmarket", ["status", "shop/pipeline.yaml"]).output] {
            #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || $0.value >= 0x20 && $0.value != 0x7F }, "\(text)")
            #expect(!text.split(separator: "\n").contains { $0.hasPrefix("error[forged]") })
        }
        #expect(outcome.error.contains("\\u{1B}"))
        #expect(strangers(workspace) == before)
    }

    /// Links that somebody laid in the output lead out of it; what they lead to is neither written nor removed.
    @Test func linksInTheOutputAreNotFollowedOutOfIt() throws {
        let workspace = try shop()
        #expect(try run(workspace).status == 0)
        try workspace.write("precious", to: "outside/precious.txt")
        try workspace.write("precious", to: "outside/metrics/daily.json")
        let runs = workspace.path("shop/out/runs")
        let outside = workspace.path("outside")
        func lay(_ name: String, _ target: String) throws {
            try? FileManager.default.removeItem(atPath: name)
            try FileManager.default.createSymbolicLink(atPath: name, withDestinationPath: target)
        }
        for name in [".candidate-2026-11-02-1", ".removed-2026-11-01-001", ".failed-2026-11-02-007", "2026-10-01-001"] {
            try lay("\(runs)/\(name)", outside)
        }
        try lay(workspace.path("shop/out/.current.tmp"), outside + "/precious.txt")
        try lay(workspace.path("shop/out/current"), outside)
        let before = strangers(workspace)
        try workspace.write(TinyShop.log(TinyShop.randomRecords(seed: 5, count: 50)), to: "shop/logs/more.csv")
        for _ in 0..<2 {
            let outcome = try run(workspace, ["--set", "keep_runs=1"])
            #expect(outcome.status == 0, "\(outcome.error)")
        }
        #expect(strangers(workspace) == (before + ["shop/logs/more.csv"]).sorted())
        #expect(try workspace.read("outside/precious.txt") == "precious")
        #expect(try workspace.read("outside/metrics/daily.json") == "precious")
        #expect(try workspace.rows("metrics/daily", output: "shop/out").isEmpty == false)
    }

    /// The record of an earlier run names marts; a name that was tampered with leads nowhere.
    @Test func aTamperedRecordOfARunLeadsNowhere() throws {
        let workspace = try shop()
        #expect(try run(workspace).status == 0)
        let before = strangers(workspace)
        for name in ["run_results.json", "datapackage.json"] {
            let file = "shop/out/current/\(name)"
            let text = try workspace.read(file)
            try workspace.remove(file)
            try workspace.write(text.replacing("metrics/daily", with: "../../../evil"), to: file)
        }
        let outcome = try run(workspace)
        #expect(outcome.status == 0, "\(outcome.error)")
        #expect(strangers(workspace) == before)
        try workspace.write(TinyShop.log(TinyShop.randomRecords(seed: 6, count: 20)), to: "shop/logs/more.csv")
        #expect(try run(workspace).status == 0)
    }
}
