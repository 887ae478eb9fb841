import EventStore
import Testing
import Vocabulary

@Suite("Repeats")
struct LivenessTests {
    private let second: Int64 = 1_000_000

    /// The times of the live rows when each list of rows is a file of its own source settings.
    private func liveTimes(
        _ files: [(source: String, rows: [TestRow])], _ settings: [String: SourceSettings]
    ) throws -> [Int64] {
        let store = try TemporaryStore()
        let transaction = try store.transaction(settings)
        for (i, file) in files.enumerated() {
            try store.take(file.rows, path: "\(i)", source: file.source, content: "\(i)", into: transaction)
        }
        let balance = try transaction.prepare(threads: 2)
        try transaction.commit()
        let rows = try Snapshot.open(storeFolder: store.folder.path).collect(threads: 1).rows.values.flatMap { $0 }
        #expect(balance.total.live == rows.count)
        return rows.map { Int64($0.split(separator: "|")[1]) ?? -1 }.sorted()
    }

    private func row(_ seconds: Int64, id: Int? = 1, user: Int? = 1) -> TestRow {
        TestRow(time: seconds * second, user: user, eventID: id)
    }

    @Test("a repeat at the window's edge is dropped, one microsecond later it is kept and opens a new window")
    func edge() throws {
        let settings = ["web": SourceSettings.events(window: 10 * second)]
        #expect(try liveTimes([("web", [row(0), row(10)])], settings) == [0])
        var late = row(10)
        late.time += 1
        #expect(try liveTimes([("web", [row(0), late])], settings) == [0, late.time])
        // 5 repeats 0; 11 is measured from the kept 0, not from 5; 12 repeats 11.
        #expect(try liveTimes([("web", [row(0), row(5), row(11), row(12)])], settings) == [0, 11 * second])
    }

    @Test("the first in canonical order is kept, whichever file it came in")
    func acrossFiles() throws {
        let settings = ["web": SourceSettings.events(window: 100 * second)]
        #expect(try liveTimes([("web", [row(7)]), ("web", [row(3)]), ("web", [row(5)])], settings) == [3 * second])
    }

    @Test("one id of two persons, of nobody, or of two spaces is no repeat; of two sources of one space it is")
    func scopes() throws {
        var settings = ["web": SourceSettings.events(window: 100 * second), "app": .events(space: "web", window: 100 * second)]
        #expect(try liveTimes([("web", [row(1, user: 1), row(2, user: 2), row(3, user: nil)])], settings).count == 3)
        #expect(try liveTimes([("web", [row(3, user: nil), row(50, user: nil)])], settings) == [3 * second])
        #expect(try liveTimes([("web", [row(1)]), ("app", [row(2)])], settings) == [second])
        settings["app"] = .events(space: "app", window: 100 * second)
        #expect(try liveTimes([("web", [row(1)]), ("app", [row(2)])], settings).count == 2)
    }

    @Test("rows without an id are all distinct, even when they are equal")
    func withoutIDs() throws {
        #expect(try liveTimes([("web", [row(1, id: nil), row(1, id: nil)])], ["web": .events()]).count == 2)
    }

    @Test("times at the ends of the range neither overflow nor repeat")
    func extremeTimes() throws {
        var (first, last) = (row(0), row(0))
        first.time = .min
        last.time = .max
        #expect(try liveTimes([("web", [last, first])], ["web": .events()]).count == 2)
        #expect(try liveTimes([("web", [last, first])], ["web": .events(window: .max)]).count == 2)
    }

    @Test("a late repeat of an old id changes the verdict on rows that were committed before")
    func lateArrival() throws {
        let store = try TemporaryStore()
        let settings = ["web": SourceSettings.events(window: 10 * second)]
        var transaction = try store.transaction(settings)
        try store.take([row(8), row(15)], path: "a", into: transaction)
        #expect(try transaction.prepare(threads: 1).total.live == 1)
        try transaction.commit()
        transaction = try store.transaction(settings)
        try store.take([row(1)], path: "b", into: transaction)
        #expect(try transaction.prepare(threads: 1).total.live == 2)
        try transaction.commit()
        let snapshot = try Snapshot.open(storeFolder: store.folder.path)
        #expect(snapshot.oldestEvent == second && snapshot.newestEvent == 15 * second)
    }

    @Test("another window or space judges the rows anew without reading a log")
    func settingsChange() throws {
        let store = try TemporaryStore()
        var transaction = try store.transaction(["web": .events(window: 100 * second)])
        try store.take([row(0), row(20)], path: "a", into: transaction)
        #expect(try transaction.prepare(threads: 1).total.live == 1)
        try transaction.commit()
        transaction = try store.transaction(["web": .events(window: 10 * second)])
        #expect(try transaction.prepare(threads: 1).total.live == 2)
        #expect(transaction.hasChanges)
        try transaction.commit()
        #expect(try Snapshot.open(storeFolder: store.folder.path).newestEvent == 20 * second)
    }

    @Test("a person with very many ids in a short window is judged like any other")
    func manyIDs() throws {
        var rows = (0..<5000).map { row(Int64($0), id: $0) }
        rows += (0..<5000).map { row(Int64($0) + 3, id: $0) }
        #expect(try liveTimes([("web", rows)], ["web": .events(window: 3 * second)]).count == 5000)
        #expect(try liveTimes([("web", rows)], ["web": .events(window: 2 * second)]).count == 10_000)
    }
}
