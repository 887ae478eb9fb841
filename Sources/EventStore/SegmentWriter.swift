import ArrowIPC
import Vocabulary

/// Writes a segment beside its place, a column at a time, then renames it to a name that its origin and its content determine.
struct SegmentWriter {
    private let rows: Int
    private let source: String
    private let folder: StoreFolder
    private let shapes: [ArrowFileWriter.Shape]
    private let beside: String
    private let file: ArrowFileWriter
    private var sums: [String] = []

    /// - Parameter columns: the person, then one a mapped column.
    /// - Throws: what writing throws.
    init(rows: Int, columns: [ArrowFileWriter.Shape], source: String, folder: StoreFolder) throws {
        self.rows = rows
        self.source = source
        self.folder = folder
        shapes = columns
        beside = try SegmentFile.beside(in: folder.segments)
        file = try ArrowFileWriter(rowCount: rows, columns: columns, metadata: SegmentFile.metadata(source), to: beside)
    }

    /// Writes the rows of the next column; its buffers may go when this returns.
    mutating func append(_ array: ArrowArray) throws {
        let shape = shapes[sums.count]
        sums.append(ArrowColumn(shape.field, array, dictionary: shape.dictionary).checksum() ?? "")
        try file.append(array)
    }

    /// Puts the segment in its place.
    /// - Parameters:
    ///   - types: the mapped columns, in the order of `columns`.
    ///   - times: of all rows, in any order.
    func finish(
        types: [Column], times: UnsafeBufferPointer<Int64>, namePrefix: String, origin: String
    ) throws -> SegmentEntry {
        try file.finish()
        let hash = SegmentFile.combined([source, "\(rows)"] + sums)
        let name = SegmentFile.name(prefix: namePrefix, origin: origin, hash: hash)
        try SegmentFile.settle(beside, at: folder.segment(name))
        let (first, last) = times.reduce(into: (Int64.max, Int64.min)) { $0 = (min($0.0, $1), max($0.1, $1)) }
        return SegmentEntry(
            name: name, source: source, rows: rows, minTime: first, maxTime: last, hours: OccupiedHours(times, in: first...last),
            hash: hash, columns: zip(types, sums.dropFirst()).map { StoredColumn(name: $0.name, type: $0.type, checksum: $1) },
            personChecksum: sums[0])
    }
}
