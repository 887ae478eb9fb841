import EventLog
import Vocabulary

/// Copies rows of a segment into segments of their own.
struct RowCopier {
    let segment: Segment
    let folder: StoreFolder
    let byteLimit: Int
    var rowLimit = SegmentBuilder.rowLimit

    /// Rows of the segment, or of older copies of its rows.
    struct Part {
        let segment: Segment
        var rows: [Int32] = []
        /// One a row: whom it belongs to.
        var persons: [Key128] = []

        mutating func append(_ row: Int, _ person: Key128) {
            rows.append(Int32(truncatingIfNeeded: row))
            persons.append(person)
        }
    }

    /// Copies rows that moved, under the persons they belong to now.
    /// - Throws: `Problem` `store.damaged` where what is copied is not what was written; what writing throws.
    func copy(_ parts: [Part], assignment: String) throws -> [SegmentEntry] {
        let builder = try builder(namePrefix: "\(segment.entry.source)-moved", origin: assignment, personsAreGiven: true)
        for part in parts where !part.rows.isEmpty {
            try copy(part.rows, of: part.segment) { batch, places in
                try part.persons[places].withUnsafeBufferPointer { try builder.append(batch, persons: $0.baseAddress) }
            }
        }
        return try builder.finish()
    }

    /// Copies rows as they are, under the persons that they name by themselves.
    /// - Throws: like `copy(_:assignment:)`.
    func copy(_ rows: [Int]) throws -> [SegmentEntry] {
        let builder = try builder(namePrefix: segment.entry.source, origin: "", personsAreGiven: false)
        try copy(rows.map { Int32(truncatingIfNeeded: $0) }, of: segment) { batch, _ in try builder.append(batch) }
        return try builder.finish()
    }

    private var columns: [Column] { segment.entry.columns.map { Column($0.name, $0.type) } }

    private func builder(namePrefix: String, origin: String, personsAreGiven: Bool) throws -> SegmentBuilder {
        try SegmentBuilder(
            columns: columns, source: segment.entry.source, folder: folder, namePrefix: namePrefix,
            origin: "\(segment.entry.name) \(origin)", rowLimit: rowLimit, byteLimit: byteLimit, personsAreGiven: personsAreGiven)
    }

    private func copy(
        _ rows: [Int32], of segment: Segment, _ append: (_ batch: TypedBatch, _ places: Range<Int>) throws -> Void
    ) throws {
        for column in segment.entry.columns { try segment.verify(column.name) }
        var stored = StoredRows(columns, reader: segment.reader)
        defer { stored.deallocate() }
        for start in stride(from: 0, to: rows.count, by: TypedBatch.capacity) {
            let places = start..<min(start + TypedBatch.capacity, rows.count)
            try stored.with(rows[places]) { try append($0, places) }
        }
    }
}

/// Copies rows of a table file into table files of their own.
struct TableCopier {
    let file: TableFile
    let folder: StoreFolder

    init(_ file: TableFile, folder: StoreFolder) {
        self.file = file
        self.folder = folder
    }

    /// - Throws: what writing throws.
    func copy(_ rows: [Int]) throws -> [TableEntry] {
        let entry = file.entry
        // The first column is the record's number, the last may be the version that the log file's name told.
        let columns = entry.columns.dropFirst().dropLast(entry.hasFileVersion ? 1 : 0).map { Column($0.name, $0.type) }
        let version = entry.hasFileVersion ? file.reader(TableFile.version)?.bytes(0) : nil
        let builder = try TableBuilder(
            columns: columns, source: entry.source, folder: folder, namePrefix: entry.source, origin: entry.name,
            version: version.map { String(decoding: $0, as: UTF8.self) })
        var stored = StoredRows(columns, reader: file.reader)
        defer { stored.deallocate() }
        let rows = rows.map { Int32(truncatingIfNeeded: $0) }
        for start in stride(from: 0, to: rows.count, by: TypedBatch.capacity) {
            let part = rows[start..<min(start + TypedBatch.capacity, rows.count)]
            try stored.with(part) { batch in
                for (i, row) in part.enumerated() { batch.recordNumbers[i] = file.record(Int(row)) }
                try builder.append(batch)
            }
        }
        return try builder.finish()
    }
}
