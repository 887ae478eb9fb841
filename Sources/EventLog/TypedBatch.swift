import Vocabulary

/// The typed columns of up to `capacity` accepted records, in the order in which the file has them.
///
/// A batch is filled by the reader, handed to the consumer, and filled again: nothing in it outlives the call.
/// String columns point into `text`, the bytes of the records themselves.
public final class TypedBatch {
    public static let capacity = 1024

    /// The columns, in the order of the source's mapping.
    public let columns: [TypedColumn]
    /// Accepted records in the batch.
    public package(set) var count = 0
    /// Per row the number of its record in the file, counted from 1 (a header line is not a record).
    public let recordNumbers: UnsafeMutableBufferPointer<Int64>
    /// The bytes that string columns point into; valid until the consumer returns.
    public package(set) var text = UnsafeRawBufferPointer(start: nil, count: 0)

    public init(columns: [Column]) {
        self.columns = columns.map(TypedColumn.init)
        recordNumbers = .allocate(capacity: Self.capacity)
        recordNumbers.initialize(repeating: 0)
    }

    deinit { recordNumbers.deallocate() }

    /// Moves rows towards the front.
    func move(_ rows: Range<Int>, to place: Int) {
        recordNumbers.move(rows, to: place)
        for column in columns {
            if column.valid.count > 0 { column.valid.move(rows, to: place) }
            if column.integers.count > 0 { column.integers.move(rows, to: place) }
            if column.fields.count > 0 { column.fields.move(rows, to: place) }
            if column.keys.count > 0 { column.keys.move(rows, to: place) }
        }
    }

    /// The column of that name, if the source maps it.
    public func column(_ name: String) -> TypedColumn? { columns.first { $0.column.name == name } }
}

/// One typed column of a batch. Which buffer is used depends on the type:
/// time, date, integer, decimal and boolean (0 or 1) use `integers`, key uses `keys`, each with `valid`; category and text use
/// `fields` (slices of the batch's `text`), which tell nulls themselves.
public final class TypedColumn {
    public let column: Column
    /// 1 where the row has a value, 0 where it is null; empty of a category or text.
    public let valid: UnsafeMutableBufferPointer<UInt8>
    public let integers: UnsafeMutableBufferPointer<Int64>
    public let fields: UnsafeMutableBufferPointer<Field>
    public let keys: UnsafeMutableBufferPointer<Key128>

    public init(_ column: Column) {
        self.column = column
        let capacity = TypedBatch.capacity
        func buffer<T>(_ used: Bool, _ zero: T) -> UnsafeMutableBufferPointer<T> {
            let buffer = UnsafeMutableBufferPointer<T>.allocate(capacity: used ? capacity : 0)
            buffer.initialize(repeating: zero)
            return buffer
        }
        let isString = column.type == .category || column.type == .text
        valid = buffer(!isString, 0)
        integers = buffer(!isString && column.type != .key, 0)
        fields = buffer(isString, .null)
        keys = buffer(column.type == .key, .zero)
    }

    deinit {
        valid.deallocate()
        integers.deallocate()
        fields.deallocate()
        keys.deallocate()
    }

    @inlinable
    public func isNull(_ row: Int) -> Bool { fields.count > 0 ? fields[row].isNull : valid[row] == 0 }

    /// The bytes of a row of a category or text column; nil where it is null.
    /// - Parameter text: the batch's.
    public func bytes(_ row: Int, in text: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? { fields[row].bytes(in: text) }
}

extension UnsafeMutableBufferPointer {
    fileprivate func move(_ elements: Range<Int>, to place: Int) {
        guard let base = baseAddress else { return }
        (base + place).update(from: base + elements.lowerBound, count: elements.count)
    }
}
