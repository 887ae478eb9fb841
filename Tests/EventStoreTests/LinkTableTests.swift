import ArrowIPC
import EventLog
import EventStore
import TestSupport
import Testing
import Vocabulary

@Suite("Links of a segment")
struct LinkTableTests {
    private struct Link: Hashable {
        var device: Key128
        var user: Key128
    }

    private func key(_ data: UnsafeRawBufferPointer, _ place: Int) -> Key128 {
        let word = { UInt64(bigEndian: data.loadUnaligned(fromByteOffset: 16 * place + $0, as: UInt64.self)) }
        return Key128(high: word(0), low: word(8) & ~3)
    }

    @Test("the table that is written has every device of every user once or more, and none else", arguments: 0..<6)
    func everyPair(seed: UInt64) throws {
        var log = RandomLog(seed: 70 + seed)
        let rows = log.rows(4000, persons: [3, 40, 400][Int(seed % 3)], times: 300, ids: 4000)
        let store = try TemporaryStore()
        let builder = try SegmentBuilder(
            columns: TestRow.columns, source: "web", folder: store.folder, namePrefix: "web", origin: "log", rowLimit: 1500)
        try eachBatch(rows, builder.append)
        let entries = try builder.finish()
        #expect(entries.count == 3)
        func bare(_ key: Key128) -> Key128 { Key128(high: key.high, low: key.low & ~3) }
        for (number, entry) in entries.enumerated() {
            let part = rows[(number * 1500)..<min((number + 1) * 1500, rows.count)]
            let expected = Set(part.compactMap { row -> Link? in
                guard let user = row.userKey, let device = row.deviceKey else { return nil }
                return Link(device: bare(device), user: bare(user))
            })
            guard !expected.isEmpty else {
                #expect(entry.links?.count == 0)
                continue
            }
            let links = try ArrowFile(path: store.folder.links + "/" + entry.name)
            let segment = try ArrowFile(path: store.folder.segments + "/" + entry.name)
            let devices = try #require(links.column("device")).array.data
            let places = try #require(links.column("row")).array.data.bindMemory(to: Int32.self)
            let person = try #require(segment.column("person"))
            let persons = person.array.data.bindMemory(to: Int32.self)
            let keys = try #require(person.dictionary).data
            let found = (0..<links.rowCount).map { i in
                Link(device: key(devices, i), user: key(keys, Int(persons[Int(places[i])])))
            }
            #expect(Set(found) == expected)
            #expect(entry.links?.count == found.count)
            let isSorted = zip(found, found.dropFirst()).allSatisfy { $0.device < $1.device || $0.device == $1.device }
            #expect(isSorted)
        }
    }
}
