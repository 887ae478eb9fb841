import GRDB
import Marts
import Vocabulary

/// A run as the ledger tells of it.
public struct LedgerRun: Sendable, Hashable {
    public let name: String
    public let date: String
    /// `done`, `failed`, `gate_closed`, `killed` or `unreadable`.
    public let status: String
    /// RFC 3339; nil where nobody took the time.
    public let started: String?
    public let seconds: Double
    public let intraday: String?
    /// Why it failed.
    public let reason: String?
    /// Nodes that were computed, that were taken over, and that failed or were not reached.
    public let computed: Int
    public let takenOver: Int
    public let failed: Int
    public let bytes: Int
    /// What the command line said otherwise than the manifest, as it says it.
    public let overrides: [String]
}

extension Ledger {
    /// The last runs, the newest first.
    public func lastRuns(_ count: Int) throws -> [LedgerRun] {
        try read { db in
            // A ledger of before there were any has no such table.
            let overrides = try db.tableExists("run_override")
                ? try Row.fetchAll(db, sql: "SELECT run, key, value FROM run_override ORDER BY run, key") : []
            let words = Dictionary(grouping: overrides) { $0["run"] as String }.mapValues { rows in
                rows.map { RunResults.Override(key: $0["key"], value: $0["value"]).words }
            }
            return try Row.fetchAll(
                db,
                sql: """
                    SELECT run.name, date, run.status, started, run.seconds, intraday, run.reason,
                        COALESCE(SUM(node.status = 'done'), 0) AS computed,
                        COALESCE(SUM(node.status = 'skipped'), 0) AS taken_over,
                        COALESCE(SUM(node.status IN ('failed', 'blocked')), 0) AS failed,
                        COALESCE(SUM(node.bytes), 0) AS bytes
                    FROM run LEFT JOIN node ON node.run = run.name
                    GROUP BY run.name
                    ORDER BY COALESCE(started, date) DESC, date DESC, run.name DESC
                    LIMIT ?
                    """, arguments: [count]
            ).map { row in
                LedgerRun(
                    name: row["name"], date: row["date"], status: row["status"], started: row["started"],
                    seconds: row["seconds"], intraday: row["intraday"], reason: row["reason"], computed: row["computed"],
                    takenOver: row["taken_over"], failed: row["failed"], bytes: row["bytes"],
                    overrides: words[row["name"], default: []])
            }
        }
    }

    /// How many lists were joined to a figure, and when the last one was; nil where none was.
    public static func matches(output: String) -> (count: Int, last: String)? {
        let all = MatchRecord.all(in: output)
        return all.last.map { (all.count, $0.time) }
    }

    /// How many runs ended how.
    public func countsByStatus() throws -> [String: Int] {
        try read { db in
            let rows = try Row.fetchAll(db, sql: "SELECT status, COUNT(*) AS count FROM run GROUP BY status")
            return Dictionary(rows.map { ($0["status"], $0["count"]) }, uniquingKeysWith: +)
        }
    }

    /// When a run was last published: when it began (RFC 3339), and the seconds that it took.
    public func lastDone() throws -> (started: String, seconds: Double)? {
        try read { db in
            try Row.fetchOne(
                db,
                sql: """
                    SELECT started, seconds FROM run WHERE status = 'done' AND started IS NOT NULL
                    ORDER BY unixepoch(started) DESC LIMIT 1
                    """
            ).map { ($0["started"], $0["seconds"]) }
        }
    }

    /// What is wrong with the ledger of an output, which is not changed; and the runs that it does not know of yet, as after a crash
    /// between the swap and their note: the next run of the output adds them. (It may know of more: pruned runs stay in it.)
    public static func verify(output: String) -> (defects: [Problem], unknown: [String]) {
        let path = path(in: output)
        let help = "make it anew from the run directories: nightmarket status MANIFEST --rebuild"
        do {
            let ledger = try Ledger(existing: path, readonly: true)
            let (check, names) = try ledger.read { db in
                (
                    try String.fetchAll(db, sql: "PRAGMA integrity_check"),
                    Set(try String.fetchAll(db, sql: "SELECT name FROM run WHERE status = 'done'"))
                )
            }
            if check != ["ok"] {
                return ([Problem(.ledgerUnusable, "the ledger is damaged: \(check.first ?? "")", at: .path(path), help: help)], [])
            }
            return ([], PublishedRun.all(in: output).map(\.name).filter { !names.contains($0) })
        } catch {
            return ([Problem(.ledgerUnusable, "the ledger cannot be read: \(error)", at: .path(path), help: help)], [])
        }
    }
}
