import Vocabulary

/// What accumulators of a funnel have counted together.
struct FunnelResult {
    let stepCount: Int
    private(set) var tallies: [[FunnelGroupValue]: FunnelTally] = [:]
    private(set) var total: FunnelCounts
    private(set) var eventsOfNobody: Int64 = 0
    var breakdownTypes: [ColumnType]

    init(stepCount: Int, breakdownCount: Int) {
        self.stepCount = stepCount
        total = FunnelCounts(stepCount: stepCount)
        breakdownTypes = Array(repeating: .category, count: breakdownCount)
    }

    mutating func absorb(_ counter: FunnelCounter) {
        breakdownTypes = counter.breakdownTypes
        add(counter.groupTallies, total: counter.total, eventsOfNobody: counter.eventsOfNobody)
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
    func sum(name: String) throws -> FunnelTally {
        var sum = FunnelTally(stepCount: stepCount)
        for tally in tallies.values { sum.merge(tally) }
        let persons = total.persons
        guard sum.counts == total, zip(persons, persons.dropFirst()).allSatisfy(>=),
            zip(sum.durations, persons.dropFirst()).allSatisfy({ Int64($0.count) == $1 })
        else {
            throw Problem(
                .funnelUnbalanced, "the parts of the funnel '\(name)' do not sum to its total",
                help: "this is a mistake in the program: please report it with the manifest")
        }
        return sum
    }
}
