import Vocabulary

/// Writes Arrow IPC files (Feather v2) that pyarrow, Polars, ClickHouse and DuckDB (through pyarrow) map as they are.
public enum ArrowFileWriter {
    /// Writes one file: schema, the dictionaries of the columns that have one of their own, one record batch, footer. Buffers are not
    /// copied, all of them start at multiples of 64 bytes, and the bytes are a function of the arguments alone.
    ///
    /// When it returns, the file is complete, on its way to the disk, and not synced yet; on an error it is removed. It is
    /// written at `path` itself: callers pick a temporary name, rename it, and sync file and folder before they name it to
    /// readers.
    /// - Parameter metadata: the schema's custom metadata, keys and values in turn.
    /// - Throws: `Problem` with `arrow.cannot-write`, or `arrow.malformed` where columns do not fit together.
    public static func write(
        rowCount: Int, columns: [ArrowColumn], metadata: [String] = [], to path: String
    ) throws {
        let fields = columns.map(\.field)
        try check(fields, metadata: metadata)
        var batch = Body(rowCount: rowCount)
        var dictionaries: [Body] = []
        var dictionaryIDs: [Int] = []
        for column in columns {
            guard column.array.count == rowCount else {
                throw malformed(column.field, "has \(column.array.count) values in a batch of \(rowCount) rows")
            }
            try batch.append(column.array, type: column.field.type, of: column.field)
            if let owner = column.sharesDictionaryOf {
                guard let place = fields.firstIndex(where: { $0.name == owner }), place < dictionaryIDs.count else {
                    throw malformed(column.field, "shares the dictionary of '\(owner)', which is no earlier column")
                }
                dictionaryIDs.append(dictionaryIDs[place])
                continue
            }
            dictionaryIDs.append(dictionaries.count)
            if case .dictionary(_, let value) = column.field.type {
                guard let values = column.dictionary else { throw malformed(column.field, "has no dictionary") }
                var body = Body(rowCount: values.count)
                try body.append(values, type: value, of: column.field)
                dictionaries.append(body)
            }
        }

        let schema = ArrowMessages.Schema(fields: fields, dictionaryIDs: dictionaryIDs, metadata: metadata)
        let file = try OutputFile(path: path)
        do {
            try file.write(ArrowFormat.magic + [0, 0])
            _ = try file.write(ArrowMessages.schema(schema), body: [], length: 0)
            var dictionaryBlocks: [ArrowMessages.Block] = []
            for (id, body) in dictionaries.enumerated() {
                let message = ArrowMessages.dictionaryBatch(id: id, body.layout)
                dictionaryBlocks.append(try file.write(message, body: body.pieces, length: body.layout.bodyLength))
            }
            let batchBlock = try file.write(
                ArrowMessages.recordBatch(batch.layout), body: batch.pieces, length: batch.layout.bodyLength)
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

    static func malformed(_ field: ArrowField, _ what: String) -> Problem {
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
