import EventLog
import Vocabulary

/// What belongs to forgotten persons beside the rows that carry their ids: devices that a forgotten user owns, and
/// orders that a forgotten user or device placed.
///
/// Found anew in every snapshot, with the forgotten users still among the candidates for their devices, and kept as
/// tombstones: what arrives later is erased too, also when the rows that told of it are gone from the store's bytes.
struct ForgottenBelongings {
    /// Owners with no one forgotten.
    let owners: DeviceOwners
    let settings: IdentitySettings

    /// The known tombstones with those of their belongings, in order.
    func tombstones(_ known: [Tombstone]) throws -> [Tombstone] {
        var persons = Forgotten(known).persons
        guard !persons.isEmpty else { return known }
        let segments = owners.segments
        let present = segments.indices.filter { owners.standings[$0] != .gone }
        var found = Set(known)
        for i in present {
            guard let reader = segments[i].reader(SegmentFile.device) else { continue }
            try segments[i].verify(SegmentFile.device)
            var seen: Set<Key128> = []
            eachRow(of: persons.filter { $0.kind == .user }, in: i) { row in
                guard let device = reader.key(row), seen.insert(device).inserted,
                    let owner = owners.owner(of: owners.links(ofDevice: devicePerson(device))), persons.contains(owner)
                else { return }
                found.insert(Tombstone(.device, device))
            }
        }
        persons = Forgotten(Array(found)).persons
        for i in present {
            guard let sales = try Sales(of: segments[i], settings) else { continue }
            eachRow(of: persons, in: i) { row in
                if let order = sales.order(row) { found.insert(Tombstone(.order, order)) }
            }
        }
        return found.sorted()
    }

    private func eachRow(of persons: Set<Key128>, in segment: Int, _ body: (Int) -> Void) {
        for person in persons { owners.segments[segment].rows(of: person).forEach(body) }
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
