import ArrowIPC
import EventLog
import Vocabulary

/// Turns the typed batches of one log file into sorted segments of bounded size.
///
/// The bytes of a segment are a function of its rows, its columns, its source and the secret key. Rows lie in canonical order:
/// person's key, time, `sequence` (null first), the event's rank in the vocabulary and its name, then every other column that
/// is not a key in the order of names by value, and last the columns of keys. No cut into files can change it, and
/// but for the persons and the last ties it does not depend on the secret key.
public final class SegmentBuilder {
    private let source: String
    private let folder: StoreFolder
    private let namePrefix: String
    private let origin: String
    private let rowLimit: Int
    private let byteLimit: Int
    private let pool: StoragePool

    private let columns: [any SegmentColumn]
    private let times: NumberColumn
    private let events: CategoryColumn
    private let sequence: (any SegmentColumn)?
    private let user: KeyColumn?
    private let device: KeyColumn?
    private let eventID: EventIDColumn?
    /// The person of each row, where it is given and does not follow from the row's own ids.
    private let persons: RowStorage?
    /// The columns that break ties after time, sequence and event.
    private let content: [any SegmentColumn]
    private let rowWidth: Int

    private var rows = 0
    private var entries: [SegmentEntry] = []

    /// - Parameters:
    ///   - columns: the stored columns of the source; `event_time` and `event` must be among them.
    ///   - namePrefix: the beginning of the names of the segments; a checksum of origin and content follows.
    ///   - origin: tells this log file from every other one, whose rows may be the same.
    ///   - rowLimit: a segment has at most this many rows.
    ///   - byteLimit: a segment is cut when its unsorted columns take this much memory.
    /// - Throws: `Problem` `store.misuse` where a column is missing, doubled or has a reserved name.
    public convenience init(
        columns: [Column], source: String, folder: StoreFolder, namePrefix: String, origin: String,
        rowLimit: Int = 1 << 20, byteLimit: Int = 128 << 20
    ) throws {
        try self.init(
            columns: columns, source: source, folder: folder, namePrefix: namePrefix, origin: origin,
            rowLimit: rowLimit, byteLimit: byteLimit, personsAreGiven: false)
    }

    /// - Parameter personsAreGiven: batches come with the person of every row.
    init(
        columns: [Column], source: String, folder: StoreFolder, namePrefix: String, origin: String,
        rowLimit: Int = 1 << 20, byteLimit: Int, personsAreGiven: Bool
    ) throws {
        self.source = source
        self.folder = folder
        self.namePrefix = safeFileName(namePrefix)
        self.origin = origin
        self.rowLimit = min(max(rowLimit, 1), 1 << 24)
        self.byteLimit = min(max(byteLimit, 1), 1 << 30)
        pool = StoragePool(rows: self.rowLimit)
        var made: [any SegmentColumn] = []
        for column in columns {
            guard !made.contains(where: { $0.column.name == column.name }),
                column.name != SegmentFile.person
            else {
                throw Problem(
                    .storeMisuse, "source '\(source)': the column '\(column.name)' is mapped twice or has a reserved name")
            }
            let isEventID = column.type == .key && column.name == SegmentFile.eventID
            made.append(isEventID ? EventIDColumn(column, pool: pool) : column.empty(pool))
        }
        func find<T>(_ name: String, _ type: T.Type) -> T? {
            guard let column = made.first(where: { $0.column.name == name }) else { return nil }
            return column as? T
        }
        guard let times = find(SegmentFile.time, NumberColumn.self), times.column.type == .time,
            let events = find(SegmentFile.event, CategoryColumn.self)
        else {
            throw Problem(.storeMisuse, "source '\(source)' needs the columns event_time (time) and event (category)")
        }
        self.columns = made
        self.times = times
        self.events = events
        sequence = made.first { $0.column.name == SegmentFile.sequence }
        user = find(SegmentFile.user, KeyColumn.self)
        device = find(SegmentFile.device, KeyColumn.self)
        eventID = find(SegmentFile.eventID, EventIDColumn.self)
        content = CanonicalContent.order(made.map(\.column)).map { made[$0] }
        persons = personsAreGiven ? pool.take(width: 16) : nil
        rowWidth = made.reduce(personsAreGiven ? 16 : 0) { $0 + $1.rowWidth }
    }

    /// Takes the rows of a batch in; nothing of the batch is kept.
    /// - Throws: `Problem` `store.misuse` where the batch lacks a column or a row has no time or event; or what writing a
    ///   full segment throws.
    public func append(_ batch: TypedBatch) throws { try append(batch, persons: nil) }

    /// - Parameter persons: the person of every row of the batch, where the builder is given persons.
    func append(_ batch: TypedBatch, persons given: UnsafePointer<Key128>?) throws {
        let typed = try matched(batch)
        if rows > 0, memory + batch.text.count >= byteLimit { try cut() }
        var done = 0
        while done < batch.count {
            if rows == rowLimit { try cut() }
            let count = min(batch.count - done, rowLimit - rows)
            for (column, input) in zip(columns, typed) {
                column.append(input, done..<(done + count), text: batch.text, at: rows)
            }
            if let given, let to = persons?.of(Key128.self) {
                for i in 0..<count { to[rows + i] = given[done + i] }
            }
            rows += count
            done += count
        }
    }

    private var memory: Int { columns.reduce(rows * rowWidth) { $0 + $1.stringBytes } }

    private func matched(_ batch: TypedBatch) throws -> [TypedColumn] {
        var typed: [TypedColumn] = []
        for (i, column) in columns.enumerated() {
            let found: TypedColumn? =
                i < batch.columns.count && batch.columns[i].column == column.column
                ? batch.columns[i] : batch.columns.first { $0.column == column.column }
            guard let found else {
                throw Problem(.storeMisuse, "source '\(source)': a batch lacks the column '\(column.column.name)'")
            }
            if column === times || column === events {
                for i in 0..<batch.count where found.valid[i] == 0 {
                    throw Problem(.storeMisuse, "source '\(source)': a row has no \(column.column.name)")
                }
            }
            typed.append(found)
        }
        return typed
    }

    /// Writes what is left, and names all segments.
    public func finish() throws -> [SegmentEntry] {
        if rows > 0 { try cut() }
        defer { entries = [] }
        return entries
    }

    /// Forgets the rows: the file turned out to be damaged. Segments that were written are swept by the next commit.
    public func abort() {
        clear()
        entries = []
    }

    private func clear() {
        for column in columns { column.removeAll() }
        rows = 0
    }

    private func cut() throws {
        defer { clear() }
        for column in columns { column.seal(rows: rows) }
        let sorted = sort()
        let order = UnsafeBufferPointer(sorted.order)
        let (first, last) = timeBounds()
        // Persons, users and devices are one dictionary, which grows with the ids of users and devices.
        var keys = KeyDictionary(sorted)
        var arrays = [ArrowArray(count: rows, data: UnsafeRawBufferPointer(sorted.personOfRow))]
        for column in [user, device].compactMap({ $0 }) {
            arrays.append(column.ordered(sorted, &keys, personsAreGiven: persons != nil))
        }
        let dictionary = ArrowArray(
            count: keys.count, data: UnsafeRawBufferPointer(start: sorted.persons.bytes.baseAddress, count: keys.count * 16))
        let person = ArrowColumn(
            ArrowField(SegmentFile.person, SegmentFile.keyDictionary, nullable: false), arrays[0], dictionary: dictionary)
        let written = [person] + columns.map { column in
            guard column === user || column === device else { return column.ordered(order) }
            return ArrowColumn(
                ArrowField(column.column.name, SegmentFile.keyDictionary, nullable: true),
                arrays[column === user ? 1 : arrays.count - 1], dictionary: dictionary,
                sharesDictionaryOf: SegmentFile.person)
        }
        var entry = try withExtendedLifetime(sorted) {
            try SegmentFile.write(
                rows: rows, columns: written, types: columns.map(\.column), source: source, minTime: first, maxTime: last,
                namePrefix: namePrefix, origin: "\(origin) \(entries.count)", folder: folder)
        }
        if self.persons == nil, user != nil, device != nil { entry.links = try LinkTable.write(for: entry, folder: folder) }
        entries.append(entry)
    }

    private func sort() -> CanonicalOrder {
        let events = self.events
        let ranks = (0..<events.valueCount).map { code -> Int in
            EventVocabulary.rank(of: String(decoding: events.value(code), as: UTF8.self))
        }
        let (sequence, content) = (self.sequence, self.content)
        let tie = { (a: Int, b: Int) -> Int in
            if let order = sequence?.compare(a, b), order != 0 { return order }
            let (eventOfA, eventOfB) = (events.code(a), events.code(b))
            if eventOfA != eventOfB {
                let (x, y) = (ranks[eventOfA], ranks[eventOfB])
                return x != y ? x - y : events.compare(a, b)
            }
            for column in content {
                let order = column.compare(a, b)
                if order != 0 { return order }
            }
            return 0
        }
        let own = persons == nil ? personsByOwnIDs() : nil
        defer { if let own { pool.give(own) } }
        // One of the two is there.
        let keys = (persons ?? own).unsafelyUnwrapped.of(Key128.self)
        return CanonicalOrder(rows: rows, times: times.values, keys: keys, tie: tie)
    }

    /// The person of each row as its own ids name it.
    private func personsByOwnIDs() -> RowStorage {
        let storage = pool.take(width: 16)
        let (users, devices, ids, times, rows) = (user?.keys, device?.keys, eventID?.ids, times.values, rows)
        let keys = storage.of(Key128.self)
        for row in 0..<rows {
            keys[row] = personKey(
                user: users?[row] ?? .zero, device: devices?[row] ?? .zero, eventID: ids?[row] ?? 0, time: times[row])
        }
        return storage
    }

    private func timeBounds() -> (Int64, Int64) {
        let values = times.values
        var (first, last) = (values[0], values[0])
        for i in 1..<max(rows, 1) {
            first = min(first, values[i])
            last = max(last, values[i])
        }
        return (first, last)
    }
}

/// The order in which columns break ties after person, time, sequence and event.
enum CanonicalContent {
    private static let before: Set<String> = [SegmentFile.time, SegmentFile.sequence, SegmentFile.event]

    /// Indices into `columns`: by name, those without keys first.
    static func order(_ columns: [Column]) -> [Int] {
        columns.indices.filter { !before.contains(columns[$0].name) }.sorted { a, b in
            let (x, y) = (columns[a], columns[b])
            if (x.type == .key) != (y.type == .key) { return y.type == .key }
            return x.name.utf8.lexicographicallyPrecedes(y.name.utf8)
        }
    }
}
