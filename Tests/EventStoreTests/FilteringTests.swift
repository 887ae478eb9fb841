import EventStore
import TestSupport
import Testing
import Vocabulary

@Suite("Filters")
struct FilteringTests {
    private static let columns = TestRow.columns + [Column("user_agent", .category)]
    private static let agents: [String?] = [nil, "", "Mozilla/5.0 (iPhone)", "GoogleBot/2.1", "curl/8.5", "CUBOT X9"]
    private static let settings = FilterSettings(
        agents: ["bot", "curl/"], perMinute: 6, perHour: 20, testUsers: [TestRow.key(3, 1)],
        testDevices: [TestRow.key(4, 2)])

    /// Bursts of users, devices and nobody, on the edges of minutes and hours, before and after 1970.
    private func log(_ seed: UInt64, count: Int) -> [TestRow] {
        var random = SeededGenerator(seed: seed)
        return (0..<count).map { i in
            let minute = Int64([-61, -60, -1, 0, 59, 60, 119].randomElement(using: &random) ?? 0) + Int64.random(in: 0...3, using: &random)
            let person = Int.random(in: 0..<9, using: &random)
            var row = TestRow(time: minute * 60_000_000 + Int64.random(in: 0..<60_000_000, using: &random), sequence: Int64(i))
            if person < 4 { row.user = person }
            // Each device has one user at the most, who has no other.
            if person > 0, Bool.random(using: &random) || person >= 4, person < 8 { row.device = person }
            row.eventID = i % 5 == 0 ? nil : i % 7 == 0 ? i - 1 : i
            row.agent = Self.agents.randomElement(using: &random) ?? nil
            return row
        }
    }

    private func dead(_ rows: [TestRow], _ settings: FilterSettings) -> (live: [String], counts: FilteredCounts) {
        /// The rows that are no repeats, worked out by a store without filters.
        func floor(_ a: Int64, _ b: Int64) -> Int64 { a >= 0 ? a / b : -((-a + b - 1) / b) }
        func person(_ row: TestRow) -> String? {
            if let user = row.user { return "user \(user)" }
            guard let device = row.device else { return nil }
            return rows.contains { $0.device == device && $0.user != nil } ? "user \(device)" : "device \(device)"
        }
        var counts = FilteredCounts()
        var live: [String] = []
        for row in rows {
            let own = person(row)
            let near = rows.filter { person($0) == own && floor($0.time, 3_600_000_000) == floor(row.time, 3_600_000_000) }
            let minutes = Dictionary(grouping: near) { floor($0.time, 60_000_000) }
            let isFast = own != nil
                && (near.count > settings.perHour ?? .max || minutes.values.contains { $0.count > settings.perMinute ?? .max })
            let agent = row.agent?.lowercased() ?? ""
            let isTester = !settings.testUsers.isEmpty && (own == "user 3" || row.device == 4)
            if isTester {
                counts.testUser += 1
            } else if settings.agents.contains(where: agent.contains), !agent.contains("cubot") {
                counts.crawler += 1
            } else if isFast {
                counts.rate += 1
            } else {
                live.append(row.text(source: "web"))
            }
        }
        return (live.sorted(), counts)
    }

    /// What a store of the rows without repeats holds: the naive count below knows no repeats.
    private func distinct(_ rows: [TestRow]) -> [TestRow] {
        rows.enumerated().map { i, row in
            var row = row
            if row.eventID != nil { row.eventID = i + 1 }
            return row
        }
    }

    private func commit(
        _ store: TemporaryStore, _ files: [[TestRow]], _ settings: FilterSettings, threads: Int = 2
    ) throws -> Balance.Counts {
        let transaction = try store.transaction(filters: settings)
        for (i, rows) in files.enumerated() where !rows.isEmpty {
            try store.take(rows, path: "\(i)", columns: Self.columns, rowLimit: 97, into: transaction)
        }
        let balance = try transaction.prepare(threads: threads)
        try transaction.commit()
        return balance.total
    }

    private func live(_ store: TemporaryStore) throws -> [String] {
        try Snapshot.open(storeFolder: store.folder.path).collect(threads: 2).rows.values.flatMap { $0 }.sorted()
    }

    @Test("rows are filtered as a naive count says, however the log is cut into files and nights", arguments: [1, 2, 3] as [UInt64])
    func naive(seed: UInt64) throws {
        let rows = distinct(log(seed, count: 700))
        let expected = dead(rows, Self.settings)
        #expect(expected.counts.byRule.allSatisfy { $0.count > 10 } && expected.live.count > 20)
        for parts in [1, 3, 8] {
            let store = try TemporaryStore()
            let files = (0..<parts).map { part in rows.indices.filter { $0 % parts == part }.map { rows[$0] } }
            // The first night has half of the files.
            _ = try commit(store, Array(files.prefix((parts + 1) / 2)), Self.settings)
            let counts = try commit(store, files, Self.settings, threads: parts)
            #expect(counts.filteredByRule == expected.counts)
            #expect(counts.balances && counts.live == expected.live.count)
            #expect(try live(store) == expected.live)
        }
    }

    @Test("other filters judge what is stored anew, with repeats in it, as if they had always been so")
    func rejudged() throws {
        let rows = log(9, count: 600)
        let some = FilterSettings(agents: ["curl/"], perHour: 9)
        func fresh(_ settings: FilterSettings) throws -> (Balance.Counts, [String]) {
            let store = try TemporaryStore()
            return (try commit(store, [rows], settings), try live(store))
        }
        let store = try TemporaryStore()
        for settings in [FilterSettings(), Self.settings, some, FilterSettings(), Self.settings] {
            let counts = try commit(store, [rows], settings)
            let expected = try fresh(settings)
            #expect(counts == expected.0)
            #expect(try live(store) == expected.1)
            #expect(counts.duplicate > 0 && settings.isEmpty == (counts.filtered == 0))
        }
        let before = try Snapshot.open(storeFolder: store.folder.path).catalogue
        #expect(try commit(store, [rows], Self.settings).filtered > 0)
        #expect(try Snapshot.open(storeFolder: store.folder.path).catalogue == before)
        // Who has no say in the filters leaves them as they are.
        let transaction = try store.transaction()
        _ = try transaction.prepare(threads: 1)
        #expect(!transaction.hasChanges)
    }

    @Test("a test device takes its user's rows, whatever bits its key ends in", arguments: 1..<17)
    func testDevice(_ device: Int) throws {
        let store = try TemporaryStore()
        let rows = [
            TestRow(time: 1, user: 1, device: device), TestRow(time: 2, device: device), TestRow(time: 3, user: 1),
            TestRow(time: 4, user: 2, device: device + 100),
        ]
        let counts = try commit(store, [rows], FilterSettings(testDevices: [TestRow.key(device, 2)]))
        #expect(counts.filtered == 2 && counts.live == 2)
    }

    @Test("an hour is over the limit by one event more, whatever the minute it comes in")
    func limits() throws {
        let settings = FilterSettings(perMinute: 2, perHour: 4)
        func filtered(_ times: [Int64]) throws -> Int {
            let store = try TemporaryStore()
            return try commit(store, [times.map { TestRow(time: $0 * 1_000_000, user: 1) }], settings).filteredByRule.rate
        }
        #expect(try filtered([0, 59, 60, 119]) == 0)
        #expect(try filtered([0, 58, 59]) == 3)
        #expect(try filtered([0, 60, 120, 180]) == 0)
        #expect(try filtered([0, 60, 120, 180, 240]) == 5)
        #expect(try filtered([0, 60, 120, 3599, 3600]) == 0)
        #expect(try filtered([-1, -2, -3, 0]) == 3)
    }
}
