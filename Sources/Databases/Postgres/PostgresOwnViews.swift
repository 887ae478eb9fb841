/// Which relations of the views' schema are ours: the names alone do not tell, for somebody may have views of the same names.
enum PostgresOwnViews {
    /// A condition on a row `c` of `pg_class`: a view over a table of a run.
    /// - Parameter runs: a condition on `s.nspname`, the schema of the table behind the view, that holds for those of runs.
    static func areOver(_ runs: String) -> String {
        """
        (c.relkind = 'v' AND EXISTS (
            SELECT 1 FROM pg_catalog.pg_rewrite w
            JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND d.objid = w.oid
                AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
            JOIN pg_catalog.pg_class t ON t.oid = d.refobjid AND t.oid <> c.oid
            JOIN pg_catalog.pg_namespace s ON s.oid = t.relnamespace
            WHERE w.ev_class = c.oid AND \(runs)))
        """
    }

    /// A condition on `s.nspname` for the schemas that runs of a home get, whether `runs` still knows them or not.
    static func isOfARun(home: String) -> String {
        let start = SQLText.text("\(home)_")
        return """
            (pg_catalog.starts_with(s.nspname, \(start))
                AND pg_catalog.substr(s.nspname, pg_catalog.length(\(start)) + 1) ~ '^[0-9]{4}_[0-9]{2}_[0-9]{2}_[0-9]{3,}(_[0-9]+)?$')
            """
    }
}
