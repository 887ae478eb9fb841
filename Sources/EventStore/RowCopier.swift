import EventLog
import Vocabulary

/// Hands rows of a file of the store over in batches, as a reader of logs would.
struct StoredRows {
    let batch: TypedBatch
    private let readers: [ColumnReader?]
    private var text: [UInt8] = []

    init(_ columns: [Column], reader: (String) -> ColumnReader?) {
        batch = TypedBatch(columns: columns)
        readers = columns.map { reader($0.name) }
    }

    /// - Parameter rows: at most `TypedBatch.capacity`.
    mutating func with(_ rows: ArraySlice<Int>, _ body: (TypedBatch) throws -> Void) throws {
        text.removeAll(keepingCapacity: true)
        for (column, reader) in zip(batch.columns, readers) { fill(column, from: reader, rows) }
        batch.count = rows.count
        try text.withUnsafeBytes { bytes in
            batch.text = bytes
            try body(batch)
        }
    }

    private mutating func fill(_ column: TypedColumn, from reader: ColumnReader?, _ rows: ArraySlice<Int>) {
        switch column.column.type {
        case .time, .date, .integer, .decimal, .boolean:
            for (i, row) in rows.enumerated() {
                let value = reader?.integer(row)
                column.valid[i] = value == nil ? 0 : 1
                column.integers[i] = value ?? 0
            }
        case .key:
            for (i, row) in rows.enumerated() {
                let value = reader?.key(row)
                column.valid[i] = value == nil ? 0 : 1
                column.keys[i] = value ?? .zero
            }
        case .category, .text:
            for (i, row) in rows.enumerated() {
                let value = reader?.bytes(row)
                column.valid[i] = value == nil ? 0 : 1
                column.starts[i] = UInt32(truncatingIfNeeded: text.count)
                column.lengths[i] = UInt32(truncatingIfNeeded: value?.count ?? 0)
                if let value { text.append(contentsOf: value) }
            }
        }
    }
}

/// Copies rows of a segment into segments of their own.
struct RowCopier {
    let segment: Segment
    let folder: StoreFolder
    let byteLimit: Int

    /// Copies rows that moved, under the persons they belong to now.
    /// - Throws: `Problem` `store.damaged` where what is copied is not what was written; what writing throws.
    func copy(_ moves: [PersonResolution.Move], assignment: String) throws -> [SegmentEntry] {
        let rows = moves.flatMap { Array($0.rows) }
        let persons = moves.flatMap { Array(repeating: $0.person, count: $0.rows.count) }
        return try copy(rows, namePrefix: "\(segment.entry.source)-moved", origin: assignment, persons: persons)
    }

    /// Copies rows as they are, under the persons that they name by themselves.
    /// - Throws: like `copy(_:assignment:)`.
    func copy(_ rows: [Int]) throws -> [SegmentEntry] {
        try copy(rows, namePrefix: segment.entry.source, origin: "", persons: nil)
    }

    private func copy(_ rows: [Int], namePrefix: String, origin: String, persons: [Key128]?) throws -> [SegmentEntry] {
        for column in segment.entry.columns { try segment.verify(column.name) }
        let columns = segment.entry.columns.map { Column($0.name, $0.type) }
        let builder = try SegmentBuilder(
            columns: columns, source: segment.entry.source, folder: folder, namePrefix: namePrefix,
            origin: "\(segment.entry.name) \(origin)", byteLimit: byteLimit, personsAreGiven: persons != nil)
        var stored = StoredRows(columns, reader: segment.reader)
        for start in stride(from: 0, to: rows.count, by: TypedBatch.capacity) {
            let part = rows[start..<min(start + TypedBatch.capacity, rows.count)]
            try stored.with(part) { batch in
                guard let persons else { return try builder.append(batch) }
                try persons[part.indices].withUnsafeBufferPointer { try builder.append(batch, persons: $0.baseAddress) }
            }
        }
        return try builder.finish()
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
        for start in stride(from: 0, to: rows.count, by: TypedBatch.capacity) {
            let part = rows[start..<min(start + TypedBatch.capacity, rows.count)]
            try stored.with(part) { batch in
                for (i, row) in part.enumerated() { batch.recordNumbers[i] = file.record(row) }
                try builder.append(batch)
            }
        }
        return try builder.finish()
    }
}
