import EventLog
import Vocabulary

/// Turns the typed batches of one log file of a versioned table into a table file.
public final class TableBuilder {
    /// - Parameter version: the version of all rows of the file, where it is taken from the file's name.
    public init(
        columns: [Column], source: String, folder: StoreFolder, namePrefix: String, version: String? = nil
    ) throws {}

    public func append(_ batch: TypedBatch) throws {}

    public func finish() throws -> [TableEntry] { [] }

    public func abort() {}
}
