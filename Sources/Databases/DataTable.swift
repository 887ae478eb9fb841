import Marts

/// One table as both databases get it.
package struct DataTable: Sendable {
    package struct Column: Sendable, Hashable {
        package let name: String
        package let type: MartColumn.ValueType
        /// For people who look at the database.
        package let comment: String?

        init(_ name: String, _ type: MartColumn.ValueType, comment: String? = nil) {
            self.name = name
            self.type = type
            self.comment = comment
        }
    }

    package struct Index: Sendable, Hashable {
        package let name: String
        /// Places of its columns.
        package let columns: [Int]
        package let isUnique: Bool
    }

    package let name: String
    package let comment: String
    package let columns: [Column]
    /// Places of the columns of its primary key; they hold no null.
    package let primaryKey: [Int]
    /// The name of that key.
    package let keyName: String
    package let indexes: [Index]
    /// A value a column, in the table's defined order.
    package let rows: [[MartValue]]
}

/// A view over the rows of one table that may be summed.
package struct DataView: Sendable {
    package let name: String
    package let comment: String
    /// Places of its columns in the table.
    package let columns: [Int]
    /// Only rows whose column holds this text; nil for all rows.
    package let only: (column: String, text: String)?
}

extension DataTable {
    /// The view's query, over the table under its name in SQL.
    func query(of view: DataView, from table: String) -> String {
        let names = view.columns.map { SQLText.name(columns[$0].name) }.joined(separator: ", ")
        let condition = view.only.map { " WHERE \(SQLText.name($0.column)) = \(SQLText.text($0.text))" } ?? ""
        return "SELECT \(names) FROM \(table)\(condition)"
    }
}

/// What the two databases call the types of columns.
package enum SQLDialect: Sendable {
    case sqlite, postgres

    /// Numbers in SQLite are REAL and no DECIMAL, which would keep 12.0 as an integer and divide it as one; dates and
    /// times have the declared types that BI tools look for. PostgreSQL's names are those of `format_type`.
    package func name(of type: MartColumn.ValueType) -> String {
        switch (type, self) {
        case (.string, _): self == .sqlite ? "TEXT" : "text"
        case (.integer, _): self == .sqlite ? "BIGINT" : "bigint"
        case (.number, .sqlite), (.money, .sqlite): "REAL"
        case (.number, .postgres): "double precision"
        case (.money, .postgres): "numeric"
        case (.boolean, _): self == .sqlite ? "BOOLEAN" : "boolean"
        case (.date, _): self == .sqlite ? "DATE" : "date"
        case (.time, .sqlite): "DATETIME"
        case (.time, .postgres): "timestamp with time zone"
        }
    }

    func columns(of table: DataTable) -> String {
        table.columns.enumerated().map { place, column in
            "\(SQLText.name(column.name)) \(name(of: column.type))\(table.primaryKey.contains(place) ? " NOT NULL" : "")"
        }.joined(separator: ", ")
    }

    func names(_ places: [Int], of table: DataTable) -> String {
        places.map { SQLText.name(table.columns[$0].name) }.joined(separator: ", ")
    }
}
