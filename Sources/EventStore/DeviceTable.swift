import Vocabulary

/// The devices of one bucket with their links: an open-addressing table that is used again from bucket to bucket.
struct DeviceTable {
    private var slots: [Int32] = []
    private var keys: [Key128] = []
    private var links: [(place: Int32, link: DeviceOwners.Link)] = []

    var count: Int { keys.count }

    subscript(place: Int) -> Key128 { keys[place] }

    mutating func removeAll(expecting devices: Int) {
        var capacity = 64
        while capacity < devices * 2 { capacity *= 2 }
        if slots.count == capacity {
            for i in slots.indices { slots[i] = -1 }
        } else {
            slots = [Int32](repeating: -1, count: capacity)
        }
        keys.removeAll(keepingCapacity: true)
        links.removeAll(keepingCapacity: true)
    }

    /// Where a key stands, or the empty slot where it would.
    @inline(__always)
    private func slot(_ key: Key128) -> Int {
        let mask = slots.count &- 1
        // The leading bits are the bucket's; the last ones tell the kind.
        var i = Int(truncatingIfNeeded: key.low >> 8) & mask
        while slots[i] >= 0, keys[Int(slots[i])] != key { i = (i &+ 1) & mask }
        return i
    }

    mutating func insert(_ key: Key128) {
        let i = slot(key)
        guard slots[i] < 0 else { return }
        slots[i] = Int32(truncatingIfNeeded: keys.count)
        keys.append(key)
    }

    func find(_ key: Key128) -> Int { Int(slots[slot(key)]) }

    mutating func add(_ link: DeviceOwners.Link, to place: Int) {
        links.append((Int32(truncatingIfNeeded: place), link))
    }

    /// The links of every device, by its place.
    func grouped() -> [ArraySlice<DeviceOwners.Link>] {
        var ends = [Int](repeating: 0, count: keys.count)
        for link in links { ends[Int(link.place)] += 1 }
        var next = 0
        for i in ends.indices {
            let count = ends[i]
            ends[i] = next
            next += count
        }
        var all = links.map(\.link)
        for link in links {
            all[ends[Int(link.place)]] = link.link
            ends[Int(link.place)] += 1
        }
        return ends.indices.map { all[($0 == 0 ? 0 : ends[$0 - 1])..<ends[$0]] }
    }
}
