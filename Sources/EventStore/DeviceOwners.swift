import Vocabulary

/// Whose rows a device's rows without a user are.
///
/// The owner of a device is its only user, or of at most `maxUsers` users the one that was seen on it first; where two
/// were first at the same time in rows that differ in keys alone, and beyond `maxUsers`, it has none. A function of the
/// set of links in the snapshot: no transitive closure, no order of arrival, no secret key.
struct DeviceOwners: Sendable {
    let segments: [Segment]
    /// One a segment, like `links`.
    let standings: [Standing]
    let links: [LinkTable]
    let comparator: RowComparator
    let maxUsers: Int
    /// Users that own nothing and do not count.
    var forgotten: Set<Key128> = []

    /// An entry of a segment's table of links.
    struct Link {
        var segment: Int32
        var index: Int32
        /// Its place in the part of its segment that is at hand.
        var part: Int32 = 0
    }

    /// What a link says of its user, read once while the segment is at hand.
    struct Sighting {
        let user: Key128
        let time: Int64
    }

    private struct Candidate {
        var user: Key128
        var first: (link: Link, time: Int64)
    }

    /// The owner of a device with these links.
    func owner(of links: [Link]) -> Key128? { owner(of: sightings(links), without: nil) }

    /// What links say of the users that count.
    func sightings(_ links: [Link]) -> [(Link, Sighting)] {
        links.map { ($0, sightings(Int($0.segment), [$0.index])[0]) }.filter { $0.1.user != .zero }
    }

    private func row(_ link: Link) -> Int { Int(links[Int(link.segment)].rows[Int(link.index)]) }

    /// - Parameter absent: segments that do not count.
    func owner(of sightings: some Sequence<(Link, Sighting)>, without absent: Standing?) -> Key128? {
        onlyUser(of: sightings, absent) ?? firstUser(of: sightings, absent)
    }

    /// The user of all of them, as most devices have one; nil where they must be weighed.
    @inline(__always)
    private func onlyUser(of sightings: some Sequence<(Link, Sighting)>, _ absent: Standing?) -> Key128? {
        var only: Key128?
        for (link, sighting) in sightings where standings[Int(link.segment)] != absent {
            guard sighting.user == only ?? sighting.user else { return nil }
            only = sighting.user
        }
        return only
    }

    private func firstUser(of sightings: some Sequence<(Link, Sighting)>, _ absent: Standing?) -> Key128? {
        var candidates: [Candidate] = []
        for (link, sighting) in sightings where standings[Int(link.segment)] != absent {
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

    /// What forgetting means for who owns devices: those that are forgotten change hands no more, and those that are since the snapshot before
    /// had an owner for the last time.
    func with(_ forgotten: Forgetting, _ resolved: Resolved) -> Resolved {
        guard !forgotten.now.persons.isEmpty, standings.contains(.settled) else { return resolved }
        var resolved = resolved
        let changed = Dictionary(resolved.changes.map { ($0.device, $0) }, uniquingKeysWith: { first, _ in first })
        resolved.changes.removeAll { forgotten.now.persons.contains($0.device) }
        for device in forgotten.newPersons where device.kind == .device {
            // Its links are what they were, or what came of them changed nothing.
            let before = changed[device].map(\.before) ?? owner(of: links(ofDevice: device))
            resolved.changes.append(Change(device: device, before: before, now: nil))
        }
        resolved.changes.sort { $0.device < $1.device }
        return resolved
    }

    /// Whether its owner may be another one than in the snapshot before.
    func hasNews(ofDevice device: Key128) -> Bool {
        links.indices.contains { standings[$0] != .settled && !places(ofDevice: device, in: $0).isEmpty }
    }

    /// All links that a device has now.
    func links(ofDevice device: Key128) -> [Link] {
        links.indices.filter { standings[$0] != .gone }.flatMap { segment in
            places(ofDevice: device, in: segment).map {
                Link(segment: Int32(truncatingIfNeeded: segment), index: Int32(truncatingIfNeeded: $0))
            }
        }
    }

    /// Where a segment's table tells of a device; two keys may share the half that it is sorted by.
    private func places(ofDevice device: Key128, in segment: Int) -> [Int] {
        let table = links[segment]
        var (found, i) = ([Int](), table.lowerBound(device.high))
        while i < table.count, table.devices[i].high.bigEndian == device.high {
            if table.devices[i].bigEndian == device { found.append(i) }
            i += 1
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
