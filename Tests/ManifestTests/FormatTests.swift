import EventLog
import Manifest
import Testing
import Vocabulary

@Suite struct FormatTests {
    private func source(_ lines: String, kind: String = "events") -> String {
        minimal(
            source: "  it:\n    kind: \(kind)\n    files: \"*\"\n"
                + lines.split(separator: "\n").map { "    \($0)\n" }.joined())
    }

    private func log(_ lines: String) throws -> LogFormat {
        let manifest = try parsed(source("columns: { event_time: ts, event: action }\n" + lines))
        return try #require(manifest.sources.first).log
    }

    @Test func everyFormatIsDeclaredInWords() throws {
        let json = try log("format: jsonl\nexplode: order.lines\ncompression: zstd\nencoding: utf-16")
        #expect(json.layout == .jsonLines)
        #expect(json.explode == "order.lines")
        #expect(json.compression == .zstd)
        #expect(json.encoding == .utf16)
        let plain = try log("encoding: gb18030")
        #expect(plain.layout == .delimited)
        #expect(plain.encoding == .gb18030)
        #expect(plain.dialect == LogFormat.Dialect())
    }

    @Test func quirksAreDeclaredInWords() throws {
        let dialect = try log(
            """
            quote: none
            skip_lines: 3
            totals: { column: ts, values: [Total, 合计] }
            trim: true
            null_values: ['-', 'NULL']
            numbers: { percent: true, thousands: ',', currency: ['¥', '$'] }
            """
        ).dialect
        #expect(
            dialect
                == LogFormat.Dialect(
                    quotes: false, preamble: .lines(3), totals: .init(column: "ts", values: ["Total", "合计"]),
                    trims: true, nullValues: ["-", "NULL"],
                    numbers: LogFormat.NumberStyle(percent: true, thousands: ",", currency: ["¥", "$"])))
        #expect(try log("skip_until_header: true").dialect.preamble == .untilHeader)
        #expect(try log("numbers: { decimal: ',', thousands: '.', currency: € }").dialect.numbers?.decimal == 0x2C)
    }

    static let mistaken: [(String, String)] = [
        ("format: json", "did you mean 'jsonl'?"), ("encoding: gbk", "one of utf-8, gb18030, utf-16, latin-1"),
        ("explode: lines", "'explode' has no meaning in delimited text"),
        ("format: jsonl\nskip_lines: 1", "'skip_lines' has no meaning in JSON lines"),
        ("format: jsonl\ntotals: { column: a, values: b }", "'totals' has no meaning in JSON lines"),
        ("skip_lines: 1\nskip_until_header: true", "a header is looked for and lines are skipped"),
        ("header: [ts, action]\nskip_until_header: true", "a header is looked for and the columns are listed"),
        ("header: [ts, action]\ntotals: { column: tss, values: x }", "did you mean 'ts'?"),
        ("numbers: { thousands: '.' }", "'.' cannot part thousands"),
        ("numbers: { thousands: '5' }", "'5' cannot part thousands"),
        ("numbers: { currency: ['1'] }", "'1' cannot be a currency sign"), ("totals: { column: ts }", "values"),
    ]

    @Test func whatCannotBeIsAMistake() {
        for (lines, expected) in Self.mistaken {
            let found = mistakes(source("columns: { event_time: ts, event: action }\n" + lines))
            #expect(found.count == 1 && found.first?.contains(expected) == true, "\(lines): \(found)")
        }
    }

    @Test func everyTableKindHasItsColumnsAndItsKey() throws {
        let kinds: [(String, String, [String], [Column])] = [
            (
                "orders", "order_id: o, ordered_at: t, item_id: l, state: s, refund_amount: r", ["order_id", "item_id"],
                [
                    Column("order_id", .text), Column("item_id", .text), Column("ordered_at", .time),
                    Column("refund_amount", .decimal), Column("state", .category),
                ]
            ),
            (
                "budget", "from: a, to: b, channel: c, planned: p", ["channel", "from", "to"],
                [Column("channel", .category), Column("from", .date), Column("planned", .decimal), Column("to", .date)]
            ),
            (
                "catalogue", "product_id: p, valid_from: v, cost: c", ["product_id", "valid_from"],
                [Column("product_id", .category), Column("cost", .decimal), Column("valid_from", .date)]
            ),
            ("customers", "user_id: u, segment: s", ["user_id"], [Column("user_id", .key), Column("segment", .category)]),
            (
                "rates", "date: d, currency: c, rate: r", ["date", "currency"],
                [Column("currency", .category), Column("date", .date), Column("rate", .decimal)]
            ),
            (
                "targets", "metric: m, value: v, channel: c", ["channel", "metric"],
                [Column("channel", .category), Column("metric", .category), Column("value", .decimal)]
            ),
            (
                "measures", "date: d, metric: m, value: v, shop: s", ["date", "metric", "shop"],
                [
                    Column("date", .date), Column("metric", .category), Column("shop", .category),
                    Column("value", .decimal),
                ]
            ),
        ]
        for (kind, columns, key, stored) in kinds {
            let source = try #require(try parsed(source("columns: { \(columns) }", kind: kind)).sources.first)
            #expect(source.kind.isTable)
            #expect(source.key == key, "\(kind)")
            #expect(source.log.storedColumns == stored, "\(kind)")
            let required = Set(source.log.mappings.filter(\.required).map(\.column.name))
            #expect(!required.isEmpty, "\(kind)")
            for missing in required {
                let rest = columns.split(separator: ", ").filter { !$0.hasPrefix("\(missing):") }.joined(separator: ", ")
                let found = mistakes(self.source("columns: { \(rest) }", kind: kind))
                #expect(found.contains { $0.contains(missing) }, "\(kind) without \(missing): \(found)")
            }
        }
    }
}
