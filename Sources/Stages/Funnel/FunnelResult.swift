import Statistics
import Vocabulary

/// What accumulators of a funnel have counted together.
struct FunnelResult {
    let stepCount: Int
    private let keepsFromFirst: Bool
    private(set) var tallies: [[FunnelGroupValue]: FunnelTally] = [:]
    private(set) var total: FunnelCounts
    private(set) var eventsOfNobody: Int64 = 0
    var breakdownTypes: [ColumnType]
    /// What only some options count.
    var extra: Extra

    struct Extra {
        /// Persons, sessions or attempts that an exclusion made leave.
        var excluded: Int64 = 0
        /// Those whose windows are all open, where such are left out.
        var leftOut: Int64 = 0
        /// By the first day of each span, behind the values of the breakdown.
        var trend: [[FunnelGroupValue]: FunnelCounts] = [:]
        /// The persons of the earlier period.
        var compared: FunnelCounts
        /// For each step, of the persons of both periods: who took it when (the first is the earlier period).
        var paired: [PairedProportions]
        /// For each step the events that came next to those who ended there; nil: none.
        var next: [[[UInt8]?: Int64]]
        /// The persons asked for.
        var listed: [FunnelListedPerson] = []

        init(stepCount: Int) {
            compared = FunnelCounts(stepCount: stepCount)
            paired = Array(repeating: PairedProportions(), count: stepCount)
            next = Array(repeating: [:], count: stepCount)
        }

        mutating func merge(_ other: Extra) {
            excluded += other.excluded
            leftOut += other.leftOut
            trend.merge(other.trend) { first, second in
                var sum = first
                sum.merge(second)
                return sum
            }
            compared.merge(other.compared)
            paired = zip(paired, other.paired).map { $0 + $1 }
            for step in next.indices { next[step].merge(other.next[step]) { $0 + $1 } }
            listed += other.listed
        }
    }

    init(_ plan: FunnelPlan) {
        stepCount = plan.steps.count
        keepsFromFirst = plan.histogram != nil
        total = FunnelCounts(stepCount: stepCount)
        extra = Extra(stepCount: stepCount)
        breakdownTypes = Array(repeating: .category, count: plan.groupColumns.count)
    }

    /// Adds groups of persons, and what was counted beside them.
    mutating func add(
        _ groups: [(group: [FunnelGroupValue], tally: FunnelTally)], total: FunnelCounts, eventsOfNobody: Int64
    ) {
        for (group, tally) in groups {
            if tallies[group]?.merge(tally) == nil { tallies[group] = tally }
        }
        self.total.merge(total)
        self.eventsOfNobody += eventsOfNobody
    }

    /// The groups in order: by the first column's value in byte order, null last, then by the second's, and so on.
    var groups: [(values: [FunnelGroupValue], tally: FunnelTally)] {
        tallies.map { (values: $0.key, tally: $0.value) }.sorted { $0.values.lexicographicallyPrecedes($1.values) }
    }

    /// The tally of all persons: what the groups sum to.
    /// - Throws: `Problem` with `funnel.unbalanced` where that is not the total counted beside them, or where times and
    ///   persons of a step differ in number.
    func sum(_ plan: FunnelPlan) throws -> FunnelTally {
        var sum = FunnelTally(stepCount: stepCount, keepsFromFirst: keepsFromFirst)
        for tally in tallies.values { sum.merge(tally) }
        let taken = total.taken
        let narrows = zip(taken, plan.requiredBefore).allSatisfy { $1 < 0 || $0 <= taken[$1] }
        guard sum.counts == total, narrows, zip(sum.durations, taken.dropFirst()).allSatisfy({ Int64($0.count) == $1 })
        else {
            throw Problem(
                .funnelUnbalanced, "the parts of the funnel '\(plan.name)' do not sum to its total",
                help: "this is a mistake in the program: please report it with the manifest")
        }
        return sum
    }
}
