import EventLog
import Vocabulary

extension StoreTransaction {
    /// Forgets a user: its rows, the rows without a user of the devices it owns, and the rows without any id of the
    /// orders it placed are erased with the next snapshot, and whatever comes with these ids later.
    /// - Parameter key: the keyed hash of the user's id.
    public func forget(user key: Key128, threads: Int) throws {
        isPrepared = false
        settle()
        let user = userPerson(key)
        let segments = try catalogue.segments.map { try Segment($0, path: folder.segment($0.name)) }
        let forgotten = Forgotten(catalogue.identity?.tombstones ?? [])
        let owners = try DeviceOwners(
            of: segments, folder: folder, forgotten: forgotten, settings: identity, threads: threads)
        let sales = OrderPersons(
            segments: segments, owned: owners.owned(threads: threads), forgotten: forgotten, settings: identity)
        var stones = [Tombstone(.user, key)]
        for device in try devices(seenWith: user, segments)
        where owners.owner(of: owners.links(ofDevice: devicePerson(device))) == user {
            stones.append(Tombstone(.device, device))
        }
        stones += try sales.orders(of: [user], threads: threads).map { Tombstone(.order, $0) }
        bury(stones)
    }

    /// Forgets a device: its rows without a user, and those that come later.
    /// - Parameter key: the keyed hash of the device's id.
    public func forget(device key: Key128) {
        isPrepared = false
        bury([Tombstone(.device, key)])
    }

    /// Takes lines out of the files of rejects, each file replaced as a whole.
    /// - Parameter remove: given a file and the bytes of one line.
    /// - Returns: how many were taken out.
    public func removeRejects(_ remove: (FileEntry, [UInt8]) -> Bool) throws -> Int {
        var removed = 0
        for file in catalogue.files {
            guard let name = file.rejectsFile else { continue }
            let path = "\(folder.rejects)/\(name)"
            guard let bytes = try FileSystem.read(path) else { continue }
            var kept: [UInt8] = []
            kept.reserveCapacity(bytes.count)
            let before = removed
            for line in bytes.split(separator: 0x0A) {
                if remove(file, Array(line)) {
                    removed += 1
                } else {
                    kept += line
                    kept.append(0x0A)
                }
            }
            if removed > before { try FileSystem.replace(path, with: kept) }
        }
        return removed
    }

    private func bury(_ stones: [Tombstone]) {
        var record = catalogue.identity ?? IdentityRecord(maxUsersPerDevice: identity.maxUsersPerDevice, tombstones: [])
        record.tombstones = Set(record.tombstones + stones).sorted()
        catalogue.identity = record
    }

    /// The devices on rows of a user.
    private func devices(seenWith user: Key128, _ segments: [Segment]) throws -> Set<Key128> {
        var devices: Set<Key128> = []
        for segment in segments {
            guard let reader = segment.reader(SegmentFile.device) else { continue }
            try segment.verify(SegmentFile.device)
            let input = MergeInput(segment, dead: nil)
            var person = input.lowerBound(user.high)
            while person < input.personCount, segment.persons[person].high.bigEndian == user.high {
                if segment.persons[person].bigEndian == user {
                    for row in input.firstRow(of: person)..<input.firstRow(of: person + 1) {
                        if let device = reader.key(row) { devices.insert(device) }
                    }
                }
                person += 1
            }
        }
        return devices
    }
}
