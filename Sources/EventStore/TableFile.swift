import ArrowIPC
import Vocabulary

/// A mapped table file: rows of one log file of a versioned table, checked as a whole when it is opened.
final class TableFile: @unchecked Sendable {
    static let record = "record"
    static let version = "version"

    let entry: TableEntry
    private let file: ArrowFile
    private let readers: [String: ColumnReader]

    /// - Throws: `Problem` where the file is missing, damaged, or not the one that the catalogue names.
    init(_ entry: TableEntry, path: String) throws {
        self.entry = entry
        file = try ArrowFile(path: path)
        guard file.rowCount == entry.rows else {
            throw Segment.damaged(path, "it is not the table file that the catalogue names")
        }
        var readers: [String: ColumnReader] = [:]
        for column in entry.columns {
            guard let stored = file.column(column.name), stored.checksum() == column.checksum,
                let reader = ColumnReader(stored, type: column.type)
            else { throw Segment.damaged(path, "the column '\(column.name)' is not what was written") }
            readers[column.name] = reader
        }
        self.readers = readers
    }

    func reader(_ name: String) -> ColumnReader? { readers[name] }

    /// The number of a row's record in its log file, counted from 1.
    func record(_ row: Int) -> Int64 { readers[Self.record]?.integer(row) ?? 0 }
}
