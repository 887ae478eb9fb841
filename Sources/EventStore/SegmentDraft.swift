import ArrowIPC
import EventLog
import Vocabulary

/// The rows of a segment in the making.
final class SegmentDraft {
    private let source: String
    private let folder: StoreFolder
    private let namePrefix: String
    private let origin: String
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
    /// Categories that are looked up together; nil before the first batch.
    private var groups: [CategoryGroup]?

    private(set) var rows = 0

    /// - Parameters:
    ///   - rowLimit: there is room for so many rows.
    ///   - personsAreGiven: batches come with the person of every row.
    /// - Throws: `Problem` `store.misuse` where a column is missing, doubled or has a reserved name.
    init(
        columns: [Column], source: String, folder: StoreFolder, namePrefix: String, origin: String, rowLimit: Int,
        personsAreGiven: Bool
    ) throws {
        self.source = source
        self.folder = folder
        self.namePrefix = namePrefix
        self.origin = origin
        pool = StoragePool(rows: rowLimit)
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

    /// Bytes of memory that the rows take.
    var memory: Int { columns.reduce(rows * rowWidth) { $0 + $1.stringBytes } }

    /// Takes rows of a batch in; there must be room for them.
    /// - Parameters:
    ///   - typed: the batch's columns in the order of the draft's.
    ///   - given: the person of every row of the batch, where persons are given.
    func append(_ typed: [TypedColumn], _ range: Range<Int>, text: UnsafeRawBufferPointer, persons given: UnsafePointer<Key128>?) {
        let grouped = groups ?? CategoryGroup.found(among: columns, typed, rows: range, pool: pool)
        groups = grouped.filter { $0.append(typed, range, text: text, at: rows) }
        for (column, input) in zip(columns, typed) where !grouped.contains(where: { $0.has(column) }) {
            column.append(input, range, text: text, at: rows)
        }
        if let given, let to = persons?.of(Key128.self) {
            for i in range { to[rows + i - range.lowerBound] = given[i] }
        }
        rows += range.count
    }

    /// The columns of a batch in the order of the draft's.
    /// - Throws: `Problem` `store.misuse` where one is missing.
    func matched(_ batch: TypedBatch) throws -> [TypedColumn] {
        var typed: [TypedColumn] = []
        for (i, column) in columns.enumerated() {
            let found: TypedColumn? =
                i < batch.columns.count && batch.columns[i].column == column.column
                ? batch.columns[i] : batch.columns.first { $0.column == column.column }
            guard let found else {
                throw Problem(.storeMisuse, "source '\(source)': a batch lacks the column '\(column.column.name)'")
            }
            typed.append(found)
        }
        return typed
    }

    /// - Throws: `Problem` `store.misuse` where one of the first `count` rows has no time or event.
    func check(_ typed: [TypedColumn], count: Int) throws {
        for (column, input) in zip(columns, typed) where column === times || column === events {
            for row in 0..<count where input.isNull(row) {
                throw Problem(.storeMisuse, "source '\(source)': a row has no \(column.column.name)")
            }
        }
    }

    func clear() {
        for column in columns { column.removeAll() }
        for group in groups ?? [] { group.removeAll() }
        rows = 0
    }

    /// Sorts the rows, writes them as a segment, and forgets them.
    /// - Parameter number: how many segments of the file there are before.
    func cut(_ number: Int) throws -> SegmentEntry {
        defer { clear() }
        for column in columns { column.seal(rows: rows) }
        let sorted = sort()
        return try withExtendedLifetime(sorted) { try write(sorted, origin: "\(origin) \(number)") }
    }

    /// Every column is put in order and written before the next one is.
    private func write(_ sorted: CanonicalOrder, origin: String) throws -> SegmentEntry {
        // Persons, users and devices are one dictionary, which grows with the ids of users and devices: they come first.
        var keys = KeyDictionary(sorted)
        let users = user?.ordered(sorted, &keys, personsAreGiven: persons != nil)
        let devices = device?.ordered(sorted, &keys, personsAreGiven: persons != nil)
        let dictionary = ArrowArray(
            count: keys.count, data: UnsafeRawBufferPointer(start: sorted.persons.bytes.baseAddress, count: keys.count * 16))
        let person = ArrowFileWriter.Shape(
            ArrowField(SegmentFile.person, SegmentFile.keyDictionary, nullable: false), dictionary: dictionary)
        let shapes = columns.map { column in
            guard column === user || column === device else { return column.shape }
            return .init(
                ArrowField(column.column.name, SegmentFile.keyDictionary, nullable: true), dictionary: dictionary,
                sharesDictionaryOf: SegmentFile.person)
        }
        let links = devices.flatMap { devices in
            users == nil || persons != nil
                ? nil
                : LinkTable(
                    persons: UnsafeBufferPointer(sorted.personOfRow), personCount: sorted.personCount, devices: devices,
                    keys: dictionary)
        }
        var writer = try SegmentWriter(rows: rows, columns: [person] + shapes, source: source, folder: folder)
        try writer.append(ArrowArray(count: rows, data: UnsafeRawBufferPointer(sorted.personOfRow)))
        for column in columns {
            let known = column === user ? users : column === device ? devices : nil
            try writer.append(known ?? column.ordered(UnsafeBufferPointer(sorted.order)))
            if column !== times { column.removeAll() }
        }
        var entry = try writer.finish(
            types: columns.map(\.column), times: UnsafeBufferPointer(start: times.values, count: rows), namePrefix: namePrefix,
            origin: origin)
        entry.links = try links?.write(for: entry, folder: folder)
        return entry
    }

    private func sort() -> CanonicalOrder {
        let (sequence, content) = (self.sequence, self.content)
        let eventOrder = eventPlaces()
        let places = eventOrder.of(UInt32.self)
        let tie = { (a: Int, b: Int) -> Int in
            if let sequence {
                let order = sequence.compare(a, b)
                if order != 0 { return order }
                if places[a] != places[b] { return places[a] < places[b] ? -1 : 1 }
            }
            for column in content {
                let order = column.compare(a, b)
                if order != 0 { return order }
            }
            return 0
        }
        let own = persons == nil ? personsByOwnIDs() : nil
        defer { for storage in [own, eventOrder].compactMap({ $0 }) { pool.give(storage) } }
        // One of the two is there.
        let keys = (persons ?? own).unsafelyUnwrapped.of(Key128.self)
        return CanonicalOrder(
            rows: rows, times: times.values, keys: keys, ranks: sequence == nil ? UnsafePointer(places) : nil, pool: pool, tie: tie)
    }

    /// The place of each row's event in canonical order: by rank in the vocabulary, then by name.
    private func eventPlaces() -> RowStorage {
        let ranks = (0..<events.valueCount).map { EventVocabulary.rank(of: String(decoding: events.value($0), as: UTF8.self)) }
        let sorted = ranks.indices.sorted {
            ranks[$0] != ranks[$1] ? ranks[$0] < ranks[$1] : compareBytes(events.value($0), events.value($1)) < 0
        }
        var places = [UInt32](repeating: 0, count: ranks.count)
        for (place, code) in sorted.enumerated() { places[code] = UInt32(truncatingIfNeeded: place) }
        let storage = pool.take(width: 4)
        let to = storage.of(UInt32.self)
        for row in 0..<rows { to[row] = places[events.code(row)] }
        return storage
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
}
