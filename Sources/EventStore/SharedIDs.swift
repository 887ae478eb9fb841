import Vocabulary

/// Finds the rows of a bucket whose event id another row of it has: an open-addressing table that is used again from
/// bucket to bucket. Ids are hashes already.
struct SharedIDs: ~Copyable {
    struct Place: Sendable {
        var segment: Int32
        var row: Int32
    }

    private struct Slot {
        /// 0: free.
        var id: UInt64
        var place: Place
    }

    private var slots = UnsafeMutableBufferPointer<Slot>(start: nil, count: 0)
    private var mask = 0
    /// Rows of the bucket that share their id, some of them several times.
    private(set) var found: [Place] = []

    deinit { slots.deallocate() }

    /// Forgets the ids of the bucket before.
    mutating func start(expecting rows: Int) {
        found.removeAll(keepingCapacity: true)
        var capacity = 1024
        while capacity < rows * 2 { capacity *= 2 }
        if slots.count < capacity {
            slots.deallocate()
            slots = .allocate(capacity: capacity)
        }
        mask = capacity - 1
        slots.baseAddress?.update(repeating: Slot(id: 0, place: Place(segment: 0, row: 0)), count: capacity)
    }

    /// Takes live rows of a segment; rows without an id are left out.
    mutating func add(_ ids: UnsafePointer<UInt64>, _ rows: Range<Int>, live: UnsafePointer<UInt64>?, segment: Int) {
        let (slots, mask) = (self.slots, self.mask)
        for row in rows {
            let id = ids[row]
            if id == 0 { continue }
            if let live, live[row >> 6] >> UInt64(row & 63) & 1 == 0 { continue }
            let place = Place(segment: Int32(truncatingIfNeeded: segment), row: Int32(truncatingIfNeeded: row))
            var i = Int(truncatingIfNeeded: id >> 20) & mask
            while slots[i].id != 0, slots[i].id != id { i = (i &+ 1) & mask }
            if slots[i].id == 0 {
                slots[i] = Slot(id: id, place: place)
            } else {
                found.append(slots[i].place)
                found.append(place)
            }
        }
    }
}
