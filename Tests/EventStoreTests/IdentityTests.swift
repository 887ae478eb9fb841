import EventStore
import Testing
import Vocabulary

@Suite("Identity")
struct IdentityTests {
    private let second: Int64 = 1_000_000

    private func row(_ seconds: Int64, user: Int? = nil, device: Int? = nil, event: String = "click", id: Int? = nil) -> TestRow {
        TestRow(time: seconds * second, event: event, user: user, device: device, eventID: id)
    }

    /// The rows of a store by the times of their persons, users and devices only.
    private func persons(_ files: [[TestRow]], maxUsers: Int = 3) throws -> Set<[Int64]> {
        let store = try TemporaryStore()
        let transaction = try store.transaction(maxUsersPerDevice: maxUsers)
        for (i, rows) in files.enumerated() { try store.take(rows, path: "\(i)", content: "\(i)", into: transaction) }
        #expect(try transaction.prepare(threads: 2).total.balances)
        try transaction.commit()
        let found = try Snapshot.open(storeFolder: store.folder.path).collect(threads: 2)
        #expect(found.faults == [])
        return Set(found.personRows.map { $0.map { (Int64($0.split(separator: "|")[1]) ?? -1) / second } })
    }

    @Test("rows of a device belong to its only user, also those before the log-in and those of other files")
    func onlyUser() throws {
        #expect(
            try persons([[row(1, device: 7)], [row(2, user: 1, device: 7), row(3, device: 7)], [row(4, device: 8)]])
                == [[1, 2, 3], [4]])
    }

    @Test("of several users the first owns a device; beyond the limit nobody does")
    func limit() throws {
        let rows = [row(0, device: 7), row(1, user: 2, device: 7), row(2, user: 1, device: 7)]
        #expect(try persons([rows]) == [[0, 1], [2]])
        #expect(try persons([rows], maxUsers: 2) == [[0, 1], [2]])
        #expect(try persons([rows], maxUsers: 1) == [[0], [1], [2]])
    }

    @Test("users seen first at one time are told apart by what their rows say, never by their keys")
    func ties() throws {
        let rows = [row(0, device: 7), row(5, user: 1, device: 7, event: "purchase"), row(5, user: 2, device: 7, event: "click")]
        #expect(try persons([rows]) == [[0, 5], [5]])
        let owner = EventVocabulary.rank(of: "click") < EventVocabulary.rank(of: "purchase") ? 2 : 1
        var naive = NaiveStore()
        naive.add(rows)
        #expect(naive.deviceOwners() == [7: owner])
        let equal = [row(0, device: 7), row(5, user: 1, device: 7), row(5, user: 2, device: 7)]
        #expect(try persons([equal]) == [[0], [5]])
    }

    @Test("there is no chain from device to user to device")
    func noClosure() throws {
        let rows = [row(1, user: 1, device: 7), row(2, user: 1, device: 8), row(3, user: 2, device: 8), row(4, device: 8), row(5, device: 7)]
        #expect(try persons([rows]) == [[1, 2, 4, 5], [3]])
    }

    @Test("repeats are found among the rows of the person that a row belongs to")
    func repeatsAfterPersons() throws {
        // The same event came once before and once after the log-in was known to the log.
        #expect(try persons([[row(1, device: 7, id: 1)], [row(1, user: 1, device: 7, id: 1)]]) == [[1]])
        // Without a link they are two persons' events.
        #expect(try persons([[row(1, device: 7, id: 1)], [row(1, user: 1, id: 1)]]) == [[1]])
    }

    @Test("a row without any id takes the one person who bought its order")
    func orders() throws {
        func order(_ seconds: Int64, _ id: String, _ event: String, user: Int? = nil, device: Int? = nil) -> TestRow {
            var row = row(seconds, user: user, device: device, event: event)
            row.orderID = id
            return row
        }
        let rows = [
            order(1, "a", "purchase", user: 1), order(2, "a", "refund"),
            order(3, "b", "purchase", user: 1), order(4, "b", "order_create", user: 2), order(5, "b", "refund"),
            order(6, "c", "order_create", device: 9), order(7, "c", "refund"), row(8, user: 3, device: 9),
            order(9, "d", "click", user: 4), order(10, "d", "refund"),
        ]
        #expect(try persons([rows]) == [[1, 2, 3], [4], [6, 7, 8], [9]])
        #expect(try persons(rows.map { [$0] }) == [[1, 2, 3], [4], [6, 7, 8], [9]])
    }

    @Test("the books count each moved row and its copy, and a replaced file undoes its links")
    func books() throws {
        let store = try TemporaryStore()
        var transaction = try store.transaction()
        try store.take([row(1, device: 7), row(2, device: 8)], path: "a", into: transaction)
        try store.take([row(3, user: 1, device: 7)], path: "b", into: transaction)
        var total = try transaction.prepare(threads: 1).total
        #expect(total.stored == 3 && total.movedCopies == 1 && total.moved == 1 && total.live == 3)
        try transaction.commit()
        transaction = try store.transaction()
        try store.take([row(3, user: 1, device: 9)], path: "b", content: "corrected", into: transaction)
        total = try transaction.prepare(threads: 1).total
        #expect(total.movedCopies == 0 && total.moved == 0 && total.superseded == 1 && total.live == 3)
        try transaction.commit()
        #expect(try Snapshot.open(storeFolder: store.folder.path).collect(threads: 1).personRows.count == 3)
    }

    @Test("a snapshot without news keeps copies and deletion vectors as they are")
    func nothingNew() throws {
        let store = try TemporaryStore()
        var transaction = try store.transaction()
        try store.take([row(1, device: 7), row(3, user: 1, device: 7)], path: "a", into: transaction)
        _ = try transaction.prepare(threads: 1)
        try transaction.commit()
        transaction = try store.transaction()
        _ = try transaction.prepare(threads: 1)
        #expect(!transaction.hasChanges)
        transaction = try store.transaction()
        let before = transaction.catalogue.segments.filter { $0.moved != nil }
        try store.take([row(5, user: 4, device: 6)], path: "b", into: transaction)
        _ = try transaction.prepare(threads: 1)
        #expect(before.count == 1 && transaction.catalogue.segments.filter { $0.moved != nil } == before)
    }

    @Test("a few new links leave the large copy of moved rows as it is; what is wrong in it is masked")
    func fewNewLinks() throws {
        let store = try TemporaryStore()
        func copies(_ transaction: StoreTransaction) -> [SegmentEntry] {
            transaction.catalogue.segments.filter { $0.moved != nil }.sorted { $0.rows > $1.rows }
        }
        func commit(_ links: [(path: String, devices: Range<Int>)]) throws -> (copies: [SegmentEntry], total: Balance.Counts) {
            let transaction = try store.transaction()
            for (path, devices) in links {
                try store.take(
                    devices.map { row(1000 + Int64($0), user: $0, device: $0) }, path: path, content: "\(path) \(devices)", into: transaction)
            }
            let total = try transaction.prepare(threads: 2).total
            try transaction.commit()
            #expect(total.live == total.stored - total.superseded)
            #expect(try Snapshot.open(storeFolder: store.folder.path).collect(threads: 1).personRows.joined().count == total.live)
            return (copies(transaction), total)
        }
        let first = try store.transaction()
        try store.take((0..<200).map { row(Int64($0), device: $0) }, path: "a", into: first)
        _ = try first.prepare(threads: 1)
        try first.commit()
        let large = try commit([("b", 0..<180)])
        #expect(large.copies.map(\.rows) == [180] && large.total.moved == 180)
        let more = try commit([("c", 180..<185)])
        #expect(more.copies.map(\.rows) == [180, 5] && more.copies[0].name == large.copies[0].name)
        // The file that linked most is replaced by one that links two less.
        let less = try commit([("b", 2..<180)])
        #expect(less.copies.map(\.rows) == [180, 5] && less.total.moved == 183 + 2 && less.total.movedCopies == 185)
        // They are linked again: they are copied again, with the small copy.
        let again = try commit([("d", 0..<2)])
        #expect(again.copies.map(\.rows) == [180, 7] && again.total.moved == 185 + 2 && again.copies[0].name == large.copies[0].name)
        // Many new links take all into one copy.
        #expect(try commit([("e", 185..<200), ("b", 100..<180)]).copies.map(\.rows) == [102])
    }

    @Test("two files with the same rows in different bytes both count")
    func sameRows() throws {
        let store = try TemporaryStore()
        let transaction = try store.transaction()
        let rows = [row(1, device: 7), row(2, user: 1, device: 7)]
        try store.take(rows, path: "a", content: "a", into: transaction)
        try store.take(rows, path: "b", content: "b", into: transaction)
        #expect(try transaction.prepare(threads: 1).total.live == 4)
        try transaction.commit()
        #expect(try Snapshot.open(storeFolder: store.folder.path).collect(threads: 1).personRows.joined().count == 4)
    }

    @Test("another limit resolves the owners anew without reading a log")
    func anotherLimit() throws {
        let store = try TemporaryStore()
        for (limit, persons) in [(3, 2), (1, 3), (2, 2)] {
            let transaction = try store.transaction(maxUsersPerDevice: limit)
            if limit == 3 {
                try store.take([row(1, device: 7), row(2, user: 1, device: 7), row(3, user: 2, device: 7)], path: "a", into: transaction)
            }
            _ = try transaction.prepare(threads: 1)
            try transaction.commit()
            #expect(try Snapshot.open(storeFolder: store.folder.path).collect(threads: 1).personRows.count == persons)
        }
    }

    @Test("any nights, order, replacements and limit give what plain resolution gives", arguments: 0..<30 as Range<UInt64>)
    func differential(seed: UInt64) throws {
        var log = RandomLog(seed: 1000 + seed)
        // The same nights in a store that resolves and judges all rows every night.
        let anew = try TemporaryStore()
        let limit = 1 + log.pick(3)
        // Some are resolved in many groups of devices.
        let linksAtATime = log.pick(2) == 0 ? nil : 1 + log.pick(10)
        let persons = 2 + log.pick(12)
        let store = try TemporaryStore()
        var contents: [String: [TestRow]] = [:]
        for night in 0..<(1 + log.pick(5)) {
            let transaction = try store.transaction(maxUsersPerDevice: limit, linksAtATime: linksAtATime)
            let other = try anew.transaction(maxUsersPerDevice: limit)
            other.takesOver = false
            for _ in 0..<(1 + log.pick(3)) {
                // A path that is there already is replaced: its links go.
                let path = "\(log.pick(5))"
                let rows = log.rows(1 + log.pick(60), persons: persons, times: 1 + log.pick(30), ids: 40)
                contents[path] = rows
                let (content, rowLimit) = ("\(night) \(path) \(log.generator.next())", 1 + log.pick(80))
                try store.take(rows, path: path, content: content, rowLimit: rowLimit, into: transaction)
                try anew.take(rows, path: path, content: content, rowLimit: rowLimit, into: other)
            }
            let balance = try transaction.prepare(threads: 1 + log.pick(3))
            try transaction.commit()
            _ = try other.prepare(threads: 1)
            try other.commit()
            #expect(!other.tookOver)
            #expect(transaction.deadRows == other.deadRows)
            #expect(balance.total.live == other.catalogue.balance.total.live)
            var naive = NaiveStore()
            naive.maxUsersPerDevice = limit
            for rows in contents.values { naive.add(rows) }
            let expected = naive.live()
            let found = try Snapshot.open(storeFolder: store.folder.path).collect(threads: 2)
            #expect(found.faults == [])
            #expect(found.personRows == expected.persons)
            #expect(found.nobodyRows == expected.nobody)
            #expect(balance.total.duplicate == expected.repeats)
            #expect(balance.total.live == expected.times.count)
        }
    }
}
