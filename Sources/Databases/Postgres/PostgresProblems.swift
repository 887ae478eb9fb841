import Vocabulary

extension ProblemCode {
    /// libpq is not installed.
    public static let postgresNoLibrary = ProblemCode("postgres.no-library", exit: .stageFailed)
    /// libpq cannot read the connection URL.
    public static let postgresBadURL = ProblemCode("postgres.bad-url", exit: .stageFailed)
    public static let postgresUnreachable = ProblemCode("postgres.unreachable", exit: .stageFailed)
    /// A wrong password, or a role that may not do it.
    public static let postgresDenied = ProblemCode("postgres.denied", exit: .stageFailed)
    /// A standby, or a database set read-only.
    public static let postgresReadOnly = ProblemCode("postgres.read-only", exit: .stageFailed)
    /// The connection broke, or the server gave no answer.
    public static let postgresLost = ProblemCode("postgres.lost", exit: .stageFailed)
    /// Somebody else holds a lock for too long.
    public static let postgresBusy = ProblemCode("postgres.busy", exit: .stageFailed)
    /// Objects that are not ours depend on what would be replaced or removed.
    public static let postgresDependedOn = ProblemCode("postgres.depended-on", exit: .stageFailed)
    /// The schema holds the runs of another pipeline, or what no run made.
    public static let postgresSchemaTaken = ProblemCode("postgres.schema-taken", exit: .stageFailed)
    /// Any other answer that is an error.
    public static let postgresRefused = ProblemCode("postgres.refused", exit: .stageFailed)
}

/// An error of the server or of the connection, before it is made a problem of ours.
struct PostgresFailure: Error {
    /// The SQLSTATE; nil where the server gave none.
    let state: String?
    /// One line without secrets.
    let message: String

    static let lockNotAvailable = "55P03"
    static let deadlock = "40P01"
    static let dependentObjects = "2BP01"

    /// Whether somebody else was in the way, who will go.
    var isPassing: Bool { state == Self.lockNotAvailable || state == Self.deadlock }

    /// - Parameter server: `host:port/database`.
    func problem(at server: String) -> Problem {
        let (code, help) = kind
        return Problem(code, state.map { "\(message) (SQLSTATE \($0))" } ?? message, at: .path("PostgreSQL \(server)"), help: help)
    }

    private var kind: (ProblemCode, String) {
        switch state {
        case nil, "57P01", "57P02", "57P03", "08000", "08003", "08006":
            (.postgresLost, "look at the server; the files are published, and the next run brings the database to them")
        case "25006": (.postgresReadOnly, "give the address of the primary, or make the database writable")
        case "42501": (.postgresDenied, "the role needs CREATE on the database, and must own the schema of the views")
        case "28000", "28P01": (.postgresDenied, "look at PGUSER, and at PGPASSWORD or the password file")
        case Self.lockNotAvailable, Self.deadlock, "57014":
            (.postgresBusy, "somebody reads or writes these tables for long (pg_stat_activity tells who); the next run tries again")
        case Self.dependentObjects:
            (.postgresDependedOn, "something of your own depends on it: drop that, or build it on the views instead")
        default: (.postgresRefused, "the files are published, and the next run tries again")
        }
    }
}
