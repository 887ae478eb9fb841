import Foundation
import TestSupport
import Testing

/// Files that are read by a process each, and committed by another, give the catalogue of one process.
@Suite struct ScaleOutIngestTests {
    private static let key = ["NIGHTMARKET_KEY": "000102030405060708090a0b0c0d0e0f"]

    private func ingest(
        _ workspace: Workspace, _ store: String, _ more: [String], key: [String: String] = key
    ) throws -> Outcome {
        try workspace.run(
            "nightmarket-ingest", ["pipeline.yaml", "--date", "2026-11-02", "--set", "store=\(store)"] + more, environment: key)
    }

    /// Logs of a random shop in some files: one with a bad record, one that another repeats, one that is cut off.
    private func shop() throws -> (Workspace, [String]) {
        let workspace = try Workspace()
        try workspace.write(TinyShop.manifest(more: ["reject_limit: 20%"]), to: "pipeline.yaml")
        let records = TinyShop.randomRecords(seed: 21, count: 1200)
        for (index, start) in stride(from: 0, to: records.count, by: 300).enumerated() {
            try workspace.write(TinyShop.log(Array(records[start..<min(records.count, start + 300)])), to: "logs/\(index).csv")
        }
        try workspace.write(TinyShop.log(TinyShop.records + ["e9,no time,ann,d1,pv,,,,"]), to: "logs/bad.csv")
        try workspace.write(TinyShop.log(Array(records.prefix(300))), to: "logs/copy.csv")
        try workspace.write(TinyShop.log(records), to: "logs/cut.csv")
        try workspace.compress("logs/cut.csv")
        let whole = try Data(contentsOf: workspace.folder.appendingPathComponent("logs/cut.csv.gz"))
        try workspace.write(whole.prefix(whole.count / 2), to: "logs/cut.csv.gz")
        try workspace.age("logs/cut.csv.gz")
        return (workspace, try FileManager.default.contentsOfDirectory(atPath: workspace.path("logs")).sorted().map { "logs/\($0)" })
    }

    private func describe(_ workspace: Workspace, _ store: String, _ files: [String]) throws -> [String] {
        try files.map { file in
            let description = "\((file as NSString).lastPathComponent).\(store)"
            let outcome = try ingest(workspace, store, ["--file", file, "--partial", description])
            #expect(outcome.status == 0, "\(outcome.error)")
            return description
        }
    }

    @Test func aProcessAFileGivesTheCatalogueOfOneProcess() throws {
        let (workspace, files) = try shop()
        #expect(try ingest(workspace, "one", []).status == 0)
        var generator = SeededGenerator(seed: 1)
        let descriptions = try describe(workspace, "many", files.shuffled(using: &generator))
        #expect(!workspace.exists("many/catalogue.json"))
        let merged = try ingest(workspace, "many", ["--merge"] + descriptions)
        #expect(merged.status == 0 && merged.error.contains("cut.csv.gz"), "\(merged.error)")
        #expect(try workspace.read("many/catalogue.json") == workspace.read("one/catalogue.json"))

        // Once more changes nothing.
        #expect(try ingest(workspace, "many", ["--merge"] + descriptions).status == 0)
        #expect(try workspace.read("many/catalogue.json") == workspace.read("one/catalogue.json"))
    }

    @Test func severalFilesInOneDescriptionAndThoseThatAreNotDescribedWait() throws {
        let (workspace, files) = try shop()
        let whole = try ingest(workspace, "one", [])
        let both = try ingest(workspace, "many", ["--file", files[0], "--file", files[1], "--partial", "both"])
        #expect(both.status == 0, "\(both.error)")
        let merged = try ingest(workspace, "many", ["--merge", "both"])
        #expect(merged.status == 0 && merged.error.contains("2 files read"), "\(merged.error)")
        let rest = try ingest(workspace, "many", [])
        #expect(rest.status == 0 && rest.error.contains("2 unchanged"), "\(rest.error)")
        func books(_ outcome: Outcome) -> Substring? { outcome.error.firstRange(of: "books:").map { outcome.error[$0.lowerBound...] } }
        #expect(books(rest) != nil && books(rest) == books(whole))
    }

    @Test func whatNoLongerHoldsIsReadAgain() throws {
        let (workspace, files) = try shop()
        let descriptions = try describe(workspace, "many", files)
        // A commit in between sweeps the segments that no snapshot names.
        let first = try ingest(workspace, "many", ["--merge", descriptions[0]])
        #expect(first.status == 0, "\(first.error)")
        let changed = try workspace.read(files[1])
        try workspace.write(changed + "late,2026-11-02T23:00:00+08:00,ann,d1,pv,,,,\n", to: files[1])
        try workspace.remove(files[2])
        let second = try ingest(workspace, "many", ["--merge"] + descriptions)
        #expect(second.status == 0, "\(second.error)")
        #expect(second.error.contains("\(files[3]): read again: its segments are gone"), "\(second.error)")
        #expect(second.error.contains("\(files[1]): read again: it changed since"), "\(second.error)")
        #expect(second.error.contains("\(files[2]): left out"), "\(second.error)")
        let after = try ingest(workspace, "many", [])
        #expect(after.error.contains("0 files read"), "\(after.error)")
    }

    @Test func processesThatStartAtOnceShareTheStoresKey() throws {
        let (workspace, files) = try shop()
        let processes = try files.enumerated().map { index, file in
            try workspace.launch("nightmarket-ingest", ["pipeline.yaml", "--file", file, "--partial", "d\(index)"])
        }
        for process in processes {
            process.waitUntilExit()
            #expect(process.terminationStatus == 0)
        }
        let merged = try workspace.run(
            "nightmarket-ingest", ["pipeline.yaml", "--date", "2026-11-02", "--merge"] + files.indices.map { "d\($0)" })
        #expect(merged.status == 0 && !merged.error.contains("read again"), "\(merged.error)")
    }

    @Test func whatDoesNotFitIsRefused() throws {
        let (workspace, files) = try shop()
        let descriptions = try describe(workspace, "many", Array(files.prefix(2)))
        func refused(_ code: String, _ status: Int32, _ more: [String], key: [String: String] = Self.key) throws {
            let outcome = try ingest(workspace, "many", more, key: key)
            #expect(outcome.status == status && outcome.error.contains("error[\(code)]"), "\(outcome.error)")
        }
        try refused("usage.file", 64, ["--file", "pipeline.yaml", "--partial", "x"])
        try refused("usage.scale", 64, ["--file", files[0]])
        try refused("usage.scale", 64, ["--partial", "x"])
        try refused("usage.scale", 64, ["--file", files[0], "--partial", "x", "--merge", "x"])
        try refused("partial.mixed", 64, ["--merge", descriptions[0], descriptions[0]])
        try refused("partial.mixed", 64, ["--merge", descriptions[0]], key: ["NIGHTMARKET_KEY": "ff0102030405060708090a0b0c0d0e0f"])
        var text = try workspace.read(descriptions[0])
        try workspace.write(String(text.dropLast(9)), to: "cut")
        try refused("partial.damaged", 74, ["--merge", "cut"])
        text.replace("\"read\":", with: "\"reaf\":")
        try workspace.write(text, to: "turned")
        try refused("partial.damaged", 74, ["--merge", "turned"])
        #expect(!workspace.exists("many/catalogue.json"))
    }
}
