import Digests

/// A fast 128-bit checksum of column buffers: it notices damage, it does not stand against an enemy.
///
/// Four lanes of multiply and rotate over 32 bytes a step, folded at the end with the length.
struct Checksum {
    private var a: UInt64 = 0x9E37_79B9_7F4A_7C15
    private var b: UInt64 = 0xBF58_476D_1CE4_E5B9
    private var c: UInt64 = 0x94D0_49BB_1331_11EB
    private var d: UInt64 = 0xD6E8_FEB8_6659_FD93
    private var length: UInt64 = 0

    mutating func add(_ bytes: UnsafeRawBufferPointer) {
        var (a, b, c, d) = (a, b, c, d)
        let count = bytes.count
        var i = 0
        while i &+ 32 <= count {
            a = Self.step(a, bytes.loadUnaligned(fromByteOffset: i, as: UInt64.self))
            b = Self.step(b, bytes.loadUnaligned(fromByteOffset: i &+ 8, as: UInt64.self))
            c = Self.step(c, bytes.loadUnaligned(fromByteOffset: i &+ 16, as: UInt64.self))
            d = Self.step(d, bytes.loadUnaligned(fromByteOffset: i &+ 24, as: UInt64.self))
            i &+= 32
        }
        while i < count {
            a = Self.step(a, UInt64(bytes[i]) &+ 1)
            i &+= 1
        }
        (self.a, self.b, self.c, self.d) = (a, b, c, d)
        add(UInt64(count))
    }

    mutating func add(_ word: UInt64) {
        length &+= word
        b = Self.step(b, word)
    }

    mutating func add(_ text: String) {
        var text = text
        text.withUTF8 { add(UnsafeRawBufferPointer($0)) }
    }

    @inline(__always)
    private static func step(_ lane: UInt64, _ word: UInt64) -> UInt64 {
        let mixed = (lane ^ word) &* 0x9FB2_1C65_1E98_DF25
        return mixed ^ (mixed >> 29)
    }

    /// 32 hexadecimal digits.
    var digits: String {
        let high = mix(a ^ mix(b ^ length))
        let low = mix(c ^ mix(d ^ high))
        return hexadecimal(bigEndian(high) + bigEndian(low))
    }

    private func bigEndian(_ word: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * UInt64($0))) }
    }
}

/// Spreads the bits of a word (the finaliser of SplitMix64, Steele et al. 2014).
@inline(__always)
func mix(_ word: UInt64) -> UInt64 {
    var z = word
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
}
