import EventStore
import Glibc
import TestSupport
import Testing
import Vocabulary

@Suite("Verification")
struct VerificationTests {
    /// Events with repeats, links and a superseded file, taken in over two commits.
    private func store() throws -> TemporaryStore {
        var log = RandomLog(seed: 22)
        let store = try TemporaryStore()
        for (path, count) in [("a", 200), ("b", 150)] {
            let transaction = try store.transaction()
            try store.take(log.rows(count, persons: 9, times: 40, ids: 60), path: path, into: transaction)
            _ = try transaction.prepare(threads: 1)
            try transaction.commit()
        }
        return store
    }

    private func defects(_ store: TemporaryStore) throws -> [Problem] {
        try StoreVerification(store.folder, threads: 2).defects
    }

    private func readAll(_ store: TemporaryStore) throws -> Set<[String]> {
        try Snapshot.open(storeFolder: store.folder.path).collect(threads: 1).personRows
    }

    @Test("a sound store has no defect, and looking at it changes nothing")
    func sound() throws {
        let store = try store()
        let before = TemporaryStore.bytes(store.folder.catalogue)
        let verification = try StoreVerification(store.folder, threads: 2)
        #expect(verification.defects.isEmpty, "\(verification.defects)")
        // Rows that moved to other persons are there as copies too.
        #expect(verification.rows >= 350)
        #expect(verification.files > 3)
        #expect(TemporaryStore.bytes(store.folder.catalogue) == before)
    }

    @Test("a flipped bit anywhere in the store is a defect, unless nothing reads it")
    func flips() throws {
        let store = try store()
        let rows = try readAll(store)
        var generator = SeededGenerator(seed: 23)
        var (noticed, unread) = (0, 0)
        let folders = [store.folder.segments, store.folder.deletions, store.folder.links]
        let paths = folders.flatMap { folder in TemporaryStore.names(folder).map { "\(folder)/\($0)" } }
        let needed = Set(try Snapshot.open(storeFolder: store.folder.path).catalogue.deletions.map(\.name))
        for path in paths + [store.folder.catalogue] {
            // Of the snapshot before this one nothing is read.
            if path.contains("/deletions/"), !needed.contains(where: path.hasSuffix) { continue }
            let bytes = TemporaryStore.bytes(path)
            for _ in 0..<60 {
                var damaged = bytes
                damaged[Int(generator.next() % UInt64(bytes.count))] ^= 1 << UInt8(generator.next() % 8)
                TemporaryStore.write(damaged, path)
                if try defects(store).isEmpty {
                    unread += 1
                    #expect(try readAll(store) == rows, "\(path)")
                } else {
                    noticed += 1
                }
            }
            TemporaryStore.write(bytes, path)
        }
        // What nothing reads is padding and further parts of the Arrow format: in files of a few rows, nearly half.
        #expect(noticed > unread, "\(noticed) noticed, \(unread) unread")
        #expect(try defects(store).isEmpty)
    }

    @Test("a missing file of any kind is named, and one that nobody needs is a leftover")
    func missing() throws {
        let store = try store()
        let catalogue = try Snapshot.open(storeFolder: store.folder.path).catalogue
        let paths = catalogue.segments.map { "\(store.folder.segments)/\($0.name)" }
            + catalogue.deletions.map { "\(store.folder.deletions)/\($0.name)" }
            + catalogue.segments.filter { ($0.links?.count ?? 0) > 0 }.map { "\(store.folder.links)/\($0.name)" }
        #expect(paths.count > 3)
        for path in paths {
            let bytes = TemporaryStore.bytes(path)
            unlink(path)
            let found = try defects(store)
            #expect(found.contains { "\($0)".contains(path) }, "\(path): \(found)")
            TemporaryStore.write(bytes, path)
        }
        TemporaryStore.write([1, 2, 3], "\(store.folder.segments)/stray.arrow")
        let verification = try StoreVerification(store.folder, threads: 1)
        #expect(verification.defects.isEmpty)
        #expect(verification.leftovers.contains("segments/stray.arrow"))
    }

    @Test("a truncated catalogue is one defect and no crash")
    func truncated() throws {
        let store = try store()
        let bytes = TemporaryStore.bytes(store.folder.catalogue)
        for length in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 30)) {
            TemporaryStore.write(Array(bytes[..<length]), store.folder.catalogue)
            #expect(try defects(store).map(\.code) == [.storeDamaged])
        }
        unlink(store.folder.catalogue)
        #expect(try defects(store).map(\.code) == [.storeDamaged])
    }

    @Test("a lost catalogue is a defect, and no new store begins in its place until it is back")
    func lostCatalogue() throws {
        let store = try store()
        let rows = try readAll(store)
        let bytes = TemporaryStore.bytes(store.folder.catalogue)
        #expect(unlink(store.folder.catalogue) == 0)
        #expect(try defects(store).count == 1)
        #expect {
            _ = try store.transaction()
        } throws: { ($0 as? Problem)?.code == .storeDamaged }
        TemporaryStore.write(bytes, store.folder.catalogue)
        #expect(try defects(store).isEmpty)
        _ = try store.transaction()
        #expect(try readAll(store) == rows)
    }

    @Test("segments of a first run that was killed before its commit are no damage")
    func killedBeforeTheFirstCommit() throws {
        let store = try TemporaryStore()
        var log = RandomLog(seed: 9)
        let transaction = try store.transaction()
        try store.take(log.rows(20, persons: 3, times: 9, ids: 9), path: "a", into: transaction)
        #expect {
            _ = try StoreVerification(store.folder, threads: 1)
        } throws: { ($0 as? Problem)?.code == .storeEmpty }
        _ = try store.transaction()
    }
}
