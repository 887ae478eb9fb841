import EventLog
import EventStore
import Testing
import Vocabulary

/// What is forgotten, by the plainest reading of the rules.
private struct NaiveForgetting {
    var users: Set<Int> = []
    var devices: Set<Int> = []
    var orders: Set<String> = []

    /// The devices that forgotten users own among these rows, each of them with the rows of those who are not forgotten, and the orders
    /// that the forgotten placed.
    mutating func extend(over rows: [TestRow], maxUsers: Int) {
        for user in users {
            var naive = NaiveStore()
            naive.maxUsersPerDevice = maxUsers
            naive.add(rows.filter { $0.user == nil || $0.user == user || !users.contains($0.user!) })
            for (device, owner) in naive.deviceOwners() where owner == user { devices.insert(device) }
        }
        for row in rows where row.event == "purchase" || row.event == "order_create" {
            guard let order = row.orderID else { continue }
            if let user = row.user { if users.contains(user) { orders.insert(order) } }
            else if let device = row.device, devices.contains(device) { orders.insert(order) }
        }
    }

    func erases(_ row: TestRow) -> Bool {
        if let user = row.user { return users.contains(user) }
        if let device = row.device { return devices.contains(device) }
        return row.orderID.map { orders.contains($0) } ?? false
    }
}

@Suite("Forgetting and compaction")
struct ForgetTests {
    private func row(_ seconds: Int64, user: Int? = nil, device: Int? = nil, event: String = "click", order: String? = nil) -> TestRow {
        TestRow(time: seconds * 1_000_000, event: event, user: user, device: device, orderID: order)
    }

    /// Whether a file of the store has the key; its last bits may tell a kind of person.
    private func holds(_ store: TemporaryStore, _ key: Key128) -> Bool {
        let bytes = withUnsafeBytes(of: (key.high.bigEndian, key.low.bigEndian)) { Array($0.dropLast()) }
        return [store.folder.segments, store.folder.links, store.folder.tables].contains { folder in
            TemporaryStore.names(folder).contains { name in
                let content = TemporaryStore.bytes("\(folder)/\(name)")
                return (0..<max(0, content.count - 14)).contains { content[$0] == bytes[0] && content[$0..<($0 + 15)].elementsEqual(bytes) }
            }
        }
    }

    private func scan(_ store: TemporaryStore) throws -> ScanCollector {
        let found = try Snapshot.open(storeFolder: store.folder.path).collect(threads: 2)
        #expect(found.faults == [])
        return found
    }

    @Test("a user's rows, devices and orders are erased, now and when they come again; others stay")
    func user() throws {
        let store = try TemporaryStore()
        let refund = row(4, event: "refund", order: "o")
        let shared = [row(5, user: 2, device: 8), row(6, user: 1, device: 8), row(7, device: 8)]
        var transaction = try store.transaction()
        try store.take(
            [row(1, device: 7), row(3, user: 1, device: 7, event: "purchase", order: "o"), refund] + shared, path: "a", into: transaction)
        #expect(try transaction.prepare(threads: 1).total.live == 6)
        try transaction.commit()

        transaction = try store.transaction()
        transaction.forget(.user, TestRow.key(1, 1))
        var total = try transaction.prepare(threads: 2).total
        #expect(total.erased == 4 && total.live == 2 && total.balances)
        try transaction.commit()

        transaction = try store.transaction()
        try store.take([row(8, device: 7), row(9, user: 1), row(10, user: 3, device: 7), refund], path: "b", into: transaction)
        total = try transaction.prepare(threads: 1).total
        #expect(total.erased == 7 && total.live == 3)
        try transaction.commit()
        #expect(try scan(store).rows.values.map(\.count).sorted() == [1, 2])
    }

    @Test("a device of several users is erased with the last who would own it, in whatever order they are forgotten", arguments: [
        [[1], [2]], [[2], [1]], [[1, 2]],
    ])
    func severalUsers(forgotten: [[Int]]) throws {
        let store = try TemporaryStore()
        var transaction = try store.transaction(maxUsersPerDevice: 1)
        // Device 7 is of users 1 and 2 alone, device 8 of user 3 too.
        try store.take(
            [row(1, device: 7), row(2, user: 1, device: 7), row(3, user: 2, device: 7)]
                + [row(4, device: 8), row(5, user: 1, device: 8), row(6, user: 2, device: 8), row(7, user: 3, device: 8)],
            path: "a", into: transaction)
        #expect(try transaction.prepare(threads: 1).total.live == 7)
        try transaction.commit()
        var total = Balance.Counts()
        for users in forgotten {
            transaction = try store.transaction(maxUsersPerDevice: 1)
            for user in users { transaction.forget(.user, TestRow.key(user, 1)) }
            total = try transaction.prepare(threads: 2).total
            try transaction.commit()
        }
        #expect(total.erased == 5 && total.live == 2 && total.movedCopies == 1)
        #expect(try scan(store).rows.values.map(\.count) == [2])
    }

    @Test("devices and orders that a forgotten user has only later are erased too")
    func later() throws {
        let store = try TemporaryStore()
        var transaction = try store.transaction()
        transaction.forget(.user, TestRow.key(1, 1))
        try store.take([row(1, user: 2)], path: "a", into: transaction)
        _ = try transaction.prepare(threads: 1)
        try transaction.commit()
        transaction = try store.transaction()
        try store.take(
            [row(2, user: 1, device: 9, event: "purchase", order: "p"), row(3, device: 9), row(4, event: "refund", order: "p")],
            path: "b", into: transaction)
        #expect(try transaction.prepare(threads: 1).total.live == 1)
    }

    @Test("a forgotten device loses its rows without a user, and they alone")
    func device() throws {
        let store = try TemporaryStore()
        let transaction = try store.transaction()
        try store.take([row(1, device: 7), row(2, user: 1, device: 7), row(3, device: 8)], path: "a", into: transaction)
        transaction.forget(.device, TestRow.key(7, 2))
        let total = try transaction.prepare(threads: 1).total
        #expect(total.erased == 1 && total.live == 2 && total.movedCopies == 0)
    }

    @Test("compaction takes the bytes of the forgotten away, closes the books, and leaves every live row as it was")
    func compaction() throws {
        let store = try TemporaryStore()
        let key = TestRow.key(1, 1)
        var transaction = try store.transaction()
        let rows = [row(1, device: 7), row(2, user: 1, device: 7), row(3, user: 2, device: 8), row(4, device: 8)]
        try store.take(rows, path: "a", content: "a", into: transaction)
        try store.take([row(5, user: 1)], path: "b", into: transaction)
        _ = try transaction.prepare(threads: 1)
        try transaction.commit()
        transaction = try store.transaction()
        transaction.forget(.user, key)
        _ = try transaction.prepare(threads: 1)
        try transaction.commit()
        let before = try scan(store).rows
        #expect(holds(store, key))

        transaction = try store.transaction()
        let done = try transaction.compact(threads: 2)
        #expect(done.segments == 2 && done.rows == 3)
        let total = try transaction.prepare(threads: 2).total
        #expect(total.balances && total.erased == 3 && total.stored == 5 && total.live == 2)
        try transaction.commit(keepsPrevious: false)
        #expect(!holds(store, key) && !holds(store, TestRow.key(7, 2)))
        #expect(try scan(store).rows == before)

        transaction = try store.transaction()
        #expect(try transaction.compact(threads: 1).segments == 0)
        // The same file read again is the one that is there already.
        #expect(try store.take(rows, path: "a", content: "a", into: transaction) == .untouched)
        _ = try transaction.prepare(threads: 1)
        #expect(!transaction.hasChanges)
        // A replaced one brings the forgotten back, and they are erased.
        try store.take(rows + [row(6, user: 4)], path: "a", content: "a2", into: transaction)
        let again = try transaction.prepare(threads: 1).total
        #expect(again.live == 3 && again.erased == 3 && again.superseded == 4 && again.balances)
    }

    @Test("rows of tables about the forgotten are taken out at once")
    func tables() throws {
        let store = try TemporaryStore()
        let columns = [Column("user_id", .key), Column("order_id", .text), Column("amount", .decimal)]
        let sources = [
            "web": SourceSettings.events(),
            "crm": SourceSettings(kind: "orders", eventIDSpace: "crm", dedupeWindow: 0, key: []),
        ]
        func take(_ rows: [TestRow], _ path: String, into transaction: StoreTransaction) throws {
            let builder = try TableBuilder(
                columns: columns, source: "crm", folder: store.folder, namePrefix: "crm", origin: path, version: "v1")
            try eachBatch(rows, columns: columns, builder.append)
            let tables = try builder.finish()
            try transaction.add(
                FileEntry(
                    source: "crm", path: path, look: FileLook(size: 1, modified: 1, inode: 1), contentHash: path,
                    formatHash: "f", read: rows.count, stored: rows.count), tables: tables)
        }
        var transaction = try store.transaction(sources)
        try store.take([row(1, user: 1, event: "purchase", order: "o1")], path: "w", into: transaction)
        try take([row(1, user: 1, order: "o9"), row(2, user: 2, order: "o2"), row(3, order: "o1")], "a", into: transaction)
        _ = try transaction.prepare(threads: 1)
        try transaction.commit()

        transaction = try store.transaction(sources)
        transaction.forget(.user, TestRow.key(1, 1))
        var books = try transaction.prepare(threads: 1)
        #expect(books.sources["crm"]?.live == 1 && books.sources["crm"]?.erased == 2)
        try transaction.commit()
        let table = try #require(try Snapshot.open(storeFolder: store.folder.path).tables().first)
        #expect(table.rowCount == 1 && table.column("order_id")?.strings == ["o2"])
        #expect(try StoreVerification(store.folder, threads: 1).defects.isEmpty)

        transaction = try store.transaction(sources)
        try take([row(4, user: 1, order: "o10"), row(5, user: 3, order: "o3")], "b", into: transaction)
        books = try transaction.prepare(threads: 1)
        #expect(books.sources["crm"]?.live == 2 && books.sources["crm"]?.erased == 3 && books.total.balances)
    }

    @Test("any log, forgotten users, limits and compactions leave what plain reading leaves", arguments: 0..<20 as Range<UInt64>)
    func differential(seed: UInt64) throws {
        var log = RandomLog(seed: 5000 + seed)
        let limit = 1 + log.pick(3)
        let persons = 3 + log.pick(8)
        let store = try TemporaryStore()
        var forgetting = NaiveForgetting()
        var present: [TestRow] = []
        var gone = 0
        for night in 0..<4 {
            var transaction = try store.transaction(maxUsersPerDevice: limit)
            let rows = log.rows(1 + log.pick(60), persons: persons, times: 1 + log.pick(30), ids: 40)
            try store.take(rows, path: "\(night)", content: "\(night)", rowLimit: 1 + log.pick(50), into: transaction)
            present += rows
            if night > 0 {
                let user = log.pick(persons)
                transaction.forget(.user, TestRow.key(user, 1))
                forgetting.users.insert(user)
            }
            forgetting.extend(over: present, maxUsers: limit)
            func check(_ total: Balance.Counts) throws {
                var naive = NaiveStore()
                naive.maxUsersPerDevice = limit
                naive.add(present.filter { !forgetting.erases($0) })
                let expected = naive.live()
                let found = try scan(store)
                #expect(found.personRows == expected.persons)
                #expect(found.nobodyRows == expected.nobody)
                #expect(total.balances && total.duplicate == expected.repeats && total.live == expected.times.count)
                #expect(total.erased == gone + present.count { forgetting.erases($0) })
                #expect(try StoreVerification(store.folder, threads: 2).defects.isEmpty)
            }
            let total = try transaction.prepare(threads: 1 + log.pick(3)).total
            try transaction.commit()
            try check(total)
            guard log.pick(2) == 0 else { continue }
            transaction = try store.transaction(maxUsersPerDevice: limit)
            _ = try transaction.compact(threads: 2)
            let compacted = try transaction.prepare(threads: 2).total
            try transaction.commit(keepsPrevious: false)
            gone += present.count { forgetting.erases($0) }
            present.removeAll { forgetting.erases($0) }
            try check(compacted)
            for user in forgetting.users { #expect(!holds(store, TestRow.key(user, 1))) }
        }
    }
}
