import Foundation
import TestSupport
import Testing

/// Files made to exhaust or to confuse: each gets a clear answer within bounded memory, and costs no more than itself.
///
/// NIGHTMARKET_HOSTILE_SCALE makes the large ones so many times larger (scripts/hostile.sh: over 10 GB out of 10 MB).
@Suite(.serialized) struct HostileFileTests {
    private static let scale = ProcessInfo.processInfo.environment["NIGHTMARKET_HOSTILE_SCALE"].flatMap { Int($0) } ?? 1
    /// Bytes that a bomb unpacks to.
    private static let bomb = scale * 256 << 20
    /// What no process of a night may hold over such a file.
    private static let limit = 220 << 20

    /// A shop with one sound file, which comes last.
    private func shop(_ manifest: String = TinyShop.manifest(more: ["settle: 0s"])) throws -> Workspace {
        let workspace = try Workspace()
        try workspace.write(manifest, to: "pipeline.yaml")
        try workspace.write(TinyShop.log(TinyShop.records), to: "logs/sound.csv")
        return workspace
    }

    private func run(_ workspace: Workspace, _ more: [String] = []) throws -> (outcome: Outcome, peak: Int) {
        try workspace.measure("nightmarket", ["run", "pipeline.yaml", "--date", "2026-11-02"] + more)
    }

    /// gzip members: one of the text before, many of 16 MB of the byte, one of the text behind.
    private func bomb(_ before: String, _ byte: UInt8, _ behind: String) -> Data {
        let block = Compression.gzip([UInt8](repeating: byte, count: 16 << 20))
        var data = Data(Compression.gzip(Array(before.utf8)))
        for _ in 0..<Self.bomb >> 24 { data.append(contentsOf: block) }
        data.append(contentsOf: Compression.gzip(Array(behind.utf8)))
        return data
    }

    private static let good = "g1,2026-11-02T13:00:00+08:00,ann,d1,pv,cpc,,,"
    private static let start = TinyShop.header + "\nb1,2026-11-02T10:00:00+08:00,ann,d1,pv,cpc,,,"

    @Test(arguments: ["a field", "a quoted field", "fields", "NULs"])
    func aBombOfOneRecordIsOneReject(_ name: String) throws {
        let (quote, byte) = ["a quoted field": ("\"", "a"), "fields": ("", ","), "NULs": ("", "\u{0}")][name] ?? ("", "a")
        let before = Self.start + quote + (name == "NULs" ? String(repeating: "x", count: 8192) : "")
        let behind = "\(quote)\n\(Self.good)\n"
        let code = "csv.field-too-long"
        let workspace = try shop(TinyShop.manifest(more: ["reject_limit: 60%"]))
        let data = bomb(before, byte.utf8.first ?? 0, behind)
        #expect(data.count < Self.bomb / 500)
        try workspace.write(data, to: "logs/bomb.csv.gz")
        let (outcome, peak) = try run(workspace)
        #expect(outcome.status == 0, "\(name): \(outcome.error)")
        #expect(peak < Self.limit, "\(name): \(peak >> 20) MB")
        let status = try workspace.run("nightmarket", ["status", "pipeline.yaml"])
        #expect(status.output.contains("8 read = 1 rejected + 7 stored"), "\(name): \(status.output)")
        #expect(status.output.contains(code), "\(name): \(status.output)")
    }

    @Test(arguments: [("a", "log.bad-header"), ("\n", "log.empty"), ("\u{0}", "log.not-text"), (",", "log.bad-header")])
    func aBombWithoutARecordIsSaidToBeNoLog(byte: String, code: String) throws {
        let workspace = try shop()
        try workspace.write(bomb("", byte.utf8.first ?? 0, ""), to: "logs/bomb.csv.gz")
        let (outcome, peak) = try run(workspace)
        #expect(outcome.error.contains("logs/bomb.csv.gz"), "\(outcome.error)")
        #expect(outcome.error.contains(code), "\(outcome.error)")
        #expect([0, 65].contains(outcome.status), "\(outcome.status)")
        #expect(peak < Self.limit, "\(peak >> 20) MB")
    }

    @Test(arguments: [(#"{"id":"b1","page":""#, "a", #""}"#, "json.too-long"), ("", "[", "", "json.too-long"), ("", "{\"a\":", "", "json.")])
    func aLineOfJSONWithoutEndIsOneReject(before: String, text: String, behind: String, code: String) throws {
        let manifest = TinyShop.manifest(more: ["reject_limit: 60%"]).replacing("format: csv", with: "format: jsonl")
            .replacing("logs/*.csv*", with: "logs/*.jsonl*")
        let workspace = try shop(manifest)
        let good = #"{"id":"g1","ts":"2026-11-02T13:00:00+08:00","uid":"ann","action":"pv"}"#
        let deep = String(repeating: text, count: 100_000)
        let data = text.utf8.count == 1
            ? bomb("\(good)\n\(before)", text.utf8.first ?? 0, "\(behind)\n\(good.replacing("g1", with: "g2"))\n")
            : Data(Compression.gzip(Array("\(good)\n\(deep)\n\(good.replacing("g1", with: "g2"))\n".utf8)))
        try workspace.write(data, to: "logs/bomb.jsonl.gz")
        let (outcome, peak) = try run(workspace)
        #expect(outcome.status == 0, "\(outcome.error)")
        #expect(peak < Self.limit, "\(peak >> 20) MB")
        let status = try workspace.run("nightmarket", ["status", "pipeline.yaml"])
        #expect(status.output.contains("3 read = 1 rejected + 2 stored"), "\(status.output)")
        #expect(status.output.contains(code), "\(status.output)")
    }

    @Test func aFrameThatClaimsAWindowOfGigabytesIsDamage() throws {
        let workspace = try shop()
        // A zstd frame header whose window descriptor says 2 GB, and the beginning of a block.
        try workspace.write(Data([0x28, 0xB5, 0x2F, 0xFD, 0x00, 0xA8, 0x01, 0x00, 0x00]), to: "logs/bomb.csv.zst")
        try workspace.age("logs/bomb.csv.zst")
        let (outcome, peak) = try run(workspace)
        #expect(outcome.error.contains("log.damaged"), "\(outcome.error)")
        #expect(outcome.error.contains("logs/bomb.csv.zst"))
        #expect(peak < Self.limit, "\(peak >> 20) MB")
        #expect(try workspace.rows("metrics/daily").last?["events"] as? Int == 6)
    }

    @Test func aHundredThousandColumnsAreRefused() throws {
        let workspace = try shop()
        try workspace.write((0..<100_000).map { "c\($0)" }.joined(separator: ",") + "\n1\n", to: "logs/wide.csv")
        let (outcome, peak) = try run(workspace)
        #expect(outcome.status == 65)
        #expect(outcome.error.contains("logs/wide.csv: log.bad-header: the header has 100000 columns"), "\(outcome.error)")
        #expect(peak < Self.limit, "\(peak >> 20) MB")
    }

    @Test func manyDistinctValuesFit() throws {
        let count = 100_000 * min(Self.scale, 10)
        let nodes = TinyShop.standardNodes + "\n    pages: { period: last 2d, by: [page], metrics: [events], top: 5 }"
        let workspace = try shop(TinyShop.manifest(nodes: nodes.replacing("  funnel:\n", with: "")
            .replacing("    purchase: { period: last 2d, steps: [product_view, add_to_cart, purchase], within: 1d, by: [channel] }\n", with: "")))
        var text = TinyShop.header + "\n"
        for index in 0..<count {
            text += "m\(index),2026-11-02T10:00:00+08:00,u\(index),d\(index),pv,medium-\(index),,,page-\(index)\n"
        }
        try workspace.write(Data(Compression.gzip(Array(text.utf8))), to: "logs/many.csv.gz")
        let (outcome, peak) = try run(workspace)
        #expect(outcome.status == 0, "\(outcome.error)")
        #expect(peak < 400 << 20 + count * 600, "\(peak >> 20) MB")
        let counted = try workspace.rows("metrics/pages").compactMap { $0["events"] as? Int }.max() ?? 0
        #expect(counted >= count)
    }

    @Test(arguments: ["aliases", "length", "nesting", "condition"])
    func aManifestMadeToExhaustIsRefused(_ kind: String) throws {
        let workspace = try shop()
        var manifest = try workspace.read("pipeline.yaml")
        switch kind {
        case "aliases":
            manifest += "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
            for level in 1...12 {
                manifest += "a\(level): &a\(level) [\(Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", "))]\n"
            }
        case "length": manifest += String(repeating: "# nothing\n", count: 1 << 20)
        case "nesting": manifest += "a: " + String(repeating: "[", count: 100_000)
        default:
            let deep = String(repeating: "(", count: 100_000) + "medium" + String(repeating: ")", count: 100_000)
            manifest = manifest.replacing("medium = 'cpc'", with: deep)
        }
        try workspace.write(manifest, to: "pipeline.yaml")
        let (outcome, peak) = try run(workspace)
        #expect(outcome.status == 78, "\(outcome.error.prefix(500))")
        #expect(outcome.error.contains("pipeline.yaml:"), "\(outcome.error.prefix(500))")
        #expect(outcome.error.utf8.count < 5000)
        #expect(peak < Self.limit, "\(peak >> 20) MB")
        #expect(!workspace.exists("store/catalogue.json"))
    }
}
