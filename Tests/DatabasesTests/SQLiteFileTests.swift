import Databases
import Foundation
import GRDB
import Marts
import TestSupport
import Testing
import Vocabulary

@Suite struct SQLiteFileTests {
    private let folder = URL(fileURLWithPath: try! TemporaryPath.make("sqlite"))

    private func path(_ name: String = "marts.sqlite") -> String { folder.appending(path: name).path }

    private func write(_ marts: [Mart], to name: String = "marts.sqlite") throws -> DatabaseQueue {
        try SQLiteFile.write(SampleRun.tables(marts), to: path(name))
        var configuration = Configuration()
        configuration.readonly = true
        return try DatabaseQueue(path: path(name), configuration: configuration)
    }

    /// A value as a reader of the JSON form has it, with plain double arithmetic.
    private func oracle(_ value: MartValue, _ json: String) -> DatabaseValue {
        switch value {
        case .null: .null
        case .string, .time, .date: json.databaseValue
        case .boolean(let flag): (flag ? 1 : 0).databaseValue
        case .integer(let number): number.databaseValue
        case .number, .fitted, .money: (Double(json) ?? .nan).databaseValue
        }
    }

    @Test func everyValueIsTheOneOfTheJSONForm() throws {
        let mart = SampleRun.daily
        let json = try #require(
            try JSONSerialization.jsonObject(with: Data(MartJSON.write(mart)), options: .fragmentsAllowed) as? [String: Any])
        let expected = try #require(json["rows"] as? [[String: Any]])
        let rows = try write([mart]).read { try Row.fetchAll($0, sql: "SELECT * FROM mart_metrics_daily ORDER BY row_number") }
        #expect(rows.count == expected.count)
        for (row, values) in zip(rows, zip(mart.rows, expected)) {
            for (column, value) in zip(mart.columns, values.0) {
                let text = (values.1[column.name] as? NSNumber)?.stringValue ?? values.1[column.name] as? String ?? ""
                #expect(row[column.name] as DatabaseValue? == oracle(value, text), "\(column.name): \(row)")
            }
        }
    }

    @Test func aNumberIsNeverAnIntegerSoThatNothingIsDividedAsOne() throws {
        let queue = try write([SampleRun.daily])
        let types = try queue.read { db in
            try String.fetchSet(db, sql: "SELECT typeof(spend) FROM mart_metrics_daily UNION SELECT typeof(ctr) FROM mart_metrics_daily")
        }
        #expect(types == ["real", "null"])
    }

    @Test func theViewShowsDetailRowsOnly() throws {
        let queue = try write([SampleRun.daily])
        try queue.read { db in
            #expect(try Int.fetchOne(db, sql: "SELECT count(*) FROM metrics_daily") == 3)
            #expect(try String.fetchSet(db, sql: "SELECT row_kind FROM metrics_daily") == ["detail"])
            #expect(try Set(String.fetchAll(db, sql: "SELECT row_kind FROM mart_metrics_daily")) == ["detail", "rest", "total"])
            let types = try Row.fetchAll(db, sql: "PRAGMA table_info(metrics_daily)").map { $0["type"] as String }
            #expect(types == ["TEXT", "DATE", "TEXT", "BIGINT", "REAL", "REAL", "BOOLEAN", "DATETIME"])
            #expect(try Bool.fetchOne(db, sql: "SELECT date(day) = day FROM metrics_daily") == true)
        }
    }

    @Test func theSameRunGivesTheSameBytes() throws {
        var generator = SeededGenerator(seed: 7)
        let marts = (0..<6).map { index in
            SampleRun.mart(
                "metrics/m\(index)",
                rows: (0..<400).map { SampleRun.row(.string("\($0) \(HostileTexts.random(&generator, longest: 30))"), clicks: Int64(index * $0)) })
        }
        _ = try write(marts, to: "one.sqlite")
        _ = try write(marts.reversed(), to: "two.sqlite")
        try Data("what a crash left".utf8).write(to: URL(fileURLWithPath: path("three.sqlite")))
        _ = try write(marts, to: "three.sqlite")
        let one = try Data(contentsOf: URL(fileURLWithPath: path("one.sqlite")))
        #expect(one.count > 100_000)
        #expect(try Data(contentsOf: URL(fileURLWithPath: path("two.sqlite"))) == one)
        #expect(try Data(contentsOf: URL(fileURLWithPath: path("three.sqlite"))) == one)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).allSatisfy { $0.hasSuffix(".sqlite") })
    }

    @Test func noNameOrValueBreaksOutOfSQL() throws {
        // Column names are names of the manifest's columns: nothing keeps quotes out of them here.
        let columns = HostileTexts.all.filter { !$0.isEmpty }.map {
            MartColumn($0, .string, role: .dimension, unit: $0, label: Label(en: $0, zh: $0))
        }.reduce(into: [MartColumn]()) { list, column in if !list.contains(where: { $0.name == column.name }) { list.append(column) } }
        let rows = HostileTexts.all.map { text in columns.map { _ in MartValue.string(text) } }
        let mart = SampleRun.mart("metrics/evil", columns: columns, rows: rows)
        let queue = try write([mart, SampleRun.daily])
        try queue.read { db in
            let tables = try String.fetchAll(db, sql: "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
            #expect(tables == ["mart_columns", "mart_metrics_daily", "mart_metrics_evil", "mart_notes", "marts", "metrics", "run"])
            let found = try Row.fetchAll(db, sql: "SELECT * FROM mart_metrics_evil ORDER BY row_number")
            #expect(found.count == rows.count)
            for (row, text) in zip(found, HostileTexts.all) {
                let kept = text.utf8.map { $0 }
                for value in row.databaseValues.dropFirst() {
                    let stored = String.fromDatabaseValue(value).map { Array($0.replacing("\u{2400}", with: "\u{0}").utf8) }
                    #expect(stored == kept)
                }
            }
            #expect(try String.fetchOne(db, sql: "PRAGMA integrity_check") == "ok")
        }
    }

    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func aQuotedTextOrNameIsReadAsItWasWritten(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let queue = try DatabaseQueue()
        try queue.write { db in
            for text in HostileTexts.all.filter({ $0.utf8.count < 1000 }) + (0..<50).map({ _ in HostileTexts.random(&generator, longest: 12) }) {
                let clean = SQLText.clean(text)
                #expect(try String.fetchOne(db, sql: "SELECT \(SQLText.text(text))").map { Array($0.utf8) } == Array(clean.utf8))
                guard !clean.isEmpty else { continue }
                try db.execute(sql: "CREATE TABLE \(SQLText.name(clean)) (\(SQLText.name(clean)) TEXT)")
                let name = try String.fetchOne(db, sql: "SELECT name FROM sqlite_master")
                #expect(name.map { Array($0.utf8) } == Array(clean.utf8))
                try db.execute(sql: "DROP TABLE \(SQLText.name(clean))")
            }
        }
    }

    @Test func anEmptyMartIsAnEmptyTable() throws {
        let queue = try write([SampleRun.mart("metrics/empty", rows: [])])
        let counts = try queue.read { db in
            try Row.fetchOne(
                db, sql: "SELECT (SELECT count(*) FROM mart_metrics_empty), (SELECT count(*) FROM metrics_empty), (SELECT row_count FROM marts)")
        }
        #expect(counts.map { Array($0.databaseValues) } == [0, 0, 0].map { $0.databaseValue })
    }

    @Test func aRunWithoutMartsIsADatabaseToo() throws {
        #expect(try write([]).read { try Int.fetchOne($0, sql: "SELECT count(*) FROM run") } == 1)
    }

    @Test func aPlaceThatCannotBeWrittenIsAProblemOfTheOutput() throws {
        let problem = #expect(throws: Problem.self) { try SQLiteFile.write(SampleRun.tables([]), to: path("no/such/folder.sqlite")) }
        #expect(problem?.code.name == "output.cannot-write")
    }
}
