import Foundation
import TestSupport
import Testing

/// `nightmarket verify` notices what is not what was written.
@Suite struct VerifyTests {
    /// Two nights with repeats, rejects, a cost table and alerts.
    private func shop() throws -> Workspace {
        let workspace = try Workspace()
        let costs = "  fees: { kind: costs, files: fees.csv, columns: { date: date, channel: channel, spend: fee } }\n"
        try workspace.write(
            TinyShop.manifest(more: ["reject_limit: 50%"]).replacingOccurrences(of: "channels:\n", with: costs + "channels:\n"),
            to: "pipeline.yaml")
        try workspace.write("date,channel,fee\n2026-11-01,douyin,12.5\n2026-11-02,douyin,3\n", to: "fees.csv")
        try workspace.write(TinyShop.log(TinyShop.randomRecords(seed: 3, count: 200)), to: "logs/a.csv")
        try workspace.night(date: "2026-11-01")
        try workspace.write(
            TinyShop.log(TinyShop.randomRecords(seed: 4, count: 100) + ["bad,not-a-time,ann,d1,pv,cpc,,,"]), to: "logs/b.csv")
        try workspace.night(date: "2026-11-02")
        return workspace
    }

    private func verify(_ workspace: Workspace) throws -> Outcome { try workspace.run("nightmarket", ["verify", "pipeline.yaml"]) }

    private func flip(_ workspace: Workspace, _ name: String, _ generator: inout SeededGenerator) throws {
        var data = try Data(contentsOf: workspace.folder.appendingPathComponent(name))
        data[Int(generator.next() % UInt64(data.count))] ^= 1 << UInt8(generator.next() % 8)
        try data.write(to: workspace.folder.appendingPathComponent(name))
    }

    @Test func aSoundStoreIsSound() throws {
        let workspace = try shop()
        let outcome = try verify(workspace)
        #expect(outcome.status == 0, "\(outcome.output)\(outcome.error)")
        #expect(outcome.output.contains("ok    store: ") && outcome.output.contains("ok    output: 2 runs") && outcome.output.contains("ok    ledger\n"))
    }

    @Test func everyFlippedBitOfWhatIsPublishedIsNoticed() throws {
        let workspace = try shop()
        var generator = SeededGenerator(seed: 31)
        for name in ["metrics/daily.json", "funnel/purchase.csv", "datapackage.json"].flatMap({ name in [1, 2].map { "out/runs/2026-11-0\($0)-001/\(name)" } }) {
            let sound = try Data(contentsOf: workspace.folder.appendingPathComponent(name))
            for _ in 0..<6 {
                try flip(workspace, name, &generator)
                let outcome = try verify(workspace)
                #expect(outcome.status == 74, "\(name): \(outcome.output)")
                #expect(outcome.output.contains("bad   output: "))
                try sound.write(to: workspace.folder.appendingPathComponent(name))
            }
        }
        #expect(try verify(workspace).status == 0)
    }

    @Test func everyFlippedBitOfTheStoreIsNoticedOrReadByNobody() throws {
        let workspace = try shop()
        let sound = try workspace.published()
        var generator = SeededGenerator(seed: 32)
        var noticed = 0
        for folder in ["store/segments", "store/deletions", "store/tables", "store/links", "store"] {
            let names = try FileManager.default.contentsOfDirectory(atPath: workspace.path(folder)).filter {
                $0.hasSuffix(".arrow") || $0 == "catalogue.json"
            }
            for name in names.sorted() {
                let bytes = try Data(contentsOf: workspace.folder.appendingPathComponent("\(folder)/\(name)"))
                for _ in 0..<4 {
                    try flip(workspace, "\(folder)/\(name)", &generator)
                    let outcome = try verify(workspace)
                    if outcome.status == 74 { noticed += 1 } else { #expect(outcome.status == 0, "\(outcome.error)") }
                    try bytes.write(to: workspace.folder.appendingPathComponent("\(folder)/\(name)"))
                }
            }
        }
        #expect(noticed > 20)
        #expect(try verify(workspace).status == 0)
        #expect(try workspace.published() == sound)
    }

    @Test func whatIsGoneOrStrayIsNamed() throws {
        let workspace = try shop()
        let run = "out/runs/2026-11-02-001"
        for (name, words) in [
            ("\(run)/metrics/daily.csv", "is gone or cannot be read"), ("\(run)/datapackage.json", "datapackage.json"),
            ("\(run)/run_results.json", "run_results.json"), ("\(run)/dashboard.html", "a file of the run is gone or cannot be read"), ("out/current", "the link to the published run is gone"),
            ("out/ledger.sqlite", "the ledger cannot be read"),
        ] {
            try FileManager.default.moveItem(atPath: workspace.path(name), toPath: workspace.path("aside"))
            let outcome = try verify(workspace)
            #expect(outcome.status == 74)
            #expect(outcome.output.contains(words), "\(outcome.output)")
            try FileManager.default.moveItem(atPath: workspace.path("aside"), toPath: workspace.path(name))
        }
        let files = try workspace.read("\(run)/quality/files.csv")
        for (text, words) in [(files + "x", "it is not what was published"), (nil, "a file of the run is gone")] {
            if let text { try workspace.write(text, to: "\(run)/quality/files.csv") } else { try workspace.remove("\(run)/quality/files.csv") }
            let outcome = try verify(workspace)
            #expect(outcome.status == 74 && outcome.output.contains(words), "\(outcome.output)")
        }
        try workspace.write(files, to: "\(run)/quality/files.csv")
        try workspace.write("x", to: "\(run)/quality/stray.csv")
        #expect(try verify(workspace).output.contains("a file that the run did not publish"))
        try workspace.remove("\(run)/quality/stray.csv")
        try workspace.write("x", to: "\(run)/metrics/stray.csv")
        #expect(try verify(workspace).output.contains("a file that the run did not publish"))
        try workspace.remove("\(run)/metrics/stray.csv")
        #expect(try verify(workspace).status == 0)
    }

    @Test func anErasedPersonLeavesASoundStore() throws {
        let workspace = try shop()
        let orders = "  sales: { kind: orders, files: sales.csv, columns: { order_id: order, ordered_at: at, user_id: buyer } }\n"
        try workspace.write(
            workspace.read("pipeline.yaml").replacingOccurrences(of: "channels:\n", with: orders + "channels:\n"), to: "pipeline.yaml")
        try workspace.write("order,at,buyer\no1,2026-11-01T10:00:00,user3\no2,2026-11-01T11:00:00,user4\n", to: "sales.csv")
        try workspace.night(date: "2026-11-02")
        for words in [["forget", "pipeline.yaml", "user3"], ["run", "pipeline.yaml", "--date", "2026-11-02"], ["compact", "pipeline.yaml"]] {
            #expect(try workspace.run("nightmarket", words).status == 0)
            let outcome = try verify(workspace)
            #expect(outcome.status == 0, "\(words): \(outcome.output)")
        }
    }

    /// A kill between the swap and the note in the ledger leaves a run that the ledger does not know of.
    @Test func theNextStartNotesTheRunThatACrashLeftOutOfTheLedger() throws {
        let workspace = try shop()
        let before = try Data(contentsOf: workspace.folder.appendingPathComponent("out/ledger.sqlite"))
        try workspace.write(TinyShop.log(TinyShop.randomRecords(seed: 5, count: 20)), to: "logs/c.csv")
        try workspace.night(date: "2026-11-03")
        try workspace.write(before, to: "out/ledger.sqlite")
        let behind = try verify(workspace)
        #expect(behind.status == 0 && behind.output.contains("note  ledger: it does not know of the run 2026-11-03-001 yet"))
        try workspace.night(date: "2026-11-03")
        let outcome = try verify(workspace)
        #expect(outcome.status == 0 && !outcome.output.contains("note  ledger"), "\(outcome.output)")
    }

    @Test func aStoreThatIsWrittenIsNotLookedAt() throws {
        let workspace = try shop()
        let held = open(workspace.path("store/lock"), O_RDWR)
        #expect(held >= 0 && flock(held, LOCK_EX) == 0)
        #expect(try verify(workspace).status == 75)
        close(held)
    }
}
