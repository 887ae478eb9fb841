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

    /// Whether a field of the text is a forgotten id, or a word of it is, as it stands or with the escapes of JSON lines undone.
    private func isMentioned(in text: [UInt8], delimiter: UInt8) -> Bool {
        isWritten(in: text, delimiter) || (text.contains(0x5C) && isWritten(in: Self.unescaped(text[...]), delimiter))
    }

    private func isWritten(in text: [UInt8], _ delimiter: UInt8) -> Bool {
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

    /// The text with JSON's escapes undone; an escape that is none is a blank.
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
                let (scalar, length) = scalar(line[(i + 2)...])
                text += Array(String(scalar).utf8)
                i += length
            case let byte: text.append(byte)
            }
            i += 2
        }
        return text
    }

    /// What stands behind `\u`, of two halves of a pair together, and how many bytes it takes.
    private static func scalar(_ line: ArraySlice<UInt8>) -> (Unicode.Scalar, length: Int) {
        func unit(_ bytes: ArraySlice<UInt8>) -> UInt32? { bytes.count < 4 ? nil : UInt32(String(decoding: bytes.prefix(4), as: UTF8.self), radix: 16) }
        guard let first = unit(line) else { return (" ", min(4, line.count)) }
        if first >> 10 == 0x36, line.dropFirst(4).starts(with: [0x5C, 0x75]), let second = unit(line.dropFirst(6)), second >> 10 == 0x37,
            let scalar = Unicode.Scalar(0x10000 + (first & 0x3FF) << 10 + second & 0x3FF)
        {
            return (scalar, 10)
        }
        return (Unicode.Scalar(first) ?? " ", 4)
    }
}
