import Foundation
import TestSupport
import Testing

/// Storage that turned a bit: the night that reads it stops with a stable code, or publishes what it published before.
@Suite struct FlippedBitTests {
    private static let costs = """
          costs:
            kind: costs
            files: costs.csv
            columns: { date: date, channel: channel, spend: spend }
            key: [date, channel]
        channels:
        """

    private func shop() throws -> (Workspace, files: [String: [String]]) {
        let workspace = try Workspace()
        try workspace.write(TinyShop.manifest().replacing("channels:", with: Self.costs)
            .replacing("metrics: [events, persons,", with: "metrics: [events, persons, spend,"), to: "pipeline.yaml")
        try workspace.write(TinyShop.log(TinyShop.randomRecords(seed: 9, count: 120)), to: "logs/all.csv")
        try workspace.write("date,channel,spend\n2026-11-01,douyin,5\n2026-11-02,douyin,7.25\n", to: "costs.csv")
        try workspace.night(date: "2026-11-02")
        var files: [String: [String]] = ["catalogue": ["store/catalogue.json"]]
        for kind in ["segments", "deletions", "tables"] {
            files[kind] = try FileManager.default.contentsOfDirectory(atPath: workspace.path("store/\(kind)")).sorted()
                .map { "store/\(kind)/\($0)" }
            #expect(files[kind]?.isEmpty == false, "\(kind)")
        }
        return (workspace, files)
    }

    @Test(arguments: ["catalogue", "segments", "deletions", "tables"])
    func itIsNoticedOrChangesNothing(_ kind: String) throws {
        let (workspace, files) = try shop()
        let published = try workspace.published()
        let file = try #require(files[kind]?.first)
        let sound = try Data(contentsOf: URL(fileURLWithPath: workspace.path(file)))
        var random = SeededGenerator(seed: UInt64(kind.utf8.count))
        var noticed = 0
        for round in 0..<12 {
            var damaged = sound
            damaged[Int.random(in: 0..<sound.count, using: &random)] ^= 1 << UInt8.random(in: 0...7, using: &random)
            try workspace.write(damaged, to: file)
            // A folder of its own for the output, so that every node reads the store.
            let output = "out-\(round)"
            let outcome = try workspace.run(
                "nightmarket", ["run", "pipeline.yaml", "--date", "2026-11-02", "--set", "output=\(output)"])
            if outcome.status == 0 {
                #expect(try workspace.published(output) == published, "\(kind), round \(round)")
            } else {
                noticed += 1
                #expect([1, 74].contains(outcome.status), "\(outcome.status): \(outcome.error)")
                #expect(outcome.error.contains("error[store.") || outcome.error.contains("error[arrow."), "\(outcome.error)")
                #expect(!workspace.exists("\(output)/current"))
            }
            try workspace.write(sound, to: file)
        }
        // Padding and what no node reads may turn unnoticed.
        #expect(noticed >= (kind == "catalogue" ? 12 : 1), "\(noticed) of 12")
        let again = try workspace.run("nightmarket", ["run", "pipeline.yaml", "--date", "2026-11-02"])
        #expect(again.status == 0, "\(again.error)")
        #expect(try workspace.published() == published)
    }
}
