import Vocabulary

/// What a dialect says of whole records and fields: what is trimmed, which rows are totals, and which texts mean nothing.
struct RecordRules {
    private let totalsField: Int?
    private let totalsValues: [[UInt8]]
    private let nullValues: [[UInt8]]
    private let trims: Bool
    /// Those that columns are taken from, and the field of totals.
    private let mappedFields: [Int]

    /// - Throws: `log.missing-column` where the column of totals is not there.
    init(_ dialect: LogFormat.Dialect, schema: SourceSchema, file: String) throws {
        totalsField = try dialect.totals.map { totals in
            guard let field = schema.header.firstIndex(where: { $0.utf8.elementsEqual(totals.column.utf8) }) else {
                throw Problem(
                    .logMissingColumn, "there is no column '\(totals.column)' to know totals by", at: .path(file),
                    help: nearestName(to: totals.column, among: schema.header).map { "did you mean '\($0)'?" })
            }
            return field
        }
        totalsValues = (dialect.totals?.values ?? []).map { Array($0.utf8) }
        nullValues = dialect.nullValues.map { Array($0.utf8) }
        trims = dialect.trims
        mappedFields = Set(
            schema.columns.compactMap { column -> Int? in
                if case .field(let field) = column.source { field } else { nil }
            } + [totalsField].compactMap(\.self)
        ).sorted()
    }

    /// Trims fields, marks totals as skipped and empties fields that mean nothing; returns how many records are totals.
    func apply(_ records: RecordBatch, in window: TextWindow) -> Int {
        var skipped = 0
        if totalsField == nil && nullValues.isEmpty && !trims { return skipped }
        let base = UnsafeRawPointer(window.base)
        for record in 0..<records.count where records.faults[record] == .none {
            let fields = records.fields + record * records.stride
            if trims {
                for field in mappedFields where !fields[field].isEmpty { fields[field] = FieldTrimming.trimmed(fields[field], base) }
            }
            if let totalsField, Self.isOne(fields[totalsField], of: totalsValues, base) {
                records.faults[record] = .skipped
                skipped += 1
                continue
            }
            for field in mappedFields where Self.isOne(fields[field], of: nullValues, base) {
                fields[field].length = Field.nullLength
            }
        }
        return skipped
    }

    private static func isOne(_ field: Field, of values: [[UInt8]], _ base: UnsafeRawPointer) -> Bool {
        if field.length == Field.nullLength { return false }
        let bytes = UnsafeRawBufferPointer(start: base + Int(field.start), count: Int(field.length))
        return values.contains { $0.count == bytes.count && bytes.elementsEqual($0) }
    }
}
