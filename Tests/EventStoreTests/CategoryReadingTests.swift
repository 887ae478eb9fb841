import EventLog
import EventStore
import Glibc
import TestSupport
import Testing
import Vocabulary

@Suite("Categories of a log file")
struct CategoryReadingTests {
    private static let names = ["source", "medium", "campaign", "term", "content", "placement"]

    private struct Row {
        var time: Int64
        var event: String
        var values: [String?]
    }

    private func format(_ layout: LogFormat.Layout) -> LogFormat {
        LogFormat(
            layout: layout, timeFormat: .microseconds,
            // Mapped in another order than they have in the file.
            mappings: [
                .init(Column("event_time", .time), from: .column("t")), .init(Column("event", .category), from: .column("e")),
                .init(Column("device_id", .key), from: .column("d")),
            ] + Self.names.reversed().map { .init(Column($0, .category), from: .column($0)) })
    }

    /// The segments of a file with this text.
    private func built(_ text: String, _ layout: LogFormat.Layout, rows: Int, rowLimit: Int) throws -> BuiltSegments {
        let store = try TemporaryStore()
        let path = "\(store.folder.path)/log"
        TemporaryStore.write(Array(text.utf8), path)
        let format = format(layout)
        let builder = try SegmentBuilder(
            columns: format.storedColumns, source: "web", folder: store.folder, namePrefix: "web", origin: "log", rowLimit: rowLimit)
        let reader = LogReader(path: path, displayName: "log", format: format, keys: KeyedHash(secret: Array(0..<16)))
        let report = try reader.read(reject: { _ in }, consume: builder.append)
        #expect(report.accepted == rows)
        return BuiltSegments(try builder.finish(), in: store)
    }

    private func csv(_ rows: [Row], quoted: (_ row: Int, _ field: Int) -> Bool) -> String {
        var lines = [(["t", "e"] + Self.names + ["d"]).joined(separator: ",")]
        for (row, content) in rows.enumerated() {
            let fields = ["\(content.time)", content.event] + content.values + ["device"]
            lines.append(
                fields.enumerated().map { field, value in
                    guard let value else { return "" }
                    let mustBe = value.isEmpty || value.contains { ",\"\n".contains($0) }
                    return mustBe || quoted(row, field) ? "\"\(value.replacing("\"", with: "\"\""))\"" : value
                }.joined(separator: ","))
        }
        return lines.joined(separator: "\n")
    }

    private func json(_ rows: [Row]) -> String {
        func text(_ value: String?) -> String {
            value.map { "\"\($0.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n"))\"" } ?? "null"
        }
        return rows.map { row in
            let fields = zip(["t", "e"] + Self.names + ["d"], ["\(row.time)", row.event] + row.values + ["device"])
            return "{" + fields.map { "\"\($0)\":\(text($1))" }.joined(separator: ",") + "}"
        }.joined(separator: "\n")
    }

    private func expectOneSegment(_ rows: [Row], rowLimit: Int = 1 << 20, isQuoted: (Int, Int) -> Bool) throws {
        var log = CategoryLog(names: Self.names)
        // What is empty is nothing, in quotes too.
        for row in rows { log.add(row.values.map { $0 == "" ? nil : $0 }, time: row.time, event: row.event) }
        let mixed = try built(csv(rows, quoted: isQuoted), .delimited, rows: rows.count, rowLimit: rowLimit)
        #expect(try mixed.differences(from: log, rowLimit: rowLimit) == [])
        for (text, layout) in [(csv(rows) { _, _ in true }, LogFormat.Layout.delimited), (json(rows), .jsonLines)] {
            let other = try built(text, layout, rows: rows.count, rowLimit: rowLimit)
            #expect(other.differences(from: mixed) == [])
        }
    }

    @Test(
        "records with and without quotes give the segment of records with quotes alone and that of JSON lines",
        arguments: 0..<8 as Range<UInt64>)
    func layouts(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let values: [String?] = [
            nil, "", "google", "cpc", "双十一", "a,b", "say \"hi\"", "two\nlines", "c\\d", "a-campaign-of-27-characters",
            String(repeating: "long ", count: 50),
        ]
        // The share of records in which something is quoted, from none that need not be to most.
        let share = [0, 0.02, 0.2, 0.8][Int(seed % 4)]
        let plain = values.filter { $0 != "" && !($0 ?? "").contains { ",\"\n".contains($0) } }
        let count = 6000
        let rows = (0..<count).map { _ in
            let pool = Double.random(in: 0..<1, using: &random) < share ? values : plain
            return Row(
                time: Int64.random(in: 0..<2000, using: &random), event: ["click", "purchase"].randomElement(using: &random) ?? "",
                values: Self.names.map { _ in pool.randomElement(using: &random) ?? nil })
        }
        let quoted = (0..<count).map { _ in Double.random(in: 0..<1, using: &random) < share }
        try expectOneSegment(rows, rowLimit: seed < 4 ? 1 << 20 : 1500) { row, field in quoted[row] && (row + field) % 3 == 0 }
    }

    @Test("neighbours of 65,535 bytes each are values, and no nulls")
    func longNeighbours() throws {
        let lengths: [Int?] = [nil, 65_535, 65_536, 5]
        let rows = (0..<64).map { n in
            let values = [n % 4, n / 4 % 4, n / 16].map { place in lengths[place].map { String(repeating: "x", count: $0) } }
            return Row(time: Int64(n), event: "click", values: values + [nil, nil, values[0]])
        }
        try expectOneSegment(rows) { _, _ in false }
    }
}
