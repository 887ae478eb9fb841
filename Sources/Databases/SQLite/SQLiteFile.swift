import GRDBSQLite
import Marts
import Vocabulary

/// `marts.sqlite` in a run directory: the marts of the run as tables and views for BI tools.
///
/// The same tables give the same bytes with the same version of SQLite: one page size, no free pages, one transaction.
public enum SQLiteFile {
    /// Of the tables' form; `PRAGMA user_version`.
    static let version = 1

    /// Writes the file and syncs it. It lies in a run in the making, so that no reader sees half of it, and needs no journal.
    /// - Throws: `Problem` of the marts, `output.cannot-write` or `output.io`.
    public static func write(_ tables: RunTables, to path: String) throws {
        try OutputFiles.remove(path)
        do {
            let writer = try SQLiteWriter(path: path)
            try writer.execute(
                """
                PRAGMA page_size = 4096; PRAGMA encoding = 'UTF-8'; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
                BEGIN; PRAGMA user_version = \(version)
                """)
            try tables.forEach { table, view in try write(table, view, by: writer) }
            try writer.execute("COMMIT")
        } catch let failure as SQLiteFailure {
            throw problem(failure, path)
        }
        try OutputFiles.sync(path)
    }

    private static func write(_ table: DataTable, _ view: DataView?, by writer: SQLiteWriter) throws {
        let dialect = SQLDialect.sqlite
        let name = SQLText.name(table.name)
        let key = "CONSTRAINT \(SQLText.name(table.keyName)) PRIMARY KEY (\(dialect.names(table.primaryKey, of: table)))"
        try writer.execute("CREATE TABLE \(name) (\(dialect.columns(of: table)), \(key))")
        let marks = table.columns.map { _ in "?" }.joined(separator: ", ")
        try writer.execute("INSERT INTO \(name) VALUES (\(marks))", rows: table.rows)
        for index in table.indexes {
            let kind = index.isUnique ? "UNIQUE INDEX" : "INDEX"
            try writer.execute("CREATE \(kind) \(SQLText.name(index.name)) ON \(name) (\(dialect.names(index.columns, of: table)))")
        }
        if let view {
            try writer.execute("CREATE VIEW \(SQLText.name(view.name)) AS \(table.query(of: view, from: name))")
        }
    }

    private static func problem(_ failure: SQLiteFailure, _ path: String) -> Problem {
        let message = "the tables cannot be written: \(failure.message)"
        switch failure.code & 0xFF {
        case SQLITE_CANTOPEN, SQLITE_READONLY, SQLITE_PERM, SQLITE_AUTH:
            return Problem(
                .outputCannotWrite, message, at: .path(path), help: "check the path of 'output' and the rights of its directory")
        default:
            return Problem(
                .outputInputOutput, message, at: .path(path),
                help: "free some space and run again; what is published is untouched")
        }
    }
}
