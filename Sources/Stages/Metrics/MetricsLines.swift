import Vocabulary

/// The plans that one node is made of: its own, and the same metrics over fewer columns (subtotals) and other periods
/// (comparisons). Each is counted by itself from the rows, so no figure is put together from figures.
struct MetricsLines: Sendable {
    struct Line: Sendable {
        let plan: MetricsPlan
        /// How many of the node's columns cut it.
        let width: Int
        /// nil for the node's own period.
        let comparison: Comparison?
        /// By cell of time of the node's own period the one here that it is compared with; empty for the node's own period.
        let counterparts: [Int?]
    }

    /// The node's own first.
    let all: [Line]
    let comparisons: [Comparison]
    let derived: MetricsDerivations

    var own: MetricsPlan { all[0].plan }

    /// The widths of subtotals, the widest first.
    var subtotals: [Int] {
        all.filter { $0.comparison == nil && $0.width < all[0].width }.map(\.width).sorted(by: >)
    }

    func index(width: Int, _ comparison: Comparison?) -> Int? {
        all.firstIndex { $0.width == width && $0.comparison == comparison }
    }
}

/// What is worked out of the figures of a mart's rows.
struct MetricsDerivations: Sendable {
    var showsShare = false
    var showsCumulative = false
    /// Numbers of time cells.
    var movingWindows: [Int] = []
    var targets: MetricTargets?

    var isEmpty: Bool { !showsShare && !showsCumulative && movingWindows.isEmpty && targets == nil }
}
