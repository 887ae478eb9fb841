import EventLog
import Vocabulary

/// What belongs to forgotten persons beside the rows that carry their ids: devices that a forgotten user owns, and
/// orders that a forgotten user or device placed.
///
/// A device belongs to a forgotten user who would own it were none of the others forgotten that was on it there: so it does not matter
/// in which order, or in how many nights, users are forgotten, while their rows are in the store's bytes. Found in every snapshot of what is new in it, and kept as
/// tombstones: what arrives later is erased too, also when the rows that told of it are gone from the store's bytes.
struct ForgottenBelongings {
    /// Owners with no one forgotten.
    let owners: DeviceOwners
    let settings: IdentitySettings

    /// The known tombstones with those of their belongings, in order. What settled segments say of known ones is known.
    /// - Throws: `Problem` `store.damaged`.
    func tombstones(_ known: [Tombstone], threads: Int) throws -> [Tombstone] {
        let forgotten = Forgotten(known).persons
        guard !forgotten.isEmpty else { return known }
        let users = forgotten.filter { $0.kind == .user }
        let seen = try inSegments(threads: threads) { try devices(of: users, in: $0).subtracting(forgotten) }
        let owned = seen.filter { owners.hasNews(ofDevice: $0) && isOwned($0, byOneOf: users) }
        let persons = forgotten.union(owned)
        let placed = try inSegments(threads: threads) { i in
            try orders(of: owners.standings[i] == .settled ? owned : persons, in: i)
        }
        return Set(known + owned.map { Tombstone(.device, $0) } + placed.map { Tombstone(.order, $0) }).sorted()
    }

    private func isOwned(_ device: Key128, byOneOf forgotten: Set<Key128>) -> Bool {
        let sightings = owners.sightings(owners.links(ofDevice: device))
        let candidates = Set(sightings.map(\.1.user)).intersection(forgotten)
        return candidates.contains { user in
            let rest = sightings.lazy.filter { $0.1.user == user || !forgotten.contains($0.1.user) }
            return owners.owner(of: rest, without: nil) == user
        }
    }

    /// The devices, as persons, of the rows of some users.
    private func devices(of users: Set<Key128>, in segment: Int) throws -> Set<Key128> {
        guard let reader = owners.segments[segment].reader(SegmentFile.device) else { return [] }
        var found: Set<Key128> = []
        for user in users {
            let rows = owners.segments[segment].rows(of: user)
            if rows.isEmpty { continue }
            try owners.segments[segment].verify(SegmentFile.device)
            for row in rows { if let device = reader.key(row) { found.insert(devicePerson(device)) } }
        }
        return found
    }

    /// The orders that some persons placed.
    private func orders(of persons: Set<Key128>, in segment: Int) throws -> Set<Key128> {
        guard !persons.isEmpty, let sales = try Sales(of: owners.segments[segment], settings) else { return [] }
        return Set(persons.flatMap { owners.segments[segment].rows(of: $0) }.compactMap(sales.order))
    }

    /// What is found in any of the present segments.
    private func inSegments(threads: Int, _ find: @Sendable (Int) throws -> Set<Key128>) throws -> Set<Key128> {
        let present = owners.segments.indices.filter { owners.standings[$0] != .gone }
        let found = ParallelResults<Set<Key128>>(present.count)
        try inParallel(present.count, threads: threads) { found.set($0, try find(present[$0])) }
        return found.all.reduce(into: []) { $0.formUnion($1) }
    }
}

extension Segment {
    /// The rows that lie under a person.
    func rows(of person: Key128) -> Range<Int> {
        let input = MergeInput(self, wanted: nil)
        var place = input.lowerBound(person.high)
        while place < personCount, persons[place].high.bigEndian == person.high {
            if persons[place].bigEndian == person { return input.firstRow(of: place)..<input.firstRow(of: place + 1) }
            place += 1
        }
        return 0..<0
    }
}
