import Vocabulary

extension PostgresPublication {
    /// Removes the runs beyond those to keep, each in a transaction of its own.
    /// - Returns: what could not be removed for other reasons than that somebody is reading it.
    func prune(_ connection: PostgresConnection) -> [Problem] {
        var warnings: [Problem] = []
        do {
            let old = try connection.execute(
                "SELECT schema FROM \(runs) WHERE NOT is_current ORDER BY published_at DESC, schema DESC OFFSET \(max(0, target.keep - 1))")
            for schema in old.compactMap({ $0[0] }) {
                do {
                    try begin(connection)
                    try remove(schema, connection)
                    try connection.execute("COMMIT")
                } catch let failure as PostgresFailure {
                    try connection.execute("ROLLBACK")
                    // Who reads it today is gone when the next run comes.
                    if !failure.isPassing { warnings.append(failure.problem(at: connection.server)) }
                }
            }
        } catch {
            warnings.append((error as? PostgresFailure)?.problem(at: connection.server) ?? Problem(.postgresRefused, "\(error)"))
        }
        return warnings
    }

    /// Nothing of anybody else goes with it: what depends on the tables keeps them.
    private func remove(_ schema: String, _ connection: PostgresConnection) throws {
        try connection.execute("SET LOCAL lock_timeout = 500")
        let tables = try connection.execute(
            """
            SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = \(SQLText.text(schema)) AND c.relkind = 'r' ORDER BY c.relname
            """
        ).compactMap { $0[0] }.map { SQLText.name($0, in: schema) }
        if !tables.isEmpty { try connection.execute("DROP TABLE \(tables.joined(separator: ", "))") }
        try connection.execute(
            "DROP SCHEMA IF EXISTS \(SQLText.name(schema)); DELETE FROM \(runs) WHERE schema = \(SQLText.text(schema))")
    }
}
