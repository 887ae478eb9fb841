import Vocabulary

/// Who an id is in a snapshot: the person that its rows count for.
public struct PersonLookup: Sendable {
    private let owners: DeviceOwners
    private let forgotten: Forgotten

    /// - Throws: `Problem` `store.damaged`.
    public init(_ snapshot: Snapshot, threads: Int) throws {
        let ofFiles = snapshot.segments.filter { $0.entry.moved == nil }
        let opened = ParallelResults<(segment: Segment, links: LinkTable)>(ofFiles.count)
        try inParallel(ofFiles.count, threads: threads) { i in
            let segment = try ofFiles[i].segment
            try segment.verify(nil)
            opened.set(i, (segment, try LinkTable(of: segment, folder: snapshot.folder)))
        }
        let segments = opened.all.map(\.segment)
        MappedReading.choose(for: segments)
        let identity = snapshot.catalogue.identity
        forgotten = Forgotten(identity?.tombstones ?? [])
        owners = DeviceOwners(
            segments: segments, standings: segments.map { _ in .arrived }, links: opened.all.map(\.links), comparator: RowComparator(segments),
            maxUsers: identity?.maxUsersPerDevice ?? IdentitySettings().maxUsersPerDevice, forgotten: forgotten.persons)
    }

    /// The person of a keyed hash of an id: a user itself; a device's owner, or where it has none the device.
    /// - Returns: nil where the id is forgotten, or is of an order.
    public func person(_ kind: Tombstone.Kind, _ key: Key128) -> Key128? {
        switch kind {
        case .user: forgotten.holds(.user, key) ? nil : userPerson(key)
        case .device: device(key).map { owners.owner(of: owners.links(ofDevice: $0)) ?? $0 }
        case .order: nil
        }
    }

    /// A device itself, whoever owns it, as a unit of what is counted by devices.
    /// - Parameter key: the keyed hash of its id.
    /// - Returns: nil where the id is forgotten.
    public func device(_ key: Key128) -> Key128? { forgotten.holds(.device, key) ? nil : devicePerson(key) }
}
