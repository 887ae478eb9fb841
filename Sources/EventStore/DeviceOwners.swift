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

    /// An entry of a segment's table of links.
    struct Link {
        var segment: Int32
        var index: Int32
    }

    /// What a link says of its user, read once while the segment is at hand.
    private struct Sighting {
        let user: Key128
        let time: Int64
    }

    /// What one segment has of a group of neighbouring keys. Copies: to read all segments side by side, key by key, would
    /// have the machine read ahead in each, again and again where memory is short.
    private struct Part {
        /// The entries of its table of links: the device's person, and what the link says of the user.
        var devices: [Key128]
        var sightings: [Sighting]
        var firstLink: Int
        /// Its persons, as they are stored.
        var persons: [Key128]
        var firstPerson: Int
        /// Where each bucket of the group begins among the links and the persons above, and the end of the last.
        var linkBounds: [Int]
        var personBounds: [Int]
    }

    /// The devices with rows of their own that have an owner: a list a segment, in the order of persons.
    /// - Parameter groupSize: links whose users are read at a time. Each segment is gone through once a group, so that where
    ///   memory is short its pages need not stay; no result depends on it.
    func owned(threads: Int, groupSize: Int) throws -> [[Owned]] {
        let total = links.reduce(0) { $0 + $1.count }
        var result: [[Owned]] = Array(repeating: [], count: segments.count)
        guard total > 0 else { return result }
        var groupBits = 0
        while groupBits < 20, total >> groupBits > groupSize { groupBits += 1 }
        var bits = groupBits
        while bits < 20, total >> bits > 1 << 14 { bits += 1 }
        let inputs = segments.map { MergeInput($0, wanted: nil) }
        let buckets = 1 << (bits - groupBits)
        let found = Mutex<[[Owned]]>(result)
        for number in 0..<(1 << groupBits) {
            let parts = try parts(of: number * buckets..<(number + 1) * buckets, bits: bits, inputs, threads: threads)
            let next = Atomic<Int>(0)
            @Sendable func work(_: Int) {
                var own: [[Owned]] = Array(repeating: [], count: inputs.count)
                var table = DeviceTable()
                while true {
                    let bucket = next.wrappingAdd(1, ordering: .relaxed).oldValue
                    guard bucket < buckets else { break }
                    resolve(bucket, of: parts, &table, into: &own)
                }
                found.withLock { all in for i in own.indices { all[i] += own[i] } }
            }
            if threads <= 1 { work(0) } else { DispatchQueue.concurrentPerform(iterations: threads, execute: work) }
        }
        result = found.withLock { $0 }
        for i in result.indices { result[i].sort { $0.person < $1.person } }
        return result
    }

    /// Goes through the segments one by one: a link lies anywhere in its segment.
    private func parts(of buckets: Range<Int>, bits: Int, _ inputs: [MergeInput], threads: Int) throws -> [Part] {
        @Sendable func bounds(count: Int, _ lowerBound: (_ high: UInt64, _ start: Int) -> Int) -> [Int] {
            var bounds: [Int] = []
            bounds.reserveCapacity(buckets.count + 1)
            for bucket in buckets.lowerBound...buckets.upperBound {
                let isLast = bucket == 1 << bits
                bounds.append(bucket == 0 ? 0 : isLast ? count : lowerBound(UInt64(bucket) << UInt64(64 - bits), bounds.last ?? 0))
            }
            return bounds
        }
        let parts = ParallelResults<Part>(links.count)
        try inParallel(links.count, threads: threads) { segment in
            segments[segment].willRead([SegmentFile.person, SegmentFile.time])
            let (table, input) = (links[segment], inputs[segment])
            let ofLinks = bounds(count: table.count, table.lowerBound)
            let ofPersons = bounds(count: input.personCount, input.lowerBound)
            let (firstLink, firstPerson) = (ofLinks[0], ofPersons[0])
            parts.set(
                segment,
                Part(
                    devices: Array(UnsafeBufferPointer(start: table.devices + firstLink, count: ofLinks[buckets.count] - firstLink)),
                    sightings: (firstLink..<ofLinks[buckets.count]).map { sighting(segment, Int(table.rows[$0])) },
                    firstLink: firstLink,
                    persons: Array(UnsafeBufferPointer(start: input.persons + firstPerson, count: ofPersons[buckets.count] - firstPerson)),
                    firstPerson: firstPerson,
                    linkBounds: ofLinks.map { $0 - firstLink }, personBounds: ofPersons.map { $0 - firstPerson }))
        }
        return parts.all
    }

    /// Of nobody where the user does not count, and where the file is damaged.
    private func sighting(_ segment: Int, _ row: Int) -> Sighting {
        guard let user = segments[segment].person(ofRow: row), forgotten.isEmpty || !forgotten.contains(user) else {
            return Sighting(user: .zero, time: 0)
        }
        return Sighting(user: user, time: segments[segment].times[row])
    }

    private func resolve(_ bucket: Int, of parts: [Part], _ table: inout DeviceTable, into own: inout [[Owned]]) {
        table.removeAll(expecting: parts.reduce(0) { $0 + $1.personBounds[bucket + 1] - $1.personBounds[bucket] })
        for part in parts {
            for i in part.personBounds[bucket]..<part.personBounds[bucket + 1] {
                let key = part.persons[i].bigEndian
                if key.kind == .device { table.insert(key) }
            }
        }
        guard table.count > 0 else { return }
        for (segment, part) in parts.enumerated() {
            for i in part.linkBounds[bucket]..<part.linkBounds[bucket + 1] where part.sightings[i].user != .zero {
                let place = table.find(part.devices[i].bigEndian)
                guard place >= 0 else { continue }
                let index = Int32(truncatingIfNeeded: part.firstLink + i)
                table.add(Link(segment: Int32(truncatingIfNeeded: segment), index: index), to: place)
            }
        }
        let owners = table.grouped().map { links in
            owner(of: links.lazy.map { link in
                let part = parts[Int(link.segment)]
                return (link, part.sightings[Int(link.index) - part.firstLink])
            })
        }
        for (segment, part) in parts.enumerated() {
            for i in part.personBounds[bucket]..<part.personBounds[bucket + 1] {
                let key = part.persons[i].bigEndian
                guard key.kind == .device else { continue }
                let place = table.find(key)
                guard place >= 0, let owner = owners[place] else { continue }
                own[segment].append(Owned(person: Int32(truncatingIfNeeded: part.firstPerson + i), owner: owner))
            }
        }
    }

    private struct Candidate {
        var user: Key128
        var first: (link: Link, time: Int64)
    }

    /// The owner of a device with these links.
    func owner(of links: [Link]) -> Key128? {
        owner(of: links.map { ($0, sighting(Int($0.segment), row($0))) }.filter { $0.1.user != .zero })
    }

    private func row(_ link: Link) -> Int { Int(links[Int(link.segment)].rows[Int(link.index)]) }

    private func owner(of sightings: some Sequence<(Link, Sighting)>) -> Key128? {
        onlyUser(of: sightings) ?? firstUser(of: sightings)
    }

    /// The user of all of them, as most devices have one; nil where they must be weighed.
    @inline(__always)
    private func onlyUser(of sightings: some Sequence<(Link, Sighting)>) -> Key128? {
        var only: Key128?
        for (_, sighting) in sightings {
            guard sighting.user == only ?? sighting.user else { return nil }
            only = sighting.user
        }
        return only
    }

    private func firstUser(of sightings: some Sequence<(Link, Sighting)>) -> Key128? {
        var candidates: [Candidate] = []
        for (link, sighting) in sightings {
            let row = (link: link, time: sighting.time)
            if let known = candidates.firstIndex(where: { $0.user == sighting.user }) {
                if order(row, candidates[known].first) < 0 { candidates[known].first = row }
            } else {
                if candidates.count == maxUsers { return nil }
                candidates.append(Candidate(user: sighting.user, first: row))
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

    private func order(_ a: (link: Link, time: Int64), _ b: (link: Link, time: Int64)) -> Int {
        if a.time != b.time { return a.time < b.time ? -1 : 1 }
        return comparator.compareContent(Int(a.link.segment), row(a.link), Int(b.link.segment), row(b.link))
    }

    /// All links of a device.
    func links(ofDevice device: Key128) -> [Link] {
        var found: [Link] = []
        for (segment, table) in links.enumerated() {
            var i = table.lowerBound(device.high)
            while i < table.count, table.devices[i].high.bigEndian == device.high {
                if table.devices[i].bigEndian == device {
                    found.append(Link(segment: Int32(truncatingIfNeeded: segment), index: Int32(truncatingIfNeeded: i)))
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
