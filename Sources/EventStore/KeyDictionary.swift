import Vocabulary

/// The keys of a segment: its persons in increasing order, then the ids of users and devices that are no persons there, each
/// once and in the order in which they were asked for. ClickHouse refuses a dictionary in which a value stands twice.
struct KeyDictionary: ~Copyable {
    /// As they are stored.
    private let keys: UnsafeMutablePointer<Key128>
    private let personCount: Int
    private(set) var count: Int
    /// Places of the other ids, found by the low half of their keys, which is as good as random; -1 marks an empty slot.
    private var slots: UnsafeMutableBufferPointer<Int32>
    private var used = 0
    /// Where the persons begin whose keys have the same leading bits, and where the last of them end.
    private var firsts: [Int32]
    private let shift: UInt64

    /// - Parameter sorted: its persons have room behind them for all keys that will be asked for.
    init(_ sorted: CanonicalOrder) {
        keys = sorted.persons.of(Key128.self)
        personCount = sorted.personCount
        count = personCount
        slots = .allocate(capacity: 1024)
        slots.initialize(repeating: -1)
        var bits = 1
        while bits < 20, personCount >> bits > 2 { bits += 1 }
        shift = UInt64(64 - bits)
        firsts = [Int32](repeating: 0, count: 1 << bits + 1)
        for person in 0..<personCount { firsts[Int(truncatingIfNeeded: keys[person].high.bigEndian >> shift) + 1] += 1 }
        for i in 1..<firsts.count { firsts[i] += firsts[i - 1] }
    }

    deinit { slots.deallocate() }

    @inline(__always)
    subscript(code: Int) -> Key128 { keys[code] }

    /// The place of a key, behind the others where it is new.
    mutating func code(_ stored: Key128) -> Int {
        var slot = Int(truncatingIfNeeded: stored.low.bigEndian >> 2) & (slots.count - 1)
        while slots[slot] >= 0 {
            let code = Int(slots[slot])
            if keys[code] == stored { return code }
            slot = (slot + 1) & (slots.count - 1)
        }
        let code = person(stored) ?? count
        if code == count {
            keys[count] = stored
            count += 1
        }
        slots[slot] = Int32(truncatingIfNeeded: code)
        used += 1
        if used * 2 > slots.count { grow() }
        return code
    }

    /// The place of a key among the persons.
    private func person(_ stored: Key128) -> Int? {
        let part = Int(truncatingIfNeeded: stored.high.bigEndian >> shift)
        for person in Int(firsts[part])..<Int(firsts[part + 1]) where keys[person] == stored { return person }
        return nil
    }

    private mutating func grow() {
        let old = slots
        slots = .allocate(capacity: old.count * 2)
        slots.initialize(repeating: -1)
        for code in old where code >= 0 {
            var slot = Int(truncatingIfNeeded: keys[Int(code)].low.bigEndian >> 2) & (slots.count - 1)
            while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = code
        }
        old.deallocate()
    }
}
