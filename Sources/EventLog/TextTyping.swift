import CSimdJSON

/// Whether bytes can be stored as text.
package enum TextTyping {
    /// Whether bytes are valid UTF-8 without a NUL byte (simdjson's validation).
    package static func isText(_ bytes: UnsafeRawBufferPointer) -> Bool {
        nm_is_text(bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count) != 0
    }

    /// `.none` for valid UTF-8 without a NUL byte.
    @inline(__always)
    package static func check(_ bytes: UnsafeRawBufferPointer) -> Fault {
        ByteScan.isPlainText(bytes) ? .none : checkSlowly(bytes)
    }

    private static func checkSlowly(_ bytes: UnsafeRawBufferPointer) -> Fault {
        var position = 0
        var containsNUL = false
        while position < bytes.count {
            if bytes[position] == 0 { containsNUL = true }
            let length = scalarLength(bytes, at: position)
            if length == 0 { return .notUTF8 }
            position += length
        }
        return containsNUL ? .containsNUL : .none
    }

    /// The bytes of the scalar that begins at a place; 0 where none does.
    ///
    /// Source: The Unicode Standard 15, table 3-7, well-formed UTF-8 byte sequences.
    static func scalarLength(_ bytes: UnsafeRawBufferPointer, at position: Int) -> Int {
        let first = bytes[position]
        let length: Int
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch first {
        case 0x00...0x7F: return 1
        case 0xC2...0xDF: length = 2
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: length = 3
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: length = 4
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default: return 0
        }
        guard position + length <= bytes.count, second.contains(bytes[position + 1]) else { return 0 }
        for next in (position + 2)..<max(position + 2, position + length) where bytes[next] & 0xC0 != 0x80 { return 0 }
        return length
    }
}
