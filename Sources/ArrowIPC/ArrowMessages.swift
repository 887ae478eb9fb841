/// The FlatBuffers of an Arrow file: schema, dictionary batch, record batch and footer.
enum ArrowMessages {
    /// A message's place in the file, as the footer lists it.
    struct Block {
        var offset: Int64
        /// The prefix, the FlatBuffer and its padding.
        var metadataLength: Int64
        var bodyLength: Int64
    }

    /// A field node and the buffers of the arrays in one body.
    struct Layout {
        var rowCount: Int
        /// Length and null count in turn.
        var nodes: [Int64] = []
        /// Offset and length in turn.
        var buffers: [Int64] = []
        var bodyLength = 0

        /// A layout of rows of these fields whose message is as long as that of the real one.
        static func reserving(_ fields: [ArrowField], _ rowCount: Int) -> Layout {
            let buffers = fields.reduce(0) { $0 + ($1.type == .utf8 ? 3 : 2) }
            return Layout(
                rowCount: rowCount, nodes: [Int64](repeating: 0, count: 2 * fields.count),
                buffers: [Int64](repeating: 0, count: 2 * buffers))
        }
    }

    struct Schema {
        var fields: [ArrowField]
        /// By field the id of its dictionary; of one without a dictionary it is not looked at.
        var dictionaryIDs: [Int]
        /// Keys and values in turn.
        var metadata: [String]
    }

    static func schema(_ schema: Schema) -> [UInt8] {
        message(header: ArrowFormat.Header.schema, bodyLength: 0) { $0.schema(schema) }
    }

    static func recordBatch(_ layout: Layout) -> [UInt8] {
        message(header: ArrowFormat.Header.recordBatch, bodyLength: layout.bodyLength) { $0.recordBatch(layout) }
    }

    static func dictionaryBatch(id: Int, _ layout: Layout) -> [UInt8] {
        message(header: ArrowFormat.Header.dictionaryBatch, bodyLength: layout.bodyLength) { builder in
            let table = builder.table([.long(Int64(id)), .reference, .byte(0)])
            builder.point(table.slots[1], to: builder.recordBatch(layout))
            return table.position
        }
    }

    static func footer(_ schema: Schema, dictionaries: [Block], recordBatches: [Block]) -> [UInt8] {
        var builder = FlatBufferBuilder()
        let table = builder.table([.short(ArrowFormat.versionV5), .reference, .reference, .reference])
        builder.setRoot(table.position)
        builder.point(table.slots[1], to: builder.schema(schema))
        builder.point(table.slots[2], to: builder.blocks(dictionaries))
        builder.point(table.slots[3], to: builder.blocks(recordBatches))
        return builder.bytes
    }

    private static func message(
        header: UInt8, bodyLength: Int, _ body: (inout FlatBufferBuilder) -> Int
    ) -> [UInt8] {
        var builder = FlatBufferBuilder()
        let table = builder.table([
            .short(ArrowFormat.versionV5), .byte(header), .reference, .long(Int64(bodyLength)),
        ])
        builder.setRoot(table.position)
        builder.point(table.slots[2], to: body(&builder))
        return builder.bytes
    }
}

extension FlatBufferBuilder {
    fileprivate mutating func blocks(_ blocks: [ArrowMessages.Block]) -> Int {
        structs(count: blocks.count, words: blocks.flatMap { [$0.offset, $0.metadataLength, $0.bodyLength] })
    }

    fileprivate mutating func recordBatch(_ layout: ArrowMessages.Layout) -> Int {
        let table = table([.long(Int64(layout.rowCount)), .reference, .reference])
        point(table.slots[1], to: structs(count: layout.nodes.count / 2, words: layout.nodes))
        point(table.slots[2], to: structs(count: layout.buffers.count / 2, words: layout.buffers))
        return table.position
    }

    fileprivate mutating func schema(_ schema: ArrowMessages.Schema) -> Int {
        let (fields, metadata) = (schema.fields, schema.metadata)
        let littleEndian: Int16 = 0
        let table = table([.short(littleEndian), .reference, metadata.isEmpty ? .absent : .reference])
        let vector = references(fields.count)
        point(table.slots[1], to: vector.position)
        for (i, element) in vector.elements.enumerated() {
            point(element, to: self.field(fields[i], dictionaryID: schema.dictionaryIDs[i]))
        }
        if !metadata.isEmpty { point(table.slots[2], to: keyValues(metadata)) }
        return table.position
    }

    private mutating func field(_ field: ArrowField, dictionaryID: Int) -> Int {
        var valueType = field.type
        var indexType: ArrowIndex?
        if case .dictionary(let index, let value) = field.type {
            valueType = value
            indexType = index
        }
        let table = table([
            .reference, .byte(field.nullable ? 1 : 0), .byte(valueType.code), .reference,
            indexType == nil ? .absent : .reference, .reference, field.metadata.isEmpty ? .absent : .reference,
        ])
        point(table.slots[0], to: string(field.name))
        point(table.slots[3], to: type(valueType))
        if let indexType {
            let encoding = self.table([.long(Int64(dictionaryID)), .reference, .byte(0)])
            point(table.slots[4], to: encoding.position)
            point(encoding.slots[1], to: integer(bits: 8 * indexType.rawValue))
        }
        point(table.slots[5], to: references(0).position)
        if !field.metadata.isEmpty { point(table.slots[6], to: keyValues(field.metadata)) }
        return table.position
    }

    private mutating func type(_ type: ArrowType) -> Int {
        switch type {
        case .int8: return integer(bits: 8)
        case .int16: return integer(bits: 16)
        case .int32: return integer(bits: 32)
        case .int64: return integer(bits: 64)
        case .float64: return table([.short(ArrowFormat.doublePrecision)]).position
        case .boolean, .utf8, .dictionary: return table([]).position
        case .date32: return table([.short(ArrowFormat.dateUnitDay)]).position
        case .timestamp:
            let table = table([.short(ArrowFormat.timeUnitMicrosecond), .reference])
            point(table.slots[1], to: string("UTC"))
            return table.position
        case .fixedSizeBinary(let width): return table([.int(Int32(clamping: width))]).position
        }
    }

    private mutating func integer(bits: Int) -> Int { table([.int(Int32(bits)), .byte(1)]).position }

    private mutating func keyValues(_ metadata: [String]) -> Int {
        let vector = references(metadata.count / 2)
        for (index, element) in vector.elements.enumerated() {
            let table = table([.reference, .reference])
            point(element, to: table.position)
            point(table.slots[0], to: string(metadata[2 * index]))
            point(table.slots[1], to: string(metadata[2 * index + 1]))
        }
        return vector.position
    }
}

extension ArrowType {
    fileprivate var code: UInt8 {
        switch self {
        case .int8, .int16, .int32, .int64: ArrowFormat.TypeCode.integer
        case .float64: ArrowFormat.TypeCode.floatingPoint
        case .boolean: ArrowFormat.TypeCode.boolean
        case .utf8: ArrowFormat.TypeCode.utf8
        case .date32: ArrowFormat.TypeCode.date
        case .timestamp: ArrowFormat.TypeCode.timestamp
        case .fixedSizeBinary: ArrowFormat.TypeCode.fixedSizeBinary
        case .dictionary(_, let value): value.code
        }
    }
}
