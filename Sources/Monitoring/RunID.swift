import Digests
import Foundation

/// The id of a run, or of a part of one, as log lines and lineage events name it: a UUID.
public struct RunID: Sendable, Hashable {
    /// In lower case.
    public let text: String

    /// A random one (RFC 9562, version 4).
    public static func fresh() -> RunID { RunID(text: UUID().uuidString.lowercased()) }

    /// The id of a part, such as a night or a node; it follows from this id and the name (RFC 9562, version 8).
    public func part(_ name: String) -> RunID {
        var bytes = Array(BLAKE2b.hash(Array("\(text) \(name)".utf8), length: 16))
        bytes[6] = bytes[6] & 0x0F | 0x80
        bytes[8] = bytes[8] & 0x3F | 0x80
        let digits = hexadecimal(bytes)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if [8, 12, 16, 20].contains(index) { text.append("-") }
            text.append(digit)
        }
        return RunID(text: text)
    }
}
