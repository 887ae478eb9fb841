import EventStore
import TestSupport
import Testing
import Vocabulary

/// Random logs: small ranges, so that ties, repeats and shared persons are common.
struct RandomLog {
    var generator: SeededGenerator

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    mutating func pick(_ count: Int) -> Int { Int(generator.next() % UInt64(count)) }

    mutating func row(persons: Int, times: Int, ids: Int) -> TestRow {
        let names = ["click", "purchase", "impression", "wave", "purchase-late", "淘宝", "refund"]
        var row = TestRow()
        row.time = Int64(pick(times)) * 1_000_000 - 500_000
        row.event = names[pick(names.count)]
        row.sequence = pick(3) == 0 ? Int64(pick(2)) : nil
        let who = pick(10)
        if who < 6 { row.user = pick(persons) }
        if who >= 4, who < 9 { row.device = pick(persons) }
        row.eventID = pick(3) == 0 ? nil : pick(ids)
        row.channel = pick(4) == 0 ? nil : ["", "douyin", "tmall", "a-very-long-channel-name"][pick(4)]
        row.orderID = pick(2) == 0 ? nil : ["", "o\(pick(5))", "order-number-\(pick(3))"][pick(3)]
        row.amount = pick(3) == 0 ? nil : Int64(pick(3)) - 1
        row.member = pick(3) == 0 ? nil : pick(2) == 0
        row.day = pick(3) == 0 ? nil : Int64(pick(2)) - 1
        row.phone = pick(3) == 0 ? pick(3) : nil
        return row
    }

    mutating func rows(_ count: Int, persons: Int, times: Int, ids: Int) -> [TestRow] {
        (0..<count).map { _ in row(persons: persons, times: times, ids: ids) }
    }
}

@Suite("Scan")
struct ScanTests {
    @Test("any cut into files, segments and threads gives the rows that plain sorting gives", arguments: 0..<24 as Range<UInt64>)
    func differential(seed: UInt64) throws {
        var log = RandomLog(seed: seed)
        let rows = log.rows(50 + log.pick(1500), persons: 1 + log.pick(40), times: 1 + log.pick(60), ids: 1 + log.pick(500))
        let window = Int64(log.pick(30)) * 1_000_000
        let store = try TemporaryStore()
        let settings = [
            "web": SourceSettings.events(space: "s", window: window),
            "app": SourceSettings.events(space: log.pick(2) == 0 ? "s" : "t", window: window),
        ]
        var naive = NaiveStore()
        let transaction = try store.transaction(settings)
        var start = 0
        var file = 0
        while start < rows.count {
            let part = Array(rows[start..<min(rows.count, start + 1 + log.pick(400))])
            start += part.count
            let source = log.pick(3) == 0 ? "app" : "web"
            naive.add(part, source: source, space: settings[source]?.eventIDSpace ?? "", window: window)
            try store.take(
                part, path: "\(file).csv", source: source, content: "\(file)", rowLimit: 1 + log.pick(700),
                into: transaction)
            file += 1
        }
        let balance = try transaction.prepare(threads: 1 + log.pick(3))
        try transaction.commit()
        let expected = naive.live()
        #expect(balance.total.duplicate == expected.repeats)
        #expect(balance.total.live == rows.count - expected.repeats)

        let snapshot = try Snapshot.open(storeFolder: store.folder.path)
        for threads in [1, 2, 5] {
            let found = try snapshot.collect(threads: threads)
            #expect(found.faults == [])
            #expect(found.personRows == expected.persons)
            #expect(found.nobodyRows == expected.nobody)
        }
        #expect(snapshot.liveRows == expected.times.count)
        #expect(snapshot.newestEvent == expected.times.max())
        #expect(snapshot.oldestEvent == expected.times.min())
    }

    @Test("a history longer than a batch comes in slices, in order, with the rows of other files merged in")
    func hyperactivePerson() throws {
        var log = RandomLog(seed: 7)
        var rows: [TestRow] = []
        for _ in 0..<20_000 {
            var row = log.row(persons: 3, times: 30_000, ids: 1_000_000)
            row.user = 1
            rows.append(row)
        }
        rows += log.rows(500, persons: 50, times: 30_000, ids: 1_000_000)
        let store = try TemporaryStore()
        let transaction = try store.transaction()
        var naive = NaiveStore()
        for file in 0..<3 {
            let part = rows.indices.filter { $0 % 3 == file }.map { rows[$0] }
            naive.add(part)
            try store.take(part, path: "\(file)", rowLimit: 9000, into: transaction)
        }
        _ = try transaction.prepare(threads: 2)
        try transaction.commit()
        let found = try Snapshot.open(storeFolder: store.folder.path).collect(threads: 2)
        #expect(found.faults == [])
        #expect(found.largestBatch <= 8192)
        #expect(found.personRows == naive.live().persons)
    }

    @Test("a scan of a span delivers exactly the live rows inside it")
    func span() throws {
        var log = RandomLog(seed: 11)
        let rows = log.rows(3000, persons: 100, times: 400, ids: 2000)
        let store = try TemporaryStore()
        let transaction = try store.transaction()
        var naive = NaiveStore()
        for file in 0..<4 {
            let part = rows.filter { Int($0.time + 500_000) / 100_000_000 == file }
            naive.add(part)
            try store.take(part, path: "\(file)", into: transaction)
        }
        _ = try transaction.prepare(threads: 1)
        try transaction.commit()
        let span = ScanRequest.Span(start: 120_500_000, end: 210_500_000)
        let found = try Snapshot.open(storeFolder: store.folder.path).collect(threads: 2, span: span)
        let inside = naive.live().persons.map { person in
            person.filter { text in
                let time = Int64(text.split(separator: "|")[1]) ?? 0
                return time >= span.start && time < span.end
            }
        }.filter { !$0.isEmpty }
        #expect(found.faults == [])
        #expect(found.personRows == Set(inside))
    }

    @Test("a scan that needs some rows delivers exactly these, in the order of a scan of all", arguments: 0..<12 as Range<UInt64>)
    func need(seed: UInt64) throws {
        var log = RandomLog(seed: 900 + seed)
        let rows = log.rows(200 + log.pick(2500), persons: 1 + log.pick(60), times: 1 + log.pick(80), ids: 1 + log.pick(900))
        let store = try TemporaryStore()
        let transaction = try store.transaction()
        for file in 0..<4 {
            try store.take(
                rows.indices.filter { $0 % 4 == file }.map { rows[$0] }, path: "\(file)", rowLimit: 1 + log.pick(400),
                into: transaction)
        }
        _ = try transaction.prepare(threads: 2)
        try transaction.commit()
        let snapshot = try Snapshot.open(storeFolder: store.folder.path)
        let events: Set<String> = Set(["click", "淘宝", "refund", "no such event"].filter { _ in log.pick(2) == 0 })
        let channels: Set<String> = Set(["", "douyin", "no such channel"].filter { _ in log.pick(2) == 0 })
        let need = RowNeed(
            values: ["event": events, "channel": channels, "no such column": ["x"], "order_id": ["o1"]], nobody: log.pick(2) == 0)
        let span = log.pick(2) == 0 ? ScanRequest.Span(start: 10_500_000, end: 40_500_000) : nil
        let all = try snapshot.collect(threads: 1)
        func isNeeded(_ text: String, _ person: ScanCollector.Person) -> Bool {
            let fields = text.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
            let time = Int64(fields[1]) ?? 0
            if let span, time < span.start || time >= span.end { return false }
            return events.contains(fields[2]) || channels.contains(fields[6]) || (need.nobody && all.kinds[person] == .nobody)
        }
        let expected = all.rows.map { person, texts in (person, texts.filter { isNeeded($0, person) }) }
            .filter { !$0.1.isEmpty }
        for threads in [1, 3] {
            let found = try snapshot.collect(threads: threads, span: span, need: need)
            #expect(found.faults == [])
            #expect(found.rows == Dictionary(uniqueKeysWithValues: expected))
        }
    }

    @Test("persons whose keys share their high half stay apart, in any number of segments")
    func twins() throws {
        var log = RandomLog(seed: 5)
        var rows = log.rows(900, persons: 8, times: 50, ids: 1_000_000)
        for i in rows.indices { rows[i].user = rows[i].user.map { $0 + TestRow.twins } }
        let store = try TemporaryStore()
        let transaction = try store.transaction()
        var naive = NaiveStore()
        for file in 0..<5 {
            let part = rows.indices.filter { $0 % 5 == file }.map { rows[$0] }
            naive.add(part)
            try store.take(part, path: "\(file)", rowLimit: 100, into: transaction)
        }
        _ = try transaction.prepare(threads: 2)
        try transaction.commit()
        let found = try Snapshot.open(storeFolder: store.folder.path).collect(threads: 2)
        #expect(found.faults == [])
        #expect(found.personRows == naive.live().persons)
        #expect(Set(found.rows.keys.map(\.high)).count < found.rows.count)
    }

    @Test("a column that only some segments have is null elsewhere; one that none has, has no slot")
    func missingColumns() throws {
        let store = try TemporaryStore()
        let transaction = try store.transaction()
        let few = TestRow.columns.filter { ["event_time", "event", "user_id"].contains($0.name) }
        try store.take([TestRow(time: 5, user: 1, channel: "lost")], path: "a", columns: few, into: transaction)
        try store.take([TestRow(time: 4, user: 1, channel: "kept")], path: "b", into: transaction)
        _ = try transaction.prepare(threads: 1)
        try transaction.commit()
        let snapshot = try Snapshot.open(storeFolder: store.folder.path)
        let found = try snapshot.collect(threads: 1, columns: ["channel", "no-such", "event_id", "amount"])
        #expect(found.layout.slot("no-such") == nil)
        #expect(found.layout.slot("event_id") == nil)
        #expect(found.rows.values.map { $0.map { $0.split(separator: "|")[6] } } == [["kept", "-"]])
        #expect(try snapshot.collect(threads: 1, columns: ["event", "event_time"]).layout.slot("event") != nil)
    }

    @Test("a derived column reads stored ones and shadows the stored column of its name")
    func derived() throws {
        var log = RandomLog(seed: 3)
        let store = try TemporaryStore()
        let transaction = try store.transaction()
        try store.take(log.rows(20_000, persons: 400, times: 900, ids: 9_000_000), path: "a", into: transaction)
        _ = try transaction.prepare(threads: 1)
        try transaction.commit()
        let snapshot = try Snapshot.open(storeFolder: store.folder.path)
        let column = DerivedColumn(name: "derived", inputs: ["channel"]) { layout in
            guard let slot = layout.slot("channel") else { return ([], { _, _ in }) }
            let values = layout.values(ofSlot: slot)
            let codes = values.map { $0.hasPrefix("d") ? Int32(0) : Int32(1) }
            return (["paid", "rest"], { batch, out in
                for (i, code) in batch.codes(slot).enumerated() { out[i] = code < 0 ? -1 : codes[Int(code)] }
            })
        }
        let found = try snapshot.collect(threads: 2, derived: [column])
        #expect(found.faults == [])
        for (person, texts) in found.rows {
            let expected = texts.map { text -> String? in
                let channel = text.split(separator: "|", omittingEmptySubsequences: false)[6]
                return channel == "-" ? nil : channel.hasPrefix("d") ? "paid" : "rest"
            }
            #expect(found.derived[person] == expected)
        }
        let shadow = DerivedColumn(name: "channel", inputs: []) { _ in
            (["x"], { batch, out in for i in 0..<batch.count { out[i] = 0 } })
        }
        let shadowed = try snapshot.collect(threads: 1, columns: ["channel"], derived: [shadow])
        #expect(shadowed.rows.values.allSatisfy { $0.allSatisfy { $0.split(separator: "|")[6] == "x" } })
    }

    @Test("two sources that type a column differently give a problem that names both")
    func columnTypes() throws {
        let store = try TemporaryStore()
        let transaction = try store.transaction(["web": .events(), "app": .events(space: "app")])
        let base = TestRow.columns.filter { ["event_time", "event"].contains($0.name) }
        try store.take([TestRow()], path: "a", columns: base + [Column("phone", .key)], into: transaction)
        try store.take([TestRow()], path: "b", source: "app", columns: base + [Column("channel", .text)], into: transaction)
        try store.take([TestRow()], path: "c", columns: base + [Column("channel", .category)], into: transaction)
        _ = try transaction.prepare(threads: 1)
        try transaction.commit()
        let snapshot = try Snapshot.open(storeFolder: store.folder.path)
        let problem = #expect(throws: Problem.self) { try snapshot.collect(threads: 1, columns: ["channel"]) }
        #expect(problem?.code == .storeColumnType)
        #expect(problem?.message.contains("'app'") == true)
        #expect(try snapshot.collect(threads: 1, columns: ["phone"]).nobodyRows.count == 3)
    }

    @Test("an empty store scans without rows")
    func empty() throws {
        let store = try TemporaryStore()
        #expect(throws: Problem.self) { try Snapshot.open(storeFolder: store.folder.path) }
        let transaction = try store.transaction()
        _ = try transaction.prepare(threads: 1)
        try transaction.commit()
        let snapshot = try Snapshot.open(storeFolder: store.folder.path)
        #expect(try snapshot.collect(threads: 2).rows.isEmpty)
        #expect(snapshot.newestEvent == nil)
        #expect(try snapshot.tables().isEmpty)
    }
}
