/// Slices of the window's constants found by their bytes (event names: ours by theirs), without a String or an
/// allocation per look-up.
struct ByteTable {
    private struct Entry {
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
        constants.withUnsafeBytes { bytes in
            for (key, value) in entries {
                var slot = Self.hash(bytes, key) & mask
                while slots[slot] != nil { slot = (slot + 1) & mask }
                slots[slot] = Entry(key: key, value: value)
            }
        }
    }

    /// The value for the bytes of a field, if the table has them. Both lie in the same window.
    @inline(__always)
    func value(of field: Field, in base: UnsafeRawPointer) -> Field? {
        let bytes = UnsafeRawBufferPointer(start: base, count: Int(field.start) + Int(field.length))
        var slot = Self.hash(bytes, field) & mask
        while let entry = slots[slot] {
            if entry.key.length == field.length, Self.areEqual(base, entry.key, field) { return entry.value }
            slot = (slot + 1) & mask
        }
        return nil
    }

    /// FNV-1a, 64 bits, folded.
    @inline(__always)
    private static func hash(_ bytes: UnsafeRawBufferPointer, _ field: Field) -> Int {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for position in Int(field.start)..<Int(field.start) + Int(field.length) {
            hash = (hash ^ UInt64(bytes[position])) &* 0x100_0000_01B3
        }
        return Int(truncatingIfNeeded: hash ^ hash >> 32)
    }

    @inline(__always)
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
