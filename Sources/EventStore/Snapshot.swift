import Vocabulary

/// One snapshot of a store, open for reading. It stays whole whatever is committed meanwhile, and takes no lock.
public final class Snapshot: Sendable {
    public let catalogue: Catalogue

    private init(catalogue: Catalogue) {
        self.catalogue = catalogue
    }

    /// Opens the current snapshot.
    /// - Throws: `Problem` `store.empty` where nothing was committed yet, `store.damaged` where a file is not what was
    ///   written.
    public static func open(storeFolder: String) throws -> Snapshot {
        throw Problem(.storeEmpty, "the store has no snapshot yet", at: .path(storeFolder))
    }

    /// Equal for equal live data taken in by the same sequence of nights.
    public var fingerprint: String { "" }

    /// The newest live event (microseconds UTC); nil without events.
    public var newestEvent: Int64? { nil }

    /// The oldest live event (microseconds UTC); nil without events.
    public var oldestEvent: Int64? { nil }

    /// Live rows of events.
    public var liveRows: Int { 0 }

    /// The live rows of every versioned table, by source.
    public func tables() throws -> [TableSnapshot] { [] }
}
