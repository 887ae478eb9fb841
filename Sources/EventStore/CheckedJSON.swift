import Digests
import FoundationEssentials
import Vocabulary

/// `{"NAME": {...}, "checksum": "..."}`: JSON with sorted keys, and behind it the BLAKE2b hash of its bytes.
package enum CheckedJSON {
    private static let middle = Array(#","checksum":""#.utf8)
    private static let closing = Array("\"}\n".utf8)

    private static func opening(_ name: String) -> [UInt8] { Array("{\"\(name)\":".utf8) }

    private static func checksum(of body: [UInt8]) -> [UInt8] {
        Array(hexadecimal(BLAKE2b.hash(body, length: 16)).utf8)
    }

    package static func encode(_ value: some Encodable, as name: String) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let body = Array(try encoder.encode(value))
        return opening(name) + body + middle + checksum(of: body) + closing
    }

    /// The JSON of the value; nil where the bytes are not what was written.
    package static func body(of bytes: [UInt8], as name: String) -> [UInt8]? {
        let opening = opening(name)
        let tail = middle.count + 32 + closing.count
        guard bytes.count > opening.count + tail, bytes.starts(with: opening) else { return nil }
        let body = Array(bytes[opening.count..<(bytes.count - tail)])
        return bytes[(bytes.count - tail)...].elementsEqual(middle + checksum(of: body) + closing) ? body : nil
    }
}
