/// The distinct pairs of a cell and a code of a category: one word a pair.
package struct PairSet {
    /// 0 is a free slot; a pair is stored as its word plus one.
    private var slots: [UInt64] = Array(repeating: 0, count: 64)
    package private(set) var count = 0

    package init() {}

    @inline(__always)
    package mutating func insert(cell: Int32, code: Int32) {
        let word = (UInt64(UInt32(bitPattern: cell)) << 32 | UInt64(UInt32(bitPattern: code))) &+ 1
        let mask = slots.count &- 1
        var place = Int(truncatingIfNeeded: mixed(word)) & mask
        while slots[place] != 0 {
            if slots[place] == word { return }
            place = (place &+ 1) & mask
        }
        slots[place] = word
        count += 1
        if count * 2 > slots.count { grow() }
    }

    private mutating func grow() {
        let old = slots
        slots = Array(repeating: 0, count: old.count * 2)
        let mask = slots.count - 1
        for word in old where word != 0 {
            var place = Int(truncatingIfNeeded: mixed(word)) & mask
            while slots[place] != 0 { place = (place + 1) & mask }
            slots[place] = word
        }
    }

    /// Every pair, in no order.
    package func forEach(_ body: (_ cell: Int32, _ code: Int32) -> Void) {
        for word in slots where word != 0 {
            let pair = word &- 1
            body(Int32(bitPattern: UInt32(truncatingIfNeeded: pair >> 32)), Int32(bitPattern: UInt32(truncatingIfNeeded: pair)))
        }
    }
}
