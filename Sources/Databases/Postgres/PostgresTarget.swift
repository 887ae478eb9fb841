import Vocabulary

/// Which PostgreSQL database the runs go to, and under what names.
public struct PostgresTarget: Sendable {
    /// A connection URL; nil: what the `PG*` variables and libpq's own files say.
    public var url: String?
    /// The schema of the views; those of runs begin with its name.
    public var schema: String
    /// How many runs stay in the database.
    public var keep: Int
    /// How long the server may take for an answer, in seconds.
    public var patience: Int
    /// Where the manifest says so.
    public var place: Place

    public init(url: String?, schema: String, keep: Int, patience: Int, place: Place) {
        self.url = url
        self.schema = schema
        self.keep = keep
        self.patience = patience
        self.place = place
    }
}
