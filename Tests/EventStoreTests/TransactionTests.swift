import EventStore
import Glibc
import Testing
import Vocabulary

@Suite("Transaction")
struct TransactionTests {
    private func rows(_ range: Range<Int>, user: Int = 1) -> [TestRow] {
        range.map { TestRow(time: Int64($0) * 1_000_000, user: user, eventID: $0) }
    }

    /// Commits and returns the books.
    @discardableResult
    private func commit(_ transaction: StoreTransaction) throws -> Balance.Counts {
        let balance = try transaction.prepare(threads: 2)
        try transaction.commit()
        return balance.total
    }

    private func live(_ store: TemporaryStore) throws -> [String] {
        try Snapshot.open(storeFolder: store.folder.path).collect(threads: 1).rows.values.flatMap { $0 }.sorted()
    }

    private func texts(_ rows: [TestRow]) -> [String] { rows.map { $0.text(source: "web") }.sorted() }

    @Test("a replaced file's rows are superseded; the books keep them")
    func replace() throws {
        let store = try TemporaryStore()
        var transaction = try store.transaction()
        try store.take(rows(0..<10), path: "a", rejected: 3, into: transaction)
        try store.take(rows(20..<30), path: "b", into: transaction)
        #expect(try commit(transaction).live == 20)

        transaction = try store.transaction()
        try store.take(rows(5..<12), path: "a", into: transaction)
        let counts = try commit(transaction)
        #expect(counts.read == 30 && counts.rejected == 3 && counts.stored == 27)
        #expect(counts.live == 17 && counts.superseded == 10)
        #expect(try live(store) == texts(rows(5..<12) + rows(20..<30)))
    }

    @Test("a rotated file's old content lives on beside the new one; under another name it is a duplicate")
    func rotate() throws {
        let store = try TemporaryStore()
        var transaction = try store.transaction()
        try store.take(rows(0..<10), path: "log", change: .rotate, into: transaction)
        try commit(transaction)
        transaction = try store.transaction()
        try store.take(rows(10..<20), path: "log", change: .rotate, into: transaction)
        let outcome = try store.take(rows(0..<10), path: "log.1", change: .rotate, into: transaction)
        #expect(outcome == .duplicate(of: "log"))
        let counts = try commit(transaction)
        #expect(counts.live == 20 && counts.duplicate == 10 && counts.stored == 30)
        #expect(try live(store) == texts(rows(0..<20)))
    }

    @Test("the same content under another name counts once, and steps in when the first is replaced")
    func duplicateContent() throws {
        let store = try TemporaryStore()
        var transaction = try store.transaction()
        #expect(try store.take(rows(0..<10), path: "b", into: transaction) == .taken)
        #expect(try store.take(rows(0..<10), path: "a", into: transaction) == .duplicate(of: "b"))
        var counts = try commit(transaction)
        #expect(counts.live == 10 && counts.duplicate == 10 && counts.stored == 20)

        transaction = try store.transaction()
        try store.take(rows(40..<45), path: "b", into: transaction)
        counts = try commit(transaction)
        #expect(counts.live == 15 && counts.superseded == 10 && counts.duplicate == 0)
        #expect(try live(store) == texts(rows(0..<10) + rows(40..<45)))

        transaction = try store.transaction()
        try store.take(rows(50..<52), path: "a", into: transaction)
        #expect(try commit(transaction).live == 7)
        #expect(try live(store) == texts(rows(40..<45) + rows(50..<52)))
    }

    @Test("of files that were set aside all, some or none are taken back, whatever they had replaced", arguments: 0..<90 as Range<UInt64>)
    func withdraw(seed: UInt64) throws {
        var log = RandomLog(seed: 900 + seed)
        let (store, twin) = (try TemporaryStore(), try TemporaryStore())
        let change: StoreTransaction.Change = [.replace, .append, .rotate][log.pick(3)]
        func night(commits: Bool) throws {
            let files = (0..<(1 + log.pick(4))).map { _ in (content: log.pick(5), path: ["a", "b", "c"][log.pick(3)]) }
            for store in [store, twin] {
                let transaction = try store.transaction()
                for file in files {
                    try store.take(
                        rows(file.content * 10..<file.content * 10 + 5), path: file.path, content: "\(file.content)", change: change, into: transaction)
                }
                _ = try transaction.prepare(threads: 1)
                if commits { try transaction.commit() } else { try transaction.setAside() }
            }
        }
        for _ in 0..<(1 + log.pick(3)) { try night(commits: true) }
        let before = try live(store)
        for _ in 0..<(1 + log.pick(2)) { try night(commits: false) }
        let transaction = try store.transaction()
        let share = Int(seed % 3)
        transaction.withdraw(transaction.pending.filter { _ in share == 0 || share == 1 && log.pick(2) == 0 }) { _ in change }
        try commit(transaction)
        #expect(try StoreVerification(store.folder, threads: 1).defects.map(\.message) == [])
        if share == 0 {
            #expect(try live(store) == before)
        } else if share == 2 {
            try commit(twin.transaction())
            #expect(try live(store) == live(twin))
        }
    }

    @Test("of files that were set aside one is taken back, and the others count")
    func withdrawOne() throws {
        let store = try TemporaryStore()
        var transaction = try store.transaction()
        try store.take(rows(0..<5), path: "a", into: transaction)
        try commit(transaction)
        transaction = try store.transaction()
        try store.take(rows(5..<9), path: "a", into: transaction)
        try store.take(rows(20..<25), path: "b", into: transaction)
        try store.take(rows(5..<9), path: "c", content: "another", into: transaction)
        _ = try transaction.prepare(threads: 1)
        try transaction.setAside()
        transaction = try store.transaction()
        transaction.withdraw(transaction.pending.filter { $0.path == "a" }) { _ in .replace }
        #expect(transaction.pending.map(\.path) == ["b", "c"])
        let counts = try commit(transaction)
        #expect(counts.live == 14 && counts.superseded == 0 && counts.stored == 14)
        #expect(try live(store) == texts(rows(0..<9) + rows(20..<25)))
    }

    @Test("files of other bytes and the same rows each have their rows in the books", arguments: [true, false])
    func sameRows(_ haveIDs: Bool) throws {
        let store = try TemporaryStore()
        let transaction = try store.transaction()
        let rows = (0..<10).map { TestRow(time: Int64($0 % 2), user: 1, eventID: haveIDs ? $0 : nil) }
        for path in ["unix", "dos", "reordered"] {
            try store.take(rows, path: path, content: path, rowLimit: 5, into: transaction)
        }
        let counts = try commit(transaction)
        #expect(counts.stored == 30 && counts.live == (haveIDs ? 10 : 30) && counts.duplicate == (haveIDs ? 20 : 0))
        #expect(try live(store).count == counts.live)
    }

    @Test("what is not the store's own is left where it lies")
    func foreignFiles() throws {
        let store = try TemporaryStore()
        let foreign = ["customers.arrow", "notes.txt", "report-2026.jsonl", ".hidden", "mine.tmp"]
        let own = ["web-0123456789abcdef.arrow", "web-a.csv-0123456789abcdef.jsonl", "12-3.tmp", ".web-a.jsonl.partial"]
        let folders = [store.folder.segments, store.folder.deletions, store.folder.tables, store.folder.rejects]
        for folder in folders { for name in foreign + own { TemporaryStore.write([1], "\(folder)/\(name)") } }
        let transaction = try store.transaction()
        try commit(transaction)
        for folder in folders { #expect(TemporaryStore.names(folder) == foreign.sorted()) }
    }

    @Test("the same content in another source is no duplicate")
    func sources() throws {
        let store = try TemporaryStore()
        let transaction = try store.transaction(["web": .events(), "app": .events(space: "app")])
        try store.take(rows(0..<3), path: "a", content: "c", into: transaction)
        #expect(try store.take(rows(0..<3), path: "a", source: "app", content: "c", into: transaction) == .taken)
        #expect(try commit(transaction).live == 6)
    }

    @Test("a file that is typed in another way is read again and takes its own place")
    func formatChange() throws {
        let store = try TemporaryStore()
        var transaction = try store.transaction()
        try store.take(rows(0..<10), path: "a", content: "c", into: transaction)
        try store.take(rows(0..<10), path: "b", content: "c", into: transaction)
        try commit(transaction)
        transaction = try store.transaction()
        let look = FileLook(size: 10, modified: 1, inode: 1)
        guard case .unchanged = transaction.verdict(source: "web", path: "a", look: look, formatHash: "f") else {
            Issue.record("a is unchanged")
            return
        }
        for path in ["a", "b"] {
            guard case .changed = transaction.verdict(source: "web", path: path, look: look, formatHash: "g") else {
                Issue.record("\(path) is to be read again")
                return
            }
        }
        for changed in [5, nil] as [Int64?] {
            // The catalogue of an older release says nothing of the last change.
            var later = look
            later.changed = changed
            guard case .unchanged = transaction.verdict(source: "web", path: "a", look: later, formatHash: "f") else {
                Issue.record("a is unchanged")
                return
            }
        }
        guard case .new = transaction.verdict(source: "web", path: "z", look: look, formatHash: "f") else {
            Issue.record("z is new")
            return
        }
        let builder = try SegmentBuilder(
            columns: Array(TestRow.columns.dropLast()), source: "web", folder: store.folder, namePrefix: "web",
            origin: "b")
        try eachBatch(rows(0..<10), columns: Array(TestRow.columns.dropLast()), builder.append)
        let entry = FileEntry(
            source: "web", path: "b", look: look, contentHash: "c", formatHash: "g", read: 10, stored: 10)
        #expect(try transaction.add(entry, segments: try builder.finish()) == .taken)
        let counts = try commit(transaction)
        // b takes its own place and that of a, which is new to the next look.
        #expect(counts.live == 10 && counts.superseded == 20 && counts.stored == 30)
        #expect(try live(store) == texts(rows(0..<10)))
    }

    @Test("a new reading of a live file takes its place, also where another content of the path stands beside it")
    func replaced() throws {
        let store = try TemporaryStore()
        var transaction = try store.transaction()
        try store.take(rows(0..<10), path: "a", content: "old", rejected: 4, into: transaction)
        try commit(transaction)
        transaction = try store.transaction()
        try store.take(rows(20..<30), path: "a", content: "new", change: .rotate, into: transaction)
        try commit(transaction)

        transaction = try store.transaction()
        let old = try #require(transaction.catalogue.files.first { $0.contentHash == "old" })
        #expect(old.rotated)
        let builder = try SegmentBuilder(
            columns: TestRow.columns, source: "web", folder: store.folder, namePrefix: "web", origin: "again")
        try eachBatch(rows(0..<14), builder.append)
        let segments = try builder.finish()
        var entry = FileEntry(
            source: "web", path: "a", look: FileLook(size: 7, modified: 7, inode: 7), contentHash: "old", formatHash: "g",
            read: 14, stored: 14)
        #expect(try transaction.replace(old, by: entry, segments: segments) == .taken)
        let counts = try commit(transaction)
        #expect(counts.live == 24 && counts.superseded == 10 && counts.read == 38 && counts.rejected == 4)
        #expect(try live(store) == texts(rows(0..<14) + rows(20..<30)))

        // The same reading once more changes nothing, and another content is refused.
        transaction = try store.transaction()
        let new = try #require(transaction.catalogue.files.first { $0.formatHash == "g" })
        #expect(new.rotated && new.look == old.look)
        #expect(try transaction.replace(new, by: entry, segments: segments) == .untouched)
        #expect(!transaction.hasChanges)
        entry.contentHash = "other"
        #expect(throws: Problem.self) { try transaction.replace(new, by: entry, segments: segments) }
    }

    @Test("a file that was only touched is not taken in again")
    func touched() throws {
        let store = try TemporaryStore()
        var transaction = try store.transaction()
        try store.take(rows(0..<10), path: "a", into: transaction)
        try commit(transaction)
        transaction = try store.transaction()
        #expect(try store.take(rows(0..<10), path: "a", into: transaction) == .untouched)
        #expect(!transaction.hasChanges)
        #expect(transaction.pending.isEmpty)
        #expect(try commit(transaction).stored == 10)
        #expect(try Snapshot.open(storeFolder: store.folder.path).catalogue.sequence == 1)
    }

    @Test("a damaged file contributes nothing, also where its path was good before, until it is replaced")
    func damaged() throws {
        let store = try TemporaryStore()
        let look = FileLook(size: 1, modified: 1, inode: 1)
        func bad(_ path: String) -> FileEntry {
            FileEntry(
                source: "web", path: path, look: look, contentHash: "", formatHash: "f", state: .damaged,
                problem: "log.damaged: truncated")
        }
        var transaction = try store.transaction()
        try store.take(rows(0..<10), path: "a", into: transaction)
        try transaction.add(bad("b"))
        var counts = try commit(transaction)
        #expect(counts.live == 10 && counts.read == 10)

        transaction = try store.transaction()
        guard case .unchanged(let entry) = transaction.verdict(source: "web", path: "b", look: look, formatHash: "f")
        else {
            Issue.record("b is as damaged as it was")
            return
        }
        #expect(entry.state == .damaged)
        try transaction.add(bad("a"))
        try store.take(rows(10..<15), path: "b", into: transaction)
        #expect(transaction.pending.map(\.path).sorted() == ["a", "b"])
        counts = try commit(transaction)
        #expect(counts.live == 5 && counts.superseded == 10)

        transaction = try store.transaction()
        try store.take(rows(0..<10), path: "a", into: transaction)
        #expect(try commit(transaction).live == 15)
        #expect(try live(store) == texts(rows(0..<15)))
    }

    @Test("a snapshot set aside is not seen by readers; the next transaction starts from it and judges it again")
    func setAside() throws {
        let store = try TemporaryStore()
        var transaction = try store.transaction()
        try store.take(rows(0..<4), path: "a", into: transaction)
        try commit(transaction)
        transaction = try store.transaction()
        try store.take(rows(4..<8), path: "b", into: transaction)
        _ = try transaction.prepare(threads: 1)
        try transaction.setAside()
        #expect(try live(store) == texts(rows(0..<4)))

        transaction = try store.transaction()
        #expect(transaction.pending.map(\.path) == ["b"])
        #expect(transaction.hasChanges)
        try store.take(rows(8..<9), path: "c", into: transaction)
        #expect(try commit(transaction).live == 9)
        #expect(try live(store) == texts(rows(0..<9)))
        #expect(TemporaryStore.names(store.folder.path).contains("candidate.json") == false)
    }

    @Test("files that nothing names are swept by the next commit; those of the snapshot before stay for its readers")
    func sweep() throws {
        let store = try TemporaryStore()
        var transaction = try store.transaction()
        try store.take(rows(0..<10) + rows(0..<2), path: "a", into: transaction)
        try commit(transaction)
        let first = TemporaryStore.names(store.folder.segments)
        let reader = try Snapshot.open(storeFolder: store.folder.path)
        for folder in [store.folder.segments, store.folder.deletions, store.folder.tables, store.folder.rejects] {
            TemporaryStore.write([1, 2, 3], folder + "/4711-0.tmp")
            TemporaryStore.write([1, 2, 3], folder + "/web-0123456789abcdef.arrow")
        }
        #expect(try live(store).count == 10)

        transaction = try store.transaction()
        try store.take(rows(20..<30), path: "a", into: transaction)
        try commit(transaction)
        #expect(TemporaryStore.names(store.folder.segments).count == 2)
        #expect(Set(TemporaryStore.names(store.folder.segments)).isSuperset(of: first))
        #expect(TemporaryStore.names(store.folder.rejects).isEmpty)

        transaction = try store.transaction()
        try store.take(rows(40..<50), path: "a", into: transaction)
        try commit(transaction)
        #expect(TemporaryStore.names(store.folder.segments).contains(first[0]) == false)
        #expect(TemporaryStore.names(store.folder.deletions).isEmpty)
        #expect(try reader.collect(threads: 1).rows.values.flatMap { $0 }.count == 10)
    }

    @Test("a transaction that ends without a commit changes nothing")
    func abandoned() throws {
        let store = try TemporaryStore()
        var transaction = try store.transaction()
        try store.take(rows(0..<4), path: "a", into: transaction)
        try commit(transaction)
        let before = TemporaryStore.bytes(store.folder.catalogue)
        transaction = try store.transaction()
        try store.take(rows(10..<40), path: "a", into: transaction)
        #expect(throws: Problem.self) { try transaction.commit() }
        _ = try transaction.prepare(threads: 1)
        TemporaryStore.write([7], store.folder.catalogue + ".tmp")
        #expect(TemporaryStore.bytes(store.folder.catalogue) == before)
        #expect(try live(store) == texts(rows(0..<4)))
    }

    @Test("counts that do not add up are refused")
    func unbalanced() throws {
        let store = try TemporaryStore()
        let transaction = try store.transaction()
        let look = FileLook(size: 1, modified: 1, inode: 1)
        for (read, rejected, stored) in [(3, 1, 1), (1, 0, 1)] {
            let entry = FileEntry(
                source: "web", path: "a", look: look, contentHash: "c", formatHash: "f", read: read,
                rejected: rejected, stored: stored)
            let problem = #expect(throws: Problem.self) { try transaction.add(entry) }
            #expect(problem?.code == .storeUnbalanced)
        }
    }

    @Test("another key is refused with exit 78, a second writer with exit 75")
    func keyAndLock() throws {
        let store = try TemporaryStore()
        try commit(try store.transaction())
        let locked = #expect(throws: Problem.self) { _ = try StoreLock(store.folder) }
        #expect(locked?.code == .storeLocked)
        #expect(locked?.code.exit == .locked)
        let wrong = #expect(throws: Problem.self) { _ = try store.transaction(key: "other") }
        #expect(wrong?.code == .storeWrongKey)
        #expect(wrong?.code.exit == .wrongManifest)

        let other = try TemporaryStore()
        var lock: StoreLock? = try StoreLock(other.folder)
        #expect(lock != nil)
        lock = nil
        #expect(throws: Never.self) { _ = try StoreLock(other.folder) }
    }

    @Test("the same files in another order of nights give the same live rows; the same nights the same fingerprint")
    func nights() throws {
        var log = RandomLog(seed: 5)
        let parts = (0..<5).map { _ in log.rows(200, persons: 20, times: 50, ids: 100) }
        func build(_ nights: [[Int]]) throws -> (fingerprint: String, rows: Set<[String]>, nobody: [String]) {
            let store = try TemporaryStore()
            for night in nights {
                let transaction = try store.transaction()
                for file in night { try store.take(parts[file], path: "\(file)", content: "\(file)", into: transaction) }
                try commit(transaction)
            }
            let snapshot = try Snapshot.open(storeFolder: store.folder.path)
            let found = try snapshot.collect(threads: 2)
            return (snapshot.fingerprint, found.personRows, found.nobodyRows)
        }
        let one = try build([[0, 1, 2, 3, 4]])
        let again = try build([[0, 1, 2, 3, 4]])
        let several = try build([[4, 2], [0], [3, 1]])
        #expect(one == again)
        #expect(one.rows == several.rows && one.nobody == several.nobody)
        #expect(one.fingerprint == several.fingerprint)
        #expect(try build([[0, 1, 2, 3]]).fingerprint != one.fingerprint)
    }
}
