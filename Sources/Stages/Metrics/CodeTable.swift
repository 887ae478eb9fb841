/// Numbers 64-bit keys in the order in which they come: open addressing, no allocation but to grow.
package struct CodeTable {
    package private(set) var keys: [UInt64] = []
    private var slots: [Int32]
    private var mask: Int

    package init() {
        slots = Array(repeating: -1, count: 64)
        mask = 63
    }

    var count: Int { keys.count }

    /// The number of a key; a new key gets the next number.
    @inline(__always)
    package mutating func number(of key: UInt64) -> Int32 {
        var place = Int(truncatingIfNeeded: mixed(key)) & mask
        while true {
            let number = slots[place]
            if number < 0 { return insert(key, at: place) }
            if keys[Int(number)] == key { return number }
            place = (place + 1) & mask
        }
    }

    @inline(never)
    private mutating func insert(_ key: UInt64, at place: Int) -> Int32 {
        let number = Int32(truncatingIfNeeded: keys.count)
        keys.append(key)
        slots[place] = number
        if keys.count * 2 > slots.count { grow() }
        return number
    }

    private mutating func grow() {
        mask = slots.count * 2 - 1
        slots = Array(repeating: -1, count: slots.count * 2)
        for (number, key) in keys.enumerated() {
            var place = Int(truncatingIfNeeded: mixed(key)) & mask
            while slots[place] >= 0 { place = (place + 1) & mask }
            slots[place] = Int32(truncatingIfNeeded: number)
        }
    }
}

/// The finalizer of SplitMix64 (Steele et al. 2014): every bit of the key moves every bit of the result.
@inline(__always)
func mixed(_ key: UInt64) -> UInt64 {
    var z = key
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
}
