/// The books of a snapshot: where every record went, per source and in total.
public struct Balance: Sendable, Hashable, Codable {
    /// Counts of records.
    ///
    /// `read = rejected + stored`, `stored + movedCopies = live + duplicate + superseded + filtered + erased + moved`, and
    /// `moved = movedCopies`: of each row that moved one copy counts, and of each copy that does not its row lies elsewhere.
    public struct Counts: Sendable, Hashable, Codable {
        public var read = 0
        public var rejected = 0
        public var stored = 0
        public var movedCopies = 0
        public var live = 0
        public var duplicate = 0
        public var superseded = 0
        public var filteredByRule = FilteredCounts()
        public var erased = 0
        public var moved = 0

        public init() {}

        public var filtered: Int { filteredByRule.total }

        public var balances: Bool {
            read == rejected + stored
                && stored + movedCopies == live + duplicate + superseded + filtered + erased + moved
                && moved == movedCopies
        }

        public static func + (a: Counts, b: Counts) -> Counts {
            var sum = Counts()
            sum.read = a.read + b.read
            sum.rejected = a.rejected + b.rejected
            sum.stored = a.stored + b.stored
            sum.movedCopies = a.movedCopies + b.movedCopies
            sum.live = a.live + b.live
            sum.duplicate = a.duplicate + b.duplicate
            sum.superseded = a.superseded + b.superseded
            sum.filteredByRule = a.filteredByRule + b.filteredByRule
            sum.erased = a.erased + b.erased
            sum.moved = a.moved + b.moved
            return sum
        }
    }

    public var sources: [String: Counts]

    public init(sources: [String: Counts] = [:]) {
        self.sources = sources
    }

    public var total: Counts { sources.values.reduce(Counts(), +) }
}
