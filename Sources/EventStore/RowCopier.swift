import EventLog
import Vocabulary

/// Copies rows of a segment into segments of their own, under the persons they belong to now.
struct RowCopier {
    let segment: Segment
    let folder: StoreFolder
    private let batch: TypedBatch
    private let readers: [ColumnReader?]
    private var text: [UInt8] = []
    private var rows: [Int] = []
    private var persons: [Key128] = []

    init(_ segment: Segment, folder: StoreFolder) {
        self.segment = segment
        self.folder = folder
        batch = TypedBatch(columns: segment.entry.columns.map { Column($0.name, $0.type) })
        readers = segment.entry.columns.map { segment.reader($0.name) }
    }

    /// - Throws: `Problem` `store.damaged` where what is copied is not what was written; what writing throws.
    mutating func copy(_ moves: [PersonResolution.Move], assignment: String, byteLimit: Int) throws -> [SegmentEntry] {
        for column in segment.entry.columns { try segment.verify(column.name) }
        let builder = try SegmentBuilder(
            columns: batch.columns.map(\.column), source: segment.entry.source, folder: folder,
            namePrefix: "\(segment.entry.source)-moved", origin: "\(segment.entry.name) \(assignment)", byteLimit: byteLimit,
            personsAreGiven: true)
        for move in moves {
            for row in move.rows {
                rows.append(row)
                persons.append(move.person)
                if rows.count == TypedBatch.capacity { try flush(builder) }
            }
        }
        try flush(builder)
        return try builder.finish()
    }

    private mutating func flush(_ builder: SegmentBuilder) throws {
        guard !rows.isEmpty else { return }
        text.removeAll(keepingCapacity: true)
        for (column, reader) in zip(batch.columns, readers) { fill(column, from: reader) }
        batch.count = rows.count
        try text.withUnsafeBytes { bytes in
            batch.text = bytes
            try persons.withUnsafeBufferPointer { try builder.append(batch, persons: $0.baseAddress) }
        }
        rows.removeAll(keepingCapacity: true)
        persons.removeAll(keepingCapacity: true)
    }

    private mutating func fill(_ column: TypedColumn, from reader: ColumnReader?) {
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
