import Vocabulary

/// Where the columns of a condition lie in every batch of rows.
public protocol ConditionLayout {
    /// nil where no row has the column: it is null everywhere.
    func slot(_ column: String) -> Int?
    func type(ofSlot slot: Int) -> ColumnType
    /// The distinct values of a category column; the index is the code.
    func values(ofSlot slot: Int) -> [String]
}

/// A batch of rows that a condition is evaluated on. A method is called only for slots of the types that it names.
public protocol ConditionRows {
    var count: Int { get }
    /// Codes of a category column; -1 is null.
    func codes(_ slot: Int) -> UnsafeBufferPointer<Int32>
    /// Values of a time, date, integer, decimal (millionths) or boolean (0, 1) column.
    func integers(_ slot: Int) -> UnsafeBufferPointer<Int64>
    /// 1 where the row has a value, 0 where it is null; empty where no row is null. Not called for category columns.
    func valid(_ slot: Int) -> UnsafeBufferPointer<UInt8>
    /// The bytes of a text column.
    func texts(_ slot: Int) -> UnsafeBufferPointer<UnsafeRawBufferPointer>
}
