import Digests
import EventStore
import Foundation
import TestSupport
import Testing
import Vocabulary

@Suite("Damage")
struct DamageTests {
    /// A store with events, repeats and their deletion vector.
    private func store() throws -> TemporaryStore {
        var log = RandomLog(seed: 21)
        let store = try TemporaryStore()
        let transaction = try store.transaction()
        try store.take(log.rows(300, persons: 9, times: 40, ids: 60), path: "a", into: transaction)
        try store.take(log.rows(200, persons: 9, times: 40, ids: 60), path: "b", into: transaction)
        _ = try transaction.prepare(threads: 1)
        try transaction.commit()
        return store
    }

    /// Reads everything that can be read.
    private func readAll(_ store: TemporaryStore) throws -> Set<[String]> {
        let snapshot = try Snapshot.open(storeFolder: store.folder.path)
        _ = try snapshot.tables()
        return try snapshot.collect(threads: 1).personRows
    }

    @Test("a flipped bit of a file of the store gives a problem or leaves every row as it was, never a crash")
    func flippedBits() throws {
        let store = try store()
        let sound = try readAll(store)
        let segments = TemporaryStore.names(store.folder.segments).map { store.folder.segments + "/" + $0 }
        let deletions = TemporaryStore.names(store.folder.deletions).map { store.folder.deletions + "/" + $0 }
        #expect(!segments.isEmpty && !deletions.isEmpty)
        var generator = SeededGenerator(seed: 8)
        for path in [segments[segments.count - 1], deletions[deletions.count - 1], store.folder.catalogue] {
            let bytes = TemporaryStore.bytes(path)
            var noticed = 0
            for _ in 0..<250 {
                var damaged = bytes
                damaged[Int(generator.next() % UInt64(bytes.count))] ^= 1 << UInt8(generator.next() % 8)
                TemporaryStore.write(damaged, path)
                do {
                    #expect(try readAll(store) == sound)
                } catch is Problem {
                    noticed += 1
                }
            }
            TemporaryStore.write(bytes, path)
            // What may pass unnoticed is padding, and columns that the scan does not read.
            #expect(noticed > 80)
        }
        #expect(try readAll(store) == sound)
    }

    @Test("a flipped bit of a table of links gives a problem or the same owners")
    func flippedLinks() throws {
        let store = try store()
        let sound = try store.transaction(maxUsersPerDevice: 2).prepare(threads: 1)
        let path = store.folder.links + "/" + TemporaryStore.names(store.folder.links)[0]
        let bytes = TemporaryStore.bytes(path)
        var generator = SeededGenerator(seed: 9)
        var noticed = 0
        for _ in 0..<150 {
            var damaged = bytes
            damaged[Int(generator.next() % UInt64(bytes.count))] ^= 1 << UInt8(generator.next() % 8)
            TemporaryStore.write(damaged, path)
            do {
                #expect(try store.transaction(maxUsersPerDevice: 2).prepare(threads: 1) == sound)
            } catch is Problem {
                noticed += 1
            }
        }
        #expect(noticed > 40)
    }

    @Test("a truncated or missing file of the store gives a problem that names it")
    func truncated() throws {
        let store = try store()
        let segment = store.folder.segments + "/" + TemporaryStore.names(store.folder.segments)[0]
        for path in [segment, store.folder.catalogue] {
            let bytes = TemporaryStore.bytes(path)
            for length in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 40)) {
                TemporaryStore.write(Array(bytes[..<length]), path)
                let problem = #expect(throws: Problem.self) { try readAll(store) }
                #expect(problem?.place == .path(path))
            }
            TemporaryStore.write(bytes, path)
        }
        unlink(segment)
        let problem = #expect(throws: Problem.self) { try readAll(store) }
        #expect(problem?.place == .path(segment))
    }

    @Test("a commit over a damaged segment fails with a problem and leaves the snapshot as it is")
    func damagedUnderCommit() throws {
        let store = try store()
        let catalogue = TemporaryStore.bytes(store.folder.catalogue)
        let path = store.folder.segments + "/" + TemporaryStore.names(store.folder.segments)[0]
        var bytes = TemporaryStore.bytes(path)
        for i in 0..<(bytes.count / 64) { bytes[i * 64] ^= 0x10 }
        TemporaryStore.write(bytes, path)
        let transaction = try store.transaction()
        try store.take([TestRow(time: 1, user: 1, eventID: 1)], path: "c", into: transaction)
        #expect(throws: Problem.self) { try transaction.prepare(threads: 2) }
        #expect(TemporaryStore.bytes(store.folder.catalogue) == catalogue)
    }

    @Test("a damaged candidate is passed over: its files are taken in again")
    func damagedCandidate() throws {
        let store = try store()
        TemporaryStore.write(Array("{}".utf8), store.folder.candidate)
        let transaction = try store.transaction()
        #expect(transaction.pending.isEmpty && !transaction.hasChanges)
        #expect(transaction.lostCandidate?.code == .storeDamaged)
    }

    @Test("what is no catalogue is damaged")
    func noCatalogue() throws {
        let store = try TemporaryStore()
        TemporaryStore.write(Array("not a catalogue".utf8), store.folder.catalogue)
        let problem = #expect(throws: Problem.self) { try Snapshot.open(storeFolder: store.folder.path) }
        #expect(problem?.code == .storeDamaged)
        #expect(throws: Problem.self) { try store.transaction() }
    }

    @Test("a catalogue of the format before, which wrote columns at length, is read; one of a later format says which program to use")
    func otherFormats() throws {
        let store = try store()
        let catalogue = try Snapshot.open(storeFolder: store.folder.path).catalogue
        func rewrite(_ format: Int, _ change: (inout [String: Any]) -> Void) throws {
            let bytes = Data(TemporaryStore.bytes(store.folder.catalogue))
            var whole = try #require(try JSONSerialization.jsonObject(with: bytes) as? [String: Any])
            var object = try #require(whole.removeValue(forKey: "catalogue") as? [String: Any])
            object["format"] = format
            change(&object)
            let body = [UInt8](try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys, .withoutEscapingSlashes]))
            let checksum = hexadecimal(BLAKE2b.hash(body, length: 16))
            TemporaryStore.write(Array("{\"catalogue\":".utf8) + body + Array(",\"checksum\":\"\(checksum)\"}\n".utf8), store.folder.catalogue)
        }
        try rewrite(3) { object in
            let segments = object["segments"] as? [[String: Any]] ?? []
            object["segments"] = segments.map { segment in
                var segment = segment
                segment["columns"] = (segment["columns"] as? String ?? "").components(separatedBy: ", ").map { column in
                    Dictionary(uniqueKeysWithValues: zip(["name", "type", "checksum"], column.components(separatedBy: " ")))
                }
                return segment
            }
        }
        #expect(String(decoding: TemporaryStore.bytes(store.folder.catalogue), as: UTF8.self).contains(#""type":"category""#))
        #expect(try Snapshot.open(storeFolder: store.folder.path).catalogue == catalogue)
        try rewrite(5) { object in object["segments"] = "something new" }
        let problem = #expect(throws: Problem.self) { try Snapshot.open(storeFolder: store.folder.path) }
        #expect(problem?.code.name == "store.format")
    }
}
