import Chronology
import EventStore

/// Of which cells of time a row of a source of kind `targets` is: of a day's, unless its `grain` says otherwise. A target of
/// one grain says nothing of cells of another: six hundred visitors a day are no goal of a week.
public enum TargetGrain {
    /// The columns of such a source that say what a target is; further ones say of which rows of a mart.
    public static let ownColumns: Set<String> = ["metric", "value", "from", "to", "grain", "version", "record"]

    /// As the row writes it; what is no grain is that of no mart.
    public static func of(_ row: Int, in table: TableSnapshot) -> String { table.column("grain")?.strings[row] ?? Grain.day.rawValue }
}
