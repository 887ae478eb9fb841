/// Slices of the window's constants found by their bytes (event names: ours by theirs), without a String or an
/// allocation per look-up.
struct ByteTable {
    private struct Entry {
        /// The first eight bytes of the key, zeros behind a shorter one.
        var word: UInt64
        var key: Field
        var value: Field
    }

    private var slots: [Entry?]
    private let mask: Int

    /// - Parameter entries: keys and values as slices of the constants; the keys are distinct.
    init(_ entries: [(key: Field, value: Field)], constants: [UInt8]) {
        var size = 16
        while size < entries.count * 4 { size *= 2 }
        slots = Array(repeating: nil, count: size)
        mask = size - 1
        (constants + [UInt8](repeating: 0, count: 8)).withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return }
            for (key, value) in entries {
                let word = Self.word(base, key)
                var slot = Self.place(word, key.length) & mask
                while slots[slot] != nil { slot = (slot + 1) & mask }
                slots[slot] = Entry(word: word, key: key, value: value)
            }
        }
    }

    /// The value for the bytes of a field, if the table has them. Both lie in the same window, behind which eight bytes can
    /// be read.
    @inline(__always)
    func value(of field: Field, in base: UnsafeRawPointer) -> Field? {
        let word = Self.word(base, field)
        var slot = Self.place(word, field.length) & mask
        while let entry = slots[slot] {
            if entry.word == word, entry.key.length == field.length,
                field.length <= 8 || Self.areEqual(base, entry.key, field)
            {
                return entry.value
            }
            slot = (slot + 1) & mask
        }
        return nil
    }

    @inline(__always)
    private static func word(_ base: UnsafeRawPointer, _ field: Field) -> UInt64 {
        let word = base.loadUnaligned(fromByteOffset: Int(field.start), as: UInt64.self)
        return field.length >= 8 ? word : word & ((1 << UInt64(8 * field.length)) - 1)
    }

    /// Both halves of a product, because in the low bits of one half the last bytes of the word do not show.
    @inline(__always)
    private static func place(_ word: UInt64, _ length: UInt32) -> Int {
        let product = (word ^ UInt64(length)).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
        return Int(truncatingIfNeeded: product.high ^ product.low)
    }

    private static func areEqual(_ base: UnsafeRawPointer, _ a: Field, _ b: Field) -> Bool {
        for offset in 0..<Int(a.length) {
            if base.load(fromByteOffset: Int(a.start) + offset, as: UInt8.self)
                != base.load(fromByteOffset: Int(b.start) + offset, as: UInt8.self)
            {
                return false
            }
        }
        return true
    }
}
