import ArrowIPC
import EventLog
import Vocabulary

/// Turns the typed batches of one log file of a versioned table into a table file (several beyond a million rows),
/// rows in the order of the log, with the number of each record beside its columns.
public final class TableBuilder {
    private static let rowLimit = 1 << 20

    private let source: String
    private let folder: StoreFolder
    private let namePrefix: String
    private let origin: String
    private let version: [UInt8]?
    private let columns: [any SegmentColumn]
    /// Holds the memory of the columns and of `records`.
    private let pool = StoragePool(rows: TableBuilder.rowLimit)
    private let records: RowStorage
    private var rows = 0
    private var entries: [TableEntry] = []

    /// - Parameters:
    ///   - namePrefix: the beginning of the names of the table files; a checksum of origin and content follows.
    ///   - origin: tells this log file from every other one, whose rows may be the same.
    ///   - version: the version of all rows of the file, where it is taken from the file's name.
    /// - Throws: `Problem` `store.misuse` where a column is mapped twice or has a reserved name.
    public init(
        columns: [Column], source: String, folder: StoreFolder, namePrefix: String, origin: String,
        version: String? = nil
    ) throws {
        self.source = source
        self.folder = folder
        self.namePrefix = safeFileName(namePrefix)
        self.origin = origin
        self.version = version.map { Array($0.utf8) }
        records = pool.take(width: 8)
        var made: [any SegmentColumn] = []
        for column in columns {
            let reserved = column.name == TableFile.record || (version != nil && column.name == TableFile.version)
            guard !reserved, !made.contains(where: { $0.column.name == column.name }) else {
                throw Problem(
                    .storeMisuse, "source '\(source)': the column '\(column.name)' is mapped twice or has a reserved name")
            }
            made.append(column.empty(pool))
        }
        self.columns = made
    }

    /// Takes the rows of a batch in; nothing of the batch is kept.
    public func append(_ batch: TypedBatch) throws {
        if rows + batch.count > Self.rowLimit { try cut() }
        for column in columns {
            guard let typed = batch.columns.first(where: { $0.column == column.column }) else {
                throw Problem(.storeMisuse, "source '\(source)': a batch lacks the column '\(column.column.name)'")
            }
            column.append(typed, 0..<batch.count, text: batch.text, at: rows)
        }
        let numbers = records.of(Int64.self)
        for i in 0..<batch.count { numbers[rows + i] = batch.recordNumbers[i] }
        rows += batch.count
    }

    /// Writes what is left, and names all table files.
    public func finish() throws -> [TableEntry] {
        if rows > 0 { try cut() }
        defer { entries = [] }
        return entries
    }

    /// Forgets the rows: the file turned out to be damaged. Table files that were written are swept by the next commit.
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
        let order = UnsafeMutableBufferPointer<UInt32>.allocate(capacity: rows)
        defer { order.deallocate() }
        for i in 0..<rows { order[i] = UInt32(truncatingIfNeeded: i) }
        for column in columns { column.seal(rows: rows) }
        let record = ArrowColumn(
            ArrowField(TableFile.record, .int64, nullable: false),
            ArrowArray(count: rows, data: UnsafeRawBufferPointer(start: records.bytes.baseAddress, count: rows * 8)))
        let written = [record] + columns.map { column in
            let shape = column.shape
            return ArrowColumn(shape.field, column.ordered(UnsafeBufferPointer(order)), dictionary: shape.dictionary)
        }
        try withConstantVersion { version in
            let all = written + (version.map { [$0] } ?? [])
            let sums = all.map { $0.checksum() ?? "" }
            let hash = SegmentFile.combined([source, "\(rows)"] + sums)
            let name = SegmentFile.name(prefix: namePrefix, origin: "\(origin) \(entries.count)", hash: hash)
            try SegmentFile.writeWhole(
                rows: rows, columns: all, source: source, to: folder.table(name), in: folder.tables)
            let types = [Column(TableFile.record, .integer)] + columns.map(\.column)
                + (version == nil ? [] : [Column(TableFile.version, .category)])
            entries.append(
                TableEntry(
                    name: name, source: source, rows: rows, hash: hash,
                    columns: zip(types, sums).map { StoredColumn(name: $0.name, type: $0.type, checksum: $1) },
                    hasFileVersion: version != nil))
        }
    }

    /// The version of the file as a dictionary column of one value.
    private func withConstantVersion(_ body: (ArrowColumn?) throws -> Void) throws {
        guard let version else { return try body(nil) }
        let codes = [Int8](repeating: 0, count: rows)
        let offsets: [Int32] = [0, Int32(truncatingIfNeeded: version.count)]
        try codes.withUnsafeBytes { codes in
            try offsets.withUnsafeBytes { offsets in
                try version.withUnsafeBytes { bytes in
                    try body(
                        ArrowColumn(
                            .stored(Column(TableFile.version, .category), index: .int8),
                            ArrowArray(count: rows, data: codes),
                            dictionary: ArrowArray(count: 1, offsets: offsets, data: bytes)))
                }
            }
        }
    }
}
