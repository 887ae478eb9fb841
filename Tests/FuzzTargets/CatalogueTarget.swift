import Digests
import EventStore
import Vocabulary

/// The catalogue, its checksum made good for whatever it says: a problem or a reading, never a crash.
final class CatalogueTarget: FuzzTarget {
    static let name = "catalogue"
    private let store: SmallStore

    init() throws { store = try SmallStore() }

    private static let opening = Array(#"{"catalogue":"#.utf8)

    static func seeds() throws -> [[UInt8]] {
        let bytes = try SmallStore().folder.read("catalogue.json")
        let tail = #","checksum":""}"#.utf8.count + 33
        return [Array(bytes.dropFirst(opening.count).dropLast(tail)), Array(#"{"format":1}"#.utf8), Array(#"{"format":3}"#.utf8)]
    }

    func run(_ input: UnsafeRawBufferPointer) throws {
        let body = Array(input)
        let checksum = hexadecimal(BLAKE2b.hash(body, length: 16))
        try store.folder.write(Self.opening + body + Array(",\"checksum\":\"\(checksum)\"}\n".utf8), to: "catalogue.json")
        do {
            let snapshot = try Snapshot.open(storeFolder: store.path)
            _ = (snapshot.fingerprint, snapshot.newestEvent, snapshot.oldestEvent, snapshot.liveRows)
            _ = try store.contents()
        } catch is Problem {
            return
        }
    }
}
