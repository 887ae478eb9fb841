import Vocabulary

/// A store with one of its files replaced or changed in places: it gives a problem or what it gave before.
final class StoreTarget: FuzzTarget {
    static let name = "store"
    private let store: SmallStore
    private let sound: [String]
    private let originals: [[UInt8]]

    init() throws {
        store = try SmallStore()
        sound = try store.contents()
        originals = store.files.map { [store] in store.folder.read($0) }
        guard sound.count == 5 else { throw Finding("the small store has \(sound)") }
    }

    static func seeds() throws -> [[UInt8]] {
        let store = try SmallStore()
        return store.files.enumerated().flatMap { index, file -> [[UInt8]] in
            let bytes = store.folder.read(file)
            // A whole file; and places with what they change: two bytes and one.
            return [[UInt8(index)] + bytes, [UInt8(index) | 4, 1, 0, 1], [UInt8(index) | 4, 0, 80, 0x80, 2, 9, 0xFF, 0, 200, 7]]
        }
    }

    func run(_ input: UnsafeRawBufferPointer) throws {
        var choices = Choices(input)
        let choice = choices.byte()
        let index = Int(choice & 3)
        var bytes = Array(choices.rest)
        if choice & 4 != 0 {
            bytes = originals[index]
            while choices.rest.count >= 3 {
                let place = Int(choices.byte()) * 256 + Int(choices.byte())
                bytes[place % bytes.count] ^= choices.byte()
            }
        }
        try store.folder.write(bytes, to: store.files[index])
        defer { try? store.folder.write(originals[index], to: store.files[index]) }
        do {
            let found = try store.contents()
            guard found == sound else { throw Finding("\(store.files[index]) was changed, and the store gives \(found)") }
        } catch is Problem {
            return
        }
    }
}
