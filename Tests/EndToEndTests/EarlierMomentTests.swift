import Foundation
import Testing

/// An intraday run never takes a date back to what it knew earlier.
@Suite struct EarlierMomentTests {
    private func shop() throws -> Workspace {
        let workspace = try Workspace()
        try workspace.write(TinyShop.manifest(), to: "pipeline.yaml")
        try workspace.write(TinyShop.log(TinyShop.records), to: "logs/all.csv")
        return workspace
    }

    private func status(_ workspace: Workspace) throws -> String { try workspace.run("nightmarket", ["status", "pipeline.yaml"]).output }

    private func current(_ workspace: Workspace) throws -> String {
        try FileManager.default.destinationOfSymbolicLink(atPath: workspace.path("out/current")).replacing("runs/", with: "")
    }

    @Test func anEarlierMomentOfANightIsPublishedBesideIt() throws {
        let workspace = try shop()
        try workspace.night(date: "2026-11-02")
        let night = try workspace.published()
        let noon = ["run", "pipeline.yaml", "--as-of", "2026-11-02T12:00"]
        let outcome = try workspace.run("nightmarket", noon)
        #expect(outcome.status == 0)
        #expect(outcome.error.contains("2026-11-02-001 of the same date knows of more (the whole night): 'current' stays there"), "\(outcome.error)")
        #expect(try current(workspace) == "2026-11-02-001")
        #expect(try workspace.read("out/runs/2026-11-02-002/metrics/daily.json").contains("\"provisional\": true"))
        #expect(try workspace.published() == night)
        let shown = try status(workspace)
        #expect(shown.contains("published   2026-11-02-001"), "\(shown)")
        #expect(shown.contains("(as of 2026-11-02T12:00:00+08:00, not current)"), "\(shown)")
        #expect(try workspace.run("nightmarket", ["verify", "pipeline.yaml"]).status == 0)

        // However many there are, and after a crash, the night stays.
        for hour in ["09", "10", "11"] {
            #expect(try workspace.run("nightmarket", ["run", "pipeline.yaml", "--as-of", "2026-11-02T\(hour):00"]).status == 0)
        }
        #expect(try current(workspace) == "2026-11-02-001")
        try FileManager.default.removeItem(atPath: workspace.path("out/current"))
        let again = try workspace.run("nightmarket", ["run", "pipeline.yaml", "--date", "2026-11-02", "--select", "metrics.daily"])
        #expect(again.status == 0 && again.error.contains("0 computed"), "it goes on from the night: \(again.error)")
        #expect(try current(workspace) == "2026-11-02-006")
        #expect(try workspace.published() == night)

        // Unless somebody wants it so; then the next night goes over it.
        #expect(try workspace.run("nightmarket", noon + ["--make-current"]).status == 0)
        #expect(try current(workspace) == "2026-11-02-007")
        #expect(try workspace.rows("metrics/daily").last?["events"] as? Int == 5)
        #expect(try workspace.run("nightmarket", ["verify", "pipeline.yaml"]).status == 0)
        try workspace.night(date: "2026-11-02")
        #expect(try workspace.published() == night)
        #expect(try workspace.run("nightmarket", ["run", "pipeline.yaml", "--date", "2026-11-02", "--make-current"]).status == 64)
    }

    @Test func anEarlierMomentOfAnOlderNightIsNothingToCompareWith() throws {
        let workspace = try shop()
        for date in ["2026-11-01", "2026-11-02"] { try workspace.night(date: date) }
        let noon = try workspace.run("nightmarket", ["run", "pipeline.yaml", "--as-of", "2026-11-01T10:10"])
        #expect(noon.status == 0 && noon.error.contains("2026-11-01-001 of the same date knows of more (the whole night)"), "\(noon.error)")
        #expect(try current(workspace) == "2026-11-02-001")
        let why = try workspace.run("nightmarket", ["why", "pipeline.yaml", "metrics/daily", "events", "--format", "json"])
        #expect(why.status == 0 && why.output.contains("2026-11-01-001") && !why.output.contains("2026-11-01-002"), "\(why.output)\(why.error)")
        let diff = try workspace.run("nightmarket", ["diff", "pipeline.yaml", "previous", "current"])
        #expect(diff.status == 0 && !(diff.output + diff.error).contains("2026-11-01-002"), "\(diff.output)\(diff.error)")
        #expect(try workspace.run("nightmarket", ["verify", "pipeline.yaml"]).status == 0)
    }

    @Test func anEarlierMomentOfADayLeavesALaterOne() throws {
        let workspace = try shop()
        func at(_ time: String) throws { #expect(try workspace.run("nightmarket", ["run", "pipeline.yaml", "--as-of", "2026-11-02T\(time)"]).status == 0) }
        for time in ["12:00", "11:00", "10:00", "09:30"] {
            try at(time)
            #expect(try current(workspace) == "2026-11-02-001")
        }
        try at("12:00")
        #expect(try current(workspace) == "2026-11-02-005")
        try at("13:00")
        #expect(try current(workspace) == "2026-11-02-006")
        try workspace.night(date: "2026-11-02")
        let clean = try shop()
        try clean.night(date: "2026-11-02")
        #expect(try workspace.published() == clean.published())
    }
}
