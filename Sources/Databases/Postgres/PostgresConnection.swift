import CPostgres
import FoundationEssentials
import Glibc
import Vocabulary

/// A connection through libpq that never waits longer than it was told to.
package final class PostgresConnection {
    private let handle: UnsafeMutableRawPointer
    private var secrets: [String]
    /// Seconds that the server may take for an answer, or to take more of what is sent.
    private let patience: Int

    /// Loads libpq where this is its first use, and connects.
    /// - Parameter within: seconds.
    /// - Throws: `Problem` with `postgres.no-library`, `.bad-url`, `.unreachable` or `.denied`.
    init(_ target: PostgresTarget, within seconds: Int) throws {
        patience = target.patience
        secrets = [getenv("PGPASSWORD").map { String(cString: $0) } ?? ""]
        var text = [CChar](repeating: 0, count: 1024)
        guard cpg_load(&text, text.count) == 0 else {
            throw Problem(
                .postgresNoLibrary, "libpq cannot be loaded: \(Self.string(text))", at: target.place,
                help: "install it (Debian: libpq5), or take 'postgres' out of the manifest")
        }
        if let url = target.url {
            // What libpq says of a URL that it cannot read may quote the password.
            guard !url.utf8.contains(0), cpg_parse(url, &text, text.count) == 0, Self.isPlain(url, password: Self.string(text)) else {
                throw Problem(
                    .postgresBadURL, "libpq cannot read the URL of the database", at: target.place,
                    help: "write postgresql://USER@HOST:PORT/DATABASE, with %40 for @ and the like within a part")
            }
            secrets.append(Self.string(text))
        }
        let answer = PostgresDialing.dial(target.url, within: seconds)
        switch answer {
        case .noMemory: throw Problem(.postgresUnreachable, "there is no memory for a connection", at: target.place)
        case .late:
            throw Problem(
                .postgresUnreachable, "the name of the server was not resolved within \(seconds) s", at: target.place, help: Self.unreachableHelp)
        case .connected(let line), .failed(let line), .silent(let line): handle = line.handle
        }
        if case .failed = answer { throw unreachable(said) }
        if case .silent = answer { throw unreachable("the server gave no answer within \(seconds) s") }
        secrets.append(cpg_password(handle).map { String(cString: $0) } ?? "")
    }

    deinit { cpg_finish(handle) }

    /// `host:port/database`.
    var server: String {
        func text(_ value: UnsafePointer<CChar>?) -> String { value.map { String(cString: $0) } ?? "" }
        return withoutSecrets("\(text(cpg_host(handle))):\(text(cpg_port(handle)))/\(text(cpg_database(handle)))")
    }

    /// Whether libpq finds the password where a person would: with a `/` or `@` in it that is not encoded, its rest would be taken
    /// for a host or a port, and be named in errors.
    package static func isPlain(_ url: String, password: String) -> Bool {
        guard let start = url.range(of: "://")?.upperBound else { return false }
        let authority = url[start...].prefix { $0 != "?" }
        guard let at = authority.lastIndex(of: "@"), let colon = authority[..<at].firstIndex(of: ":") else { return true }
        return String(authority[authority.index(after: colon)..<at]).removingPercentEncoding == password
    }

    private static func string(_ text: [CChar]) -> String {
        String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    // MARK: Connecting

    private static let unreachableHelp =
        "look at the server and at PGHOST, PGPORT or the URL; the files are published, and the next run brings the database to them"

    private func unreachable(_ message: String) -> Problem {
        let isDenied = Self.isDenied(message)
        return Problem(
            isDenied ? .postgresDenied : .postgresUnreachable, message, at: .path("PostgreSQL \(server)"),
            help: isDenied
                ? "look at PGUSER, and at PGPASSWORD or the password file" : Self.unreachableHelp)
    }

    /// Whether libpq's words on a connection that failed say that the server lets this role not in: with verbose errors they are
    /// `...: FATAL:  28P01: password authentication failed ...`, and the severity is in the server's language.
    package static func isDenied(_ message: String) -> Bool {
        let words = message.split(separator: " ")
        return message.contains("no password supplied")
            || zip(words, words.dropFirst()).contains { $0.hasSuffix(":") && ($1 == "28000:" || $1 == "28P01:") }
    }

    /// What libpq says last, in one line without secrets.
    private var said: String { oneLine(cpg_error(handle).map { String(cString: $0) } ?? "") }

    private func oneLine(_ text: String) -> String {
        withoutSecrets(String(text.split(whereSeparator: \.isNewline).first ?? "the connection is lost"))
    }

    private func withoutSecrets(_ text: String) -> String {
        secrets.reduce(text) { $1.isEmpty ? $0 : $0.replacing($1, with: "***") }
    }

    // MARK: Statements

    /// Runs statements; the rows of all of them come back as text.
    /// - Throws: `PostgresFailure`.
    @discardableResult
    func execute(_ sql: String) throws -> [[String?]] {
        try send(sql)
        return try results()
    }

    private func send(_ sql: String) throws {
        guard cpg_send(handle, sql) == 1 else { throw PostgresFailure(state: nil, message: said) }
        try flush()
    }

    /// Fills a table.
    /// - Parameter body: hands bytes of the text form over to its argument, piece by piece.
    /// - Throws: `PostgresFailure`; what `body` throws.
    func copy(into table: String, _ body: (([UInt8]) throws -> Void) throws -> Void) throws {
        try send("COPY \(table) FROM STDIN WITH (FORMAT text, FREEZE true)")
        guard try isCopying() else { throw PostgresFailure(state: nil, message: "the server takes no copy") }
        try body { bytes in
            while true {
                let taken = bytes.withUnsafeBytes { buffer in
                    cpg_put(handle, buffer.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(clamping: buffer.count))
                }
                if taken == 1 { break }
                if taken < 0 { try end(becauseOf: said) }
                try waitToSend()
            }
        }
        while true {
            let taken = cpg_put_end(handle)
            if taken == 1 { break }
            if taken < 0 { try end(becauseOf: said) }
            try waitToSend()
        }
        try flush()
        _ = try results()
    }

    /// The server's own words where it still has some.
    private func end(becauseOf message: String) throws -> Never {
        _ = try results()
        throw PostgresFailure(state: nil, message: message)
    }

    private func isCopying() throws -> Bool {
        try waitForResult()
        guard let result = cpg_result(handle) else { return false }
        defer { cpg_clear(result) }
        if cpg_state(result) == CPG_COPYING { return true }
        let failure = failure(result)
        _ = try? results()
        throw failure
    }

    /// Every result up to the last.
    private func results() throws -> [[String?]] {
        var rows: [[String?]] = []
        var failure: PostgresFailure?
        while true {
            try waitForResult()
            guard let result = cpg_result(handle) else { break }
            defer { cpg_clear(result) }
            switch cpg_state(result) {
            case CPG_DONE: break
            case CPG_ROWS:
                for row in 0..<cpg_rows(result) {
                    rows.append((0..<cpg_columns(result)).map { cpg_value(result, row, $0).map { String(cString: $0) } })
                }
            default:
                if failure == nil { failure = self.failure(result) }
                // A connection that is gone answers a copy with the same result for ever.
                if cpg_state(result) == CPG_COPYING { throw PostgresFailure(state: nil, message: said) }
            }
        }
        if let failure { throw failure }
        return rows
    }

    private func failure(_ result: UnsafeMutableRawPointer) -> PostgresFailure {
        PostgresFailure(
            state: cpg_sqlstate(result).map { String(cString: $0) },
            message: oneLine(cpg_message(result).map { String(cString: $0) } ?? ""))
    }

    // MARK: Waiting

    private func waitForResult() throws {
        let deadline = ContinuousClock.now + .seconds(patience)
        while cpg_is_busy(handle) == 1 {
            guard wait(POLLIN, until: deadline) else { throw tooLate }
            guard cpg_consume(handle) == 1 else { return }
        }
    }

    private func waitToSend() throws {
        guard wait(POLLIN | POLLOUT, until: .now + .seconds(patience)) else { throw tooLate }
        _ = cpg_consume(handle)
    }

    private func flush() throws {
        while case let left = cpg_flush(handle), left != 0 {
            if left < 0 { throw PostgresFailure(state: nil, message: said) }
            try waitToSend()
        }
    }

    private var tooLate: PostgresFailure {
        PostgresFailure(state: nil, message: "the server gave no answer within \(patience) s")
    }

    private func wait(_ events: Int32, until deadline: ContinuousClock.Instant) -> Bool {
        PostgresDialing.wait(for: events, at: cpg_socket(handle), until: deadline)
    }
}
