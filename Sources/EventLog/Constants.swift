import Vocabulary

/// The bytes that every window of a source begins with: constant strings and event names.
struct Constants {
    private(set) var bytes: [UInt8] = []

    mutating func add(_ text: String) -> Field {
        let start = bytes.count
        bytes.append(contentsOf: text.utf8)
        return Field(start: UInt32(truncatingIfNeeded: start), length: UInt32(truncatingIfNeeded: text.utf8.count))
    }

    /// The table from their event names to ours; nil where there are none. Names are compared as bytes.
    mutating func eventTable(_ names: [String: String]) -> ByteTable? {
        if names.isEmpty { return nil }
        let entries = names.sorted { $0.key < $1.key }.map { (key: add($0.key), value: add($0.value)) }
        return ByteTable(entries, constants: bytes)
    }
}
