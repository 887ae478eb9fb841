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
            segments: segments, links: tables.all, comparator: RowComparator(segments),
            maxUsers: identity?.maxUsersPerDevice ?? IdentitySettings().maxUsersPerDevice, forgotten: forgotten.persons)
    }

    /// The person of a keyed hash of an id: a user itself; a device's owner, or where it has none the device.
    /// - Returns: nil where the id is forgotten, or is of an order.
    public func person(_ kind: Tombstone.Kind, _ key: Key128) -> Key128? {
        guard !forgotten.holds(kind, key) else { return nil }
        switch kind {
        case .user: return userPerson(key)
        case .device:
            let device = devicePerson(key)
            return owners.owner(of: owners.links(ofDevice: device)) ?? device
        case .order: return nil
        }
    }
}
