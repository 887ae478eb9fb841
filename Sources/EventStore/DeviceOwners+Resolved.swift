import Dispatch
import Synchronization
import Vocabulary

extension DeviceOwners {
    /// A person of a segment that is a device, and its owner.
    struct Owned: Sendable {
        var person: Int32
        var owner: Key128
    }

    /// A device that has another owner than in the snapshot before.
    struct Change: Sendable {
        /// The person that the device is without an owner.
        var device: Key128
        var before: Key128?
        var now: Key128?
    }

    /// What is found about owners.
    struct Resolved: Sendable {
        /// The devices with rows of their own that have an owner: a list an arrived segment, in the order of persons.
        var owned: [[Owned]]
        /// In the order of devices; only where a segment is settled.
        var changes: [Change] = []

        init(segments: Int) { owned = Array(repeating: [], count: segments) }

        fileprivate mutating func take(_ other: Resolved) {
            for i in owned.indices { owned[i] += other.owned[i] }
            changes += other.changes
        }

        fileprivate mutating func sort() {
            for i in owned.indices { owned[i].sort { $0.person < $1.person } }
            changes.sort { $0.device < $1.device }
        }
    }

    /// What one segment has of a group of neighbouring keys. Copies: to read all segments side by side, key by key, would
    /// have the machine read ahead in each, again and again where memory is short.
    private struct Part {
        /// Entries of its table of links, of a settled segment only those of devices that are asked for: where it stands in the
        /// table, the device's person, and what the link says of the user.
        var indices: [Int32] = []
        var devices: [Key128] = []
        var sightings: [Sighting] = []
        /// Its persons, as they are stored; none of a segment that is settled or gone.
        var persons: [Key128] = []
        var firstPerson = 0
        /// Where each bucket of the group begins among the links and the persons above, and the end of the last.
        var linkBounds: [Int]
        var personBounds: [Int]

        func links(_ bucket: Int) -> Range<Int> { linkBounds[bucket]..<linkBounds[bucket + 1] }
        func persons(_ bucket: Int) -> Range<Int> { personBounds[bucket]..<personBounds[bucket + 1] }
    }

    /// A group of buckets of keys.
    private struct Group {
        let buckets: Range<Int>
        let bits: Int

        /// Where each bucket begins among `count` keys in increasing order, and the end of the last.
        func bounds(count: Int, _ lowerBound: (_ high: UInt64, _ start: Int) -> Int) -> [Int] {
            var bounds: [Int] = []
            bounds.reserveCapacity(buckets.count + 1)
            for bucket in buckets.lowerBound...buckets.upperBound {
                let isLast = bucket == 1 << bits
                bounds.append(bucket == 0 ? 0 : isLast ? count : lowerBound(UInt64(bucket) << UInt64(64 - bits), bounds.last ?? 0))
            }
            return bounds
        }
    }

    /// The owners of the devices of arrived segments, and which devices changed hands since the snapshot before: only those
    /// can that a link of an arrived segment, or of one that is gone, tells of.
    /// - Parameter groupSize: links whose users are read at a time. Each segment is gone through once a group, so that where
    ///   memory is short its pages need not stay; no result depends on it.
    func resolved(threads: Int, groupSize: Int) throws -> Resolved {
        let total = links.reduce(0) { $0 + $1.count }
        let none = Resolved(segments: segments.count)
        guard total > 0 else { return none }
        var groupBits = 0
        while groupBits < 20, total >> groupBits > groupSize { groupBits += 1 }
        var bits = groupBits
        while bits < 20, total >> bits > 1 << 14 { bits += 1 }
        let inputs = segments.map { MergeInput($0, wanted: nil) }
        let buckets = 1 << (bits - groupBits)
        let found = Mutex<Resolved>(none)
        for number in 0..<(1 << groupBits) {
            let group = Group(buckets: number * buckets..<(number + 1) * buckets, bits: bits)
            let parts = try parts(of: group, inputs, sharedBits: groupBits, threads: threads)
            let next = Atomic<Int>(0)
            @Sendable func work(_: Int) {
                var own = none
                var table = DeviceTable()
                while true {
                    let bucket = next.wrappingAdd(1, ordering: .relaxed).oldValue
                    guard bucket < buckets else { break }
                    resolve(bucket, of: parts, &table, into: &own)
                }
                found.withLock { $0.take(own) }
            }
            if threads <= 1 { work(0) } else { DispatchQueue.concurrentPerform(iterations: threads, execute: work) }
        }
        var resolved = found.withLock { $0 }
        resolved.sort()
        return resolved
    }

    /// Goes through the segments one by one: a link lies anywhere in its segment. Settled ones come last, when it is known
    /// which devices are asked for.
    private func parts(of group: Group, _ inputs: [MergeInput], sharedBits: Int, threads: Int) throws -> [Part] {
        let parts = ParallelResults<Part>(links.count)
        let places = Dictionary(grouping: links.indices, by: { standings[$0] == .settled })
        let (settled, others) = (places[true] ?? [], places[false] ?? [])
        try inParallel(others.count, threads: threads) { parts.set(others[$0], part(others[$0], group, inputs[others[$0]])) }
        guard !settled.isEmpty else { return parts.all }
        var asked: [Key128] = []
        for part in parts.all { asked += part.devices + part.persons.filter { $0.bigEndian.kind == .device } }
        let devices = KeyDirectory(asked, sharedBits: sharedBits)
        try inParallel(settled.count, threads: threads) { parts.set(settled[$0], part(settled[$0], group, of: devices)) }
        return parts.all
    }

    private func part(_ segment: Int, _ group: Group, _ input: MergeInput) -> Part {
        segments[segment].willRead([SegmentFile.person, SegmentFile.time])
        let table = links[segment]
        let ofLinks = group.bounds(count: table.count, table.lowerBound)
        let (first, end) = (ofLinks[0], ofLinks[group.buckets.count])
        var part = Part(linkBounds: ofLinks.map { $0 - first }, personBounds: Array(repeating: 0, count: ofLinks.count))
        part.indices = (first..<end).map { Int32(truncatingIfNeeded: $0) }
        part.devices = Array(UnsafeBufferPointer(start: table.devices + first, count: end - first))
        part.sightings = sightings(segment, part.indices)
        guard standings[segment] == .arrived else { return part }
        let ofPersons = group.bounds(count: input.personCount, input.lowerBound)
        part.firstPerson = ofPersons[0]
        part.persons = Array(
            UnsafeBufferPointer(start: input.persons + ofPersons[0], count: ofPersons[group.buckets.count] - ofPersons[0]))
        part.personBounds = ofPersons.map { $0 - ofPersons[0] }
        return part
    }

    private func part(_ segment: Int, _ group: Group, of devices: KeyDirectory) -> Part {
        segments[segment].willRead([SegmentFile.person, SegmentFile.time])
        let table = links[segment]
        let bounds = group.bounds(count: table.count, table.lowerBound)
        var part = Part(linkBounds: [0], personBounds: Array(repeating: 0, count: bounds.count))
        for bucket in group.buckets.indices {
            let place = bucket - group.buckets.lowerBound
            for i in bounds[place]..<bounds[place + 1] where devices.place(of: table.devices[i]) != nil {
                part.indices.append(Int32(truncatingIfNeeded: i))
                part.devices.append(table.devices[i])
            }
            part.linkBounds.append(part.devices.count)
        }
        part.sightings = sightings(segment, part.indices)
        return part
    }

    /// What links of a segment say of their users; of nobody where the user does not count, and where the file is damaged. Step by
    /// step for all of them, so that the processor waits for many places of the segment at a time.
    func sightings(_ number: Int, _ indices: [Int32]) -> [Sighting] {
        let (segment, table) = (segments[number], links[number])
        let rows = indices.map { table.rows[Int($0)] }
        let persons = rows.map { row in row >= 0 && row < segment.rows ? segment.personOfRow[Int(row)] : -1 }
        return rows.indices.map { i in
            let person = Int(persons[i])
            guard person >= 0, person < segment.personCount else { return Sighting(user: .zero, time: 0) }
            let user = segment.persons[person].bigEndian
            guard forgotten.isEmpty || !forgotten.contains(user) else { return Sighting(user: .zero, time: 0) }
            return Sighting(user: user, time: segment.times[Int(rows[i])])
        }
    }

    private func resolve(_ bucket: Int, of parts: [Part], _ table: inout DeviceTable, into own: inout Resolved) {
        let takesOver = standings.contains { $0 != .arrived }
        var expected = 0
        for segment in parts.indices where standings[segment] != .settled {
            expected += parts[segment].persons(bucket).count + (takesOver ? parts[segment].links(bucket).count : 0)
        }
        table.removeAll(expecting: expected)
        for segment in parts.indices where standings[segment] != .settled {
            for i in parts[segment].persons(bucket) {
                let key = parts[segment].persons[i].bigEndian
                if key.kind == .device { table.insert(key) }
            }
            guard takesOver else { continue }
            for i in parts[segment].links(bucket) { table.insert(parts[segment].devices[i].bigEndian) }
        }
        guard table.count > 0 else { return }
        for segment in parts.indices {
            for i in parts[segment].links(bucket) where parts[segment].sightings[i].user != .zero {
                let place = table.find(parts[segment].devices[i].bigEndian)
                guard place >= 0 else { continue }
                table.add(
                    Link(
                        segment: Int32(truncatingIfNeeded: segment), index: parts[segment].indices[i],
                        part: Int32(truncatingIfNeeded: i)),
                    to: place)
            }
        }
        let owners = table.grouped().enumerated().map { place, links in
            let sightings = links.lazy.map { ($0, parts[Int($0.segment)].sightings[Int($0.part)]) }
            guard takesOver else { return owner(of: sightings, without: nil) }
            let now = owner(of: sightings, without: .gone)
            if links.contains(where: { standings[Int($0.segment)] != .settled }) {
                let before = owner(of: sightings, without: .arrived)
                if before != now { own.changes.append(Change(device: table[place], before: before, now: now)) }
            }
            return now
        }
        for segment in parts.indices {
            for i in parts[segment].persons(bucket) {
                let key = parts[segment].persons[i].bigEndian
                guard key.kind == .device else { continue }
                let place = table.find(key)
                guard place >= 0, let owner = owners[place] else { continue }
                own.owned[segment].append(
                    Owned(person: Int32(truncatingIfNeeded: parts[segment].firstPerson + i), owner: owner))
            }
        }
    }
}
