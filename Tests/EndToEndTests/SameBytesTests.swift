import Foundation
import TestSupport
import Testing

/// The same events give the same published bytes, however they came.
@Suite struct SameBytesTests {
    /// One clean run over the records in one file.
    private func reference(_ records: [String]) throws -> [String: String] {
        let workspace = try Workspace()
        try workspace.write(TinyShop.manifest(), to: "pipeline.yaml")
        try workspace.write(TinyShop.log(records), to: "logs/all.csv")
        try workspace.night(date: "2026-11-02", ["--threads", "1"])
        let published = try workspace.published()
        #expect(published.count == 8)
        return published
    }

    @Test func oneThreadOrSeveral() throws {
        let records = TinyShop.randomRecords(seed: 1, count: 3000)
        let workspace = try Workspace()
        try workspace.write(TinyShop.manifest(), to: "pipeline.yaml")
        try workspace.write(TinyShop.log(records), to: "logs/all.csv")
        try workspace.night(date: "2026-11-02", ["--threads", "7"])
        #expect(try workspace.published() == reference(records))
    }

    @Test func twoSecretKeys() throws {
        let records = TinyShop.randomRecords(seed: 2, count: 3000)
        let expected = try reference(records)
        for key in ["000102030405060708090a0b0c0d0e0f", "ffeeddccbbaa99887766554433221100"] {
            let workspace = try Workspace()
            try workspace.write(TinyShop.manifest(), to: "pipeline.yaml")
            try workspace.write(TinyShop.log(records), to: "logs/all.csv")
            try workspace.night(date: "2026-11-02", environment: ["NIGHTMARKET_KEY": key])
            #expect(try workspace.published() == expected)
        }
    }

    @Test(arguments: [3, 4, 5, 6] as [UInt64])
    func anyCutIntoFilesAnyOrderAnyNights(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let records = TinyShop.randomRecords(seed: seed, count: 2000)
        let workspace = try Workspace()
        try workspace.write(TinyShop.manifest(), to: "pipeline.yaml")
        let shuffled = records.shuffled(using: &generator)
        let cuts = (0..<Int.random(in: 3...9, using: &generator)).map { _ in Int.random(in: 0...shuffled.count, using: &generator) }.sorted()
        var start = 0
        for (index, end) in (cuts + [shuffled.count]).enumerated() where end > start {
            let name = "logs/part-\(Int.random(in: 100...999, using: &generator))-\(index).csv"
            try workspace.write(TinyShop.log(Array(shuffled[start..<end])), to: name)
            if Bool.random(using: &generator) { try workspace.compress(name) }
            start = end
            if Bool.random(using: &generator) { try workspace.night(date: "2026-11-02") }
        }
        try workspace.night(date: "2026-11-02")
        #expect(try workspace.published() == reference(records))
    }

    @Test func aNightForEachDayOrOneForAll() throws {
        let records = TinyShop.randomRecords(seed: 9, count: 2000)
        let workspace = try Workspace()
        try workspace.write(TinyShop.manifest(), to: "pipeline.yaml")
        for day in ["2026-11-01", "2026-11-02"] {
            try workspace.write(TinyShop.log(records.filter { $0.contains(",\(day)T") }), to: "logs/\(day).csv")
            try workspace.night(date: day)
        }
        #expect(try workspace.published() == reference(records))
    }

    @Test func theSameRecordsExportedOnceMoreInOtherBytes() throws {
        let records = TinyShop.randomRecords(seed: 14, count: 800)
        let workspace = try Workspace()
        try workspace.write(TinyShop.manifest(), to: "pipeline.yaml")
        try workspace.write(TinyShop.log(records), to: "logs/all.csv")
        try workspace.write(TinyShop.log(records) + "\n", to: "logs/blank line.csv")
        let header = TinyShop.header + ",remark"
        let plain = records.filter { !$0.contains("\"") }
        try workspace.write(([header] + plain.map { $0 + ",x" }).joined(separator: "\r\n"), to: "logs/wider.csv")
        try workspace.night(date: "2026-11-02")
        #expect(try workspace.published() == reference(records))
    }

    @Test func aFileReplacedByItsCorrection() throws {
        let records = TinyShop.randomRecords(seed: 12, count: 1500)
        let workspace = try Workspace()
        try workspace.write(TinyShop.manifest(), to: "pipeline.yaml")
        try workspace.write(TinyShop.log(Array(records.prefix(900))), to: "logs/a.csv")
        try workspace.write(TinyShop.log(TinyShop.randomRecords(seed: 13, count: 500)), to: "logs/b.csv")
        try workspace.night(date: "2026-11-02")
        try workspace.write(TinyShop.log(Array(records.dropFirst(900))), to: "logs/b.csv")
        try workspace.night(date: "2026-11-02")
        #expect(try workspace.published() == reference(records))
    }
}
