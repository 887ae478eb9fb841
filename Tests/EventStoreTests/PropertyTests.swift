import Dispatch
import EventStore
import Synchronization
import Testing
import Vocabulary

@Suite("Properties of snapshots")
struct PropertyTests {
    @Test("the order of a person's rows does not depend on the secret key, but for rows that differ in keys alone")
    func twoKeys() throws {
        var log = RandomLog(seed: 77)
        var rows = log.rows(1500, persons: 12, times: 20, ids: 700)
        for i in rows.indices {
            // Ids are told apart by their keys alone: without them no row is like another.
            rows[i].orderID = "order \(i % 500)"
            rows[i].phone = nil
            if rows[i].user != nil { rows[i].device = nil }
        }
        /// Another secret key makes other keys of the same ids.
        func rekeyed(_ row: TestRow, _ shift: Int) -> TestRow {
            var row = row
            row.user = row.user.map { $0 + shift }
            row.device = row.device.map { $0 + shift }
            row.eventID = row.eventID.map { $0 + shift }
            return row
        }
        func told(_ shift: Int) throws -> Set<[String]> {
            let store = try TemporaryStore()
            let transaction = try store.transaction()
            for file in 0..<3 {
                let part = rows.indices.filter { $0 % 3 == file }.map { rekeyed(rows[$0], shift) }
                try store.take(part, path: "\(file)", into: transaction)
            }
            _ = try transaction.prepare(threads: 2)
            try transaction.commit()
            let found = try Snapshot.open(storeFolder: store.folder.path).collect(
                threads: 2, columns: ["channel", "order_id", "amount", "sequence", "is_member", "day"])
            return found.personRows
        }
        #expect(try told(0) == told(100_000))
    }

    @Test("readers that open snapshots while another thread commits see one whole snapshot, old or new")
    func readersWhileCommitting() throws {
        let store = try TemporaryStore()
        func commit(_ night: Int) throws {
            let transaction = try store.transaction()
            for file in 0..<3 {
                let rows = (0..<(20 + night)).map { TestRow(time: Int64($0), user: file * 7 + $0 % 5, eventID: $0) }
                try store.take(rows, path: "\(file)", content: "\(night) \(file)", into: transaction)
            }
            _ = try transaction.prepare(threads: 1)
            try transaction.commit()
        }
        try commit(0)
        let folder = store.folder.path
        let finished = Atomic(false)
        let faults = Mutex<[String]>([])
        let group = DispatchGroup()
        for _ in 0..<2 {
            DispatchQueue.global().async(group: group) {
                while !finished.load(ordering: .relaxed) {
                    do {
                        let rows = try Snapshot.open(storeFolder: folder).collect(threads: 1).rows.values.reduce(0) {
                            $0 + $1.count
                        }
                        if rows % 3 != 0 || rows < 60 { faults.withLock { $0.append("\(rows) rows") } }
                    } catch {
                        faults.withLock { $0.append("\(error)") }
                    }
                }
            }
        }
        for night in 1...12 { try commit(night) }
        finished.store(true, ordering: .relaxed)
        group.wait()
        #expect(faults.withLock { $0 } == [])
    }
}
