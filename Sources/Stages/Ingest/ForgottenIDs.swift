import EventLog
import EventStore
import Manifest
import Vocabulary

/// The ids that were forgotten, as the texts of rejects are asked about them: a reject shows its record as it came.
struct ForgottenIDs: Sendable {
    private let forgotten: Forgotten
    private let keys: KeyedHash
    private let spaces: [(kind: Tombstone.Kind, space: KeyedHash.Space)]

    init(_ manifest: Manifest, keys: KeyedHash, tombstones: [Tombstone]) {
        forgotten = Forgotten(tombstones)
        self.keys = keys
        spaces = manifest.idSpaces.map { ($0.kind, keys.space($0.name)) }
            + [(.order, keys.space(IdentitySettings.orderSpaceName))]
    }

    func mentioned(in reject: Reject, of source: Manifest.Source) -> Bool {
        guard !forgotten.isEmpty else { return false }
        return isMentioned(in: Array(reject.payload.utf8), delimiter: source.log.delimiter)
            || isMentioned(in: Array(reject.reason.utf8), delimiter: source.log.delimiter)
    }

    /// - Parameter line: a line of a file of rejects.
    func mentioned(inLine line: [UInt8], delimiter: UInt8) -> Bool {
        !forgotten.isEmpty && isMentioned(in: Self.unescaped(line), delimiter: delimiter)
    }

    /// Whether a field of the text is a forgotten id, or a word of it is.
    private func isMentioned(in text: [UInt8], delimiter: UInt8) -> Bool {
        isAny(text.split { $0 == delimiter || $0 == 0x22 }) || isAny(text.split { !Self.isOfWord($0) })
    }

    private func isAny(_ tokens: [ArraySlice<UInt8>]) -> Bool {
        tokens.contains { token in
            token.withUnsafeBytes { bytes in
                spaces.contains { forgotten.holds($0.kind, keys.hash(space: $0.space, bytes)) }
            }
        }
    }

    private static func isOfWord(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x80...0xFF, 0x2B, 0x2D, 0x2E, 0x40, 0x5F: true
        default: false
        }
    }

    /// The text with JSON's escapes undone; control characters become blanks.
    private static func unescaped(_ line: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        var i = 0
        while i < line.count {
            guard line[i] == 0x5C, i + 1 < line.count else {
                text.append(line[i])
                i += 1
                continue
            }
            switch line[i + 1] {
            case 0x6E, 0x72, 0x74:
                text.append(0x20)
                i += 2
            case 0x75:
                text.append(0x20)
                i += 6
            case let byte:
                text.append(byte)
                i += 2
            }
        }
        return text
    }
}

extension Manifest {
    /// The spaces of user and device ids that the sources use, by name.
    var idSpaces: [(name: String, kind: Tombstone.Kind)] {
        var spaces: [String: Tombstone.Kind] = [:]
        for mapping in sources.flatMap(\.log.mappings) {
            switch mapping.column.name {
            case "user_id", "inviter_id": spaces[mapping.space ?? "user"] = .user
            case "device_id": spaces[mapping.space ?? "device"] = .device
            default: break
            }
        }
        return spaces.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map { ($0.key, $0.value) }
    }
}
