import Vocabulary

/// Writes Arrow IPC files (Feather v2) that pyarrow, Polars, ClickHouse and DuckDB (through pyarrow) map as they are.
///
/// A file is schema, the dictionaries of the columns that have one of their own, one record batch, footer. Buffers are not
/// copied, all of them start at multiples of 64 bytes, and the bytes are a function of what is given alone. What is made of a
/// column a moment ago is best written at once: it still lies in the cache.
///
/// The file is written at `path` itself: callers pick a temporary name, rename it, and sync file and folder before they name
/// it to readers. A file that was not finished goes with its writer.
public final class ArrowFileWriter {
    /// A column as the schema has it, with what must be known before its rows are.
    public struct Shape: Sendable {
        public var field: ArrowField
        /// The values behind the indices of a dictionary column that has its own.
        public var dictionary: ArrowArray?
        /// An earlier column whose dictionary, the same values, stands for this one's as well.
        public var sharesDictionaryOf: String?

        public init(_ field: ArrowField, dictionary: ArrowArray? = nil, sharesDictionaryOf owner: String? = nil) {
            self.field = field
            self.dictionary = dictionary
            sharesDictionaryOf = owner
        }
    }

    private let rowCount: Int
    private let schema: ArrowMessages.Schema
    private let file: OutputFile
    private var dictionaryBlocks: [ArrowMessages.Block] = []
    private var batch: Body
    private let room: Range<Int>
    private var written = 0

    /// Writes everything before the rows.
    /// - Parameter metadata: the schema's custom metadata, keys and values in turn.
    /// - Throws: `Problem` with `arrow.cannot-write`, or `arrow.malformed` where columns do not fit together.
    public init(rowCount: Int, columns: [Shape], metadata: [String] = [], to path: String) throws {
        self.rowCount = rowCount
        let fields = columns.map(\.field)
        try Self.check(fields, metadata: metadata)
        let (dictionaries, ids) = try Self.dictionaries(of: columns)
        schema = ArrowMessages.Schema(fields: fields, dictionaryIDs: ids, metadata: metadata)
        batch = Body(rowCount: rowCount)
        let file = try OutputFile(path: path)
        self.file = file
        do {
            try file.write(ArrowFormat.magic + [0, 0])
            _ = try file.write(ArrowMessages.schema(schema), body: [], length: 0)
            for (id, body) in dictionaries.enumerated() {
                let message = ArrowMessages.dictionaryBatch(id: id, body.layout)
                dictionaryBlocks.append(try file.write(message, body: body.pieces, length: body.layout.bodyLength))
            }
            room = try file.reserve(ArrowMessages.recordBatch(.reserving(fields, rowCount)).count)
        } catch {
            file.discard()
            throw error
        }
    }

    /// Writes the rows of the next column; its buffers may go when this returns.
    /// - Throws: like `init`; the file is removed then.
    public func append(_ array: ArrowArray) throws {
        do {
            guard written < schema.fields.count else {
                throw Problem(.arrowMalformed, "more columns are given than the \(schema.fields.count) that are announced")
            }
            let field = schema.fields[written]
            guard array.count == rowCount else {
                throw Self.malformed(field, "has \(array.count) values in a batch of \(rowCount) rows")
            }
            try batch.append(array, type: field.type, of: field)
            try file.write(body: batch.pieces)
            batch.pieces.removeAll()
            written += 1
        } catch {
            file.discard()
            throw error
        }
    }

    /// Writes what comes behind the rows of the last column: the file is complete then, on its way to the disk, and not synced
    /// yet.
    /// - Throws: like `init`; the file is removed then.
    public func finish() throws {
        do {
            guard written == schema.fields.count else {
                throw Problem(.arrowMalformed, "\(schema.fields.count) columns are announced and \(written) are given")
            }
            let message = ArrowMessages.recordBatch(batch.layout)
            let batchBlock = try file.fill(room, message, bodyLength: batch.layout.bodyLength)
            let endOfStream: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0]
            let footer = ArrowMessages.footer(schema, dictionaries: dictionaryBlocks, recordBatches: [batchBlock])
            let size = withUnsafeBytes(of: UInt32(footer.count).littleEndian) { Array($0) }
            try file.write(endOfStream + footer + size + ArrowFormat.magic)
            try file.finish()
        } catch {
            file.discard()
            throw error
        }
    }

    /// Writes one file whose columns are all there. When it returns, the file is complete, as `finish` says; on an error it is
    /// removed.
    /// - Throws: like `init`.
    public static func write(
        rowCount: Int, columns: [ArrowColumn], metadata: [String] = [], to path: String
    ) throws {
        let shapes = columns.map { Shape($0.field, dictionary: $0.dictionary, sharesDictionaryOf: $0.sharesDictionaryOf) }
        let writer = try ArrowFileWriter(rowCount: rowCount, columns: shapes, metadata: metadata, to: path)
        for column in columns { try writer.append(column.array) }
        try writer.finish()
    }

    /// The bodies of the dictionaries to be written, and by field the id of its dictionary; of a field without one it is not
    /// looked at.
    private static func dictionaries(of columns: [Shape]) throws -> ([Body], [Int]) {
        var bodies: [Body] = []
        var ids: [Int] = []
        for column in columns {
            if let owner = column.sharesDictionaryOf {
                guard let place = columns.firstIndex(where: { $0.field.name == owner }), place < ids.count else {
                    throw malformed(column.field, "shares the dictionary of '\(owner)', which is no earlier column")
                }
                ids.append(ids[place])
                continue
            }
            ids.append(bodies.count)
            if case .dictionary(_, let value) = column.field.type {
                guard let values = column.dictionary else { throw malformed(column.field, "has no dictionary") }
                var body = Body(rowCount: values.count)
                try body.append(values, type: value, of: column.field)
                bodies.append(body)
            }
        }
        return (bodies, ids)
    }

    private static func check(_ fields: [ArrowField], metadata: [String]) throws {
        guard metadata.count % 2 == 0 else {
            throw Problem(.arrowMalformed, "custom metadata has a key without a value")
        }
        for field in fields {
            guard field.metadata.count % 2 == 0 else { throw malformed(field, "has a metadata key without a value") }
            if case .dictionary(_, .dictionary) = field.type { throw malformed(field, "is a dictionary of dictionaries") }
            let value = if case .dictionary(_, let value) = field.type { value } else { field.type }
            if case .fixedSizeBinary(let width) = value, width < 1 || width > Int(Int32.max) {
                throw malformed(field, "has values of \(width) bytes")
            }
        }
    }

    fileprivate static func malformed(_ field: ArrowField, _ what: String) -> Problem {
        Problem(.arrowMalformed, "column '\(field.name)' \(what)")
    }
}

/// The borrowed buffers of a message's body, in order.
private struct Body {
    var layout: ArrowMessages.Layout
    var pieces: [UnsafeRawBufferPointer] = []

    init(rowCount: Int) { layout = ArrowMessages.Layout(rowCount: rowCount) }

    mutating func append(_ array: ArrowArray, type: ArrowType, of field: ArrowField) throws {
        guard array.count >= 0, array.nullCount >= 0, array.nullCount <= array.count else {
            throw ArrowFileWriter.malformed(field, "has \(array.nullCount) nulls in \(array.count) values")
        }
        layout.nodes += [Int64(array.count), Int64(array.nullCount)]
        if array.nullCount == 0 {
            add(UnsafeRawBufferPointer(start: nil, count: 0))
        } else {
            guard let validity = array.validity else {
                throw ArrowFileWriter.malformed(field, "has nulls and no validity bitmap")
            }
            try add(validity, size: ArrowFormat.bitmapSize(array.count), of: field)
        }
        if let width = type.width {
            let (size, overflow) = array.count.multipliedReportingOverflow(by: width)
            guard !overflow else { throw ArrowFileWriter.malformed(field, "is too large") }
            try add(array.data, size: size, of: field)
        } else if type == .boolean {
            try add(array.data, size: ArrowFormat.bitmapSize(array.count), of: field)
        } else {
            try appendStrings(array, of: field)
        }
    }

    private mutating func appendStrings(_ array: ArrowArray, of field: ArrowField) throws {
        guard let offsets = array.offsets, offsets.count >= 4 else {
            guard array.count == 0 else { throw ArrowFileWriter.malformed(field, "has no string offsets") }
            add(Zeros.shared.bytes(4))
            add(UnsafeRawBufferPointer(start: nil, count: 0))
            return
        }
        let size = 4 * (array.count + 1)
        try add(offsets, size: size, of: field)
        let first = offsets.loadUnaligned(as: Int32.self)
        let last = offsets.loadUnaligned(fromByteOffset: size - 4, as: Int32.self)
        guard first == 0, last >= 0 else {
            throw ArrowFileWriter.malformed(field, "has string offsets from \(first) to \(last)")
        }
        try add(array.data, size: Int(last), of: field)
    }

    private mutating func add(_ buffer: UnsafeRawBufferPointer, size: Int, of field: ArrowField) throws {
        guard buffer.count >= size else {
            throw ArrowFileWriter.malformed(field, "has a buffer of \(buffer.count) bytes where \(size) are needed")
        }
        add(UnsafeRawBufferPointer(rebasing: buffer[0..<size]))
    }

    private mutating func add(_ buffer: UnsafeRawBufferPointer) {
        layout.buffers += [Int64(layout.bodyLength), Int64(buffer.count)]
        layout.bodyLength += ArrowFormat.padded(buffer.count)
        if buffer.count > 0 { pieces.append(buffer) }
    }
}
