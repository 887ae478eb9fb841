import EventLog
import TestSupport
import Testing
import Vocabulary

@Suite struct DialectTests {
    private func report(_ dialect: LogFormat.Dialect, header: [String]? = nil) -> LogFormat {
        LogFormat(
            dialect: dialect, header: header,
            mappings: [
                LogFormat.Mapping(Column("date", .date), from: .column("日期"), required: true),
                LogFormat.Mapping(Column("spend", .decimal), from: .column("消耗")),
                LogFormat.Mapping(Column("campaign", .category), from: .column("计划")),
            ])
    }

    private let day = "20758"

    @Test func linesInFrontOfTheHeaderAreSkipped() throws {
        let body = "日期,消耗,计划\n2026-11-01,1.5,a\n"
        for (text, count) in [("报表,\"x\n\n" + body, 2), ("t\r\n\r\n" + body, 2), ("t\r" + body, 1), (body, 0)] {
            let contents = try LogFixture.read(text, report(.init(preamble: .lines(count))))
            #expect(contents.rows == [[day, "1500000", "a"]], "\(text)")
        }
        #expect(problem { _ = try LogFixture.read("a\n", report(.init(preamble: .lines(5)))) }?.code == .logEmpty)
    }

    @Test func longTitlesAreSkippedWhateverTheWindow() throws {
        var limits = RecordLimits()
        limits.window = 64
        let text = String(repeating: "题", count: 500) + "\r\n日期,消耗,计划\n2026-11-01,1,a\n"
        let contents = try LogFixture.read(Array(text.utf8), report(.init(preamble: .lines(1))), limits: limits)
        #expect(contents.rows == [[day, "1000000", "a"]])
    }

    @Test func theHeaderIsFoundBehindTitlesAndNothingBeforeItCounts() throws {
        let text = "广告报表\n导出时间,2026-11-02\n\n日期,计划,消耗,备注\n2026-11-01,a,2,\n"
        let contents = try LogFixture.read(text, report(.init(preamble: .untilHeader)))
        #expect(contents.rows == [[day, "2000000", "a"]])
        #expect(contents.report.read == 1)
        let found = problem { _ = try LogFixture.read("标题\n日期,花费,计划\n1,2,3\n", report(.init(preamble: .untilHeader))) }
        #expect(found?.code == .logMissingColumn)
        #expect(found?.message == "there is no column '消耗'")
        #expect(problem { _ = try LogFixture.read("\n", report(.init(preamble: .untilHeader))) }?.code == .logEmpty)
    }

    @Test func excelsLineOfTheDelimiterIsObeyed() throws {
        for (line, delimiter) in [("sep=;\r\n", ";"), ("SEP=\t\n", "\t"), ("\u{FEFF}sep=|\n", "|")] {
            let text = line + ["日期", "消耗", "计划"].joined(separator: delimiter) + "\n2026-11-01\(delimiter)1\(delimiter)a,b\n"
            #expect(try LogFixture.read(text, report(.init())).rows == [[day, "1000000", "a,b"]])
        }
        let headerless = try LogFixture.read("sep=;\n2026-11-01;1;a\n", report(.init(), header: ["日期", "消耗", "计划"]))
        #expect(headerless.rows == [[day, "1000000", "a"]])
        #expect(try LogFixture.read("sep=;x,1\n", LogFixture.textColumns(2)).rows == [["sep=;x", "1"]])
    }

    @Test func totalsAreNoRecordsAndAreCounted() throws {
        let totals = LogFormat.Dialect.Totals(column: "日期", values: ["合计", "Total"])
        let text = "日期,消耗,计划\n合计,9,-\n2026-11-01,1,a\nx,1,b\nTotal,9,\n"
        let contents = try LogFixture.read(text, report(.init(totals: totals)))
        #expect(contents.rows == [[day, "1000000", "a"]])
        #expect(contents.numbers == [2])
        #expect(contents.rejects.map(\.record) == [3])
        #expect((contents.report.read, contents.report.rejected, contents.report.totals) == (2, 1, 2))
        let missing = problem { _ = try LogFixture.read(text, report(.init(totals: .init(column: "日子", values: ["x"])))) }
        #expect(missing?.code == .logMissingColumn)
    }

    @Test func whatMeansNothingIsNullAndRequiredStaysRequired() throws {
        let text = "日期,消耗,计划\n2026-11-01,-,--\n2026-11-01,\"N/A\",N/A\n-,1,a\n"
        let contents = try LogFixture.read(text, report(.init(nullValues: ["-", "N/A"])))
        #expect(contents.rows == [[day, nil, "--"], [day, nil, nil]])
        #expect(contents.codes == ["date.missing"])
    }

    @Test func blanksAndFormulasAroundFieldsAreTrimmedWhereAskedFor() throws {
        let text = "日期,消耗,计划\n 2026-11-01\t,\t1.5 ,\" a b\u{3000}\"\n2026-11-01,2,\"=\"\"007\"\"\"\n2026-11-01,\u{A0}-,\" =\"\" \"\" \"\n 合计,9,x\n2026-11-01,3, \t\n"
        let totals = LogFormat.Dialect.Totals(column: "日期", values: ["合计"])
        let trimmed = try LogFixture.read(text, report(.init(totals: totals, trims: true, nullValues: ["-"])))
        #expect(
            trimmed.rows == [[day, "1500000", "a b"], [day, "2000000", "007"], [day, nil, nil], [day, "3000000", nil]])
        #expect(trimmed.report.totals == 1)
        // Unasked, they stay, and are in the way of numbers and days.
        let plain = try LogFixture.read(text, report(.init()))
        #expect(plain.rows == [[day, "2000000", "=\"007\""], [day, "3000000", " \t"]])
        #expect(plain.rejects.count == 3)
    }

    /// Ids that differ in blanks alone are one where trimmed, in JSON lines as well.
    @Test func trimmedIdsAreOne() throws {
        func ids(_ trims: Bool, _ layout: LogFormat.Layout, _ text: String) throws -> Int {
            let format = LogFormat(
                layout: layout, dialect: .init(trims: trims),
                mappings: [.init(Column("event_time", .time), from: .column("t")), .init(Column("user_id", .key), from: .column("u"))])
            return Set(try LogFixture.read(text, format).rows.map { $0[1] }).count
        }
        let table = "t,u\n" + ["u1", "u1\t", " u1", "\"=\"\"u1\"\"\"", "=\"u1\""].map { "2026-11-01,\($0)\n" }.joined()
        let lines = ["u1", "u1\\t", " u1"].map { "{\"t\":\"2026-11-01\",\"u\":\"\($0)\"}\n" }.joined()
        #expect(try ids(true, .delimited, table) == 1)
        #expect(try ids(true, .jsonLines, lines) == 1)
        #expect(try ids(false, .jsonLines, lines) == 3)
    }

    @Test func withoutQuotesAQuoteIsACharacter() throws {
        var format = LogFixture.textColumns(2, delimiter: 0x09)
        format.dialect.quotes = false
        for scans in [true, false] {
            let contents = try LogFixture.read(
                Array("5\" disk\t\"a\n\"x\"\t\"\"\"\"\"\"\"\"\"\n".utf8), format, scansPlainLines: scans)
            #expect(contents.rows == [["5\" disk", "\"a"], ["\"x\"", "\"\"\"\"\"\"\"\"\""]])
        }
    }

    static let numbers: [(LogFormat.NumberStyle, String, Int64?)] = {
        let chinese = LogFormat.NumberStyle(percent: true, thousands: ",", currency: ["¥", "￥", "$", "US$", "元"])
        let german = LogFormat.NumberStyle(percent: true, thousands: ".", currency: ["€"], decimal: 0x2C)
        return [
            (chinese, "1234.5", 1_234_500_000), (chinese, "1,234.5", 1_234_500_000), (chinese, "¥1,234", 1_234_000_000),
            (chinese, "￥-1,234,567.891", -1_234_567_891_000), (chinese, "-¥ 5", -5_000_000), (chinese, "5 元", 5_000_000),
            (chinese, "US$1", 1_000_000), (chinese, "(1,000)", -1_000_000_000), (chinese, " 7 ", 7_000_000),
            (chinese, "12.5%", 125_000), (chinese, "5%", 50_000), (chinese, "0.05%", 500), (chinese, "-150%", -1_500_000),
            (chinese, "1,234.5 %", 12_345_000), (chinese, ".5%", 5_000), (chinese, "100%", 1_000_000),
            (chinese, "0.00005%", 0), (chinese, "0.00015%", 2),
            (chinese, "1,23", nil), (chinese, "12,34,567", nil), (chinese, ",123", nil), (chinese, "1,", nil),
            (chinese, "1,234,", nil), (chinese, "1234,567", nil), (chinese, "1.5,000", nil), (chinese, "%", nil),
            (chinese, "¥", nil), (chinese, "--5", nil), (chinese, "5%%", nil), (chinese, "¥¥5", nil), (chinese, "()", nil),
            (chinese, "", nil), (chinese, ".", nil), (chinese, ".%", nil), (chinese, "1e3", nil),
            (chinese, String(repeating: "9", count: 100), nil),
            (german, "1.234,5", 1_234_500_000), (german, "1.234", 1_234_000_000), (german, "1,5 €", 1_500_000),
            (german, "12,5%", 125_000), (german, "1.23", nil), (german, "1,5,5", nil),
        ]
    }()

    @Test func styledNumbersAreExactAndOthersAreRefused() {
        for (style, text, expected) in Self.numbers {
            var value: Int64 = 0
            let typing = StyledNumber(style)
            let fault = Array(text.utf8).withUnsafeBytes { typing.decimal($0, &value) }
            #expect((fault == .none ? value : nil) == expected, "\(text)")
        }
    }

    @Test func randomNumbersComeBackFromTheirStyle() {
        var random = SeededGenerator(seed: 95)
        let typing = StyledNumber(.init(percent: true, thousands: ",", currency: ["¥"]))
        for _ in 0..<20_000 {
            let value = Int64.random(in: -1_000_000_000_000...1_000_000_000_000, using: &random)
            let isPercent = Bool.random(using: &random)
            let scaled = isPercent ? value * 100 : value
            let magnitude = scaled.magnitude
            var groups: [String] = []
            var rest = magnitude / 1_000_000
            repeat {
                let group = String(rest % 1000)
                rest /= 1000
                groups.insert(rest > 0 ? String(repeating: "0", count: 3 - group.count) + group : group, at: 0)
            } while rest > 0
            let places = String(magnitude % 1_000_000 + 1_000_000).dropFirst()
            let text = (scaled < 0 ? "-" : "") + (isPercent ? "" : "¥") + groups.joined(separator: ",") + ".\(places)"
                + (isPercent ? "%" : "")
            var read: Int64 = 0
            #expect(Array(text.utf8).withUnsafeBytes { typing.decimal($0, &read) } == .none)
            #expect(read == value, "\(text)")
        }
    }
}
