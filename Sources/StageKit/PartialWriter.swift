import Vocabulary

/// Writes the bytes of a partial: whole numbers in base 128, the low digits first; texts and lists behind their lengths.
///
/// The bytes say nothing of their own form: `PartialReader` reads them back in the same order.
public struct PartialWriter {
    public private(set) var bytes: [UInt8] = []

    public init() {}

    public mutating func byte(_ value: UInt8) { bytes.append(value) }

    public mutating func flag(_ value: Bool) { bytes.append(value ? 1 : 0) }

    /// A number that is never negative (a length, an index, a count).
    public mutating func count(_ value: Int) { unsigned(UInt64(bitPattern: Int64(value))) }

    /// A count of rows, persons or units.
    public mutating func tally(_ value: Int64) { unsigned(UInt64(bitPattern: value)) }

    public mutating func unsigned(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    /// A number of either sign; small ones take few bytes.
    public mutating func signed(_ value: Int64) { unsigned(UInt64(bitPattern: value << 1 ^ value >> 63)) }

    /// A sum; small ones take few bytes.
    public mutating func sum(_ value: Int128) {
        var rest = UInt128(bitPattern: value << 1 ^ value >> 127)
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    /// All 128 bits, as 16 bytes.
    public mutating func fixed(_ value: UInt128) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    public mutating func key(_ value: Key128) { fixed(UInt128(value.high) << 64 | UInt128(value.low)) }

    public mutating func text(_ value: String) { list(Array(value.utf8)) }

    /// Bytes behind their number.
    public mutating func list(_ value: [UInt8]) {
        count(value.count)
        bytes.append(contentsOf: value)
    }

    public mutating func append(_ other: [UInt8]) { bytes.append(contentsOf: other) }
}
