import ArrowIPC
import EventLog
import Vocabulary

/// Hands rows of a file of the store over in batches, as a reader of logs would. Its columns must be checked beforehand.
struct StoredRows {
    let batch: TypedBatch
    private var inputs: [Input]
    private var text: [UInt8] = []
    private let codes: UnsafeMutableBufferPointer<Int32>
    private let texts: UnsafeMutableBufferPointer<UnsafeRawBufferPointer>
    private let valid: UnsafeMutableBufferPointer<UInt8>

    private struct Input {
        let slot: SlotInput
        /// Of a category column.
        var values: CategoryValues?
    }

    init(_ columns: [Column], reader: (String) -> ColumnReader?) {
        batch = TypedBatch(columns: columns)
        inputs = columns.map { column in
            let reader = reader(column.name)
            let values = column.type == .category ? reader?.dictionary.map(CategoryValues.init) : nil
            return Input(slot: SlotInput(reader, map: values?.identity), values: values)
        }
        codes = .allocate(capacity: TypedBatch.capacity)
        codes.initialize(repeating: -1)
        texts = .allocate(capacity: TypedBatch.capacity)
        texts.initialize(repeating: UnsafeRawBufferPointer(start: nil, count: 0))
        valid = .allocate(capacity: TypedBatch.capacity)
        valid.initialize(repeating: 0)
    }

    /// Ends the life of the scratch memory; the owner calls it once.
    func deallocate() {
        codes.deallocate()
        texts.deallocate()
        valid.deallocate()
        for input in inputs { input.values?.identity.deallocate() }
    }

    /// - Parameter rows: at most `TypedBatch.capacity`.
    mutating func with(_ rows: ArraySlice<Int32>, _ body: (TypedBatch) throws -> Void) throws {
        text.removeAll(keepingCapacity: true)
        rows.withUnsafeBufferPointer { rows in
            guard let start = rows.baseAddress else { return }
            for i in inputs.indices { fill(batch.columns[i], from: i, start, rows.count) }
        }
        batch.count = rows.count
        try text.withUnsafeBytes { bytes in
            batch.text = bytes
            try body(batch)
        }
    }

    private mutating func fill(_ column: TypedColumn, from input: Int, _ rows: UnsafePointer<Int32>, _ count: Int) {
        let slot = inputs[input].slot
        if column.valid.count > 0, let valid = column.valid.baseAddress { slot.copyValid(rows, count: count, to: valid) }
        switch column.column.type {
        case .time, .date, .integer, .decimal, .boolean:
            if let integers = column.integers.baseAddress { slot.copyIntegers(rows, count: count, to: integers) }
        case .key:
            if let keys = column.keys.baseAddress { slot.copyKeys(rows, count: count, to: keys) }
        case .category: fillCategory(column, from: input, rows, count)
        case .text: fillText(column, slot, rows, count)
        }
    }

    private mutating func fillText(_ column: TypedColumn, _ slot: SlotInput, _ rows: UnsafePointer<Int32>, _ count: Int) {
        guard let texts = texts.baseAddress, let valid = valid.baseAddress else { return }
        slot.copyTexts(rows, count: count, to: texts)
        slot.copyValid(rows, count: count, to: valid)
        for i in 0..<count {
            column.fields[i] = .null
            guard valid[i] == 1 else { continue }
            column.fields[i] = Field(
                start: UInt32(truncatingIfNeeded: text.count), length: UInt32(truncatingIfNeeded: texts[i].count))
            text.append(contentsOf: texts[i])
        }
    }

    /// Of a value that stands in many rows the bytes are taken once a batch.
    private mutating func fillCategory(_ column: TypedColumn, from input: Int, _ rows: UnsafePointer<Int32>, _ count: Int) {
        guard let codes = codes.baseAddress, inputs[input].values != nil else {
            for i in 0..<count { column.fields[i] = .null }
            return
        }
        inputs[input].slot.copyCodes(rows, count: count, to: codes)
        inputs[input].values?.place(UnsafePointer(codes), count, column, &text)
    }
}

/// The values behind the codes of one category column, and where those of the batch at hand stand in its text.
private struct CategoryValues {
    private let dictionary: ArrowArray
    /// Every code as it is, with a place more for the code of nulls.
    let identity: UnsafeMutableBufferPointer<Int32>
    private var places: [(batch: UInt32, field: Field)]
    private var batch: UInt32 = 0

    init(_ dictionary: ArrowArray) {
        self.dictionary = dictionary
        identity = .allocate(capacity: dictionary.count + 1)
        for i in identity.indices { identity[i] = Int32(truncatingIfNeeded: i) }
        places = Array(repeating: (0, .null), count: dictionary.count)
    }

    mutating func place(_ codes: UnsafePointer<Int32>, _ count: Int, _ column: TypedColumn, _ text: inout [UInt8]) {
        batch &+= 1
        for i in 0..<count {
            guard codes[i] >= 0 else {
                column.fields[i] = .null
                continue
            }
            let code = Int(codes[i])
            if places[code].batch != batch {
                let value = dictionary.slice(code) ?? UnsafeRawBufferPointer(start: nil, count: 0)
                places[code] = (
                    batch, Field(start: UInt32(truncatingIfNeeded: text.count), length: UInt32(truncatingIfNeeded: value.count)))
                text.append(contentsOf: value)
            }
            column.fields[i] = places[code].field
        }
    }
}
