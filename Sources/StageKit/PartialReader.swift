import Vocabulary

/// Reads what `PartialWriter` wrote. Whatever the bytes are, it gives a value or a `Problem`, and takes no more memory than
/// the bytes warrant.
public struct PartialReader {
    private let bytes: ArraySlice<UInt8>
    private var place: Int
    private let file: String
    /// What sums may still hold together: honest ones stay far below, and what is read cannot overflow when it is added up.
    private var room: Int128 = 1 << 108
    /// The same for counts: those of a partial for each bucket fit into 64 bits, in whatever way they are added up.
    private var countRoom: Int64 = 1 << 50

    /// - Parameter file: what problems name.
    public init(_ bytes: ArraySlice<UInt8>, file: String) {
        self.bytes = bytes
        place = bytes.startIndex
        self.file = file
    }

    /// Bytes not yet read.
    public var remaining: Int { bytes.endIndex - place }

    /// Where the next byte lies.
    public var position: Place { .offset(file: file, byte: place) }

    /// What is wrong with the bytes at hand.
    public func damaged(_ what: String = "the file is not what was written") -> Problem {
        Problem(.partialDamaged, what, at: position, help: "run its range of buckets again")
    }

    /// - Throws: `Problem` `partial.damaged` where the condition does not hold.
    public func require(_ condition: Bool) throws { if !condition { throw damaged() } }

    public mutating func byte() throws -> UInt8 {
        guard place < bytes.endIndex else { throw damaged("the file is cut off") }
        defer { place += 1 }
        return bytes[place]
    }

    public mutating func flag() throws -> Bool {
        let value = try byte()
        try require(value < 2)
        return value == 1
    }

    public mutating func unsigned() throws -> UInt64 {
        let wide = try digits(limit: 64)
        return UInt64(truncatingIfNeeded: wide)
    }

    public mutating func signed() throws -> Int64 {
        let value = try unsigned()
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    /// A number in `0...limit`.
    public mutating func count(upTo limit: Int) throws -> Int {
        let value = try unsigned()
        guard limit >= 0, value <= UInt64(limit) else { throw damaged() }
        return Int(value)
    }

    /// The number of elements that follow, each of which takes some bytes.
    public mutating func elements(ofBytes size: Int = 1) throws -> Int {
        let value = try unsigned()
        // What is left is known only behind the number.
        guard value <= UInt64(remaining / max(1, size)) else { throw damaged("the file is cut off") }
        return Int(value)
    }

    /// A count of rows, persons or units.
    public mutating func tally() throws -> Int64 {
        let count = Int64(try count(upTo: 1 << 48))
        try require(count <= countRoom)
        countRoom -= count
        return count
    }

    public mutating func sum() throws -> Int128 {
        let value = try digits(limit: 128)
        let sum = Int128(bitPattern: value >> 1) ^ -Int128(bitPattern: value & 1)
        guard sum > -(1 << 108), sum < 1 << 108, room >= abs(sum) else { throw damaged() }
        room -= abs(sum)
        return sum
    }

    public mutating func fixed() throws -> UInt128 {
        var value: UInt128 = 0
        for shift in stride(from: 0, to: 128, by: 8) { value |= UInt128(try byte()) << UInt128(shift) }
        return value
    }

    public mutating func key() throws -> Key128 {
        let value = try fixed()
        return Key128(high: UInt64(truncatingIfNeeded: value >> 64), low: UInt64(truncatingIfNeeded: value))
    }

    public mutating func text() throws -> String {
        let bytes = try list()
        guard let text = String(validating: bytes, as: UTF8.self) else { throw damaged() }
        return text
    }

    /// Bytes behind their number.
    public mutating func list() throws -> ArraySlice<UInt8> {
        let count = try elements()
        defer { place += count }
        return bytes[place..<place + count]
    }

    /// - Throws: `Problem` `partial.damaged` where bytes are left.
    public func end() throws { try require(remaining == 0) }

    private mutating func digits(limit: Int) throws -> UInt128 {
        var value: UInt128 = 0
        var shift = 0
        while true {
            let digit = try byte()
            let low = UInt128(digit & 0x7F)
            guard shift < limit, low >> UInt128(min(7, limit - shift)) == 0 else { throw damaged() }
            value |= low << UInt128(shift)
            if digit & 0x80 == 0 { return value }
            shift += 7
        }
    }
}
