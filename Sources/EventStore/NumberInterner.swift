/// Gives every distinct number a code, counted from 0 in the order of first sight.
struct NumberInterner: ~Copyable {
    private struct Slot {
        var value: Int64
        /// The code + 1; 0 marks an empty slot.
        var code: UInt32
    }

    private var slots: UnsafeMutableBufferPointer<Slot>
    private var shift: UInt64
    private(set) var values: [Int64] = []
    private var last = Slot(value: 0, code: 0)

    private static let firstBits: UInt64 = 6

    init() {
        slots = Self.empty(bits: Self.firstBits)
        shift = 64 - Self.firstBits
    }

    deinit { slots.deallocate() }

    private static func empty(bits: UInt64) -> UnsafeMutableBufferPointer<Slot> {
        let slots = UnsafeMutableBufferPointer<Slot>.allocate(capacity: 1 << bits)
        slots.initialize(repeating: Slot(value: 0, code: 0))
        return slots
    }

    /// The code of a number, a new one where it was never seen.
    @inline(__always)
    mutating func code(_ value: Int64) -> UInt32 {
        if last.value == value, last.code != 0 { return last.code &- 1 }
        return look(value)
    }

    private mutating func look(_ value: Int64) -> UInt32 {
        let mask = slots.count &- 1
        var i = place(of: value)
        while slots[i].code != 0 {
            if slots[i].value == value {
                last = slots[i]
                return last.code &- 1
            }
            i = (i &+ 1) & mask
        }
        values.append(value)
        last = Slot(value: value, code: UInt32(truncatingIfNeeded: values.count))
        slots[i] = last
        if values.count * 2 > slots.count { grow() }
        return last.code &- 1
    }

    /// Multiplicative hashing (Knuth, The Art of Computer Programming 3, 6.4): the leading bits of a product.
    @inline(__always)
    private func place(of value: Int64) -> Int {
        Int(truncatingIfNeeded: (UInt64(bitPattern: value) &* 0x9E37_79B9_7F4A_7C15) >> shift)
    }

    private mutating func grow() {
        let old = slots
        shift -= 1
        slots = Self.empty(bits: 64 - shift)
        let mask = slots.count - 1
        for slot in old where slot.code != 0 {
            var i = place(of: slot.value)
            while slots[i].code != 0 { i = (i + 1) & mask }
            slots[i] = slot
        }
        old.deallocate()
    }

    /// Forgets all numbers.
    mutating func removeAll() {
        slots.update(repeating: Slot(value: 0, code: 0))
        values.removeAll(keepingCapacity: true)
        last.code = 0
    }
}
