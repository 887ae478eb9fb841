import EventStore
import Glibc
import Testing
import Vocabulary

@Suite("Secret key")
struct StoreKeyTests {
    @Test("it is made on first use, only its owner may read it, and it stays the same")
    func made() throws {
        let store = try TemporaryStore()
        let first = try StoreKey.load(folder: store.folder, environment: [:])
        #expect(first.secret.count == 16)
        #expect(try StoreKey.load(folder: store.folder, environment: [:]).secret == first.secret)
        var status = stat()
        #expect(stat(store.folder.key, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
        let other = try TemporaryStore()
        #expect(try StoreKey.load(folder: other.folder, environment: [:]).secret != first.secret)
    }

    @Test("the environment's key goes before the file's, in digits of either case")
    func environment() throws {
        let store = try TemporaryStore()
        let key = try StoreKey.load(
            folder: store.folder, environment: [StoreKey.variable: "00112233445566778899AABBccddeeff"])
        #expect(key.secret == (0..<16).map { UInt8($0 * 0x11) })
        #expect(!TemporaryStore.names(store.folder.path).contains("secret.key"))
    }

    @Test("a key that is not 32 hexadecimal digits is a problem", arguments: ["xyz", "0011", "0011223344556677 8899aabbccddeef"])
    func malformed(text: String) throws {
        let store = try TemporaryStore()
        let given = #expect(throws: Problem.self) {
            try StoreKey.load(folder: store.folder, environment: [StoreKey.variable: text])
        }
        #expect(given?.code == .storeBadKey)
        TemporaryStore.write(Array(text.utf8), store.folder.key)
        #expect(throws: Problem.self) { try StoreKey.load(folder: store.folder, environment: [:]) }
    }
}
