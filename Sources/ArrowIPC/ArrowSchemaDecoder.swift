/// Reads the fields of an Arrow schema.
enum ArrowSchemaDecoder {
    struct Field {
        var field: ArrowField
        var dictionaryID: Int64?
    }

    static func fields(of schema: FlatTable) throws -> [Field] {
        guard try schema.int16(0) == 0 else { throw Unsupported("big-endian values") }
        let vector = try schema.vector(1, elementSize: 4)
        return try (0..<vector.count).map { try field(vector.table($0)) }
    }

    static func keyValues(_ vector: FlatVector) throws -> [String] {
        try (0..<vector.count).flatMap { index in
            let pair = try vector.table(index)
            return [try pair.string(0) ?? "", try pair.string(1) ?? ""]
        }
    }

    private static func field(_ table: FlatTable) throws -> Field {
        let name = try table.string(0) ?? ""
        var type = try type(table, of: name)
        var dictionaryID: Int64?
        if let encoding = try table.table(4) {
            dictionaryID = try encoding.int64(0)
            // Without an index type the format means signed 32 bits.
            var index = ArrowIndex.int32
            if let integer = try encoding.table(1) {
                let bits = try integer.int32(0)
                guard try integer.int8(1) != 0, bits % 8 == 0, let signed = ArrowIndex(rawValue: Int(bits) / 8) else {
                    throw Unsupported("dictionary indices of another type in column '\(name)'")
                }
                index = signed
            }
            type = .dictionary(index: index, value: type)
        }
        let metadata = try keyValues(table.vector(6, elementSize: 4))
        let field = ArrowField(name, type, nullable: try table.int8(1) != 0, metadata: metadata)
        return Field(field: field, dictionaryID: dictionaryID)
    }

    private static func type(_ field: FlatTable, of name: String) throws -> ArrowType {
        guard let type = try field.table(3) else { throw Damage("column '\(name)' has no type") }
        switch try field.int8(2) {
        case ArrowFormat.TypeCode.integer:
            guard try type.int8(1) != 0 else { break }
            switch try type.int32(0) {
            case 8: return .int8
            case 16: return .int16
            case 32: return .int32
            case 64: return .int64
            default: break
            }
        case ArrowFormat.TypeCode.floatingPoint:
            if try type.int16(0) == ArrowFormat.doublePrecision { return .float64 }
        case ArrowFormat.TypeCode.utf8: return .utf8
        case ArrowFormat.TypeCode.boolean: return .boolean
        case ArrowFormat.TypeCode.date:
            if try type.int16(0, default: ArrowFormat.dateUnitMillisecond) == ArrowFormat.dateUnitDay { return .date32 }
        case ArrowFormat.TypeCode.timestamp:
            if try type.int16(0) == ArrowFormat.timeUnitMicrosecond, try type.string(1) == "UTC" { return .timestamp }
        case ArrowFormat.TypeCode.fixedSizeBinary:
            let width = try type.int32(0)
            if width > 0 { return .fixedSizeBinary(Int(width)) }
        default: break
        }
        throw Unsupported("column '\(name)' of a type that is not read here")
    }
}
