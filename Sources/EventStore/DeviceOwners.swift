import Dispatch
import Synchronization
import Vocabulary

/// Whose rows a device's rows without a user are.
///
/// The owner of a device is its only user, or of at most `maxUsers` users the one that was seen on it first; where two
/// were first at the same time in rows that differ in keys alone, and beyond `maxUsers`, it has none. A function of the
/// set of links in the snapshot: no transitive closure, no order of arrival, no secret key.
struct DeviceOwners: Sendable {
    let segments: [Segment]
    /// One a segment.
    let links: [LinkTable]
    let comparator: RowComparator
    let maxUsers: Int
    /// Users that own nothing and do not count.
    var forgotten: Set<Key128> = []

    /// A person of a segment that is a device, and its owner.
    struct Owned: Sendable {
        var person: Int32
        var owner: Key128
    }

    /// A row that links a device to a user.
    struct Link {
        var segment: Int32
        var row: Int32
    }

    /// The devices with rows of their own that have an owner: a list a segment, in the order of persons.
    func owned(threads: Int) -> [[Owned]] {
        let total = links.reduce(0) { $0 + $1.count }
        var result: [[Owned]] = Array(repeating: [], count: segments.count)
        guard total > 0 else { return result }
        var bits = 0
        while bits < 20, total >> bits > 1 << 14 { bits += 1 }
        let (buckets, bucketBits) = (1 << bits, bits)
        let inputs = segments.map { MergeInput($0, wanted: nil) }
        let next = Atomic<Int>(0)
        let found = Mutex<[[Owned]]>(result)
        @Sendable func work(_: Int) {
            var own: [[Owned]] = Array(repeating: [], count: inputs.count)
            var table = DeviceTable()
            while true {
                let bucket = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard bucket < buckets else { break }
                resolve(bucket, bits: bucketBits, inputs, &table, into: &own)
            }
            found.withLock { all in for i in own.indices { all[i] += own[i] } }
        }
        if threads <= 1 { work(0) } else { DispatchQueue.concurrentPerform(iterations: threads, execute: work) }
        result = found.withLock { $0 }
        for i in result.indices { result[i].sort { $0.person < $1.person } }
        return result
    }

    private func resolve(
        _ bucket: Int, bits: Int, _ inputs: [MergeInput], _ table: inout DeviceTable, into own: inout [[Owned]]
    ) {
        let first = bits == 0 ? 0 : UInt64(bucket) << UInt64(64 - bits)
        let end = bits == 0 || bucket + 1 == 1 << bits ? nil : UInt64(bucket + 1) << UInt64(64 - bits)
        func range(_ lowerBound: (UInt64) -> Int, _ count: Int) -> Range<Int> {
            let start = first == 0 ? 0 : lowerBound(first)
            return start..<max(start, end.map(lowerBound) ?? count)
        }
        let persons = inputs.map { range($0.lowerBound, $0.personCount) }
        table.removeAll(expecting: persons.reduce(0) { $0 + $1.count })
        for (input, range) in zip(inputs, persons) {
            for i in range {
                let key = input.persons[i].bigEndian
                if key.kind == .device { table.insert(key) }
            }
        }
        guard table.count > 0 else { return }
        for (segment, seen) in links.enumerated() {
            for i in range(seen.lowerBound, seen.count) {
                let place = table.find(seen.devices[i].bigEndian)
                if place >= 0 {
                    table.add(Link(segment: Int32(truncatingIfNeeded: segment), row: seen.rows[i]), to: place)
                }
            }
        }
        let owners = table.grouped().map { owner(of: $0) }
        for (segment, range) in persons.enumerated() {
            for i in range {
                let key = inputs[segment].persons[i].bigEndian
                guard key.kind == .device else { continue }
                let place = table.find(key)
                guard place >= 0, let owner = owners[place] else { continue }
                own[segment].append(Owned(person: Int32(truncatingIfNeeded: i), owner: owner))
            }
        }
    }

    private struct Candidate {
        var user: Key128
        var first: Link
    }

    /// The owner of a device with these links.
    func owner(of links: some Sequence<Link>) -> Key128? { onlyUser(of: links) ?? firstUser(of: links) }

    /// The user of all links, as most devices have one; nil where they must be weighed.
    @inline(__always)
    private func onlyUser(of links: some Sequence<Link>) -> Key128? {
        guard forgotten.isEmpty else { return nil }
        var only: Key128?
        for link in links {
            guard let user = segments[Int(link.segment)].person(ofRow: Int(link.row)), user == only ?? user else { return nil }
            only = user
        }
        return only
    }

    private func firstUser(of links: some Sequence<Link>) -> Key128? {
        var candidates: [Candidate] = []
        for link in links {
            let segment = segments[Int(link.segment)]
            guard let user = segment.person(ofRow: Int(link.row)), !forgotten.contains(user) else { continue }
            if let known = candidates.firstIndex(where: { $0.user == user }) {
                if order(link, candidates[known].first) < 0 { candidates[known].first = link }
            } else {
                if candidates.count == maxUsers { return nil }
                candidates.append(Candidate(user: user, first: link))
            }
        }
        guard var best = candidates.first else { return nil }
        var isTied = false
        for candidate in candidates.dropFirst() {
            let order = order(candidate.first, best.first)
            if order < 0 { (best, isTied) = (candidate, false) } else if order == 0 { isTied = true }
        }
        return isTied ? nil : best.user
    }

    private func order(_ a: Link, _ b: Link) -> Int {
        let (i, j) = (Int(a.segment), Int(b.segment))
        let (x, y) = (segments[i].times[Int(a.row)], segments[j].times[Int(b.row)])
        if x != y { return x < y ? -1 : 1 }
        return comparator.compareContent(i, Int(a.row), j, Int(b.row))
    }

    /// All links of a device.
    func links(ofDevice device: Key128) -> [Link] {
        var found: [Link] = []
        for (segment, table) in links.enumerated() {
            var i = table.lowerBound(device.high)
            while i < table.count, table.devices[i].high.bigEndian == device.high {
                if table.devices[i].bigEndian == device {
                    found.append(Link(segment: Int32(truncatingIfNeeded: segment), row: table.rows[i]))
                }
                i += 1
            }
        }
        return found
    }
}

extension Segment {
    /// The person under whom a row lies; nil where the file is damaged.
    func person(ofRow row: Int) -> Key128? {
        guard row >= 0, row < rows else { return nil }
        let person = Int(personOfRow[row])
        return person >= 0 && person < personCount ? persons[person].bigEndian : nil
    }
}

/// The devices of one bucket with their links: an open-addressing table that is used again from bucket to bucket.
private struct DeviceTable {
    private var slots: [Int32] = []
    private var keys: [Key128] = []
    private var links: [(place: Int32, link: DeviceOwners.Link)] = []

    var count: Int { keys.count }

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
