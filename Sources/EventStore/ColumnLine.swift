import Vocabulary

/// The columns of a stored file, in JSON one text (`event_time time 1f…, event category 0a…`): a catalogue has thousands of them, and every
/// process reads it whole.
@propertyWrapper
public struct ColumnLine: Sendable, Hashable, Codable {
    public var wrappedValue: [StoredColumn]

    public init(wrappedValue: [StoredColumn]) { self.wrappedValue = wrappedValue }

    private static let (comma, space) = (UInt8(ascii: ","), UInt8(ascii: " "))

    /// - Throws: `DecodingError` where a column is not its name, its type and its checksum.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let line = try? container.decode(String.self) else {
            // Format 3 had a list of objects.
            wrappedValue = try container.decode([StoredColumn].self)
            return
        }
        wrappedValue = try line.utf8.split(separator: Self.comma).map { column in
            let parts = column.split(separator: Self.space).map { String(Substring($0)) }
            guard parts.count == 3, let type = ColumnType(rawValue: parts[1]) else {
                throw DecodingError.dataCorruptedError(in: container, debugDescription: "a column is a name, a type and a checksum")
            }
            return StoredColumn(name: parts[0], type: type, checksum: parts[2])
        }
    }

    /// - Throws: `EncodingError` where a name is none that a manifest can give.
    public func encode(to encoder: any Encoder) throws {
        let parts = wrappedValue.map { [$0.name, $0.type.rawValue, $0.checksum] }
        for part in parts.joined() where part.isEmpty || part.utf8.contains(where: { $0 == Self.comma || $0 == Self.space }) {
            throw EncodingError.invalidValue(
                part, EncodingError.Context(codingPath: encoder.codingPath, debugDescription: "a column's name has no commas or blanks"))
        }
        var container = encoder.singleValueContainer()
        try container.encode(parts.map { $0.joined(separator: " ") }.joined(separator: ", "))
    }
}
