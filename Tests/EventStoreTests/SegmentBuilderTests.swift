import ArrowIPC
import EventLog
import EventStore
import Foundation
import TestSupport
import Testing
import Vocabulary

@Suite("Segments")
struct SegmentBuilderTests {
    private func build(
        _ rows: [TestRow], store: TemporaryStore, rowLimit: Int = 1 << 20, byteLimit: Int = 128 << 20, overlaps: Bool = false
    ) throws -> [SegmentEntry] {
        let builder = try SegmentBuilder(
            columns: TestRow.columns, source: "web", folder: store.folder, namePrefix: "we/b", origin: "log", rowLimit: rowLimit,
            byteLimit: byteLimit, overlaps: overlaps)
        try eachBatch(rows, builder.append)
        return try builder.finish()
    }

    @Test("segments that are written beside the filling of the next are the same, and so is what stands in their way")
    func overlapping() throws {
        var log = RandomLog(seed: 35)
        let rows = log.rows(20_000, persons: 60, times: 30, ids: 3000)
        let (a, b) = (try TemporaryStore(), try TemporaryStore())
        let alone = try build(rows, store: a, rowLimit: 3000)
        #expect(alone.count == 7)
        #expect(try build(rows, store: b, rowLimit: 3000, overlaps: true) == alone)
        #expect(try build([], store: b, overlaps: true).isEmpty)
        let blocked = try TemporaryStore()
        try FileManager.default.removeItem(atPath: blocked.folder.segments)
        try Data().write(to: URL(fileURLWithPath: blocked.folder.segments))
        #expect(throws: Problem.self) { try build(rows, store: blocked, rowLimit: 3000, overlaps: true) }
    }

    @Test("the rows of a segment decide its bytes, not the order in which they came")
    func deterministic() throws {
        var log = RandomLog(seed: 31)
        let rows = log.rows(5000, persons: 60, times: 30, ids: 3000)
        let (a, b) = (try TemporaryStore(), try TemporaryStore())
        let first = try build(rows, store: a)
        let second = try build(rows.reversed(), store: b)
        #expect(first == second)
        #expect(first.map(\.rows) == [5000])
        for entry in first {
            #expect(entry.name.hasPrefix("we_b-"))
            #expect(
                TemporaryStore.bytes(a.folder.segments + "/" + entry.name)
                    == TemporaryStore.bytes(b.folder.segments + "/" + entry.name))
        }
    }

    @Test("segments are cut at the limits of rows and of memory")
    func limits() throws {
        var log = RandomLog(seed: 32)
        let rows = log.rows(10_000, persons: 60, times: 30, ids: 3000)
        let store = try TemporaryStore()
        #expect(try build(rows, store: store, rowLimit: 3000).map(\.rows) == [3000, 3000, 3000, 1000])
        let small = try build(rows, store: store, byteLimit: 1 << 19)
        #expect(small.count > 1 && small.map(\.rows).reduce(0, +) == 10_000)
        #expect(try build([], store: store).isEmpty)
    }

    @Test("strings of a segment that is written no longer count against the next one")
    func limitOfStrings() throws {
        let rows = (0..<40_960).map { i in
            TestRow(time: Int64(i), device: i, channel: String(repeating: "x", count: 200) + "\(i)")
        }
        let sizes = try build(rows, store: try TemporaryStore(), byteLimit: 4 << 20).map(\.rows)
        #expect(sizes.reduce(0, +) == rows.count)
        #expect(sizes.dropLast().allSatisfy { $0 > TypedBatch.capacity }, "\(sizes)")
    }

    @Test("numbers and texts have a dictionary where it is smaller, and their values either way")
    func dictionaries() throws {
        func amounts(_ file: ArrowFile) throws -> (type: ArrowType, values: [Int64?]) {
            let column = try #require(file.column("amount"))
            let values = (0..<file.rowCount).map { row -> Int64? in
                if column.array.nullCount > 0, let bits = column.array.validity, bits[row / 8] >> (row % 8) & 1 == 0 { return nil }
                guard let dictionary = column.dictionary else {
                    return column.array.data.loadUnaligned(fromByteOffset: row * 8, as: Int64.self)
                }
                let code: Int =
                    switch column.field.type {
                    case .dictionary(.int8, _): Int(column.array.data.loadUnaligned(fromByteOffset: row, as: Int8.self))
                    case .dictionary(.int16, _): Int(column.array.data.loadUnaligned(fromByteOffset: row * 2, as: Int16.self))
                    default: Int(column.array.data.loadUnaligned(fromByteOffset: row * 4, as: Int32.self))
                    }
                return dictionary.data.loadUnaligned(fromByteOffset: code * 8, as: Int64.self)
            }
            return (column.field.type, values)
        }
        let wide = ArrowType.int64
        for (distinct, amount, order) in [
            (1, ArrowType.dictionary(index: .int8, value: wide), ArrowType.dictionary(index: .int8, value: .utf8)),
            (128, .dictionary(index: .int8, value: wide), .dictionary(index: .int8, value: .utf8)),
            (129, .dictionary(index: .int16, value: wide), .dictionary(index: .int16, value: .utf8)),
            (300, .dictionary(index: .int16, value: wide), .dictionary(index: .int16, value: .utf8)),
            (1 << 15, .dictionary(index: .int16, value: wide), .dictionary(index: .int16, value: .utf8)),
            (1 << 15 + 1, wide, .utf8), (200_000, wide, .utf8),
        ] {
            let rows = (0..<200_000).map { i in
                TestRow(
                    time: Int64(i), device: 1, orderID: i % 5 == 0 ? nil : "order \(i % distinct)",
                    amount: i % 7 == 0 ? nil : Int64(i % distinct) - 50)
            }
            let store = try TemporaryStore()
            let entry = try build(rows, store: store)[0]
            let file = try ArrowFile(path: store.folder.segments + "/" + entry.name)
            try file.checkContents()
            let found = try amounts(file)
            #expect(found.type == amount, "\(distinct)")
            #expect(found.values == rows.map(\.amount))
            #expect(file.column("order_id")?.field.type == order, "\(distinct)")
        }
    }

    @Test("strings come back as they went in, whatever their length and wherever they lie in the text", arguments: 0..<4)
    func strings(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let letters: [Character] = ["a", "b", "0", "é", "双"]
        // Many share their first 8 or 16 bytes, or all but the last.
        let pool = (0..<400).map { _ -> String in
            let head = ["", "abcdefgh", "abcdefghabcdefgh"].randomElement(using: &random) ?? ""
            var text = head
            for _ in 0..<Int.random(in: 0..<24, using: &random) { text.append(letters.randomElement(using: &random) ?? "a") }
            return text
        }
        var rows: [TestRow] = []
        for i in 0..<3000 {
            let channel: String? = i % 11 == 0 ? nil : pool.randomElement(using: &random)
            let order: String? = i % 3 == 0 ? nil : pool.randomElement(using: &random)
            rows.append(TestRow(time: Int64(i), device: 1, channel: channel, orderID: order))
        }
        let store = try TemporaryStore()
        let entry = try build(rows, store: store)[0]
        let file = try ArrowFile(path: store.folder.segments + "/" + entry.name)
        let columns: [(name: String, expected: [String?])] = [
            ("channel", rows.map { $0.channel }), ("order_id", rows.map { $0.orderID }),
        ]
        for (name, expected) in columns {
            let column = try #require(file.column(name))
            let dictionary = try #require(column.dictionary)
            let offsets = try #require(dictionary.offsets)
            let found = (0..<file.rowCount).map { row -> String? in
                guard let bits = column.array.validity, bits[row / 8] >> (row % 8) & 1 == 1 else { return nil }
                let code = Int(column.array.data.loadUnaligned(fromByteOffset: row * 2, as: Int16.self))
                let start = Int(offsets.loadUnaligned(fromByteOffset: code * 4, as: Int32.self))
                let end = Int(offsets.loadUnaligned(fromByteOffset: code * 4 + 4, as: Int32.self))
                return String(decoding: dictionary.data[start..<end], as: UTF8.self)
            }
            #expect(column.field.type == .dictionary(index: .int16, value: .utf8))
            #expect(found == expected)
            #expect(dictionary.count == Set(expected.compactMap { $0 }).count)
        }
    }

    @Test("the file has the documented columns and types, its persons sorted")
    func layout() throws {
        var log = RandomLog(seed: 33)
        let store = try TemporaryStore()
        let entry = try build(log.rows(500, persons: 50, times: 30, ids: 3000), store: store)[0]
        let file = try ArrowFile(path: store.folder.segments + "/" + entry.name)
        try file.checkContents()
        #expect(file.metadata["source"] == "web")
        let types = Dictionary(uniqueKeysWithValues: file.columns.map { ($0.field.name, $0.field.type) })
        #expect(types["person"] == .dictionary(index: .int32, value: .fixedSizeBinary(16)))
        #expect(types["event_time"] == .timestamp)
        #expect(types["event"] == .dictionary(index: .int8, value: .utf8))
        #expect(types["user_id"] == .dictionary(index: .int32, value: .fixedSizeBinary(16)))
        #expect(types["event_id"] == .int64)
        #expect(types["phone"] == .fixedSizeBinary(16))
        #expect(types["is_member"] == .boolean)
        #expect(types["day"] == .date32)
        #expect(types["order_id"] == .dictionary(index: .int8, value: .utf8))
        #expect(file.column("amount")?.field.metadata == ["unit", "millionths"])
        let person = try #require(file.column("person"))
        let keys = try #require(person.dictionary)
        let values = (0..<keys.count).map { Array(keys.data[($0 * 16)..<($0 * 16 + 16)]) }
        #expect(Set(values).count == values.count)
        let last = person.array.data.loadUnaligned(fromByteOffset: (file.rowCount - 1) * 4, as: Int32.self)
        let persons = values[...Int(last)]
        #expect(zip(persons, persons.dropFirst()).allSatisfy { $0.lexicographicallyPrecedes($1) })
        // The ids of users and devices stand in the same dictionary.
        for name in ["user_id", "device_id"] {
            #expect(file.column(name)?.dictionary?.data.baseAddress == keys.data.baseAddress)
        }
    }

    @Test("an abandoned file leaves nothing that a snapshot would see, and the builder can be used again")
    func abort() throws {
        var log = RandomLog(seed: 34)
        let store = try TemporaryStore()
        let rows = log.rows(100, persons: 5, times: 30, ids: 3000)
        let builder = try SegmentBuilder(
            columns: TestRow.columns, source: "web", folder: store.folder, namePrefix: "web", origin: "log")
        try eachBatch(rows, builder.append)
        builder.abort()
        #expect(try builder.finish().isEmpty)
        try eachBatch(rows, builder.append)
        #expect(try builder.finish() == build(rows, store: store).map { entry in
            var same = entry
            same.name = entry.name.replacingPrefix("we_b", with: "web")
            return same
        })
    }

    @Test("columns that events cannot do without, doubled and reserved names are refused")
    func misuse() throws {
        let store = try TemporaryStore()
        let time = Column("event_time", .time)
        let event = Column("event", .category)
        for columns in [
            [time], [event], [Column("event_time", .integer), event], [time, event, event],
            [time, event, Column("person", .category)],
        ] {
            let problem = #expect(throws: Problem.self) {
                _ = try SegmentBuilder(
                    columns: columns, source: "web", folder: store.folder, namePrefix: "web", origin: "log")
            }
            #expect(problem?.code == .storeMisuse)
        }
        let builder = try SegmentBuilder(
            columns: [time, event], source: "web", folder: store.folder, namePrefix: "web", origin: "log")
        let batch = TypedBatch(columns: [time, event])
        batch.count = 1
        #expect(throws: Problem.self) { try builder.append(batch) }
        #expect(throws: Problem.self) { try builder.append(TypedBatch(columns: [time])) }
    }
}

extension String {
    fileprivate func replacingPrefix(_ old: String, with new: String) -> String {
        hasPrefix(old) ? new + dropFirst(old.count) : self
    }
}
