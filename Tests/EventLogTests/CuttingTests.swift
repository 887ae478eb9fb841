import EventLog
import TestSupport
import Testing
import Vocabulary

@Suite struct CuttingTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var text: String
        var rows: [[String?]]
        var codes: [String] = []
        var testDescription: String { name }
    }

    static let cases: [Case] = [
        Case(name: "plain", text: "a,b\nc,d\n", rows: [["a", "b"], ["c", "d"]]),
        Case(name: "no line end at the end", text: "a,b\nc,d", rows: [["a", "b"], ["c", "d"]]),
        Case(name: "quotes", text: "\"a\",b\n", rows: [["a", "b"]]),
        Case(name: "a delimiter in quotes", text: "\"a,x\",b\n", rows: [["a,x", "b"]]),
        Case(name: "doubled quotes", text: "\"a\"\"x\"\"\",b\n", rows: [["a\"x\"", "b"]]),
        Case(name: "only a doubled quote", text: "\"\"\"\",b\n", rows: [["\"", "b"]]),
        Case(name: "line feed in quotes", text: "\"a\nx\",b\nc,d\n", rows: [["a\nx", "b"], ["c", "d"]]),
        Case(name: "CRLF in quotes", text: "\"a\r\nx\",b\r\nc,d\r\n", rows: [["a\r\nx", "b"], ["c", "d"]]),
        Case(name: "CRLF", text: "a,b\r\nc,d\r\n", rows: [["a", "b"], ["c", "d"]]),
        Case(name: "bare CR", text: "a,b\rc,d\r", rows: [["a", "b"], ["c", "d"]]),
        Case(name: "blank lines are no records", text: "\n\r\na,b\n\n\r\r\nc,d\n\n", rows: [["a", "b"], ["c", "d"]]),
        Case(name: "blanks are kept", text: " a , b\n", rows: [[" a ", " b"]]),
        Case(name: "a line of blanks is a record", text: "  \na,b\n", rows: [["a", "b"]], codes: ["csv.field-count"]),
        Case(name: "nothing is nothing in quotes too", text: ",\"\"\n\"\",a\n", rows: [[nil, nil], [nil, "a"]]),
        Case(name: "a lone delimiter", text: ",\n", rows: [[nil, nil]]),
        Case(name: "a delimiter before the end", text: "a,", rows: [["a", nil]]),
        Case(name: "a byte order mark", text: "\u{FEFF}a,b\n", rows: [["a", "b"]]),
        Case(name: "a byte order mark before a quote", text: "\u{FEFF}\"a\",b\n", rows: [["a", "b"]]),
        Case(
            name: "too few and too many fields", text: "a\nb,c\nd,e,f\n", rows: [["b", "c"]],
            codes: ["csv.field-count", "csv.field-count"]),
        Case(
            name: "a quote in an unquoted field", text: "5\" disk,b\nc,d\n", rows: [["c", "d"]], codes: ["csv.quote"]),
        Case(name: "text behind a closing quote", text: "\"a\"x,b\nc,d\n", rows: [["c", "d"]], codes: ["csv.quote"]),
        Case(
            name: "a blank behind a closing quote", text: "\"a\" ,b\nc,d\n", rows: [["c", "d"]], codes: ["csv.quote"]),
        Case(name: "a quote behind a blank", text: " \"a\",b\nc,d\n", rows: [["c", "d"]], codes: ["csv.quote"]),
        Case(
            name: "a quote never closed", text: "a,b\n\"c,d\ne,f\ng,h\n",
            rows: [["a", "b"], ["e", "f"], ["g", "h"]], codes: ["csv.unterminated-quote"]),
        Case(
            name: "a quote never closed in the last line", text: "a,b\nc,\"d", rows: [["a", "b"]],
            codes: ["csv.unterminated-quote"]),
        Case(
            name: "a quote that runs into a later quote", text: "a,\"b\nc,d\ne,\"f\"\n",
            rows: [["c", "d"], ["e", "f"]], codes: ["csv.unterminated-quote"]),
        Case(
            name: "a quote never closed before bare CR", text: "\"a,b\rc,d\r", rows: [["c", "d"]],
            codes: ["csv.unterminated-quote"]),
        Case(name: "only a quote", text: "\"", rows: [], codes: ["csv.unterminated-quote"]),
        Case(name: "nothing", text: "", rows: []),
        Case(name: "Chinese", text: "双十一,\"满300,减50\"\n", rows: [["双十一", "满300,减50"]]),
    ]

    @Test(arguments: cases) func everyTextGivesItsRecords(_ it: Case) throws {
        for scans in [true, false] {
            for window in [16, 64, 262_144] {
                var limits = RecordLimits.standard
                limits.window = window
                let contents = try LogFixture.read(
                    Array(it.text.utf8), LogFixture.textColumns(2), limits: limits, scansPlainLines: scans)
                #expect(contents.rows == it.rows)
                #expect(contents.codes == it.codes)
                #expect(contents.report.read == it.rows.count + it.codes.count)
            }
        }
    }

    @Test func anyByteDelimits() throws {
        let tab = try LogFixture.read("a b\t\"c\td\"\n \t\n", LogFixture.textColumns(2, delimiter: 0x09))
        #expect(tab.rows == [["a b", "c\td"], [" ", nil]])
        let semicolon = try LogFixture.read("a,b;c\n", LogFixture.textColumns(2, delimiter: 0x3B))
        #expect(semicolon.rows == [["a,b", "c"]])
        let control = try LogFixture.read(
            "a\u{1}b\u{1}c\u{1}d\ne\u{1}f\u{1}g\u{1}h\n", LogFixture.textColumns(4, delimiter: 1))
        #expect(control.rows == [["a", "b", "c", "d"], ["e", "f", "g", "h"]])
    }

    @Test func aDelimiterThatCannotBeIsAProblem() {
        let found = problem { _ = try LogFixture.read("a", LogFixture.textColumns(1, delimiter: 0x22)) }
        #expect(found?.code == .logBadDelimiter)
    }

    @Test func recordsAreNumberedWithTheRejectedOnes() throws {
        let contents = try LogFixture.read("a,b\nbad\n\nc,d\n\"x\ne,f\n", LogFixture.textColumns(2))
        #expect(contents.numbers == [1, 3, 5])
        #expect(contents.rejects.map(\.record) == [2, 4])
        #expect(contents.rejects[0].reason == "the record has 1 fields, expected 2")
        #expect(contents.rejects[1].payload == "\"x")
    }

    @Test func aFieldOverTheLimitIsARejectAndTheNextRecordIsRead() throws {
        var limits = RecordLimits.standard
        limits.field = 100
        limits.record = 1000
        limits.window = 64
        let long = String(repeating: "x", count: 101)
        let just = String(repeating: "y", count: 100)
        let endless = String(repeating: "z", count: 5000)
        for quote in ["", "\""] {
            let text = "a,\(quote)\(long)\(quote)\nb,\(quote)\(just)\(quote)\nc,\(quote)\(endless)\(quote)\nd,e\n"
            for scans in [true, false] {
                let contents = try LogFixture.read(
                    Array(text.utf8), LogFixture.textColumns(2), limits: limits, scansPlainLines: scans)
                #expect(contents.rows == [["b", just], ["d", "e"]])
                #expect(contents.codes == ["csv.field-too-long", "csv.field-too-long"])
                #expect(contents.numbers == [2, 4])
            }
        }
    }

    @Test func anUnclosedQuoteInALongFileCostsOneLine() throws {
        var text = "a,\"b\n"
        for index in 0..<20_000 { text += "\(index),some more text to make the file long\n" }
        var limits = RecordLimits.standard
        limits.field = 10_000
        limits.record = 40_000
        limits.window = 4096
        let contents = try LogFixture.read(Array(text.utf8), LogFixture.textColumns(2), limits: limits)
        #expect(contents.codes == ["csv.unterminated-quote"])
        #expect(contents.report.accepted == 20_000)
    }

    @Test func aCutterOfWordsAndLibCSVAndTheNaiveTwinAgreeOnDirtyText() throws {
        var random = SeededGenerator(seed: 11)
        let pieces: [[UInt8]] = [
            [0x61], [0x62, 0x63], [0x2C], [0x2C], [0x22], [0x22], [0x0A], [0x0D], [0x0D, 0x0A], [0x20], [0x09],
            Array("é".utf8), [0xFF], [0x22, 0x2C, 0x22], Array("abcdefghij".utf8), [0x2C, 0x2C], [0x0A, 0x61, 0x2C],
        ]
        for round in 0..<600 {
            var bytes: [UInt8] = []
            // From mostly quotes to none at all.
            let usable = round % 3 == 0 ? pieces.filter { !$0.contains(0x22) } : pieces
            for _ in 0..<Int.random(in: 0..<120, using: &random) {
                bytes += usable.randomElement(using: &random) ?? []
            }
            let width = Int.random(in: 1...3, using: &random)
            var limits = RecordLimits.standard
            limits.window = [16, 17, 64, 1000, 262_144].randomElement(using: &random) ?? 64
            let expected = expectation(bytes, width: width)
            for scans in [true, false] {
                let contents = try LogFixture.read(
                    bytes, LogFixture.textColumns(width), limits: limits, scansPlainLines: scans)
                #expect(contents.rows == expected.rows, "\(bytes)")
                #expect(contents.codes == expected.codes, "\(bytes)")
                #expect(contents.numbers == expected.numbers)
                #expect(contents.report.read == contents.report.accepted + contents.report.rejected)
                #expect(contents.report.accepted == contents.rows.count)
                #expect(contents.report.rejected == contents.rejects.count)
                #expect(contents.report.rejectedByCode.values.reduce(0, +) == contents.rejects.count)
            }
        }
    }

    @Test func aLongDirtyLogOfManyBatchesAgreesWithTheNaiveTwin() throws {
        var random = SeededGenerator(seed: 13)
        var bytes: [UInt8] = []
        for record in 0..<12_000 {
            let dirt = Int.random(in: 0..<40, using: &random)
            let second = ["plain text", "\"quoted, text\"", "\"two\nlines\"", "", "\"\"", "双十一"][dirt % 6]
            bytes += Array("\(record),\(second)".utf8)
            if dirt == 37 { bytes += Array(",one more".utf8) }
            if dirt == 38 { bytes += Array("\"".utf8) }
            if dirt == 39 { bytes += [0xFF] }
            bytes += dirt % 2 == 0 ? [0x0A] : [0x0D, 0x0A]
        }
        let expected = expectation(bytes, width: 2)
        for window in [1000, 262_144] {
            var limits = RecordLimits.standard
            limits.window = window
            let contents = try LogFixture.read(bytes, LogFixture.textColumns(2), limits: limits)
            #expect(contents.rows == expected.rows)
            #expect(contents.numbers == expected.numbers)
            #expect(contents.codes == expected.codes)
        }
    }

    @Test func theSizeOfTheWindowAndTheWayOfCuttingChangeNothingUnderTightLimits() throws {
        var random = SeededGenerator(seed: 12)
        let pieces: [[UInt8]] = [[0x61], [0x2C], [0x22], [0x0A], [0x0D], Array("abcdefgh".utf8), [0x22, 0x22]]
        for _ in 0..<300 {
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 0..<150, using: &random) { bytes += pieces.randomElement(using: &random) ?? [] }
            var limits = RecordLimits.standard
            limits.field = 12
            limits.record = 40
            var all: [LogContents] = []
            for window in [8, 16, 100, 4096] {
                limits.window = window
                for scans in [true, false] {
                    all.append(
                        try LogFixture.read(
                            bytes, LogFixture.textColumns(2), limits: limits, scansPlainLines: scans))
                }
            }
            #expect(all.allSatisfy { $0 == all[0] }, "\(bytes)")
        }
    }

    /// Records of every length about one and two blocks of 64 bytes, so that every part of one lies at every place of a block.
    @Test func theSizeOfARecordAndItsPlaceInABlockChangeNothing() throws {
        var random = SeededGenerator(seed: 14)
        for size in 1...135 {
            let width = [1, 2, 3, 4, 5, 9, 27, 64, 70].randomElement(using: &random) ?? 4
            var bytes: [UInt8] = []
            for _ in 0..<40 {
                var record = [UInt8](repeating: 0x61, count: size)
                // As many fields as there should be, where the size allows, and now and then one more or less.
                let delimiters = width - 1 + ([-1, 1].randomElement(using: &random) ?? 0) * (Int.random(in: 0..<8, using: &random) / 7)
                for place in (0..<size).shuffled(using: &random).prefix(max(0, delimiters)) { record[place] = 0x2C }
                if Int.random(in: 0..<12, using: &random) == 0 { record[Int.random(in: 0..<size, using: &random)] = 0x22 }
                bytes += record
                bytes += [[0x0A], [0x0A], [0x0D, 0x0A], [0x0D], [0x0A, 0x0A], [0x0D, 0x0A, 0x0D, 0x0A]].randomElement(using: &random) ?? []
            }
            try expectAgreement(bytes, width: width, windows: [64, 1000, 262_144])
        }
    }

    /// Records that are longer than a stretch of the index, with few fields, with many, and with more than there should be.
    @Test func aRecordOverManyStretchesOfTheIndexIsCutAsAnyOther() throws {
        var random = SeededGenerator(seed: 15)
        for width in [1, 2, 63, 3_000, 9_000] {
            var bytes: [UInt8] = []
            for record in 0..<12 {
                let count = width + [0, 0, 0, 1, 5_000][record % 5]
                let most = count < 100 ? 20_000 / count : 3
                for field in 0..<count {
                    if field > 0 { bytes.append(0x2C) }
                    bytes += [UInt8](repeating: 0x62, count: Int.random(in: 0...most, using: &random))
                }
                if record == 7 { bytes += Array("\"\"".utf8) }
                bytes += record % 3 == 0 ? [0x0D, 0x0A] : [0x0A]
            }
            try expectAgreement(bytes, width: width, windows: [1000, 262_144])
        }
    }

    @Test func aRecordOfAMillionDelimitersIsARejectAndTheNextRecordIsRead() throws {
        let bytes = Array("a,b\n".utf8) + [UInt8](repeating: 0x2C, count: 1_000_000) + Array("\nc,d\n".utf8)
        for scans in [true, false] {
            let contents = try LogFixture.read(bytes, LogFixture.textColumns(2), scansPlainLines: scans)
            #expect(contents.rows == [["a", "b"], ["c", "d"]])
            #expect(contents.rejects.map(\.reason) == ["the record has 1000001 fields, expected 2"])
            #expect(contents.numbers == [1, 3])
        }
    }

    @Test func aQuoteIsACharacterLikeAnyOtherWhereQuotesAreOff() throws {
        var random = SeededGenerator(seed: 16)
        let pieces: [[UInt8]] = [[0x22], [0x22], [0x3B], [0x3B], [0x2C], [0x61], Array("bcdefgh".utf8), [0x0A], [0x0D, 0x0A]]
        for _ in 0..<200 {
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 0..<300, using: &random) { bytes += pieces.randomElement(using: &random) ?? [] }
            var format = LogFixture.textColumns(2, delimiter: 0x3B)
            format.dialect.quotes = false
            let expected = expectation(bytes, width: 2, NaiveCutter(delimiter: 0x3B, quotes: false))
            let contents = try LogFixture.read(bytes, format)
            #expect(contents.rows == expected.rows, "\(bytes)")
            #expect(contents.codes == expected.codes, "\(bytes)")
            #expect(contents.numbers == expected.numbers)
        }
    }

    /// Reads the text by the scan and by libcsv, in windows of these sizes, and holds it against the naive twin.
    private func expectAgreement(_ bytes: [UInt8], width: Int, windows: [Int]) throws {
        let expected = expectation(bytes, width: width)
        for window in windows {
            for scans in [true, false] {
                var limits = RecordLimits.standard
                limits.window = window
                let contents = try LogFixture.read(
                    bytes, LogFixture.textColumns(width), limits: limits, scansPlainLines: scans)
                #expect(contents.rows == expected.rows, "\(bytes.count) bytes, width \(width), window \(window), scan \(scans)")
                #expect(contents.codes == expected.codes)
                #expect(contents.numbers == expected.numbers)
            }
        }
    }

    private func expectation(
        _ bytes: [UInt8], width: Int, _ cutter: NaiveCutter = NaiveCutter()
    ) -> (rows: [[String?]], numbers: [Int64], codes: [String]) {
        var rows: [[String?]] = []
        var numbers: [Int64] = []
        var codes: [String] = []
        for (index, record) in cutter.cut(bytes).enumerated() {
            switch record {
            case .bad(let code, _): codes.append(code)
            case .fields(let fields, _) where fields.count != width: codes.append("csv.field-count")
            case .fields(let fields, _):
                let texts = fields.map { field in field.map { String(validating: $0, as: UTF8.self) } }
                if texts.contains(where: { $0 == .some(nil) }) {
                    codes.append("text.not-utf8")
                } else {
                    rows.append(texts.map { $0.flatMap { $0 } })
                    numbers.append(Int64(index) + 1)
                }
            }
        }
        return (rows, numbers, codes)
    }
}
