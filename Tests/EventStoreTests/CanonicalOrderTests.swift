import EventStore
import TestSupport
import Testing
import Vocabulary

@Suite("Canonical order")
struct CanonicalOrderTests {
    private static func rows(_ count: Int, persons: Int, times: Int, sequence: Bool, seed: UInt64) -> [TestRow] {
        var log = RandomLog(seed: seed)
        let unknown = ["", "Click", "zz", "click2", "淘宝", "a-name-of-more-than-16-bytes", "a-name-of-more-than-16-bytez"]
        return (0..<count).map { _ in
            var row = log.row(persons: persons, times: times, ids: 1)
            row.event = log.pick(3) == 0 ? unknown[log.pick(unknown.count)] : EventVocabulary.names[log.pick(EventVocabulary.names.count)]
            row.sequence = sequence && log.pick(3) > 0 ? Int64(log.pick(3)) - 1 : nil
            // Whole persons, and nothing that merges them or leaves a row out.
            (row.user, row.eventID) = (nil, nil)
            row.device = log.pick(persons)
            return row
        }
    }

    @Test(
        "rows of one person and time come by sequence, the event's rank, its name and their content, with a sequence or without",
        arguments: [true, false], [(300, 1, 1), (2000, 40, 2), (20_000, 2, 3), (20_000, 900, 4), (40_000, 1, 20_000)])
    func ties(sequence: Bool, shape: (rows: Int, persons: Int, times: Int)) throws {
        let columns = TestRow.columns.filter { sequence || $0.name != "sequence" }
        let rows = Self.rows(
            shape.rows, persons: shape.persons, times: shape.times, sequence: sequence, seed: UInt64(shape.rows + shape.persons))
        let store = try TemporaryStore()
        let transaction = try store.transaction()
        try store.take(rows, path: "log", columns: columns, into: transaction)
        _ = try transaction.prepare(threads: 1)
        try transaction.commit()
        var naive = NaiveStore()
        naive.add(rows)
        let found = try Snapshot.open(storeFolder: store.folder.path).collect(threads: 1)
        #expect(found.faults == [])
        let same = found.personRows == naive.live().persons
        #expect(same)
    }

    @Test("the order of a segment's rows does not depend on the order in which ties came", arguments: [true, false])
    func shuffled(sequence: Bool) throws {
        let columns = TestRow.columns.filter { sequence || $0.name != "sequence" }
        let rows = Self.rows(12_000, persons: 2, times: 2, sequence: sequence, seed: 5)
        var random = SeededGenerator(seed: 6)
        let names = try (0..<3).map { turn in
            let store = try TemporaryStore()
            let builder = try SegmentBuilder(
                columns: columns, source: "web", folder: store.folder, namePrefix: "web", origin: "log")
            try eachBatch(turn == 0 ? rows : rows.shuffled(using: &random), columns: columns, builder.append)
            return try builder.finish().map(\.name)
        }
        #expect(Set(names).count == 1 && names[0].count == 1)
    }
}
