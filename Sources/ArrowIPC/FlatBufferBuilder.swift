/// Writes a FlatBuffer front to back: a parent before its children, its references set once the children have a place.
///
/// Source: the FlatBuffers internals document (tables with vtables, vectors, strings; little endian).
struct FlatBufferBuilder {
    private(set) var bytes: [UInt8] = [0, 0, 0, 0]

    /// A field of a table; `absent` leaves the schema's default.
    enum Slot {
        case absent
        case byte(UInt8)
        case short(Int16)
        case int(Int32)
        case long(Int64)
        /// A table, vector or string whose place is set later with `point`.
        case reference

        fileprivate var size: Int {
            switch self {
            case .absent: 0
            case .byte: 1
            case .short: 2
            case .int, .reference: 4
            case .long: 8
            }
        }
    }

    /// Appends a table and returns its position and the position of each slot.
    mutating func table(_ slots: [Slot]) -> (position: Int, slots: [Int]) {
        var offsets: [Int] = []
        var size = 4
        for slot in slots {
            if slot.size > 0 { size = (size + slot.size - 1) / slot.size * slot.size }
            offsets.append(slot.size > 0 ? size : 0)
            size += slot.size
        }
        align(2)
        let vtable = bytes.count
        append(UInt16(4 + 2 * slots.count))
        append(UInt16(size))
        for offset in offsets { append(UInt16(offset)) }
        align(8)
        let position = bytes.count
        append(Int32(position - vtable))
        for (slot, offset) in zip(slots, offsets) where slot.size > 0 {
            while bytes.count < position + offset { bytes.append(0) }
            switch slot {
            case .absent: break
            case .byte(let value): bytes.append(value)
            case .short(let value): append(value)
            case .int(let value): append(value)
            case .long(let value): append(value)
            case .reference: append(UInt32(0))
            }
        }
        return (position, offsets.map { position + $0 })
    }

    mutating func string(_ text: String) -> Int {
        align(4)
        let position = bytes.count
        append(UInt32(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
        bytes.append(0)
        return position
    }

    /// Appends a vector of references and returns its position and those of its elements.
    mutating func references(_ count: Int) -> (position: Int, elements: [Int]) {
        align(4)
        let position = bytes.count
        append(UInt32(count))
        for _ in 0..<count { append(UInt32(0)) }
        return (position, (0..<count).map { position + 4 + 4 * $0 })
    }

    /// Appends a vector of structs that consist of 64-bit words.
    mutating func structs(count: Int, words: [Int64]) -> Int {
        align(4)
        if bytes.count % 8 != 4 { append(UInt32(0)) }
        let position = bytes.count
        append(UInt32(count))
        for word in words { append(word) }
        return position
    }

    /// Sets a reference to what lies at a later position.
    mutating func point(_ reference: Int, to position: Int) {
        let distance = UInt32(position - reference)
        for index in 0..<4 { bytes[reference + index] = UInt8(truncatingIfNeeded: distance >> (8 * UInt32(index))) }
    }

    /// Makes a table the root.
    mutating func setRoot(_ position: Int) { point(0, to: position) }

    private mutating func align(_ alignment: Int) {
        while bytes.count % alignment != 0 { bytes.append(0) }
    }

    private mutating func append(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }
}
