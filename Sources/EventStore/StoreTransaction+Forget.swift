import EventLog
import Vocabulary

extension StoreTransaction {
    /// Puts an id on record as forgotten: `prepare` then erases what belongs to it, now and whenever it comes.
    ///
    /// Of a user these are all its rows, the rows without a user of the devices that it owns, and the rows without any id
    /// of the orders that it placed; of a device its rows without a user.
    /// - Parameter key: the keyed hash of the id.
    public func forget(_ kind: Tombstone.Kind, _ key: Key128) {
        isPrepared = false
        var record = catalogue.identity ?? IdentityRecord(maxUsersPerDevice: identity.maxUsersPerDevice, tombstones: [])
        record.tombstones = Set(record.tombstones + [Tombstone(kind, key)]).sorted()
        catalogue.identity = record
    }

    /// Those of some ids that an event of the snapshot before names, live or not.
    /// - Parameters:
    ///   - kind: user or device.
    ///   - keys: the keyed hashes of the ids.
    /// - Throws: `Problem` `store.damaged`.
    public func named(_ kind: Tombstone.Kind, _ keys: Set<Key128>) throws -> Set<Key128> {
        var asked: [Key128: Key128] = [:]
        for key in keys { asked[kind == .user ? userPerson(key) : devicePerson(key)] = key }
        var found: Set<Key128> = []
        for entry in base.segments where found.count < keys.count {
            let segment = try Segment(entry, path: folder.segment(entry.name))
            try segment.verify(nil)
            for id in segment.ids { if let key = asked[id.bigEndian] { found.insert(key) } }
        }
        return found
    }

    /// Keeps a note of an erasure in the next snapshot.
    public func record(_ erasure: Erasure) { catalogue.erasures = (catalogue.erasures ?? []) + [erasure] }

    /// Takes lines out of the files of rejects, each file replaced as a whole. What is counted as rejected stays so.
    /// - Parameter remove: given a file and the bytes of one line.
    /// - Returns: how many were taken out.
    public func removeRejects(_ remove: (FileEntry, [UInt8]) -> Bool) throws -> Int {
        var removed = 0
        for (place, file) in catalogue.files.enumerated() {
            guard let name = file.rejectsFile else { continue }
            let path = "\(folder.rejects)/\(name)"
            guard let bytes = try FileSystem.read(path) else { continue }
            let lines = bytes.split(separator: 0x0A)
            let kept = lines.filter { !remove(file, Array($0)) }
            if kept.count == lines.count { continue }
            let gone = lines.count - kept.count
            removed += gone
            catalogue.files[place].keptRejects = max(0, file.keptRejects - gone)
            // The last line has the books of the file.
            let books = Array("\"kept\":\(file.keptRejects),".utf8)
            let truth = Array("\"kept\":\(catalogue.files[place].keptRejects),".utf8)
            var content: [UInt8] = []
            for (i, line) in kept.enumerated() {
                content += i + 1 == kept.count ? Array(line).replacing(books, with: truth, maxReplacements: 1) : Array(line)
                content.append(0x0A)
            }
            try FileSystem.replace(path, with: content)
        }
        return removed
    }

    /// Writes the table files that have rows of forgotten ids anew without these rows. Nothing refers to a table's rows
    /// by their number, so they go at once.
    func eraseFromTables() throws {
        let tombstones = catalogue.identity?.tombstones ?? []
        let forgotten = Forgotten(tombstones)
        guard !forgotten.isEmpty else { return }
        let space = identity.orderSpace
        let known = tombstones == base.identity?.tombstones ?? [] ? Set(base.tables) : []
        for table in catalogue.tables where !known.contains(table) {
            let file = try TableFile(table, path: folder.table(table.name))
            let kept = file.rows { forgotten.holds(row: $0, of: file, identity, space) }
            guard kept.count < table.rows, let place = catalogue.files.firstIndex(where: { $0.tables.contains(table.name) })
            else { continue }
            let written = try TableCopier(file, folder: folder).copy(kept)
            for entry in written { tablePool[entry.name] = entry }
            catalogue.files[place].tables = catalogue.files[place].tables.flatMap { $0 == table.name ? written.map(\.name) : [$0] }
            catalogue.files[place].erased = (catalogue.files[place].erased ?? 0) + table.rows - kept.count
        }
        settleTables()
    }
}

extension TableFile {
    /// The rows for which a condition does not hold.
    fileprivate func rows(without condition: (Int) -> Bool) -> [Int] { (0..<entry.rows).filter { !condition($0) } }
}

extension Forgotten {
    private static let users: Set<String> = [SegmentFile.user, "unit"]

    /// Whether a row of a table is about a forgotten user, device or order.
    fileprivate func holds(
        row: Int, of file: TableFile, _ settings: IdentitySettings, _ space: KeyedHash.Space
    ) -> Bool {
        file.entry.columns.contains { column in
            guard let reader = file.reader(column.name) else { return false }
            switch (column.name, column.type) {
            case (let name, .key) where Self.users.contains(name): return reader.key(row).map { holds(.user, $0) } ?? false
            case (SegmentFile.device, .key): return reader.key(row).map { holds(.device, $0) } ?? false
            case (SegmentFile.order, _): return settings.orderKey(reader, row, space).map { holds(.order, $0) } ?? false
            default: return false
            }
        }
    }
}
