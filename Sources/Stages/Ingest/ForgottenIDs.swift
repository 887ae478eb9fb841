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
        spaces = manifest.idSpaces.map { ($0.kind, keys.space($0.name)) } + [(.order, keys.space(IdentitySettings.orderSpaceName))]
    }

    func mentioned(in reject: Reject, of source: Manifest.Source) -> Bool {
        !forgotten.isEmpty && isMentioned(in: Array(reject.payload.utf8), delimiter: source.log.delimiter)
    }

    /// - Parameter line: a line of a file of rejects; only the record that a reject shows is looked at.
    func mentioned(inLine line: [UInt8], delimiter: UInt8) -> Bool {
        guard !forgotten.isEmpty, let payload = line.firstRange(of: Self.payload) else { return false }
        return isMentioned(in: Self.unescaped(line[payload.upperBound...]), delimiter: delimiter)
    }

    private static let payload = Array(#","payload":""#.utf8)

    /// Whether a field of the text is a forgotten id, or a word of it is.
    private func isMentioned(in text: [UInt8], delimiter: UInt8) -> Bool {
        isAny(text.split { $0 == delimiter || $0 == 0x22 || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 })
            || isAny(text.split { !Self.isOfWord($0) })
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

    /// The text with JSON's escapes undone, as `RejectFile` writes them.
    private static func unescaped(_ line: ArraySlice<UInt8>) -> [UInt8] {
        var text: [UInt8] = []
        var i = line.startIndex
        while i < line.endIndex {
            guard line[i] == 0x5C, i + 1 < line.endIndex else {
                text.append(line[i])
                i += 1
                continue
            }
            switch line[i + 1] {
            case UInt8(ascii: "n"): text.append(0x0A)
            case UInt8(ascii: "r"): text.append(0x0D)
            case UInt8(ascii: "t"): text.append(0x09)
            case UInt8(ascii: "u"):
                let digits = String(decoding: line[min(i + 2, line.endIndex)..<min(i + 6, line.endIndex)], as: UTF8.self)
                text.append(UInt8(digits, radix: 16) ?? 0x20)
                i += 4
            case let byte: text.append(byte)
            }
            i += 2
        }
        return text
    }
}
