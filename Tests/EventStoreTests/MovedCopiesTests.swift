import EventStore
import Glibc
import Testing
import Vocabulary

@Suite("Copies of moved rows")
struct MovedCopiesTests {
    private func row(_ seconds: Int64, user: Int? = nil, device: Int? = nil, event: String = "click", order: String? = nil) -> TestRow {
        TestRow(time: seconds * 1_000_000, event: event, user: user, device: device, orderID: order)
    }

    @Test("a device whose rows lie in two copies loses none where one of them goes and the device gets its owner again", arguments: [true, false])
    func severalCopies(takesOver: Bool) throws {
        let store = try TemporaryStore()
        // In the order in which they are copied.
        let devices = (0..<12).sorted { TestRow.key($0, 2) < TestRow.key($1, 2) }
        func links(_ devices: ArraySlice<Int>) -> [TestRow] { devices.map { row(1, user: $0, device: $0) } }
        func night(_ files: [(path: String, rows: [TestRow])]) throws -> [Int] {
            let transaction = try store.transaction()
            transaction.takesOver = takesOver
            for file in files { try store.take(file.rows, path: file.path, content: "\(file.path) \(file.rows.count)", into: transaction) }
            // Eight copiers share the memory: each has room for some 7,000 rows.
            let total = try transaction.prepare(threads: 8).total
            #expect(total.live == total.stored - total.superseded && total.moved == total.movedCopies)
            try transaction.commit()
            let found = try Snapshot.open(storeFolder: store.folder.path).collect(threads: 2, columns: [])
            #expect(found.rows.values.reduce(0) { $0 + $1.count } == total.live)
            return transaction.catalogue.segments.filter { $0.moved != nil }.map(\.rows).sorted()
        }
        var files = (0..<8).map { (path: "small \($0)", rows: [row(1, user: 1000 + $0)]) }
        let text = String(repeating: "x", count: 1000)
        let rows = devices.flatMap { device in (0..<1000).map { row(10 + Int64($0), device: device, order: "\(device) \($0) \(text)") } }
        files += [(path: "a", rows: rows), (path: "first", rows: links(devices[..<7])), (path: "last", rows: links(devices[7...]))]
        let copies = try night(files)
        // The rows of one device lie in both.
        #expect(copies.count == 2 && copies[0] < 5000 && copies[1] > 7000)
        let left = try night([(path: "last", rows: [row(1, user: 50)])])
        #expect(left == [takesOver ? copies[1] : 7000])
        _ = try night([(path: "last", rows: links(devices[7...]))])
        _ = try night([(path: "b", rows: [row(0, user: 60, device: devices[0])])])
    }

    @Test("very many rows of one order, or of one user's devices, change their person in a time that grows as they do", .timeLimit(.minutes(1)))
    func manyRowsOfOne() throws {
        let store = try TemporaryStore()
        func night(_ path: String, _ rows: [TestRow]) throws -> Int {
            let transaction = try store.transaction()
            try store.take(rows, path: path, content: "\(path) \(rows.count) \(rows[0])", into: transaction)
            let total = try transaction.prepare(threads: 2).total
            #expect(total.live == total.stored - total.superseded)
            try transaction.commit()
            return total.moved
        }
        let (orders, devices) = (60_000, 20_000)
        let waiting = (0..<orders).map { row(Int64($0), event: "refund", order: "N/A") }
        #expect(try night("a", waiting + [row(1, user: 1, event: "purchase", order: "N/A")]) == orders)
        #expect(try night("b", [row(1, user: 2, event: "purchase", order: "N/A")]) == 0)
        #expect(try night("b", [row(1, user: 2)]) == orders)
        #expect(try night("c", (0..<devices).flatMap { device in (0..<3).map { row(Int64($0), device: device) } }) == orders)
        #expect(try night("d", (0..<devices).map { row(9, user: 3, device: $0) }) == orders + 3 * devices)
        // Another user was on all of them before.
        #expect(try night("e", (0..<devices).map { row(8, user: 4, device: $0) }) == orders + 3 * devices)
        #expect(try night("e", [row(8, user: 4)]) == orders + 3 * devices)
    }

    @Test("what is gone of a file that leaves the store is no reason to fail", arguments: ["segments", "links", "deletions"])
    func lostFiles(folder: String) throws {
        let store = try TemporaryStore()
        var transaction = try store.transaction()
        for path in ["a", "b"] {
            let rows = (0..<50).map { i -> TestRow in
                var row = row(Int64(i), user: i % 3 == 0 ? nil : i % 5, device: i % 7)
                row.eventID = i % 20
                return row
            }
            try store.take(rows, path: path, content: path, into: transaction)
        }
        _ = try transaction.prepare(threads: 1)
        try transaction.commit()
        let segment = try #require(transaction.catalogue.files.first { $0.path == "a" }?.segments.first).dropLast(".arrow".count)
        let path = "\(store.folder.path)/\(folder)"
        let lost = TemporaryStore.names(path).filter { $0.hasPrefix(segment) }
        #expect(lost.count == 1)
        for name in lost { unlink("\(path)/\(name)") }
        transaction = try store.transaction()
        try store.take([row(1, user: 1, device: 3)], path: "a", content: "new", into: transaction)
        #expect(try transaction.prepare(threads: 1).total.balances)
        try transaction.commit()
        #expect(try StoreVerification(store.folder, threads: 1).defects.map(\.message) == [])
    }

    @Test("books in which a row that moved has no copy, or two, do not balance")
    func books() {
        var counts = Balance.Counts()
        (counts.read, counts.stored, counts.live, counts.moved, counts.movedCopies) = (10, 10, 10, 4, 4)
        #expect(counts.balances)
        (counts.live, counts.movedCopies) = (9, 3)
        #expect(!counts.balances)
    }
}
