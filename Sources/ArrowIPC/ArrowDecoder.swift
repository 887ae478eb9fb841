/// What a sound file holds that this reader does not read.
struct Unsupported: Error {
    let what: String

    init(_ what: String) { self.what = what }
}

/// Finds the columns in the bytes of an Arrow IPC file, trusting none of them.
struct ArrowDecoder {
    let file: UnsafeRawBufferPointer

    struct Contents {
        var rowCount: Int
        var metadata: [String: String]
        var columns: [ArrowColumn]
    }

    func contents() throws -> Contents {
        let footer = try FlatTable(root: try footerBytes())
        guard try footer.int16(0) == ArrowFormat.versionV5 else { throw Unsupported("another metadata version than V5") }
        guard let schema = try footer.table(1) else { throw Damage("its footer has no schema") }
        let fields = try ArrowSchemaDecoder.fields(of: schema)
        let metadata = try ArrowSchemaDecoder.keyValues(schema.vector(2, elementSize: 4))

        let batches = try footer.vector(3, elementSize: ArrowDecoder.blockSize)
        guard batches.count == 1 else { throw Unsupported("\(batches.count) record batches instead of one") }
        let batch = try message(batches, 0, header: ArrowFormat.Header.recordBatch)
        let rowCount = try count(batch.header.int64(0))
        var reader = try ArrayReader(batch: batch.header, body: batch.body)

        let dictionaries = try dictionaries(footer.vector(2, elementSize: ArrowDecoder.blockSize), fields)
        var columns: [ArrowColumn] = []
        columns.reserveCapacity(fields.count)
        for field in fields {
            let array = try reader.next(field.field.type)
            guard array.count == rowCount else { throw Damage("column '\(field.field.name)' has another length") }
            var dictionary: ArrowArray?
            if let id = field.dictionaryID {
                guard let found = dictionaries[id] else { throw Damage("a dictionary is missing") }
                dictionary = found
            }
            columns.append(ArrowColumn(field.field, array, dictionary: dictionary))
        }
        return Contents(
            rowCount: rowCount, metadata: Dictionary(pairs(metadata), uniquingKeysWith: { _, last in last }),
            columns: columns)
    }

    private func pairs(_ keysAndValues: [String]) -> [(String, String)] {
        stride(from: 0, to: keysAndValues.count - 1, by: 2).map { (keysAndValues[$0], keysAndValues[$0 + 1]) }
    }

    private func footerBytes() throws -> UnsafeRawBufferPointer {
        let magic = ArrowFormat.magic
        guard file.count >= 2 * magic.count + 6 else { throw Damage("it is too short") }
        guard file.prefix(magic.count).elementsEqual(magic) else { throw Damage("it does not begin as an Arrow file") }
        guard file.suffix(magic.count).elementsEqual(magic) else { throw Damage("its end is missing") }
        let end = file.count - magic.count - 4
        let size = Int(UInt32(littleEndian: file.loadUnaligned(fromByteOffset: end, as: UInt32.self)))
        guard size <= end - 8 else { throw Damage("its footer is longer than the file") }
        return UnsafeRawBufferPointer(rebasing: file[(end - size)..<end])
    }

    private static let blockSize = 24

    /// The header table and the body of the message that a block of the footer points to.
    private func message(
        _ blocks: FlatVector, _ index: Int, header: UInt8
    ) throws -> (header: FlatTable, body: UnsafeRawBufferPointer) {
        let block = index * ArrowDecoder.blockSize
        let offset = try blocks.word(block)
        let metadataLength = Int64(try blocks.int32(block + 8))
        let bodyLength = try blocks.word(block + 16)
        guard offset >= 8, offset % 8 == 0, metadataLength >= 8, metadataLength % 8 == 0, bodyLength >= 0,
            offset <= Int64(file.count), metadataLength <= Int64(file.count) - offset,
            bodyLength <= Int64(file.count) - offset - metadataLength
        else { throw Damage("a block lies outside the file") }
        let start = Int(offset)
        let bodyStart = start + Int(metadataLength)
        let prefix = UInt32(littleEndian: file.loadUnaligned(fromByteOffset: start, as: UInt32.self))
        let size = Int64(UInt32(littleEndian: file.loadUnaligned(fromByteOffset: start + 4, as: UInt32.self)))
        guard prefix == .max, size == metadataLength - 8 else { throw Damage("a message has a wrong prefix") }
        let message = try FlatTable(root: UnsafeRawBufferPointer(rebasing: file[(start + 8)..<bodyStart]))
        guard try message.int16(0) == ArrowFormat.versionV5, try message.int8(1) == header,
            try message.int64(3) == bodyLength, let table = try message.table(2)
        else { throw Damage("a message is not what the footer says") }
        return (table, UnsafeRawBufferPointer(rebasing: file[bodyStart..<(bodyStart + Int(bodyLength))]))
    }

    private func dictionaries(
        _ blocks: FlatVector, _ fields: [ArrowSchemaDecoder.Field]
    ) throws -> [Int64: ArrowArray] {
        var types: [Int64: ArrowType] = [:]
        for field in fields {
            guard let id = field.dictionaryID, case .dictionary(_, let value) = field.field.type else { continue }
            if let known = types.updateValue(value, forKey: id), known != value {
                throw Damage("two columns share a dictionary and differ in type")
            }
        }
        var arrays: [Int64: ArrowArray] = [:]
        for index in 0..<blocks.count {
            let (header, body) = try message(blocks, index, header: ArrowFormat.Header.dictionaryBatch)
            let id = try header.int64(0)
            guard try header.int8(2) == 0, arrays[id] == nil else { throw Unsupported("a dictionary in several parts") }
            guard let type = types[id], let batch = try header.table(1) else {
                throw Damage("a dictionary belongs to no column")
            }
            var reader = try ArrayReader(batch: batch, body: body)
            let array = try reader.next(type)
            guard try count(batch.int64(0)) == array.count else { throw Damage("a dictionary has another length") }
            try array.checkOffsets()
            arrays[id] = array
        }
        return arrays
    }

    private func count(_ value: Int64) throws -> Int {
        guard value >= 0, value <= Int64(Int32.max) else { throw Damage("it has a wrong number of rows") }
        return Int(value)
    }
}

/// Hands out the arrays of one batch in the order of their nodes and buffers.
private struct ArrayReader {
    private let nodes: FlatVector
    private let buffers: FlatVector
    private let body: UnsafeRawBufferPointer
    private var node = 0
    private var buffer = 0

    init(batch: FlatTable, body: UnsafeRawBufferPointer) throws {
        nodes = try batch.vector(1, elementSize: 16)
        buffers = try batch.vector(2, elementSize: 16)
        guard try batch.table(3) == nil else { throw Unsupported("compressed buffers") }
        self.body = body
    }

    mutating func next(_ type: ArrowType) throws -> ArrowArray {
        guard node < nodes.count else { throw Damage("a column has no values") }
        let count = try nodes.word(16 * node)
        let nullCount = try nodes.word(16 * node + 8)
        node += 1
        guard count >= 0, count <= Int64(Int32.max), nullCount >= 0, nullCount <= count else {
            throw Damage("a column has a wrong length")
        }
        let length = Int(count)
        let bitmap = ArrowFormat.bitmapSize(length)
        let validity = try nextBuffer(atLeast: nullCount == 0 ? 0 : bitmap)
        var offsets: UnsafeRawBufferPointer?
        var data: UnsafeRawBufferPointer
        if type == .utf8 {
            (offsets, data) = try nextStrings(length)
        } else {
            let (size, overflow) = length.multipliedReportingOverflow(by: type.width ?? 1)
            guard !overflow else { throw Damage("a column is longer than the file") }
            data = try nextBuffer(atLeast: type == .boolean ? bitmap : size)
        }
        return ArrowArray(
            count: length, nullCount: Int(nullCount), validity: nullCount == 0 ? nil : validity, offsets: offsets,
            data: data)
    }

    private mutating func nextStrings(_ count: Int) throws -> (UnsafeRawBufferPointer, UnsafeRawBufferPointer) {
        // An array without values may leave its single offset out.
        var offsets = try nextBuffer(atLeast: count == 0 ? 0 : 4 * (count + 1))
        let data = try nextBuffer(atLeast: 0)
        if offsets.count < 4 { offsets = Zeros.shared.bytes(4) }
        let first = offsets.loadUnaligned(as: Int32.self)
        let last = offsets.loadUnaligned(fromByteOffset: 4 * count, as: Int32.self)
        guard first >= 0, last >= first, Int(last) <= data.count else {
            throw Damage("strings lie outside their bytes")
        }
        return (offsets, data)
    }

    private mutating func nextBuffer(atLeast size: Int) throws -> UnsafeRawBufferPointer {
        guard buffer < buffers.count else { throw Damage("a column has too few buffers") }
        let offset = try buffers.word(16 * buffer)
        let length = try buffers.word(16 * buffer + 8)
        buffer += 1
        guard offset >= 0, length >= 0, offset <= Int64(body.count), length <= Int64(body.count) - offset else {
            throw Damage("a buffer lies outside its message")
        }
        guard offset % 8 == 0 else { throw Damage("a buffer is not aligned") }
        guard length >= Int64(size) else { throw Damage("a buffer is too short for its values") }
        return UnsafeRawBufferPointer(rebasing: body[Int(offset)..<Int(offset + length)])
    }
}
