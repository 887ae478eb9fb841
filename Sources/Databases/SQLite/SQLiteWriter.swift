import GRDBSQLite
import Marts
import Vocabulary

/// What SQLite said.
struct SQLiteFailure: Error {
    let code: Int32
    let message: String
}

/// A database file in the making.
///
/// It speaks to SQLite itself: GRDB, which the ledger goes through, would be linked into every stage and slow its start.
final class SQLiteWriter {
    private let handle: OpaquePointer

    /// - Throws: `SQLiteFailure`.
    init(path: String) throws {
        var opened: OpaquePointer?
        let code = sqlite3_open_v2(path, &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nil)
        guard code == SQLITE_OK, let opened else {
            defer { sqlite3_close_v2(opened) }
            throw SQLiteFailure(code: code, message: opened.map { String(cString: sqlite3_errmsg($0)) } ?? "no memory")
        }
        handle = opened
    }

    deinit { sqlite3_close_v2(handle) }

    private var failure: SQLiteFailure {
        SQLiteFailure(code: sqlite3_errcode(handle), message: String(cString: sqlite3_errmsg(handle)))
    }

    /// - Throws: `SQLiteFailure`.
    func execute(_ sql: String) throws {
        guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else { throw failure }
    }

    /// Runs a statement once for each row, whose values are its arguments.
    /// - Throws: `SQLiteFailure`.
    func execute(_ sql: String, rows: [[MartValue]]) throws {
        var statement: OpaquePointer?
        guard sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK, let statement else { throw failure }
        defer { sqlite3_finalize(statement) }
        var digits: [UInt8] = []
        for row in rows {
            for (place, value) in row.enumerated() {
                guard bind(value, to: Int32(place + 1), of: statement, &digits) == SQLITE_OK else { throw failure }
            }
            guard sqlite3_step(statement) == SQLITE_DONE, sqlite3_reset(statement) == SQLITE_OK else { throw failure }
        }
    }

    /// A number is the double that is nearest to its text in JSON: what every reader of the JSON form has.
    private func bind(_ value: MartValue, to place: Int32, of statement: OpaquePointer, _ digits: inout [UInt8]) -> Int32 {
        switch value {
        case .null: return sqlite3_bind_null(statement, place)
        case .string(let text), .time(let text): return bind(SQLText.clean(text), to: place, of: statement)
        case .date(let date): return bind(date.description, to: place, of: statement)
        case .boolean(let flag): return sqlite3_bind_int64(statement, place, flag ? 1 : 0)
        case .integer(let number): return sqlite3_bind_int64(statement, place, number)
        case .number, .fitted, .money:
            digits.removeAll(keepingCapacity: true)
            guard value.appendNumber(to: &digits), let number = Double(String(decoding: digits, as: UTF8.self)) else {
                return sqlite3_bind_null(statement, place)
            }
            return sqlite3_bind_double(statement, place, number)
        }
    }

    private func bind(_ text: String, to place: Int32, of statement: OpaquePointer) -> Int32 {
        // SQLite copies the text before the call returns.
        let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        var text = text
        return text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { characters in
                // Without an address it would be null, which an empty text is not.
                guard let start = characters.baseAddress else { return sqlite3_bind_text(statement, place, "", 0, copied) }
                return sqlite3_bind_text64(statement, place, start, UInt64(characters.count), copied, UInt8(SQLITE_UTF8))
            }
        }
    }
}
