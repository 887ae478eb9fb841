/// Looking for bytes eight at a time in words loaded from little-endian memory.
enum ByteScan {
    private static let low7: UInt64 = 0x7F7F_7F7F_7F7F_7F7F
    private static let high: UInt64 = 0x8080_8080_8080_8080
    private static let lineFeeds = pattern(0x0A)
    private static let carriageReturns = pattern(0x0D)

    /// Eight times the same byte.
    @inline(__always)
    static func pattern(_ byte: UInt8) -> UInt64 { UInt64(byte) &* 0x0101_0101_0101_0101 }

    /// The high bit of every byte of the word that equals the pattern's, exactly.
    @inline(__always)
    static func matches(_ word: UInt64, _ pattern: UInt64) -> UInt64 {
        let difference = word ^ pattern
        return ~(((difference & low7) &+ low7) | difference | low7)
    }

    /// Where the first line feed or carriage return lies; there must be one.
    static func lineEnd(in base: UnsafeRawPointer, from start: Int) -> Int {
        var position = start
        while true {
            let word = base.loadUnaligned(fromByteOffset: position, as: UInt64.self)
            let hits = matches(word, lineFeeds) | matches(word, carriageReturns)
            if hits != 0 { return position + hits.trailingZeroBitCount / 8 }
            position += 8
        }
    }

    /// True where every byte is ASCII and none is NUL, so that every part of the bytes is text.
    static func isPlainText(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var position = 0
        var seen: UInt64 = 0
        while position + 8 <= bytes.count {
            let word = bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self)
            // The subtraction borrows into the high bit of a zero byte, and of no ASCII byte before the first one.
            seen |= word | (word &- 0x0101_0101_0101_0101)
            position += 8
        }
        if seen & high != 0 { return false }
        while position < bytes.count {
            if bytes[position] == 0 || bytes[position] >= 0x80 { return false }
            position += 1
        }
        return true
    }
}
