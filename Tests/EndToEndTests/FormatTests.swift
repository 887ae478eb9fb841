import Foundation
import Testing

/// The same events in every format that people have.
@Suite struct FormatTests {
    /// The shop's records as JSON lines.
    static func jsonLines() throws -> String {
        let names = TinyShop.header.split(separator: ",").map(String.init)
        return try TinyShop.records.map { record in
            var values = record.split(separator: ",", maxSplits: names.count - 1, omittingEmptySubsequences: false).map(String.init)
            if let last = values.last, last.hasPrefix("\"") {
                values[values.count - 1] = String(last.dropFirst().dropLast()).replacing("\"\"", with: "\"")
            }
            var object: [String: Any] = [:]
            for (name, value) in zip(names, values) where !value.isEmpty { object[name] = value }
            let properties = ["amount": object.removeValue(forKey: "amount") ?? NSNull()]
            object["properties"] = properties
            return String(decoding: try JSONSerialization.data(withJSONObject: object), as: UTF8.self) + "\n"
        }.joined()
    }

    private func published(_ manifest: String, _ data: Data, as name: String) throws -> [String: String] {
        let workspace = try Workspace()
        try workspace.write(manifest, to: "pipeline.yaml")
        try workspace.write(data, to: name)
        try workspace.night(date: "2026-11-02")
        return try workspace.published()
    }

    @Test func theSameEventsInAnyFormatGiveTheSameBytes() throws {
        let log = TinyShop.log(TinyShop.records)
        let plain = try published(TinyShop.manifest(), Data(log.utf8), as: "logs/a.csv")
        let utf16 = try #require(log.data(using: .utf16LittleEndian))
        #expect(try published(TinyShop.manifest(more: ["encoding: utf-16"]), utf16, as: "logs/a.csv") == plain)
        #expect(try published(TinyShop.manifest(more: ["encoding: gb18030"]), Data(log.utf8), as: "logs/a.csv") == plain)
        let titled = "report\n\nsep=;\n" + log.replacing(",", with: ";").replacing("\"a; ", with: "\"a, ")
        let skipping = try published(TinyShop.manifest(more: ["skip_lines: 2"]), Data(titled.utf8), as: "logs/a.csv")
        #expect(skipping == plain)
        let json = TinyShop.manifest().replacing("format: csv", with: "format: jsonl")
            .replacing("amount: amount", with: "amount: properties.amount").replacing("logs/*.csv*", with: "logs/*.jsonl*")
        #expect(try published(json, Data(Self.jsonLines().utf8), as: "logs/a.jsonl") == plain)
    }

    @Test func totalsAreShownApartAndTablesOfEveryKindAreKept() throws {
        let workspace = try Workspace()
        let sources = """
              budget:
                kind: budget
                files: budget.csv
                columns: { from: 开始, to: 结束, channel: 渠道, planned: 预算 }
                totals: { column: 渠道, values: [合计] }
                numbers: { thousands: ',', currency: ['¥'] }
                null_values: ['-']
            channels:
            """
        try workspace.write(TinyShop.manifest().replacing("channels:", with: sources), to: "pipeline.yaml")
        try workspace.write(TinyShop.log(TinyShop.records), to: "logs/a.csv")
        try workspace.write(
            "开始,结束,渠道,预算\n2026-11-01,2026-11-12,douyin,\"¥1,200,000\"\n2026-11-01,2026-11-12,合计,\"¥1,200,000\"\n",
            to: "budget.csv")
        try workspace.night(date: "2026-11-02")
        let status = try workspace.run("nightmarket", ["status", "pipeline.yaml"]).output
        #expect(status.contains("source      budget: files 1 live\n  1 read = 0 rejected + 1 stored"), "\(status)")
        #expect(status.contains("1 rows of totals"))
    }

    @Test func aFormatOfTimesThatIsNoneSaysWhatOneIs() throws {
        let workspace = try Workspace()
        for (format, help) in [("epoch_sec", "did you mean 'epoch_s'?"), ("DD/MM/YYYY", "or a pattern: yyyy, MM or MMM, dd")] {
            try workspace.write(TinyShop.manifest(more: ["time: { format: '\(format)' }"]), to: "pipeline.yaml")
            let check = try workspace.run("nightmarket", ["check", "pipeline.yaml"])
            #expect(check.status == 78 && check.error.contains("pipeline.yaml:") && check.error.contains(help), "\(check.error)")
        }
    }
}
