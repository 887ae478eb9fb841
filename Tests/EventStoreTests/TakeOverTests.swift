import EventStore
import Glibc
import TestSupport
import Testing
import Vocabulary

@Suite("What a night takes over from the one before")
struct TakeOverTests {
    private static let columns = TestRow.columns + [Column("user_agent", .category)]

    /// Two stores that get the same nights: one takes over what it can, the other resolves and judges every row.
    private final class Twins {
        let taking: TemporaryStore
        let anew: TemporaryStore
        var sources = ["web": SourceSettings.events(), "app": .events(), "pos": .events(space: "pos")]
        var filters = FilterSettings()
        var maxUsersPerDevice = 3
        /// Rows of a copy at most, in the store that takes over.
        var copyRowLimit: Int?
        var nightsTakenOver = 0
        private var before: Catalogue?

        init() throws { (taking, anew) = (try TemporaryStore(), try TemporaryStore()) }

        /// - Parameters:
        ///   - isSetAside: the gate is closed: the next night begins with what was prepared.
        ///   - judgesAnew: whether all rows may be judged anew: where ids are forgotten, and in a compaction.
        func night(
            threads: Int, linksAtATime: Int? = nil, isSetAside: Bool = false, keepsPrevious: Bool = true, judgesAnew: Bool = false,
            _ changes: (TemporaryStore, StoreTransaction) throws -> Void
        ) throws {
            let one = try taking.transaction(
                sources, maxUsersPerDevice: maxUsersPerDevice, linksAtATime: linksAtATime, filters: filters)
            if let copyRowLimit { one.copyRowLimit = copyRowLimit }
            let other = try anew.transaction(sources, maxUsersPerDevice: maxUsersPerDevice, filters: filters)
            other.takesOver = false
            try changes(taking, one)
            try changes(anew, other)
            let (a, b) = (try one.prepare(threads: threads).total, try other.prepare(threads: 1).total)
            #expect(!other.tookOver)
            nightsTakenOver += one.tookOver ? 1 : 0
            if let before, !judgesAnew { #expect(one.tookOver == Self.takesOver(one.catalogue, before)) }
            before = one.catalogue
            #expect(a.live == b.live && a.duplicate == b.duplicate && a.erased == b.erased && a.superseded == b.superseded)
            #expect(a.filteredByRule == b.filteredByRule)
            #expect(one.deadRows == other.deadRows)
            #expect(one.catalogue.identity == other.catalogue.identity)
            if isSetAside {
                try one.setAside()
                try other.setAside()
                return
            }
            try one.commit(keepsPrevious: keepsPrevious)
            try other.commit()
            let found = try [taking, anew].map { store in
                try Snapshot.open(storeFolder: store.folder.path).collect(threads: 2, columns: ["channel", "order_id", "amount"])
            }
            #expect(found.flatMap(\.faults) == [])
            let isSame = found[0].personRows == found[1].personRows && found[0].nobodyRows == found[1].nobodyRows
            #expect(isSame)
            #expect(try StoreVerification(taking.folder, threads: 1).defects.map(\.message) == [])
        }

        /// A night that brings one file; a path that is there already is replaced.
        func night(_ path: String, _ rows: [TestRow], threads: Int = 1) throws -> Snapshot {
            let content = "\(path) \(rows.count) \(rows.first.map { "\($0)" } ?? "")"
            try night(threads: threads) { store, transaction in try store.take(rows, path: path, content: content, into: transaction) }
            return try Snapshot.open(storeFolder: taking.folder.path)
        }

        /// Whether a night should take over: files came or went under the same rules.
        private static func takesOver(_ now: Catalogue, _ before: Catalogue) -> Bool {
            func files(_ catalogue: Catalogue) -> [SegmentEntry] { catalogue.segments.filter { $0.moved == nil } }
            let isNew = files(now) != files(before) || now.sources != before.sources || now.filters != before.filters
            return isNew && !before.segments.isEmpty && now.identity?.maxUsersPerDevice == before.identity?.maxUsersPerDevice
        }
    }

    @Test("more rows come and go than a bucket has, and those of other buckets are judged anew with them")
    func manyBuckets() throws {
        let twins = try Twins()
        func live(_ path: String, _ rows: [TestRow]) throws -> Int { try twins.night(path, rows, threads: 2).liveRows }
        let count = 20_000
        // Each device has an event twice; its owner comes and goes.
        #expect(try live("a", (0..<count).flatMap { i in (0..<2).map { row(Int64($0), device: i, id: i) } }) == count)
        #expect(try live("b", (0..<count).map { row(9, user: $0, device: $0) }) == 2 * count)
        #expect(try live("b", [row(9, user: 1)]) == count + 1)
        // An event of nobody stands in the log twice, once with an order; the order's buyer comes and goes.
        let events = (0..<count).flatMap { i in [row(1, id: count + i, event: "refund", order: "o\(i)"), row(2, id: count + i, event: "refund")] }
        #expect(try live("c", events) == 2 * count + 1)
        #expect(try live("d", (0..<count).map { row(9, user: $0, event: "purchase", order: "o\($0)") }) == 4 * count + 1)
        #expect(try live("d", [row(9, user: 2)]) == 2 * count + 2)
        // More go than come.
        #expect(try live("c", [row(1, user: 3)]) == count + 3)
        #expect(twins.nightsTakenOver == 6)
    }

    @Test("any nights, with settings that change, forgetting and compaction, end as if every row had been judged anew", arguments: 0..<60 as Range<UInt64>)
    func differential(seed: UInt64) throws {
        var log = RandomLog(seed: 5000 + seed)
        let twins = try Twins()
        let persons = 2 + log.pick(14)
        let linksAtATime = log.pick(2) == 0 ? nil : 1 + log.pick(10)
        let hasTwins = log.pick(4) == 0
        twins.copyRowLimit = log.pick(2) == 0 ? nil : 1 + log.pick(12)
        for night in 0..<(2 + log.pick(6)) {
            // Settings seldom change.
            if log.pick(8) == 0 {
                let window = Int64(log.pick(30)) * 1_000_000
                for source in ["web", "app", "pos"] {
                    twins.sources[source] = .events(space: ["web", "app", "pos"][log.pick(3)], window: window / Int64(1 + log.pick(2)))
                }
            }
            if log.pick(8) == 0 {
                twins.filters = log.pick(2) == 0 ? FilterSettings() : FilterSettings(
                    agents: ["bot"], perMinute: 6, perHour: 20, testUsers: [TestRow.key(1, 1)], testDevices: [TestRow.key(2, 2)])
            }
            if log.pick(10) == 0 { twins.maxUsersPerDevice = 1 + log.pick(3) }
            let files = (0..<log.pick(4)).map { _ -> (path: String, source: String, rows: [TestRow], limit: Int, isRotated: Bool) in
                var rows = log.rows(1 + log.pick(60), persons: persons, times: 1 + log.pick(40), ids: 40)
                for i in rows.indices where log.pick(9) == 0 { rows[i].agent = "a bot" }
                // Keys of which two have one half.
                for i in rows.indices where hasTwins { rows[i].device = rows[i].device.map { $0 + TestRow.twins } }
                let number = log.pick(4)
                return ("\(number)", ["app", "web", "web", "pos"][number], rows, 1 + log.pick(80), log.pick(6) == 0)
            }
            let forgotten = log.pick(6) == 0 ? log.pick(persons) : nil
            let compacts = log.pick(6) == 0
            let isSetAside = log.pick(6) == 0
            try twins.night(
                threads: 1 + log.pick(3), linksAtATime: linksAtATime, isSetAside: isSetAside, keepsPrevious: log.pick(3) > 0,
                judgesAnew: compacts || forgotten != nil
            ) { store, transaction in
                if let forgotten { transaction.forget(forgotten % 2 == 0 ? .user : .device, TestRow.key(forgotten, 1 + forgotten % 2)) }
                if compacts { _ = try transaction.compact(threads: 1) }
                for (i, file) in files.enumerated() {
                    try store.take(
                        file.rows, path: file.path, source: file.source, columns: Self.columns, content: "\(night) \(i)", rowLimit: file.limit,
                        change: file.isRotated ? .rotate : .replace, into: transaction)
                }
            }
        }
    }

    @Test("nights that only bring files take over, whatever the files say of old devices and orders")
    func takesOver() throws {
        var log = RandomLog(seed: 9)
        let twins = try Twins()
        for night in 0..<8 {
            let rows = log.rows(300, persons: 40, times: 50, ids: 150)
            try twins.night(threads: 2) { store, transaction in
                try store.take(rows, path: "\(night)", columns: Self.columns, into: transaction)
            }
        }
        #expect(twins.nightsTakenOver == 7)
    }

    private func row(_ seconds: Int64, user: Int? = nil, device: Int? = nil, id: Int? = nil, event: String = "click", order: String? = nil) -> TestRow {
        TestRow(time: seconds * 1_000_000, event: event, user: user, device: device, eventID: id, orderID: order)
    }

    @Test("a device that gets an owner, another one, and none again takes its old rows along, and their repeats with them")
    func ownersComeAndGo() throws {
        let twins = try Twins()
        func night(_ path: String, _ rows: [TestRow]) throws -> Int { try twins.night(path, rows).liveRows }
        // Rows of device 7 that repeat each other, and rows of users 1 and 2 with their ids.
        #expect(try night("a", [row(10, device: 7, id: 1), row(11, device: 7, id: 1), row(20, device: 7, id: 2), row(21, device: 9)]) == 3)
        #expect(try night("b", [row(9, user: 1, id: 1), row(30, user: 2, id: 2)]) == 5)
        // User 1 owns device 7: its row of id 1 repeats that of the user.
        #expect(try night("c", [row(5, user: 1, device: 7)]) == 5)
        // User 2 was on it before: now the repeats are those of user 2.
        #expect(try night("d", [row(4, user: 2, device: 7)]) == 6)
        // Both links go.
        #expect(try night("c", [row(5, user: 1), row(6, user: 1)]) == 7)
        #expect(try night("d", [row(4, user: 2), row(4, user: 2), row(5, user: 2)]) == 10)
        #expect(twins.nightsTakenOver == 5)
    }

    @Test("a row without any id follows its order's buyer from night to night")
    func buyersComeAndGo() throws {
        let twins = try Twins()
        func persons(_ path: String, _ rows: [TestRow]) throws -> Int {
            try twins.night(path, rows).collect(threads: 1).nobodyRows.count
        }
        #expect(try persons("a", [row(9, event: "refund", order: "o"), row(1, device: 5)]) == 1)
        #expect(try persons("b", [row(2, device: 4, event: "purchase", order: "o")]) == 0)
        // The device gets an owner, who buys on.
        #expect(try persons("c", [row(3, user: 8, device: 4)]) == 0)
        // Two persons bought the order.
        #expect(try persons("d", [row(4, user: 9, event: "purchase", order: "o")]) == 1)
        // The second one did not.
        #expect(try persons("d", [row(4, user: 9)]) == 0)
        #expect(twins.nightsTakenOver == 4)
    }

    @Test("what a forgotten user gets later is erased in the segments that stay, and nothing else of them is judged anew")
    func forgottenGoesOn() throws {
        let twins = try Twins()
        func night(_ path: String, _ rows: [TestRow]) throws -> Balance.Counts {
            try twins.night(path, rows).catalogue.balance.total
        }
        // Device 5 is user 2's, device 6 nobody's; the refund of "o" waits for its order, that of "p" is device 6's.
        #expect(try night("a", [
            row(1, user: 2, device: 5), row(2, device: 5), row(3, device: 6), row(4, device: 6, event: "purchase", order: "p"),
            row(5, event: "refund", order: "o"), row(6, event: "refund", order: "p"), row(7, user: 1, id: 1), row(8, user: 3),
        ]).live == 8)
        try twins.night(threads: 1, judgesAnew: true) { _, transaction in transaction.forget(.user, TestRow.key(1, 1)) }
        #expect(try Snapshot.open(storeFolder: twins.taking.folder.path).catalogue.balance.total.erased == 1)
        // User 1 buys "o", and is seen on device 6: both, and "p", are the forgotten user's now.
        #expect(try night("b", [row(9, user: 1, device: 6, event: "purchase", order: "o"), row(9, user: 3)]).live == 4)
        // User 1 was on device 5 before user 2: the rows that had moved to user 2 are erased, the user's own are not.
        #expect(try night("c", [row(0, user: 1, device: 5)]).live == 3)
        // What belongs to the forgotten stays so, whatever says so is gone.
        #expect(try night("c", [row(0, user: 3)]).live == 4)
        #expect(try night("b", [row(9, user: 3)]).live == 4)
        #expect(twins.nightsTakenOver == 4)
    }

    private func damage(_ bytes: [UInt8], at place: Int) -> [UInt8] {
        let end = min(place + 8, bytes.count)
        return bytes[..<place] + bytes[place..<end].map { ~$0 } + bytes[end...]
    }

    @Test("what is damaged or missing and leaves the store is no reason to fail; what stays is", arguments: [false, true])
    func damagedFile(isMissing: Bool) throws {
        let store = try TemporaryStore()
        var transaction = try store.transaction()
        for path in ["a", "b"] {
            try store.take((0..<50).map { row(Int64($0), user: $0 % 5, device: $0 % 7, id: $0) }, path: path, content: path, into: transaction)
        }
        _ = try transaction.prepare(threads: 1)
        try transaction.commit()
        let file = try #require(transaction.catalogue.files.first { $0.path == "a" })
        let segment = store.folder.segments + "/" + file.segments[0]
        let sound = TemporaryStore.bytes(segment)
        if isMissing {
            remove(segment)
        } else {
            // All of the middle, so that some column is hit.
            let middle = sound.count / 2
            TemporaryStore.write(sound[..<middle] + sound[middle..<(middle + 2000)].map { ~$0 } + sound[(middle + 2000)...], segment)
        }
        transaction = try store.transaction()
        try store.take([row(1, user: 1, device: 3)], path: "c", into: transaction)
        #expect(throws: Problem.self) { try transaction.prepare(threads: 1) }
        transaction = try store.transaction()
        try store.take([row(1, user: 1, device: 3)], path: "a", into: transaction)
        #expect(try transaction.prepare(threads: 1).total.live == 51)
        #expect(!transaction.tookOver && transaction.healed?.place == .path(segment))
    }

    @Test("a deletion vector that is damaged is written anew, though the night brings nothing for its ids")
    func damagedVector() throws {
        let store = try TemporaryStore()
        let sources = ["web": SourceSettings.events(), "app": .events(space: "app")]
        var transaction = try store.transaction(sources)
        try store.take([row(1, user: 1, id: 1), row(2, user: 1, id: 1)], path: "a", into: transaction)
        #expect(try transaction.prepare(threads: 1).total.duplicate == 1)
        try transaction.commit()
        let path = store.folder.deletions + "/" + (try #require(transaction.catalogue.deletions.first).name)
        let bytes = TemporaryStore.bytes(path)
        TemporaryStore.write(damage(bytes, at: bytes.count / 2), path)
        transaction = try store.transaction(sources)
        try store.take([row(1, user: 2, id: 7)], path: "b", source: "app", into: transaction)
        #expect(try transaction.prepare(threads: 1).total.duplicate == 1)
        #expect(transaction.healed?.place == .path(path))
        try transaction.commit()
        #expect(try StoreVerification(store.folder, threads: 1).defects.map(\.message) == [])
        #expect(TemporaryStore.bytes(path) == bytes)
    }

    @Test("damage of a file that a night looks at gives a problem or changes nothing that the night writes")
    func damagedBytes() throws {
        let store = try TemporaryStore()
        let transaction = try store.transaction()
        try store.take((0..<60).map { row(Int64($0), device: $0 % 7, id: $0 / 2) }, path: "a", into: transaction)
        try store.take((0..<5).map { row(100 + Int64($0), user: $0, device: $0) }, path: "b", into: transaction)
        _ = try transaction.prepare(threads: 1)
        try transaction.commit()
        // Copies that are damaged may be written anew.
        func night() throws -> [String] {
            let transaction = try store.transaction()
            // A device more gets an owner, and another user was on one before.
            try store.take([row(1, user: 9, device: 5), row(2, user: 8, device: 4)], path: "c", into: transaction)
            let live = try transaction.prepare(threads: 1).total.live
            let files = Set(transaction.catalogue.segments.filter { $0.moved == nil }.map(\.name))
            return ["\(live)"] + transaction.catalogue.deletions.filter { files.contains($0.segment) }.map { "\($0)" }
        }
        let sound = try night()
        var noticed = 0
        let named = transaction.catalogue.segments.map { store.folder.segments + "/" + $0.name }
            + transaction.catalogue.deletions.map { store.folder.deletions + "/" + $0.name }
            + TemporaryStore.names(store.folder.links).map { store.folder.links + "/" + $0 }
        for path in named {
            let bytes = TemporaryStore.bytes(path)
            for place in stride(from: 0, to: bytes.count, by: 48) {
                TemporaryStore.write(damage(bytes, at: place), path)
                do {
                    #expect(try night() == sound, "\(path) at \(place)")
                } catch is Problem {
                    noticed += 1
                }
            }
            TemporaryStore.write(bytes, path)
        }
        #expect(noticed > 60)
        #expect(try night() == sound)
    }
}
