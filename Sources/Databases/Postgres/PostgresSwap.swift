import Glibc
import Vocabulary

/// Points the views of the fixed schema at another run, all at once.
///
/// A reader who has looked at a view in a transaction holds it: the swap waits, in short tries, so that nobody queues behind
/// it for long. A view of the same columns, or of more behind them, is replaced in place, with its grants and what others
/// built upon it; one of another shape is dropped and made anew, with the grants that it had.
struct PostgresSwap {
    private let connection: PostgresConnection
    private let home: String
    private let patience: Int

    init(_ connection: PostgresConnection, home: String, patience: Int) {
        self.connection = connection
        self.home = home
        self.patience = patience
    }

    /// - Parameter record: the statements that note the run.
    /// - Throws: `PostgresFailure`; `Problem` `postgres.schema-taken`.
    func run(_ views: [PostgresView], record: () -> String) throws {
        let deadline = ContinuousClock.now + .seconds(patience)
        while true {
            do {
                try connection.execute("SAVEPOINT swap; SET LOCAL lock_timeout = 200")
                let old = try lockedViews(views)
                try connection.execute((try statements(views, old) + [record()]).joined(separator: ";\n"))
                return
            } catch let failure as PostgresFailure where failure.isPassing && ContinuousClock.now < deadline {
                try connection.execute("ROLLBACK TO SAVEPOINT swap")
                usleep(500_000)
            }
        }
    }

    /// Our views that stand, locked against readers.
    private func lockedViews(_ views: [PostgresView]) throws -> [String] {
        let runs = SQLText.name("runs", in: home)
        let names = views.map { SQLText.text($0.name) }.joined(separator: ", ")
        let standing = try connection.execute(
            """
            SELECT c.relname, \(PostgresOwnViews.areOver(PostgresOwnViews.isOfARun(home: home))) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = \(SQLText.text(home)) AND (c.relname IN (\(names))
                OR c.relname IN (SELECT unnest(views) FROM \(runs) WHERE is_current)) ORDER BY c.relname
            """)
        let new = Set(views.map(\.name))
        let foreign = standing.filter { $0[1] != "t" }.compactMap { $0[0] }
        if let taken = foreign.first(where: new.contains) {
            throw Problem(
                .postgresSchemaTaken, "in the schema \(home) stands a '\(taken)' that is no view of ours",
                help: "move it away, or give another schema: postgres: { schema: NAME }")
        }
        let old = standing.filter { $0[1] == "t" }.compactMap { $0[0] }
        if !old.isEmpty {
            let paths = old.map { SQLText.name($0, in: home) }.joined(separator: ", ")
            try connection.execute("LOCK TABLE \(paths) IN ACCESS EXCLUSIVE MODE")
        }
        return old
    }

    private func statements(_ views: [PostgresView], _ old: [String]) throws -> [String] {
        let shapes = try shapes()
        let new = Set(views.map(\.name))
        let changed = Set(
            views.filter { view in
                guard let shape = shapes[view.name] else { return false }
                return !view.columns.starts(with: shape)
            }.map(\.name))
        let dropped = old.filter { changed.contains($0) || !new.contains($0) }
        let grants = changed.isEmpty ? [:] : try grants()
        var statements: [String] = []
        if !dropped.isEmpty {
            statements.append("DROP VIEW \(dropped.map { SQLText.name($0, in: home) }.joined(separator: ", "))")
        }
        for view in views {
            let path = SQLText.name(view.name, in: home)
            statements.append("CREATE OR REPLACE VIEW \(path) AS \(view.query)")
            statements.append(view.comments(path))
            if changed.contains(view.name) { statements += grants[view.name] ?? [] }
        }
        return statements
    }

    private func shapes() throws -> [String: [PostgresView.Column]] {
        let rows = try connection.execute(
            """
            SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod) FROM pg_class c
            JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
            WHERE n.nspname = \(SQLText.text(home)) AND c.relkind = 'v' AND a.attnum > 0 ORDER BY c.relname, a.attnum
            """)
        var shapes: [String: [PostgresView.Column]] = [:]
        for row in rows {
            guard let view = row[0], let name = row[1], let type = row[2] else { continue }
            shapes[view, default: []].append(.init(name: name, type: type))
        }
        return shapes
    }

    /// The statements that give each view its grants once more.
    private func grants() throws -> [String: [String]] {
        let rows = try connection.execute(
            """
            SELECT c.relname, CASE WHEN a.grantee <> 0 THEN pg_get_userbyid(a.grantee) END, a.privilege_type,
                a.is_grantable FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, aclexplode(c.relacl) a
            WHERE n.nspname = \(SQLText.text(home)) AND c.relkind = 'v' AND a.grantee <> c.relowner
            ORDER BY c.relname, 2, 3
            """)
        var grants: [String: [String]] = [:]
        for row in rows {
            guard let view = row[0], let privilege = row[2], privilege.utf8.allSatisfy({ $0 >= 0x41 && $0 <= 0x5A }) else { continue }
            let role = row[1].map { SQLText.name($0) } ?? "PUBLIC"
            grants[view, default: []].append(
                "GRANT \(privilege) ON \(SQLText.name(view, in: home)) TO \(role)\(row[3] == "t" ? " WITH GRANT OPTION" : "")")
        }
        return grants
    }
}
