import Vocabulary

/// Types the fields of cut records into the columns of a batch, a column at a time.
struct RecordTyper {
    /// The mapped columns, with the dropped ones.
    let columns: [SourceColumn]
    /// Per record of the last batch the index in `columns` of the column that failed first.
    let failedColumns: UnsafeMutableBufferPointer<Int32>

    private let targets: [TypedColumn?]
    private let events: ByteTable?
    /// The variants' bytes in the window, by the index of the column that they are assigned in.
    private let variants: [Int: [Field]]
    private let styled: StyledNumber?
    private let isJSON: Bool
    private var times: TimeTyping

    /// - Parameter batch: has a column for every stored one of `columns`, in their order.
    init(
        _ columns: [SourceColumn], into batch: TypedBatch, events: ByteTable?, variants: [Int: [Field]], format: LogFormat,
        failedColumns: UnsafeMutableBufferPointer<Int32>
    ) {
        self.columns = columns
        self.events = events
        self.variants = variants
        self.failedColumns = failedColumns
        styled = format.dialect.numbers.map(StyledNumber.init)
        isJSON = format.layout == .jsonLines
        times = TimeTyping(format.timeFormat, zone: format.zone)
        var stored = batch.columns.makeIterator()
        targets = columns.map { $0.isStored ? stored.next() : nil }
    }

    /// Types all records that have no fault yet into the rows from `batch.count` on; marks faults; then closes the gaps
    /// that faulty records leave. A record's fault is that of its first failing column in the order of the mapping.
    mutating func type(_ records: RecordBatch, in window: TextWindow, into batch: TypedBatch, firstNumber: Int64) {
        let start = batch.count
        let suspects = suspects(records, in: window)
        for (index, column) in columns.enumerated() {
            guard case .field(let field) = column.source else { continue }
            type(
                Slice(
                    records: records, field: field, base: UnsafeRawPointer(window.base), target: targets[index],
                    firstRow: start, index: Int32(truncatingIfNeeded: index), isRequired: column.isRequired),
                column, suspects)
        }
        for record in 0..<records.count { batch.recordNumbers[start + record] = firstNumber &+ Int64(record) }
        batch.count = start + closeGaps(records, in: batch, from: start)
    }

    /// One column of all records of a batch, on its way to its rows.
    private struct Slice {
        let records: RecordBatch
        let field: Int
        let base: UnsafeRawPointer
        let target: TypedColumn?
        let firstRow: Int
        let index: Int32
        let isRequired: Bool
    }

    private mutating func type(_ slice: Slice, _ column: SourceColumn, _ suspects: UnsafePointer<Bool>?) {
        switch column.kind {
        case .time: numbers(slice) { times.time($0, &$1) }
        case .date: numbers(slice) { times.date($0, &$1) }
        case .integer:
            if let styled { numbers(slice, styled.integer) } else { numbers(slice, NumberTyping.integer) }
        case .decimal:
            if let styled {
                numbers(slice, styled.decimal)
            } else if isJSON {
                numbers(slice, NumberTyping.jsonDecimal)
            } else {
                numbers(slice, NumberTyping.decimal)
            }
        case .boolean: numbers(slice, NumberTyping.boolean)
        case .text:
            let table = column.column.name == "event" ? events : nil
            strings(slice, table, suspects)
        case .key(let space): keys(slice, space)
        case .assigned(let table): variants(slice, table)
        case .dropped: eachField(slice) { _, _, _ in .none }
        }
    }

    @inline(__always)
    private func numbers(_ slice: Slice, _ type: (UnsafeRawBufferPointer, inout Int64) -> Fault) {
        guard let target = slice.target else { return }
        let integers = target.integers
        let valid = target.valid
        eachField(slice) { field, row, isNull in
            valid[row] = isNull ? 0 : 1
            if isNull {
                integers[row] = 0
                return .none
            }
            let start = slice.base + Int(field.start)
            return type(UnsafeRawBufferPointer(start: start, count: Int(field.length)), &integers[row])
        }
    }

    @inline(__always)
    private func keys(_ slice: Slice, _ space: KeyedHash.Space) {
        guard let target = slice.target else { return }
        let (keys, valid) = (target.keys, target.valid)
        HashLanes.with(space, into: keys) { lanes in
            eachField(slice) { field, row, isNull in
                valid[row] = isNull ? 0 : 1
                if isNull {
                    keys[row] = .zero
                } else {
                    lanes.add(UnsafeRawBufferPointer(start: slice.base + Int(field.start), count: Int(field.length)), row: row)
                }
                return .none
            }
        }
    }

    private func strings(_ slice: Slice, _ table: ByteTable?, _ suspects: UnsafePointer<Bool>?) {
        guard let target = slice.target?.fields.baseAddress else { return }
        if suspects == nil, table == nil, !slice.isRequired {
            // Nothing is looked at; what a record with a fault leaves in its row is gone when the gaps are closed.
            let (fields, stride) = (slice.records.fields + slice.field, slice.records.stride)
            for record in 0..<slice.records.count { target[slice.firstRow &+ record] = fields[record &* stride] }
            return
        }
        eachField(slice) { field, row, _ in
            target[row] = field
            if field.isNull { return .none }
            if let suspects, suspects[row &- slice.firstRow] {
                let bytes = UnsafeRawBufferPointer(start: slice.base + Int(field.start), count: Int(field.length))
                let fault = TextTyping.check(bytes)
                if fault != .none { return fault }
            }
            if let ours = table?.value(of: field, in: slice.base) { target[row] = ours }
            return .none
        }
    }

    private func variants(_ slice: Slice, _ table: VariantAssignment.Table) {
        guard let target = slice.target?.fields, let variants = variants[Int(slice.index)] else { return }
        eachField(slice) { field, row, isNull in
            let bytes = UnsafeRawBufferPointer(start: slice.base + Int(field.start), count: isNull ? 0 : Int(field.length))
            target[row] = isNull ? .null : variants[table.place(of: bytes)]
            return .none
        }
    }

    /// Calls `type` for the field of every record without a fault, with its row and whether it is empty, and marks the
    /// record with the fault that it returns, or as lacking a required value.
    @inline(__always)
    private func eachField(_ slice: Slice, _ type: (_ field: Field, _ row: Int, _ isNull: Bool) -> Fault) {
        let records = slice.records
        let fields = records.fields + slice.field
        let faults = records.faults
        let stride = records.stride
        for record in 0..<records.count where faults[record] == .none {
            let field = fields[record &* stride]
            let isNull = field.isEmpty
            var fault = type(field, slice.firstRow &+ record, isNull)
            if isNull && slice.isRequired && fault == .none { fault = .missing }
            if fault != .none {
                faults[record] = fault
                failedColumns[record] = slice.index
            }
        }
    }

    /// The records whose fields may be no text; nil where all are text. A line is cut at ASCII characters only, so that of one
    /// that is text every field is.
    private func suspects(_ records: RecordBatch, in window: TextWindow) -> UnsafePointer<Bool>? {
        func isText(_ start: UInt32, _ end: UInt32) -> Bool {
            TextTyping.isText(UnsafeRawBufferPointer(start: window.base + Int(start), count: Int(end) - Int(start)))
        }
        let (count, mustCheck) = (records.count, records.mustCheckText)
        if count == 0 || !mustCheck && isText(records.starts[0], records.ends[count - 1]) { return nil }
        for record in 0..<count {
            records.suspects[record] = mustCheck || !isText(records.starts[record], records.ends[record])
        }
        return UnsafePointer(records.suspects)
    }

    /// Moves the rows of records without a fault together and returns their number.
    private func closeGaps(_ records: RecordBatch, in batch: TypedBatch, from start: Int) -> Int {
        let faults = records.faults
        var kept = 0
        while kept < records.count && faults[kept] == .none { kept += 1 }
        if kept == records.count { return kept }
        var record = kept
        while record < records.count {
            if faults[record] != .none {
                record += 1
                continue
            }
            var end = record + 1
            while end < records.count && faults[end] == .none { end += 1 }
            batch.move(start + record..<start + end, to: start + kept)
            kept += end - record
            record = end
        }
        return kept
    }
}
