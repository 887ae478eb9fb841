import Vocabulary

/// A list of keys that is asked about many keys, most of which are not in it: the keys parted by their leading bits, which are spread
/// evenly, so that a few lie in each part.
struct KeyDirectory: Sendable {
    private let keys: [Key128]
    /// Where each key stood in the list that was given.
    private let places: [Int32]
    /// Where each part begins, and the end of the last.
    private let starts: [Int32]
    private let sharedBits: UInt64
    private let shift: UInt64
    /// A bit for some hash of each key: most keys that are not in the set are told by that, from the processor's cache.
    private let marks: [UInt64]

    /// - Parameters:
    ///   - keys: as they are stored, in any order; one may stand in it more than once.
    ///   - sharedBits: the leading bits that all keys share, those too that are asked about.
    init(_ keys: [Key128], sharedBits: Int) {
        var bits = 1
        while bits < 24, keys.count >> bits > 2 { bits += 1 }
        let (left, right) = (UInt64(sharedBits), UInt64(64 - bits))
        func part(_ key: Key128) -> Int { Int(truncatingIfNeeded: (key.high.bigEndian &<< left) &>> right) }
        var next = [Int32](repeating: 0, count: 1 << bits + 1)
        for key in keys { next[part(key) + 1] += 1 }
        for i in 1..<next.count { next[i] += next[i - 1] }
        starts = next
        var parted = keys
        var places = [Int32](repeating: 0, count: keys.count)
        for (place, key) in keys.enumerated() {
            let part = part(key)
            parted[Int(next[part])] = key
            places[Int(next[part])] = Int32(truncatingIfNeeded: place)
            next[part] += 1
        }
        (self.keys, self.places) = (parted, places)
        var marks = [UInt64](repeating: 0, count: max(1, (1 << bits) / 2))
        for key in keys { marks[Self.mark(key, marks.count)] |= Self.bit(key) }
        self.marks = marks
        (self.sharedBits, shift) = (left, right)
    }

    @inline(__always)
    private static func mark(_ key: Key128, _ count: Int) -> Int { Int(truncatingIfNeeded: key.low &>> 6) & (count &- 1) }

    @inline(__always)
    private static func bit(_ key: Key128) -> UInt64 { 1 &<< (key.low & 63) }

    /// Where a key stands in the list that was given, somewhere; nil where it does not.
    /// - Parameter key: as it is stored.
    @inline(__always)
    func place(of key: Key128) -> Int? {
        if marks[Self.mark(key, marks.count)] & Self.bit(key) == 0 { return nil }
        let part = Int(truncatingIfNeeded: (key.high.bigEndian &<< sharedBits) &>> shift)
        for i in Int(starts[part])..<Int(starts[part + 1]) where keys[i] == key { return Int(places[i]) }
        return nil
    }
}
