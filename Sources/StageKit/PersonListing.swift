import EventStore
import Marts
import Vocabulary

/// A person behind a figure: the key that the store keeps in place of an id, and what kind of id it was.
public struct ListedPerson: Sendable, Hashable, Comparable {
    public let key: Key128
    public let kind: PersonKind

    public init(_ key: Key128, _ kind: PersonKind) {
        self.key = key
        self.kind = kind
    }

    public static func < (left: ListedPerson, right: ListedPerson) -> Bool {
        (left.key, left.kind.rawValue) < (right.key, right.kind.rawValue)
    }

    public static let columns = [
        MartColumn("person", .string, role: .dimension, label: Label(en: "Person", zh: "人员")),
        MartColumn("kind", .string, role: .dimension, label: Label(en: "Kind of id", zh: "标识类型")),
    ]
    public static let note = MartNote(
        code: "person_keys", column: "person",
        message: "the store keeps ids hashed under its key; one person has one key in all stages of this store")

    public var cells: [MartValue] {
        [.string([key.high, key.low].map(Self.hexadecimal).joined()), .string(kind == .device ? "device" : "user")]
    }

    private static func hexadecimal(_ half: UInt64) -> String {
        let digits = String(half, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

extension ListedPerson {
    public func write(_ writer: inout PartialWriter) {
        writer.key(key)
        writer.byte(kind.rawValue)
    }

    /// - Throws: `Problem` `partial.damaged`.
    public init(reading reader: inout PartialReader) throws {
        key = try reader.key()
        guard let kind = PersonKind(rawValue: try reader.byte()) else { throw reader.damaged() }
        self.kind = kind
    }
}

extension PersonSelection {
    /// The one column that is named; nil where none is.
    /// - Throws: `Problem` `usage.persons` where several are.
    public func column() throws -> String? {
        guard words.count <= 1 else {
            throw Problem(
                .personsUsage, "'\(text)' names \(words.count) columns: \(words.joined(separator: ", "))",
                help: "the persons of one figure are listed: name one column")
        }
        return words.first
    }

    /// The values of a row by their names.
    /// - Throws: `Problem` `usage.persons` where a name stands twice.
    public func row() throws -> [String: String] {
        var row: [String: String] = [:]
        for (key, value) in values where row.updateValue(value, forKey: key) != nil {
            throw Problem(.personsUsage, "'\(key)' stands twice in '\(text)'", help: "name each column of the row once")
        }
        return row
    }
}
