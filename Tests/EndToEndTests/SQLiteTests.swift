import Foundation
import Testing

/// Nights that publish a SQLite database beside the files.
@Suite struct SQLiteTests {
    private func shop(_ publish: String = "[json, csv, sqlite]") throws -> Workspace {
        let workspace = try Workspace()
        try workspace.write(TinyShop.manifest().replacing("publish: [json, csv]", with: "publish: \(publish)"), to: "pipeline.yaml")
        return workspace
    }

    private func database(_ workspace: Workspace) throws -> Data {
        try Data(contentsOf: workspace.folder.appendingPathComponent("out/current/marts.sqlite"))
    }

    @Test func theSameEventsGiveTheSameDatabaseHoweverTheyCame() throws {
        let records = TinyShop.randomRecords(seed: 31, count: 2000)
        let one = try shop()
        try one.write(TinyShop.log(records), to: "logs/all.csv")
        try one.night(date: "2026-11-02", ["--threads", "1"])
        let two = try shop()
        try two.write(TinyShop.log(Array(records.reversed().dropFirst(700))), to: "logs/b.csv")
        try two.night(date: "2026-11-02")
        try two.write(TinyShop.log(Array(records.reversed().prefix(700))), to: "logs/a.csv")
        try two.night(date: "2026-11-02", ["--threads", "5"])
        let bytes = try database(one)
        #expect(bytes.starts(with: Data("SQLite format 3\0".utf8)))
        #expect(try database(two) == bytes)
        // A run that computes nothing gives them too.
        try one.night(date: "2026-11-02")
        #expect(try database(one) == bytes)
    }

    @Test func itIsAFileOfTheRunThatVerifyLooksAt() throws {
        let workspace = try shop()
        try workspace.write(TinyShop.log(TinyShop.records), to: "logs/all.csv")
        try workspace.night(date: "2026-11-02")
        let package = try JSONSerialization.jsonObject(with: Data(workspace.read("out/current/datapackage.json").utf8)) as? [String: Any]
        let resources = try #require(package?["resources"] as? [[String: Any]])
        let resource = try #require(resources.first { $0["path"] as? String == "marts.sqlite" })
        #expect(resource["mediatype"] as? String == "application/vnd.sqlite3")
        #expect(resource["bytes"] as? Int == (try database(workspace).count))
        #expect(try workspace.run("nightmarket", ["verify", "pipeline.yaml"]).status == 0)
        var bytes = try database(workspace)
        bytes[bytes.count - 1] ^= 1
        try workspace.write(bytes, to: "out/runs/2026-11-02-001/marts.sqlite")
        let outcome = try workspace.run("nightmarket", ["verify", "pipeline.yaml"])
        #expect(outcome.status != 0 && (outcome.error + outcome.output).contains("marts.sqlite"), "\(outcome.error)")
    }

    @Test func theMartsArePublishedAnewWithADatabaseWhenTheManifestAsksForIt() throws {
        let workspace = try shop("[json]")
        try workspace.write(TinyShop.log(TinyShop.records), to: "logs/all.csv")
        try workspace.night(date: "2026-11-02")
        #expect(!workspace.exists("out/current/marts.sqlite"))
        let outcome = try workspace.run("nightmarket-publish", ["pipeline.yaml", "--set", "publish=[json, sqlite]"])
        #expect(outcome.status == 0, "\(outcome.error)")
        #expect(workspace.exists("out/current/marts.sqlite"))
        let names = try Workspace.start(
            "/usr/bin/env", ["sqlite3", "-readonly", workspace.path("out/current/marts.sqlite"), "SELECT view_name FROM marts ORDER BY 1"], [:], workspace.folder)
        #expect(names.output == "funnel_purchase\nmetrics_daily\nmetrics_touched\n", "\(names.error)")
    }

    @Test func aDatabaseWithoutTheJSONThatFillsItIsAMistakeInTheManifest() throws {
        for text in ["publish: [csv, sqlite]", "publish: [csv]\npostgres: { }"] {
            let workspace = try Workspace()
            try workspace.write(TinyShop.manifest().replacing("publish: [json, csv]", with: text), to: "pipeline.yaml")
            let outcome = try workspace.run("nightmarket", ["check", "pipeline.yaml"])
            #expect(outcome.status == 78 && outcome.error.contains("add json to 'publish'"), "\(outcome.error)")
        }
    }

    @Test(arguments: ["{ schema: Shop }", "{ schema: pg_x }", "{ schema: \"a b\" }", "{ keep: 0 }", "{ timeout: 2d }", "{ ur: x }", "5"])
    func aWrongDatabaseIsAMistakeInTheManifest(_ postgres: String) throws {
        let workspace = try Workspace()
        try workspace.write(TinyShop.manifest() + "postgres: \(postgres)\n", to: "pipeline.yaml")
        let outcome = try workspace.run("nightmarket", ["check", "pipeline.yaml"])
        #expect(outcome.status == 78 && outcome.error.contains("pipeline.yaml:"), "\(outcome.error)")
    }

    @Test func bringingADatabaseUpThatTheManifestDoesNotNameIsWrongUsage() throws {
        let workspace = try shop()
        let outcome = try workspace.run("nightmarket-publish", ["pipeline.yaml", "--postgres"])
        #expect(outcome.status == 64 && outcome.error.contains("publish.no-database"), "\(outcome.error)")
    }
}
