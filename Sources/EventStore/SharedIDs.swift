import Vocabulary

/// Finds the rows of a bucket whose event id another row of it has: an open-addressing table that is used again from
/// bucket to bucket. Ids are hashes already.
struct SharedIDs: ~Copyable {
    struct Place: Sendable {
        var segment: Int32
        var row: Int32

        /// Of a row that is there no more.
        static var lost: Place { Place(segment: -1, row: 0) }
        var isLost: Bool { segment < 0 }
    }

    private struct Slot {
        /// 0: free.
        var id: UInt64
        var place: Place
    }

    private var slots = UnsafeMutableBufferPointer<Slot>(start: nil, count: 0)
    private var mask = 0
    /// A bit for some hash of each id in the table: most ids that are not in it are told by that.
    private var marks = UnsafeMutableBufferPointer<UInt64>(start: nil, count: 0)
    private var markMask: UInt64 = 0
    private(set) var isEmpty = true
    /// Rows of the bucket that share their id, some of them several times.
    private(set) var found: [Place] = []

    deinit {
        slots.deallocate()
        marks.deallocate()
    }

    /// Forgets the ids of the bucket before.
    mutating func start(expecting rows: Int) {
        found.removeAll(keepingCapacity: true)
        isEmpty = true
        var capacity = 1024
        while capacity < rows * 2 { capacity *= 2 }
        if slots.count < capacity {
            slots.deallocate()
            slots = .allocate(capacity: capacity)
            marks.deallocate()
            marks = .allocate(capacity: capacity / 8)
        }
        mask = capacity - 1
        markMask = UInt64(capacity * 8 - 1)
        slots.baseAddress?.update(repeating: Slot(id: 0, place: Place(segment: 0, row: 0)), count: capacity)
        marks.baseAddress?.update(repeating: 0, count: capacity / 8)
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

    /// Takes a row that came, or the id of one that is lost, after which `mark` finds what shares it.
    mutating func add(_ id: UInt64, _ place: Place) {
        if id == 0 { return }
        isEmpty = false
        marks[Int(truncatingIfNeeded: (id & markMask) >> 6)] |= 1 << (id & 63)
        var i = Int(truncatingIfNeeded: id >> 20) & mask
        while slots[i].id != 0, slots[i].id != id { i = (i &+ 1) & mask }
        if slots[i].id == 0 || slots[i].place.isLost {
            slots[i] = Slot(id: id, place: place)
        } else if !place.isLost {
            found.append(slots[i].place)
            found.append(place)
        }
    }

    /// Looks for rows of a segment that share the id of a row that was added; they are not added.
    /// - Parameter isJudged: whether a row is one to look at.
    @inline(__always)
    mutating func mark(_ ids: UnsafePointer<UInt64>, _ rows: Range<Int>, segment: Int, where isJudged: (Int) -> Bool) {
        let (slots, marks, mask, markMask) = (self.slots, self.marks, self.mask, self.markMask)
        for row in rows {
            let id = ids[row]
            if marks[Int(truncatingIfNeeded: (id & markMask) >> 6)] >> (id & 63) & 1 == 0 || id == 0 || !isJudged(row) { continue }
            var i = Int(truncatingIfNeeded: id >> 20) & mask
            while slots[i].id != 0, slots[i].id != id { i = (i &+ 1) & mask }
            if slots[i].id == 0 { continue }
            found.append(Place(segment: Int32(truncatingIfNeeded: segment), row: Int32(truncatingIfNeeded: row)))
            if !slots[i].place.isLost { found.append(slots[i].place) }
        }
    }
}
