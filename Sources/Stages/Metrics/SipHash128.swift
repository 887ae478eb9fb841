import Vocabulary

/// SipHash-2-4 with 128 bits of output under a fixed key: names an order or a long string by a number.
///
/// No published figure depends on the key; it only has to keep different bytes apart.
/// Source: Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012, and its 128-bit variant.
package func sipHash128(
    _ bytes: UnsafeRawBufferPointer, key: (UInt64, UInt64) = (0x6E69_6768_746D_6172, 0x6B65_742D_6F72_6465)
) -> Key128 {
    var state = SipState(key)
    var offset = 0
    while offset + 8 <= bytes.count {
        state.absorb(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
        offset += 8
    }
    var last = UInt64(truncatingIfNeeded: bytes.count) << 56
    for (place, index) in (offset..<bytes.count).enumerated() { last |= UInt64(bytes[index]) << UInt64(8 * place) }
    state.absorb(last)
    state.v2 ^= 0xEE
    let first = state.finalized()
    state.v1 ^= 0xDD
    return Key128(high: first, low: state.finalized())
}

private struct SipState {
    var v0: UInt64
    var v1: UInt64
    var v2: UInt64
    var v3: UInt64

    init(_ key: (UInt64, UInt64)) {
        v0 = key.0 ^ 0x736F_6D65_7073_6575
        v1 = key.1 ^ 0x646F_7261_6E64_6F6D ^ 0xEE
        v2 = key.0 ^ 0x6C79_6765_6E65_7261
        v3 = key.1 ^ 0x7465_6462_7974_6573
    }

    @inline(__always)
    mutating func absorb(_ word: UInt64) {
        v3 ^= word
        round()
        round()
        v0 ^= word
    }

    @inline(__always)
    mutating func finalized() -> UInt64 {
        for _ in 0..<4 { round() }
        return v0 ^ v1 ^ v2 ^ v3
    }

    @inline(__always)
    private mutating func round() {
        v0 = v0 &+ v1
        v1 = rotated(v1, 13) ^ v0
        v0 = rotated(v0, 32)
        v2 = v2 &+ v3
        v3 = rotated(v3, 16) ^ v2
        v0 = v0 &+ v3
        v3 = rotated(v3, 21) ^ v0
        v2 = v2 &+ v1
        v1 = rotated(v1, 17) ^ v2
        v2 = rotated(v2, 32)
    }

    @inline(__always)
    private func rotated(_ x: UInt64, _ by: UInt64) -> UInt64 { (x << by) | (x >> (64 - by)) }
}
