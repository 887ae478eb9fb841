import GRDB
import Glibc
import Marts
import Vocabulary

extension ProblemCode {
    public static let ledgerUnusable = ProblemCode("ledger.unusable", exit: .inputOutput)
}

/// The runs of an output in one SQLite file: an index for people and BI tools, made from the run directories, from
/// which it can be made anew. It also keeps the runs that are no longer on disk.
public struct Ledger: Sendable {
    private static let version = 1
    private let queue: DatabaseQueue

    public static func path(in output: String) -> String { "\(output)/ledger.sqlite" }

    /// The ledger of an output, made anew from the run directories where it is missing or damaged.
    /// - Throws: `Problem` `ledger.unusable` where it cannot be written.
    public static func open(output: String) throws -> Ledger {
        let path = path(in: output)
        return try mended(output, path) { try Ledger(existing: path) }
    }

    /// Makes the ledger anew beside its place and puts it there.
    /// - Throws: `Problem` `ledger.unusable`.
    @discardableResult
    public static func rebuild(output: String) throws -> Ledger {
        let path = path(in: output)
        let temporary = "\(output)/.ledger.sqlite.tmp"
        for suffix in ["", "-journal", "-wal", "-shm"] { unlink(temporary + suffix) }
        try guarded(path) {
            let fresh = try Ledger(queue: DatabaseQueue(path: temporary))
            try fresh.record(LedgerEntry.all(in: output))
            try fresh.record(MatchRecord.all(in: output))
            try fresh.queue.close()
        }
        for suffix in ["-journal", "-wal", "-shm"] { unlink(path + suffix) }
        guard rename(temporary, path) == 0 else {
            throw Problem(
                .ledgerUnusable, "the ledger cannot be put in its place: \(String(cString: strerror(errno)))",
                at: .path(path), help: "look at the rights of the output directory")
        }
        return try guarded(path) { try Ledger(existing: path) }
    }

    /// Notes runs in the ledger of an output, which is made anew where it turns out to be damaged.
    /// - Throws: `Problem` `ledger.unusable` where it cannot be written.
    public static func note(_ entries: [LedgerEntry], output: String) throws {
        let ledger = try open(output: output)
        _ = try mended(output, path(in: output)) {
            try ledger.record(entries)
            return ledger
        }
    }

    /// Notes that a list was joined to a figure: in the output's file of such records, whose failure is thrown, then in the
    /// ledger, which is made from it and may be made anew.
    /// - Throws: `Problem` of the output.
    public static func note(_ match: MatchRecord, output: String) throws {
        try match.append(in: output)
        let ledger = try open(output: output)
        _ = try mended(output, path(in: output)) {
            try ledger.record(MatchRecord.all(in: output))
            return ledger
        }
    }

    /// Notes the runs of an output that the ledger does not know of: a crash came between a run and its note.
    /// - Throws: `Problem` `ledger.unusable` where it cannot be written.
    public static func catchUp(output: String) throws {
        guard !PublishedRun.all(in: output).isEmpty else { return }
        var known: Set<String> = []
        _ = try mended(output, path(in: output)) {
            let ledger = try Ledger(existing: path(in: output))
            known = Set(try ledger.read { try String.fetchAll($0, sql: "SELECT name FROM run") })
            return ledger
        }
        let missed = LedgerEntry.all(in: output, except: known)
        if !missed.isEmpty { try note(missed, output: output) }
    }

    /// Makes the ledger anew where it is missing or damaged; one that is only busy, or a full disk, is left as it is.
    private static func mended(_ output: String, _ path: String, _ body: () throws -> Ledger) throws -> Ledger {
        do {
            return try body()
        } catch let error as DatabaseError where error.isPassing {
            throw unusable(path, error)
        } catch {
            return try rebuild(output: output)
        }
    }

    /// Asks the ledger of an output, or one in memory from the run directories where the file cannot be used.
    /// - Throws: `Problem` `ledger.unusable`.
    public static func ask<Answer>(output: String, _ question: (Ledger) throws -> Answer) throws -> Answer {
        if let answer = try? question(Ledger(existing: path(in: output), readonly: true)) { return answer }
        return try guarded(path(in: output)) {
            let ledger = try Ledger(queue: DatabaseQueue())
            try ledger.record(LedgerEntry.all(in: output))
            return try question(ledger)
        }
    }

    init(existing path: String, readonly: Bool = false) throws {
        guard access(path, F_OK) == 0 else {
            throw Problem(.ledgerUnusable, "there is no ledger yet", at: .path(path))
        }
        var configuration = Configuration()
        configuration.readonly = readonly
        configuration.busyMode = .timeout(5)
        queue = try DatabaseQueue(path: path, configuration: configuration)
        let found = try queue.read { try Int.fetchOne($0, sql: "PRAGMA user_version") }
        guard found == Ledger.version else {
            throw Problem(.ledgerUnusable, "the ledger is not of this version", at: .path(path))
        }
    }

    private init(queue: DatabaseQueue) throws {
        self.queue = queue
        try queue.write { db in
            try db.execute(sql: Ledger.schema + Ledger.overrideTable + Ledger.matchTable)
            try db.execute(sql: "PRAGMA user_version = \(Ledger.version)")
        }
    }

    private static func guarded<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let problem as Problem {
            throw problem
        } catch {
            throw unusable(path, error)
        }
    }

    private static func unusable(_ path: String, _ error: any Error) -> Problem {
        Problem(
            .ledgerUnusable, "the ledger cannot be used: \(error)", at: .path(path),
            help: "it is only an index: `nightmarket status --rebuild` makes it anew from the run directories")
    }

    func read<Result>(_ body: (Database) throws -> Result) throws -> Result { try queue.read(body) }

    /// Takes runs in; what was known of one is replaced.
    private func record(_ entries: [LedgerEntry]) throws {
        try queue.write { db in
            // A ledger of before there were any has no such table.
            try db.execute(sql: Ledger.overrideTable)
            for entry in entries { try entry.insert(into: db) }
        }
    }

    /// The records of all matches, in the place of those that were known.
    private func record(_ matches: [MatchRecord]) throws {
        try queue.write { db in
            // A ledger of before there were any has no such table.
            try db.execute(sql: Ledger.matchTable)
            try db.execute(sql: "DELETE FROM list_match")
            for match in matches {
                try db.execute(
                    sql: "INSERT INTO list_match VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    arguments: [
                        match.time, match.user, match.cell, match.date.description, match.kind, match.space, match.asked, match.matched,
                    ])
            }
        }
    }

    private static let overrideTable = """
        CREATE TABLE IF NOT EXISTS run_override (
            run TEXT NOT NULL REFERENCES run ON DELETE CASCADE, key TEXT NOT NULL, value TEXT, PRIMARY KEY (run, key)
        ) STRICT;
        """

    private static let matchTable = """
        CREATE TABLE IF NOT EXISTS list_match (
            time TEXT NOT NULL, user TEXT NOT NULL, cell TEXT NOT NULL, date TEXT NOT NULL, kind TEXT NOT NULL,
            space TEXT NOT NULL, asked INTEGER NOT NULL, matched INTEGER NOT NULL
        ) STRICT;
        """

    /// The tables; docs/OPERATIONS.md describes them.
    private static let schema = """
        CREATE TABLE run (
            name TEXT PRIMARY KEY, date TEXT NOT NULL, pipeline TEXT, status TEXT NOT NULL, started TEXT,
            seconds REAL NOT NULL, snapshot TEXT, intraday TEXT, reason TEXT
        ) STRICT;
        CREATE TABLE node (
            run TEXT NOT NULL REFERENCES run ON DELETE CASCADE, id TEXT NOT NULL, status TEXT NOT NULL, reason TEXT,
            rows INTEGER NOT NULL, bytes INTEGER NOT NULL, seconds REAL NOT NULL, version TEXT, options TEXT,
            settings TEXT, period TEXT, data TEXT, PRIMARY KEY (run, id)
        ) STRICT;
        CREATE TABLE file (
            id INTEGER PRIMARY KEY, source TEXT NOT NULL, path TEXT NOT NULL, hash TEXT NOT NULL, state TEXT NOT NULL,
            bytes INTEGER NOT NULL, read INTEGER NOT NULL, rejected INTEGER NOT NULL, stored INTEGER NOT NULL,
            problem TEXT NOT NULL, UNIQUE (source, path, hash, state, bytes, read, rejected, stored, problem)
        ) STRICT;
        CREATE TABLE run_file (
            run TEXT NOT NULL REFERENCES run ON DELETE CASCADE, file INTEGER NOT NULL REFERENCES file,
            PRIMARY KEY (run, file)
        ) STRICT, WITHOUT ROWID;
        CREATE VIEW input AS SELECT run, source, path, hash, state, bytes, read, rejected, stored, problem
            FROM run_file JOIN file ON file.id = run_file.file;
        CREATE TABLE warning (
            run TEXT NOT NULL REFERENCES run ON DELETE CASCADE, code TEXT NOT NULL, message TEXT NOT NULL, place TEXT
        ) STRICT;
        CREATE INDEX warning_run ON warning (run);
        """
}

extension DatabaseError {
    /// Whether the file itself may be sound: somebody else is writing or reading it, or the disk is full.
    fileprivate var isPassing: Bool {
        [.SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_FULL, .SQLITE_IOERR, .SQLITE_NOMEM, .SQLITE_READONLY]
            .contains(resultCode)
    }
}

extension LedgerEntry {
    fileprivate func insert(into db: Database) throws {
        try db.execute(sql: "DELETE FROM run WHERE name = ?", arguments: [name])
        try db.execute(
            sql: "INSERT INTO run VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            arguments: [
                name, date.description, results?.pipeline, status, results?.started, results?.seconds ?? 0,
                results?.snapshot, intraday, reason,
            ])
        guard let results else { return }
        for node in results.nodes {
            // The parts of a fingerprint: stage and version, options, settings, period, data.
            let parts = (0..<5).map { $0 < node.fingerprint.count ? node.fingerprint[$0] : nil }
            try db.execute(
                sql: "INSERT OR REPLACE INTO node VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                arguments: [
                    name, node.id, node.status.rawValue, node.reason, node.rows,
                    node.marts.reduce(0) { $0 + bytes[$1, default: 0] }, node.seconds, parts[0], parts[1], parts[2],
                    parts[3], parts[4],
                ])
        }
        for override in results.overrides {
            try db.execute(
                sql: "INSERT INTO run_override VALUES (?, ?, ?)", arguments: [name, override.key, override.value])
        }
        for source in results.sources {
            for file in source.files {
                let known: StatementArguments = [
                    source.name, file.path, file.hash, file.state.rawValue, file.size, file.read, file.rejected,
                    file.stored, file.problem ?? "",
                ]
                try db.execute(
                    sql: "INSERT OR IGNORE INTO file VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?)", arguments: known)
                try db.execute(
                    sql: """
                        INSERT OR IGNORE INTO run_file SELECT ?, id FROM file WHERE source = ? AND path = ? AND hash = ?
                            AND state = ? AND bytes = ? AND read = ? AND rejected = ? AND stored = ? AND problem = ?
                        """, arguments: [name] + known)
            }
        }
        for warning in results.warnings {
            try db.execute(
                sql: "INSERT INTO warning VALUES (?, ?, ?, ?)",
                arguments: [name, warning.code, warning.message, warning.place])
        }
    }
}
