import EventLog
import EventStore
import Testing
import Vocabulary

@Suite("Versioned tables")
struct TableTests {
    private static let columns = [
        Column("date", .date), Column("campaign", .category), Column("cost", .decimal), Column("note", .text),
        Column("revision", .integer), Column("unit", .key),
    ]

    private typealias Line = (date: Int64, campaign: String?, cost: Int64?, revision: Int64?)

    private func take(
        _ lines: [Line], path: String, version: String? = nil, store: TemporaryStore, into transaction: StoreTransaction
    ) throws {
        let builder = try TableBuilder(
            columns: Self.columns, source: "ads", folder: store.folder, namePrefix: "ads", origin: path,
            version: version)
        let batch = TypedBatch(columns: Self.columns)
        var text: [UInt8] = []
        for (i, line) in lines.enumerated() {
            batch.recordNumbers[i] = Int64(i + 1)
            batch.columns[0].valid[i] = 1
            batch.columns[0].integers[i] = line.date
            for (column, value) in [(1, line.campaign), (3, line.campaign.map { "note \($0)" })] {
                batch.columns[column].fields[i] =
                    value.map { Field(start: UInt32(text.count), length: UInt32($0.utf8.count)) } ?? .null
                text += Array((value ?? "").utf8)
            }
            for (column, value) in [(2, line.cost), (4, line.revision)] {
                batch.columns[column].valid[i] = value == nil ? 0 : 1
                batch.columns[column].integers[i] = value ?? 0
            }
            batch.columns[5].valid[i] = 1
            batch.columns[5].keys[i] = TestRow.key(Int(line.date), 9)
        }
        batch.count = lines.count
        try text.withUnsafeBytes {
            batch.text = $0
            try builder.append(batch)
        }
        let tables = try builder.finish()
        let entry = FileEntry(
            source: "ads", path: path, look: FileLook(size: 1, modified: 1, inode: 1),
            contentHash: "\(path) \(tables.map(\.hash))", formatHash: "f", read: lines.count, stored: lines.count)
        try transaction.add(entry, tables: tables)
    }

    private func settings(key: [String], version: String? = nil) -> [String: SourceSettings] {
        ["ads": SourceSettings(kind: "ad_report", eventIDSpace: "ads", dedupeWindow: 0, key: key, versionColumn: version)]
    }

    private func rows(_ store: TemporaryStore) throws -> [String] {
        let tables = try Snapshot.open(storeFolder: store.folder.path).tables()
        guard let table = tables.first, tables.count == 1 else { return [] }
        #expect(table.kind == "ad_report" && table.source == "ads")
        #expect(table.columns.map(\.column.name) == ["campaign", "cost", "date", "note", "revision", "unit"])
        return (0..<table.rowCount).map { i in
            let date = table.column("date")?.integers[i] ?? -1
            #expect(table.column("unit")?.keys[i] == TestRow.key(Int(date), 9))
            let campaign = table.column("campaign")?.strings[i] ?? "-"
            #expect(campaign == "-" || table.column("note")?.strings[i] == "note \(campaign)")
            return "\(date) \(campaign) \(table.column("cost")?.integers[i].map(String.init) ?? "-")"
        }
    }

    @Test("a digest over days follows the live rows of these days alone")
    func digestsByDay() throws {
        let store = try TemporaryStore()
        func night(_ path: String, _ lines: [Line]) throws -> [String] {
            let transaction = try store.transaction(settings(key: ["date", "campaign"], version: "revision"))
            try take(lines, path: path, store: store, into: transaction)
            _ = try transaction.prepare(threads: 1)
            try transaction.commit()
            let digests = DataDigests(try Snapshot.open(storeFolder: store.folder.path))
            return try [10..<11, 11..<12, 12..<13, nil].map {
                try digests.digest(of: DataReach(events: nil, tables: ["ads"], dates: $0))
            }
        }
        let first = try night("1", [(10, "a", 5, 1), (11, "a", 6, 1)])
        let restated = try night("2", [(11, "a", 8, 2), (12, "a", 9, 1)])
        #expect(first[0] == restated[0])
        for place in 1...3 { #expect(first[place] != restated[place]) }
        let overtaken = try night("3", [(11, "a", 4, 1)])
        #expect(overtaken[0...2] == restated[0...2])
        #expect(try night("4", [(10, "b", nil, nil)])[0] != restated[0])
    }

    @Test("the greatest version of a key wins, equal rows of it count once, in any order of files", arguments: [false, true])
    func versions(reversed: Bool) throws {
        let store = try TemporaryStore()
        let transaction = try store.transaction(settings(key: ["date", "campaign"]))
        var files: [(String, String, [Line])] = [
            ("r-20261101", "20261101", [(1, "a", 10, nil), (1, "b", 20, nil), (1, nil, 5, nil)]),
            ("r-20261102", "20261102", [(1, "a", 11, nil), (2, "a", 30, nil)]),
            ("copy", "20261102", [(2, "a", 30, nil)]),
        ]
        if reversed { files.reverse() }
        for (path, version, lines) in files {
            try take(lines, path: path, version: version, store: store, into: transaction)
        }
        let counts = try transaction.prepare(threads: 1).total
        #expect(counts.stored == 6 && counts.live == 4 && counts.duplicate == 1 && counts.superseded == 1)
        try transaction.commit()
        #expect(try rows(store) == ["1 - 5", "1 a 11", "1 b 20", "2 a 30"])
    }

    @Test("a version in a column is compared as it is typed; a missing one is the lowest")
    func versionColumn() throws {
        let store = try TemporaryStore()
        let transaction = try store.transaction(settings(key: ["date"], version: "revision"))
        try take([(1, "a", 1, 9), (1, "a", 2, 10), (1, "a", 3, nil)], path: "x", store: store, into: transaction)
        _ = try transaction.prepare(threads: 1)
        try transaction.commit()
        #expect(try rows(store) == ["1 a 2"])
    }

    @Test("two different rows of one key and version are a problem that names both records, exit 65")
    func conflict() throws {
        let store = try TemporaryStore()
        let transaction = try store.transaction(settings(key: ["date", "campaign"]))
        try take([(1, "z", 1, nil), (1, "a", 10, nil)], path: "one.csv", version: "1", store: store, into: transaction)
        try take([(1, "a", 11, nil)], path: "two.csv", version: "1", store: store, into: transaction)
        _ = try transaction.prepare(threads: 1)
        #expect(transaction.conflicts.count == 1)
        let problem = transaction.conflicts.first?.problem
        #expect(transaction.conflicts.first?.paths == ["one.csv", "two.csv"])
        #expect(problem?.code == .tableConflict && problem?.code.exit == .gateClosed)
        #expect(problem?.place == .record(file: "one.csv", number: 2, column: nil))
        #expect(problem?.message.contains("two.csv, record 1") == true)
        #expect(throws: Problem.self) { try transaction.commit() }
        try transaction.setAside()
    }

    @Test("without a key every row counts")
    func withoutKey() throws {
        let store = try TemporaryStore()
        let transaction = try store.transaction(settings(key: []))
        try take([(2, "a", 1, nil), (1, "b", 1, nil), (2, "a", 1, nil)], path: "x", store: store, into: transaction)
        #expect(try transaction.prepare(threads: 1).total.live == 3)
        try transaction.commit()
        #expect(try rows(store) == ["2 a 1", "2 a 1", "1 b 1"])
    }

    @Test("a key or version that is not among the columns is a problem of the manifest")
    func missingKey() throws {
        for wrong in [settings(key: ["day"]), settings(key: ["date"], version: "stamp")] {
            let store = try TemporaryStore()
            let transaction = try store.transaction(wrong)
            try take([(1, "a", 1, nil)], path: "x", store: store, into: transaction)
            let problem = #expect(throws: Problem.self) { try transaction.prepare(threads: 1) }
            #expect(problem?.code == .tableKey && problem?.code.exit == .wrongManifest)
        }
    }

    @Test("a file of the table without rows gives a table without rows")
    func empty() throws {
        let store = try TemporaryStore()
        let transaction = try store.transaction(settings(key: ["date"]))
        try take([], path: "x", store: store, into: transaction)
        _ = try transaction.prepare(threads: 1)
        try transaction.commit()
        let tables = try Snapshot.open(storeFolder: store.folder.path).tables()
        #expect(tables.map(\.rowCount) == [0])
    }
}
