import Vocabulary

/// The live rows of one versioned table (an ad report, costs, units), column by column.
public struct TableSnapshot: Sendable {
    /// The source's name and its kind as the manifest writes it (`ad_report`, `units`, `costs`).
    public let source: String
    public let kind: String
    public let rowCount: Int
    public let columns: [TableColumn]

    public init(source: String, kind: String, rowCount: Int, columns: [TableColumn]) {
        self.source = source
        self.kind = kind
        self.rowCount = rowCount
        self.columns = columns
    }

    public func column(_ name: String) -> TableColumn? { columns.first { $0.column.name == name } }
}

/// One column of a table. `integers` holds time, date, integer, decimal (millionths) and boolean; `strings` holds
/// category and text; `keys` holds keyed hashes. nil is null.
public struct TableColumn: Sendable {
    public let column: Column
    public let integers: [Int64?]
    public let strings: [String?]
    public let keys: [Key128?]

    public init(column: Column, integers: [Int64?] = [], strings: [String?] = [], keys: [Key128?] = []) {
        self.column = column
        self.integers = integers
        self.strings = strings
        self.keys = keys
    }
}
