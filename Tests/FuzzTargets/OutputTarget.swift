import Glibc
import Marts
import Vocabulary

/// The output's own files as they are read back: what is read is written again as it was read.
final class OutputTarget: FuzzTarget {
    static let name = "outputs"

    init() {}

    static func seeds() throws -> [[UInt8]] {
        let mart = try MartJSON.write(sample)
        let package = DataPackage.write(name: "p", [DataPackage.resource(sample, .json, content: mart)])
        let node = Array(
            #"{"id":"a","stage":"metrics","status":"done","seconds":0.5,"rows":3,"reason":null,"marts":["metrics/a"],"fingerprint":["x"]}"#.utf8)
        let results = Array(
            """
            {"schema":"nightmarket/run_results/1","run":"2026-11-01-001","pipeline":"p","date":"2026-11-01","snapshot":null,"status":"done",\
            "started":null,"seconds":1.5,"nodes":[],"sources":[],"balance":null,"lineage":[],"warnings":[]}
            """.utf8)
        return [[0] + mart, [1] + results, [2] + node, [3] + package] + ["metrics/a", "../x", "a/..", "双/十一", "/etc"].map { [4] + Array($0.utf8) }
            + ["=cmd|' /C calc'!A0", "+1", "\t=1", "a,\"b\"\r\n", "\u{2028}"].map { [5] + Array($0.utf8) }
    }

    private static let sample = Mart(
        id: "metrics/a", title: Label(en: "A", zh: "甲"), period: MartPeriod(name: "last 1d", from: "2026-11-01", to: nil),
        asOf: nil, provisional: false,
        columns: [
            MartColumn("channel", .string, role: .dimension, unit: nil, label: Label(en: "C", zh: "渠"), direction: 0, aggregation: .none),
            MartColumn("orders", .integer, role: .measure, unit: nil, label: Label(en: "O", zh: "单"), direction: 1, aggregation: .sum),
            MartColumn("rate", .number, role: .measure, unit: nil, label: Label(en: "R", zh: "率"), direction: 1, aggregation: .none),
            MartColumn("gmv", .money, role: .measure, unit: nil, label: Label(en: "G", zh: "额"), direction: 1, aggregation: .sum),
        ], notes: [], rows: [[.string("a\u{1}\""), .integer(1), .number(0.25), .money(1_500_000)], [.null, .null, .null, .null]])

    func run(_ input: UnsafeRawBufferPointer) throws {
        var choices = Choices(input)
        let kind = choices.byte() % 6
        let bytes = Array(choices.rest)
        do {
            switch kind {
            case 0:
                let written = try MartJSON.write(MartJSON.read(bytes))
                guard try MartJSON.write(MartJSON.read(written)) == written else { throw Finding("a mart does not come back") }
                _ = try MartCSV.write(MartJSON.read(written))
            case 1:
                let written = try RunResults(reading: bytes).write()
                guard try RunResults(reading: written).write() == written else { throw Finding("results do not come back") }
            case 2:
                let written = try RunResults.Node(reading: bytes, file: "f").write()
                guard try RunResults.Node(reading: written, file: "f").write() == written else {
                    throw Finding("a node does not come back")
                }
            case 3: _ = try DataPackage.read(bytes)
            case 4: try checkID(bytes)
            default: try checkCell(bytes)
            }
        } catch is Problem {
            return
        }
    }

    private func checkID(_ bytes: [UInt8]) throws {
        guard let text = String(validating: bytes, as: UTF8.self) else { return }
        let id = try MartID(text)
        for part in [id.stage, id.name] where part.hasPrefix(".") || part.utf8.contains(0x2F) || part.utf8.contains(0) || part.isEmpty {
            throw Finding("'\(text)' can leave the run's folder")
        }
    }

    /// A text cell in both forms: JSON gives it back unaltered, no spreadsheet takes the CSV for a formula.
    private func checkCell(_ bytes: [UInt8]) throws {
        guard let text = String(validating: bytes, as: UTF8.self) else { return }
        var mart = Self.sample
        mart.rows = [[.string(text), .integer(1), .null, .null]]
        guard case .string(let back) = try MartJSON.read(MartJSON.write(mart)).rows[0][0], back.utf8.elementsEqual(text.utf8) else {
            throw Finding("'\(text)' does not come back")
        }
        let csv = try MartCSV.write(mart)
        let cell = csv.drop { $0 != 0x0A }.dropFirst()
        let first = cell.first == 0x22 ? cell.dropFirst().first : cell.first
        if let first, "=+-@\t\r".utf8.contains(first) { throw Finding("the cell of '\(text)' is a formula") }
    }
}
