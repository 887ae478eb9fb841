import Vocabulary

/// Who an id is in a snapshot: the person that its rows count for.
public struct PersonLookup: Sendable {
    private let owners: DeviceOwners
    private let forgotten: Forgotten

    /// - Throws: `Problem` `store.damaged`.
    public init(_ snapshot: Snapshot, threads: Int) throws {
        let segments = snapshot.segments.filter { $0.entry.moved == nil }
        let tables = ParallelResults<LinkTable>(segments.count)
        try inParallel(segments.count, threads: threads) { i in
            try segments[i].verify(nil)
            tables.set(i, try LinkTable(of: segments[i], folder: snapshot.folder))
        }
        let identity = snapshot.catalogue.identity
        forgotten = Forgotten(identity?.tombstones ?? [])
        owners = DeviceOwners(
            segments: segments, standings: segments.map { _ in .arrived }, links: tables.all, comparator: RowComparator(segments),
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
