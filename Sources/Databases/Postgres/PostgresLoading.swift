import Marts

/// A view of the fixed schema, over a table of one run.
struct PostgresView {
    struct Column: Hashable {
        let name: String
        /// As `format_type` says it.
        let type: String
    }

    let name: String
    let columns: [Column]
    let query: String
    /// Statements that comment on it, once it stands under this name in SQL.
    let comments: (String) -> String
}

/// Fills the schema of one run.
struct PostgresLoading {
    private let connection: PostgresConnection
    private let schema: String
    private let patience: Int

    init(_ connection: PostgresConnection, schema: String, patience: Int) {
        self.connection = connection
        self.schema = schema
        self.patience = patience
    }

    /// - Returns: the views over the tables.
    /// - Throws: `PostgresFailure`; what the marts throw.
    func load(_ tables: RunTables) throws -> [PostgresView] {
        var views: [PostgresView] = []
        try tables.forEach { table, view in
            let name = SQLText.name(table.name, in: schema)
            try connection.execute("CREATE TABLE \(name) (\(SQLDialect.postgres.columns(of: table))); SET LOCAL statement_timeout = 0")
            try connection.copy(into: name) { put in
                var bytes: [UInt8] = []
                for row in table.rows {
                    CopyText.append(row, to: &bytes)
                    if bytes.count >= 65_536 {
                        try put(bytes)
                        bytes.removeAll(keepingCapacity: true)
                    }
                }
                if !bytes.isEmpty { try put(bytes) }
            }
            try connection.execute(finishing(table, name))
            let everything = DataView(
                name: table.name, comment: table.comment, columns: Array(table.columns.indices), only: nil)
            for view in [view, everything].compactMap({ $0 }) { views.append(shown(view, table, name)) }
        }
        return views
    }

    private func finishing(_ table: DataTable, _ name: String) -> String {
        let dialect = SQLDialect.postgres
        var statements = [
            "SET LOCAL statement_timeout = \(patience * 1000)",
            "ALTER TABLE \(name) ADD CONSTRAINT \(SQLText.name(table.keyName)) PRIMARY KEY (\(dialect.names(table.primaryKey, of: table)))",
        ]
        for index in table.indexes where Self.fits(index, table.rows) {
            statements.append(
                "CREATE \(index.isUnique ? "UNIQUE " : "")INDEX \(SQLText.name(index.name)) ON \(name) (\(dialect.names(index.columns, of: table)))")
        }
        statements.append("ANALYZE \(name)")
        return statements.joined(separator: ";\n")
    }

    /// PostgreSQL refuses an index over more than 2,704 bytes of a row.
    private static func fits(_ index: DataTable.Index, _ rows: [[MartValue]]) -> Bool {
        rows.allSatisfy { row in
            index.columns.reduce(0) { sum, place in
                if case .string(let text) = row[place] { sum + text.utf8.count + 8 } else { sum + 16 }
            } <= 2_500
        }
    }

    private func shown(_ view: DataView, _ table: DataTable, _ name: String) -> PostgresView {
        let columns = view.columns.map { table.columns[$0] }
        return PostgresView(
            name: view.name,
            columns: columns.map { .init(name: $0.name, type: SQLDialect.postgres.name(of: $0.type)) },
            query: table.query(of: view, from: name),
            comments: { path in
                (["COMMENT ON VIEW \(path) IS \(SQLText.text(view.comment))"]
                    + columns.compactMap { column in
                        column.comment.map { "COMMENT ON COLUMN \(path).\(SQLText.name(column.name)) IS \(SQLText.text($0))" }
                    }).joined(separator: ";\n")
            })
    }
}
