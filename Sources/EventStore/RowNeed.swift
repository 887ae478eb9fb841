/// Which rows a consumer of a scan needs: those for which one of these holds. The scan may deliver others all the same.
public struct RowNeed: Sendable, Hashable {
    /// By stored category column (`event` is one), the values that it looks for.
    public var values: [String: Set<String>]
    /// Whether it needs all rows without any id.
    public var nobody: Bool

    public init(values: [String: Set<String>] = [:], nobody: Bool = false) {
        self.values = values
        self.nobody = nobody
    }

    /// One need that covers both.
    public func union(_ other: RowNeed) -> RowNeed {
        RowNeed(values: values.merging(other.values) { $0.union($1) }, nobody: nobody || other.nobody)
    }
}
