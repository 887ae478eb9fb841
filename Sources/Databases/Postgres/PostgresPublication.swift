import Digests
import Marts
import Vocabulary

/// Brings a PostgreSQL database to a run: the run's tables in a schema of their own, and the views of one fixed schema over
/// them. One transaction does it all, so that readers see one run or the other.
public struct PostgresPublication: Sendable {
    public enum Outcome: Sendable, Hashable {
        /// The database was at the run before.
        case unchanged
        /// The schema that holds the run now.
        case published(schema: String)
    }

    let target: PostgresTarget

    public init(_ target: PostgresTarget) { self.target = target }

    /// How long a connection may take at most, in seconds.
    static let connecting = 10

    /// The run that the database is at; nil where it is at none.
    /// - Throws: `Problem` with one of the codes `postgres.…`.
    public func currentRun(within seconds: Int) throws -> String? {
        var target = target
        target.patience = min(target.patience, seconds)
        let connection = try PostgresConnection(target, within: seconds)
        return try guarded(connection) { try current(connection)?.run }
    }

    /// Publishes a run unless the database is at it.
    /// - Parameter digest: what tells the run from another of its name.
    /// - Returns: what came of it, and what was left undone though the run is published.
    /// - Throws: `Problem` with one of the codes `postgres.…`; those of the marts. The database is as it was then.
    public func bring(to tables: RunTables, digest: String) throws -> (Outcome, warnings: [Problem]) {
        guard let run = tables.run.name else { return (.unchanged, []) }
        let connection = try PostgresConnection(target, within: min(target.patience, Self.connecting))
        return try guarded(connection) {
            if try isAt(run, digest, connection) { return (.unchanged, []) }
            try begin(connection)
            // Another writer may have brought it there while we waited for the lock.
            try connection.execute("SELECT pg_advisory_xact_lock(\(lockKey))")
            if try isAt(run, digest, connection) {
                try connection.execute("COMMIT")
                return (.unchanged, [])
            }
            try makeHome(tables.run, connection)
            let schema = try freeSchema(for: run, connection)
            try connection.execute("CREATE SCHEMA \(SQLText.name(schema))")
            let views = try PostgresLoading(connection, schema: schema, patience: target.patience).load(tables)
            let swap = PostgresSwap(connection, home: target.schema, patience: target.patience)
            try swap.run(views) {
                let record: [String] = [
                    SQLText.text(schema), SQLText.text(run), SQLText.text(tables.run.pipeline), SQLText.text("\(tables.run.date)"),
                    SQLText.text(tables.run.intraday), SQLText.text(digest),
                    "ARRAY[\(views.map { SQLText.text($0.name) }.joined(separator: ", "))]::text[]", "true",
                ]
                return """
                    UPDATE \(runs) SET is_current = false WHERE is_current;
                    INSERT INTO \(runs) VALUES (\(record.joined(separator: ", ")))
                    """
            }
            try connection.execute("COMMIT")
            return (.published(schema: schema), prune(connection))
        }
    }

    // MARK: The home of the views

    var runs: String { SQLText.name("runs", in: target.schema) }

    private struct Current {
        let run: String
        let digest: String
        let schema: String
    }

    private func isAt(_ run: String, _ digest: String, _ connection: PostgresConnection) throws -> Bool {
        guard let current = try current(connection), current.run == run, current.digest == digest else { return false }
        // Somebody may have dropped what the record names.
        let missing = try connection.execute(
            """
            SELECT 1 FROM \(runs) r, pg_catalog.unnest(r.views) v WHERE r.is_current AND NOT EXISTS (
                SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                WHERE n.nspname = \(SQLText.text(target.schema)) AND c.relname = v
                    AND \(PostgresOwnViews.areOver("s.nspname = r.schema"))) LIMIT 1
            """)
        return missing.isEmpty
    }

    private func current(_ connection: PostgresConnection) throws -> Current? {
        guard try connection.execute("SELECT pg_catalog.to_regclass(\(SQLText.text(runs)))").first?.first ?? nil != nil else { return nil }
        let rows = try connection.execute("SELECT run, digest, schema FROM \(runs) WHERE is_current")
        guard let row = rows.first, let run = row[0], let digest = row[1], let schema = row[2] else { return nil }
        return Current(run: run, digest: digest, schema: schema)
    }

    private func makeHome(_ run: RunTables.Run, _ connection: PostgresConnection) throws {
        let home = SQLText.name(target.schema)
        if try connection.execute("SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = \(SQLText.text(target.schema))").isEmpty {
            try connection.execute("CREATE SCHEMA \(home)")
        }
        try connection.execute(
            """
            CREATE TABLE IF NOT EXISTS \(runs) (
                schema text CONSTRAINT runs_pkey PRIMARY KEY, run text NOT NULL, pipeline text NOT NULL, date date NOT NULL,
                intraday timestamp with time zone, digest text NOT NULL, views text[] NOT NULL, is_current boolean NOT NULL,
                published_at timestamp with time zone NOT NULL DEFAULT clock_timestamp());
            COMMENT ON TABLE \(runs) IS 'The runs that this database holds, by the schema of their tables'
            """)
        let others = try connection.execute(
            "SELECT pipeline FROM \(runs) WHERE pipeline <> \(SQLText.text(run.pipeline)) LIMIT 1")
        if let other = others.first?.first ?? nil {
            throw Problem(
                .postgresSchemaTaken, "the schema \(target.schema) holds the runs of the pipeline '\(other)'",
                at: target.place, help: "give each pipeline a schema of its own: postgres: { schema: NAME }")
        }
    }

    private func freeSchema(for run: String, _ connection: PostgresConnection) throws -> String {
        let wanted = "\(target.schema)_\(run.replacing("-", with: "_"))"
        // A schema that somebody dropped is still on record.
        let taken = Set(
            try connection.execute("SELECT nspname FROM pg_catalog.pg_namespace UNION SELECT schema FROM \(runs)").compactMap { $0[0] })
        var (name, count) = (wanted, 1)
        while taken.contains(name) {
            count += 1
            name = "\(wanted)_\(count)"
        }
        return name
    }

    /// Two writers of one home come one after the other.
    private var lockKey: Int64 {
        BLAKE2b.hash(Array("nightmarket \(target.schema)".utf8), length: 16).prefix(8).reduce(0) { $0 << 8 | Int64($1) }
    }

    // MARK: Transactions

    func begin(_ connection: PostgresConnection) throws {
        let limit = target.patience * 1000
        try connection.execute(
            """
            BEGIN; SET LOCAL search_path = pg_catalog; SET LOCAL standard_conforming_strings = on;
            SET LOCAL client_min_messages = error; SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = 'ISO, YMD';
            SET LOCAL lock_timeout = \(limit); SET LOCAL statement_timeout = \(limit)
            """)
    }

    private func guarded<Result>(_ connection: PostgresConnection, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let failure as PostgresFailure {
            throw failure.problem(at: connection.server)
        }
    }
}
