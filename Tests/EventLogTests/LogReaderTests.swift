import Chronology
import EventLog
import Foundation
import TestSupport
import Testing
import Vocabulary

@Suite struct LogReaderTests {
    private func mapping(_ name: String, _ origin: String? = nil, required: Bool = false) -> LogFormat.Mapping {
        LogFormat.Mapping(
            Column.standard(name) ?? Column(name, .text), from: .column(origin ?? name), required: required)
    }

    @Test func everyKindOfColumnIsTyped() throws {
        let format = LogFormat(
            zone: try Zone(named: "Asia/Shanghai"),
            mappings: [
                mapping("event_id", "id"), mapping("event_time", "ts"), mapping("event", "action"),
                mapping("user_id", "uid"), mapping("device_id", "did"), mapping("inviter_id", "by"),
                mapping("quantity", "n"), mapping("amount", "price"), mapping("is_member", "vip"),
                LogFormat.Mapping(Column("born", .date), from: .column("born")), mapping("page"),
                LogFormat.Mapping(Column("system", .category), from: .constant("shop")),
            ],
            eventNames: ["pv": "product_view", "buy": "purchase"])
        let contents = try LogFixture.read(
            """
            extra,id,ts,action,uid,did,by,n,price,vip,born,page
            -,e1,2026-11-01 20:00:00,pv,u1,d1,u1,3,12.5,yes,1999-12-31,/a
            -,,2026-11-01T12:00:00Z,other,"",,,,,,,""

            """, format)
        func key(_ space: String, _ id: String) -> String {
            LogFixture.hexadecimal(LogFixture.keys.hash(space: space, id))
        }
        let instant = "1793534400000000"
        #expect(
            contents.rows == [
                [
                    key("event", "e1"), instant, "product_view", key("user", "u1"), key("device", "d1"),
                    key("user", "u1"), "3",
                    "12500000", "1", "10956", "/a", "shop",
                ],
                [nil, instant, "other", nil, nil, nil, nil, nil, nil, nil, nil, "shop"],
            ])
        #expect(contents.report.warnings == [])
    }

    @Test func emptyStringsAreNull() throws {
        for type in ColumnType.allCases {
            let contents = try LogFixture.read("\"\",\n,\n", LogFixture.single(type))
            #expect(contents.values == [nil, nil])
        }
    }

    @Test func aRequiredColumnWithoutAValueIsAReject() throws {
        for type in ColumnType.allCases {
            let contents = try LogFixture.read("\"\",\n,\n", LogFixture.single(type, required: true))
            #expect(contents.codes == ["value.missing", "value.missing"])
            #expect(contents.rejects.allSatisfy { $0.column == "value" })
        }
    }

    @Test func rowsAroundRejectsKeepTheirValues() throws {
        var text = ""
        for record in 0..<10_000 { text += record % 7 == 3 ? "oops,x\n" : "\(record),x\n" }
        let contents = try LogFixture.read(text, LogFixture.single(.integer))
        let kept = (0..<10_000).filter { $0 % 7 != 3 }
        #expect(contents.values == kept.map { String($0) })
        #expect(contents.numbers == kept.map { Int64($0) + 1 })
        #expect(contents.report.read == 10_000)
        #expect(contents.report.rejected == 10_000 - kept.count)
    }

    @Test func eventNamesAreTakenByTheirBytes() throws {
        var format = LogFixture.single(.category, named: "event")
        var names: [String: String] = [:]
        for index in 0..<100 { names["theirs \(index)"] = "ours \(index)" }
        names["浏览"] = "page_view"
        names["\u{E9}"] = "composed"
        format.eventNames = names
        var text = (0..<120).map { "theirs \($0),\n" }.joined()
        text += "浏览,\n\u{E9},\ne\u{301},\n"
        let expected =
            (0..<120).map { $0 < 100 ? "ours \($0)" : "theirs \($0)" } + ["page_view", "composed", "e\u{301}"]
        let values = try LogFixture.read(text, format).values
        #expect(values.map { $0.map { Array($0.utf8) } } == expected.map { Array($0.utf8) })
    }

    @Test func constantsAreTypedOnceAndWrongOnesAreAProblem() throws {
        func format(_ type: ColumnType, _ text: String, required: Bool = false) -> LogFormat {
            LogFormat(
                header: ["a"],
                mappings: [
                    LogFormat.Mapping(Column("fixed", type), from: .constant(text), required: required)
                ])
        }
        #expect(try LogFixture.read("x\ny\n", format(.decimal, "1.5")).values == ["1500000", "1500000"])
        #expect(try LogFixture.read("x\n", format(.date, "2026-11-11")).values == ["20768"])
        #expect(try LogFixture.read("x\n", format(.text, "双")).values == ["双"])
        #expect(try LogFixture.read("x\n", format(.integer, "")).values == [nil])
        #expect(problem { _ = try LogFixture.read("x\n", format(.integer, "many")) }?.code == .logBadConstant)
        #expect(problem { _ = try LogFixture.read("x\n", format(.text, "", required: true)) }?.code == .logBadConstant)
    }

    @Test func aMissingColumnIsAProblemThatNamesItAndTheNearestOne() throws {
        let format = LogFormat(mappings: [mapping("event_time", "timestamp"), mapping("page")])
        let found = try #require(problem { _ = try LogFixture.read("timestmp,page\n1,2\n", format) })
        #expect(found.code == .logMissingColumn)
        #expect(found.message == "there is no column 'timestamp'")
        #expect(found.help == "did you mean 'timestmp'?")
        #expect(found.place == .path("log.csv"))
        let both = try #require(problem { _ = try LogFixture.read("x,y\n1,2\n", format) })
        #expect(both.message == "there is no column 'timestamp', 'page'")
        #expect(both.help == "the file has 'x', 'y'")
    }

    @Test func aMappedColumnThatIsThereTwiceIsAProblemAndAnotherOneIsNot() throws {
        let format = LogFormat(mappings: [mapping("page")])
        #expect(problem { _ = try LogFixture.read("page,x,page\n1,2,3\n", format) }?.code == .logDuplicateColumn)
        #expect(try LogFixture.read("x,page,x\n1,2,3\n", format).values == ["2"])
    }

    @Test func headersMayBeQuotedAndFollowAByteOrderMark() throws {
        let format = LogFormat(mappings: [mapping("page", "the \"page\"\nshown")])
        #expect(try LogFixture.read("\u{FEFF}\"the \"\"page\"\"\nshown\",b\r\n1,2\r\n", format).values == ["1"])
        #expect(problem { _ = try LogFixture.read("a\"b,c\n1,2\n", format) }?.code == .logBadHeader)
    }

    @Test func aFileWithoutAHeaderIsEmptyAndOneWithoutRecordsIsNot() throws {
        let headered = LogFormat(mappings: [mapping("page")])
        for text in ["", "\n\r\n", "\u{FEFF}"] {
            #expect(problem { _ = try LogFixture.read(text, headered) }?.code == .logEmpty)
        }
        let headerOnly = try LogFixture.read("page\n", headered)
        #expect(headerOnly.report.read == 0)
        #expect(headerOnly.report.warnings.count == 1)
        #expect(try LogFixture.read("", LogFixture.textColumns(1)).report.read == 0)
    }

    @Test func whatIsNotTextIsAProblem() {
        let files: [[UInt8]] = [
            [0x50, 0x4B, 3, 4] + [UInt8](repeating: 0, count: 30), [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0],
            [0xFF, 0xFE, 0x61, 0, 0x2C, 0], (0..<200).map { UInt8($0) }, [UInt8](repeating: 0, count: 100),
        ]
        for bytes in files {
            #expect(problem { _ = try LogFixture.read(bytes, LogFixture.textColumns(1)) }?.code == .logNotText)
        }
    }

    @Test func aNULOrBadUTF8InTextIsAReject() throws {
        let contents = try LogFixture.read(
            Array("some text that is long,\n".utf8) + [0x61, 0, 0x2C, 0x0A, 0xC3, 0x28, 0x2C, 0x0A],
            LogFixture.single(.category))
        #expect(contents.codes == ["text.nul", "text.not-utf8"])
        #expect(contents.report.accepted == 1)
    }

    @Test func aFileThatCannotBeReadIsAProblem() throws {
        for path in ["/nowhere/at/all.csv", "/"] {
            let reader = LogReader(
                path: path, displayName: "it", format: LogFixture.textColumns(1), keys: LogFixture.keys)
            let found = problem { _ = try reader.read(reject: { _ in }, consume: { _ in }) }
            #expect(found?.code == .logUnreadable)
            #expect(found?.place == .path("it"))
        }
    }

    @Test func errorsOfTheConsumerPassThrough() throws {
        struct Stop: Error {}
        try LogFixture.withFile(Array("a\nb,c\n".utf8)) { path in
            let reader = LogReader(
                path: path, displayName: "it", format: LogFixture.textColumns(1), keys: LogFixture.keys)
            #expect(throws: Stop.self) { try reader.read(reject: { _ in }, consume: { _ in throw Stop() }) }
            #expect(throws: Stop.self) { try reader.read(reject: { _ in throw Stop() }, consume: { _ in }) }
        }
    }

    @Test func theContentHashIsXXH3OfTheDecodedBytes() throws {
        // Of nothing and of "abc", as xxhsum -H2 prints them.
        #expect(
            try LogFixture.read("", LogFixture.textColumns(1)).report.contentHash
                == "99aa06d3014798d86001c324468d497f")
        let abc = try LogFixture.read("abc", LogFixture.textColumns(1)).report
        #expect(abc.contentHash == "06b05ab6733a618578af5f94892f3950")
        #expect(abc.decodedBytes == 3)
    }

    @Test func theWindowDoesNotGrowWithTheFile() throws {
        // 64 MB of one line, and 8 MB of many, from some 100 KB; then a quote that is never closed.
        let line = Compression.gzip([UInt8](repeating: 0x78, count: 16 << 20))
        let many = String(repeating: String(repeating: "y", count: 4095) + "\n", count: 512)
        let lines = Compression.gzip(Array(many.utf8))
        let file = [line, line, line, line, Compression.gzip(Array("\n\"z\n".utf8)), lines, lines, lines, lines]
        var largest = 0
        try LogFixture.withFile(file.flatMap { $0 }) { path in
            let reader = LogReader(
                path: path, displayName: "it", format: LogFixture.textColumns(1), keys: LogFixture.keys)
            let report = try reader.read(reject: { _ in }, consume: { largest = max(largest, $0.text.count) })
            #expect(report.rejectedByCode == ["csv.field-too-long": 1, "csv.unterminated-quote": 1])
            #expect(report.accepted == 512 * 4)
            #expect(report.decodedBytes == (64 << 20) + 4 + (8 << 20))
        }
        // A batch's text is all of the window but its free room for unescaped fields, which is as much again.
        #expect(largest <= 9 << 20)
    }
}
