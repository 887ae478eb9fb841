import Vocabulary

/// The making of the next snapshot: files come in, liveness and the books are computed, and the whole is swapped in
/// or set aside. Held by the one process that holds the store's lock.
public final class StoreTransaction {
    /// What a path whose content changed means.
    public enum Change: String, Sendable { case replace, append, rotate }

    /// What a look at a tracked file's directory entry says.
    public enum Verdict: Sendable {
        /// Nothing to do: it was taken in (or found damaged, or a duplicate) as it is.
        case unchanged(FileEntry)
        case new
        /// It must be read again: it, or how it is typed, changed.
        case changed(FileEntry)
    }

    /// What became of an added file.
    public enum Outcome: Sendable, Hashable {
        case taken
        /// The same content as a live file of its source; nothing of it is kept.
        case duplicate(of: String)
        /// The content is what it was; only its look changed.
        case untouched
    }

    /// The next snapshot as it stands.
    public private(set) var catalogue: Catalogue

    /// Starts from the snapshot that was set aside, if there is one, else from the current one.
    /// - Throws: `Problem` `store.wrong-key` (exit 78) where the store was written under another key.
    public init(
        _ folder: StoreFolder, lock: StoreLock, keyFingerprint: String, sources: [String: SourceSettings]
    ) throws {
        catalogue = Catalogue(keyFingerprint: keyFingerprint)
    }

    public func verdict(source: String, path: String, look: FileLook, formatHash: String) -> Verdict { .new }

    /// Adds a file that was read: a good one with its segments or tables, or one in state `damaged` with its problem.
    @discardableResult
    public func add(
        _ file: FileEntry, segments: [SegmentEntry] = [], tables: [TableEntry] = [], onChange: Change = .replace
    ) throws -> Outcome { .taken }

    /// The files taken in (or found damaged) since the current snapshot: what the gate judges.
    public var pending: [FileEntry] { [] }

    /// Whether the next snapshot differs from the current one.
    public var hasChanges: Bool { false }

    /// Computes which rows are live, and the books.
    /// - Throws: `Problem` `store.unbalanced`, `table.conflict` (exit 65).
    public func prepare(threads: Int) throws -> Balance { Balance() }

    /// Makes the prepared snapshot the current one, and sweeps files that neither it nor the one before needs.
    public func commit() throws {}

    /// Keeps the prepared snapshot aside: the gate is closed. The next transaction starts from it.
    public func setAside() throws {}
}
