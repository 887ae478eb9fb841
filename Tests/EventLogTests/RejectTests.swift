import EventLog
import Foundation
import TestSupport
import Testing
import Vocabulary

@Suite struct RejectTests {
    /// A header source with a phone that is hashed, an address that is dropped, and an amount that can fail.
    private func privateFormat(required: Bool = false) -> LogFormat {
        LogFormat(
            mappings: [
                LogFormat.Mapping(Column("event_time", .time), from: .column("ts"), required: true),
                LogFormat.Mapping(Column("amount", .decimal), from: .column("price")),
                LogFormat.Mapping(Column("phone", .text), from: .column("mobile"), required: required),
                LogFormat.Mapping(Column("ip", .text), from: .column("ip")),
                LogFormat.Mapping(Column("page", .text), from: .column("page")),
            ],
            privateColumns: ["phone": .hash, "ip": .drop])
    }

    private let header = "ts,price,mobile,ip,page\n"

    @Test func aRejectSaysWhereWhichColumnAndWhy() throws {
        let format = LogFormat(mappings: [
            LogFormat.Mapping(Column("event_time", .time), from: .column("ts"), required: true),
            LogFormat.Mapping(Column("amount", .decimal), from: .column("price")),
        ])
        let contents = try LogFixture.read("ts,price\n2026-11-01,1\n2026-11-01,1e3\nx,y\n,2\n", format)
        #expect(contents.rows == [["1793491200000000", "1000000"]])
        #expect(contents.rejects.map(\.record) == [2, 3, 4])
        #expect(contents.rejects.map(\.column) == ["amount", "event_time", "event_time"])
        #expect(contents.codes == ["decimal.invalid", "time.invalid", "event_time.missing"])
        #expect(contents.rejects.map(\.payload) == ["2026-11-01,1e3", "x,y", ",2"])
        #expect(contents.report.rejectedByCode == ["decimal.invalid": 1, "time.invalid": 1, "event_time.missing": 1])
    }

    @Test func privateFieldsAreMaskedWhateverFails() throws {
        let records: [(String, String, String)] = [
            ("2026-11-01,oops,13800138000,10.0.0.1,/a", "decimal.invalid", "2026-11-01,oops,***,***,/a"),
            ("never,1,13800138000,10.0.0.1,/a", "time.invalid", "never,1,***,***,/a"),
            (
                "2026-11-01,oops,\"13800,\"\"138000\",\"10.0\n.0.1\",\"/a,b\"", "decimal.invalid",
                "2026-11-01,oops,***,***,\"/a,b\""
            ),
            ("2026-11-01,1,13800138000,10.0.0.1", "csv.field-count", "***"),
            ("2026-11-01,1,13800138000,10.0.0.1,/a,b", "csv.field-count", "***"),
            ("2026-11-01,1,138\"00138000,10.0.0.1,/a", "csv.quote", "***"),
            ("2026-11-01,1,\"13800138000,10.0.0.1,/a", "csv.unterminated-quote", "***"),
        ]
        for (record, code, payload) in records {
            let contents = try LogFixture.read(header + record + "\n", privateFormat())
            #expect(contents.codes == [code])
            #expect(contents.rejects.first?.payload == payload)
        }
    }

    @Test func noRejectEverShowsAPrivateValue() throws {
        var random = SeededGenerator(seed: 61)
        let secrets = ["SECRETPHONE", "SECRETADDRESS"]
        let junk = ["", "x", "\"", "\"\"", ",", "\n", "\u{FFFD}", "1", "2026-11-01", "\",\"", "\r"]
        for _ in 0..<500 {
            var fields = ["2026-11-01", "1", "\"\(secrets[0])\"", secrets[1], "/a"]
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let index = Int.random(in: 0..<fields.count, using: &random)
                let piece = junk.randomElement(using: &random) ?? ""
                fields[index] = Bool.random(using: &random) ? fields[index] + piece : piece + fields[index]
            }
            let contents = try LogFixture.read(
                header + fields.joined(separator: ",") + "\nx,1,y,z,w\n", privateFormat())
            for reject in contents.rejects {
                // Only a stray line break and a stray delimiter together make a record of the right width in which
                // a value stands in another column.
                let canMove =
                    fields.contains { $0.contains(",") } && fields.contains { $0.contains("\n") || $0.contains("\r") }
                let shown = reject.payload + reject.reason
                #expect(canMove || !secrets.contains { shown.contains($0) }, "\(fields)")
            }
        }
    }

    @Test func aColumnOfTheFileNamedLikeAPrivateOneIsMaskedThoughItIsNotMapped() throws {
        var format = privateFormat()
        format.privateColumns["email"] = .drop
        let contents = try LogFixture.read(
            "ts,price,mobile,ip,page,email\nx,1,138,10.0.0.1,/a,me@example.org\n", format)
        #expect(contents.rejects.first?.payload == "x,1,***,***,/a,***")
    }

    @Test func hashedColumnsBecomeKeysAndDroppedOnesVanish() throws {
        let contents = try LogFixture.read(
            header + "2026-11-01,1,138,10.0.0.1,/a\n2026-11-01,1,,,/a\n", privateFormat())
        let key = LogFixture.hexadecimal(LogFixture.keys.hash(space: "private:phone", "138"))
        #expect(
            contents.rows == [["1793491200000000", "1000000", key, "/a"], ["1793491200000000", "1000000", nil, "/a"]])
        let required = try LogFixture.read(header + "2026-11-01,1,,10.0.0.1,/a\n", privateFormat(required: true))
        #expect(required.codes == ["phone.missing"])
    }

    @Test func payloadsAreReadableAndBounded() throws {
        let bytes = Array("x,".utf8) + [0xFF, 0x41, 0xC3] + Array("双\t,".utf8) + [0, 0x0A]
        let format = LogFixture.textColumns(3)
        let contents = try LogFixture.read(bytes, format)
        #expect(contents.codes == ["text.not-utf8"])
        #expect(contents.rejects[0].payload == "x,\\xFFA\\xC3双\t,\0")
        let long = try LogFixture.read(String(repeating: "双", count: 5000) + "\n", format)
        #expect(long.rejects[0].payload.utf8.count <= 4096 + 3)
        #expect(long.rejects[0].payload.hasSuffix("双…"))
        let longPrivate = try LogFixture.read(
            "a,b," + String(repeating: "c", count: 5000) + "\n\n\0,b,c\n",
            LogFixture.textColumns(3, isPrivate: ["c1": .drop]))
        #expect(longPrivate.codes == ["text.nul"])
        #expect(longPrivate.rejects[0].payload == "\0,***,c")
    }

    @Test func aFileOfRejectsHasOneObjectALineWithItsKeysInOrder() throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).jsonl").path
        defer { unlink(path) }
        let rejects = [
            Reject(
                file: "日志.csv", record: 7, column: nil, code: "csv.quote", reason: "a \"quote\"",
                payload: "a\\b\n\r\t\u{1}\u{7F}双"),
            Reject(file: "b.csv", record: 8, column: "amount", code: "decimal.invalid", reason: "no", payload: ""),
        ]
        let file = try RejectFile(path: path)
        for _ in 0..<1000 { for reject in rejects { try file.append(reject) } }
        try file.close()
        #expect(file.count == 2000)
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 2000)
        #expect(
            lines[0]
                == #"{"file":"日志.csv","record":7,"column":null,"code":"csv.quote","reason":"a \"quote\"","payload":"a\\b\n\r\t\u0001\u007f双"}"#
        )
        for (line, reject) in zip(lines, rejects) {
            #expect(try JSONDecoder().decode(Reject.self, from: Data(line.utf8)) == reject)
        }
    }

    @Test func everyRejectIsCountedAndOnlyTheFirstAreKept() throws {
        let format = LogFormat(mappings: [
            LogFormat.Mapping(Column("event_time", .time), from: .column("ts"), required: true),
            LogFormat.Mapping(Column("amount", .decimal), from: .column("price")),
            LogFormat.Mapping(Column("cost", .decimal), from: .column("cost")),
        ])
        var lines = (0..<5000).map { $0 % 3 == 0 ? "2026-11-01,1,1" : "2026-11-01,x,1" }
        lines += ["2026-11-01,1,x", "2026-11-01,1", "never,1,1", "2026-11-01,1,y"]
        let text = "ts,price,cost\n" + lines.joined(separator: "\n") + "\n"
        try LogFixture.withFile(Array(text.utf8)) { path in
            let reader = LogReader(path: path, displayName: "log.csv", format: format, keys: LogFixture.keys)
            for limit in [0, 7, 4096, .max] {
                var kept: [Int] = []
                let report = try reader.read(keptRejects: limit, reject: { kept.append($0.record) }, consume: { _ in })
                #expect(report.rejected == 3337)
                #expect(report.read == report.rejected + report.accepted)
                #expect(
                    report.rejects == [
                        RejectCount(column: "amount", code: "decimal.invalid", count: 3333, firstRecord: 2),
                        RejectCount(column: "cost", code: "decimal.invalid", count: 2, firstRecord: 5001),
                        RejectCount(column: nil, code: "csv.field-count", count: 1, firstRecord: 5002),
                        RejectCount(column: "event_time", code: "time.invalid", count: 1, firstRecord: 5003),
                    ])
                #expect(report.rejectedByCode == ["decimal.invalid": 3335, "csv.field-count": 1, "time.invalid": 1])
                let rejected = (1...5000).filter { $0 % 3 != 1 } + [5001, 5002, 5003, 5004]
                let firsts: Set = [2, 5001, 5002, 5003]
                #expect(kept == rejected.enumerated().filter { $0.offset < limit || firsts.contains($0.element) }.map(\.element))
            }
            #expect(try reader.contentHash() == reader.read(reject: { _ in }, consume: { _ in }).contentHash)
        }
    }

    @Test func everyKindOfRejectSaysWhatToDo() {
        for fault in Fault.allCases where fault != .none && fault != .skipped {
            for layout in LogFormat.Layout.allCases {
                let code = fault.code(column: "amount", layout: layout)
                #expect(!RejectCount(column: "amount", code: code, count: 1, firstRecord: 1).remedy.isEmpty, "\(code)")
            }
        }
    }

    @Test func aFileOfRejectsEndsWithItsBooks() throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).jsonl").path
        defer { unlink(path) }
        let file = try RejectFile(path: path)
        try file.append(Reject(file: "a", record: 3, column: "amount", code: "decimal.invalid", reason: "r", payload: "p"))
        var report = LogReport()
        report.rejected = 9
        report.contentHash = "ab"
        report.rejects = [
            RejectCount(column: "amount", code: "decimal.invalid", count: 8, firstRecord: 3),
            RejectCount(column: nil, code: "csv.quote", count: 1, firstRecord: 4),
        ]
        try file.close(file: "a", report)
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 2)
        #expect(
            lines.last
                == #"{"file":"a","content_hash":"ab","rejected":9,"kept":1,"reasons":[{"column":"amount","code":"decimal.invalid","count":8,"first_record":3},{"column":null,"code":"csv.quote","count":1,"first_record":4}]}"#
        )
    }

    @Test func aFileOfRejectsThatCannotBeWrittenIsAProblem() throws {
        #expect(problem { _ = try RejectFile(path: "/nowhere/at/all") }?.code == .rejectsCannotWrite)
        let reject = Reject(file: "a", record: 1, column: nil, code: "c", reason: "r", payload: "p")
        let full = problem {
            let file = try RejectFile(path: "/dev/full")
            try file.append(reject)
            try file.close()
        }
        #expect(full?.code == .rejectsWriteFailed)
    }
}
