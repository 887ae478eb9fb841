import EventStore
import Marts
import StageKit
import Vocabulary

/// One funnel at work: a single round over the events from the period's start to the end of the last window.
final class FunnelComputation: Computation {
    private let plan: FunnelPlan
    private var isScanned = false
    private var result: FunnelResult

    init(_ plan: FunnelPlan) {
        self.plan = plan
        result = FunnelResult(stepCount: plan.steps.count, breakdownCount: plan.breakdown.count)
    }

    func nextRequest() -> ScanRequest? {
        if isScanned { return nil }
        let start = plan.period.span.start
        return ScanRequest(columns: plan.columns, span: .init(start: start, end: max(start, plan.horizon)))
    }

    func makeAccumulator(_ layout: any ScanLayout) -> any ScanConsumer { FunnelAccumulator(plan, layout: layout) }

    func absorb(_ accumulators: [any ScanConsumer]) throws {
        isScanned = true
        for case let accumulator as FunnelAccumulator in accumulators {
            for (column, type) in zip(plan.breakdown, accumulator.breakdownTypes)
            where !FunnelBreakdown.types.contains(type) {
                throw Problem(
                    .funnelWrongBreakdown, "the column '\(column)' is stored as \(type.rawValue), which makes no groups",
                    help: "break down by a category, text, integer, date or boolean column")
            }
            result.absorb(accumulator)
        }
    }

    func finish() throws -> [Mart] {
        let groups = result.groups
        try result.checkBalance(name: plan.name)
        return [FunnelMart(plan, result, groups).mart]
    }
}

/// The merged state of all accumulators.
struct FunnelResult {
    private var tallies: [[FunnelGroupValue]: FunnelTally] = [:]
    private(set) var total: FunnelTally
    private(set) var eventsOfNobody: Int64 = 0
    private(set) var breakdownTypes: [ColumnType]

    init(stepCount: Int, breakdownCount: Int) {
        total = FunnelTally(stepCount: stepCount)
        breakdownTypes = Array(repeating: .category, count: breakdownCount)
    }

    mutating func absorb(_ accumulator: FunnelAccumulator) {
        for (group, tally) in accumulator.counted {
            if tallies[group]?.merge(tally) == nil { tallies[group] = tally }
        }
        total.merge(accumulator.total)
        eventsOfNobody += accumulator.eventsOfNobody
        breakdownTypes = accumulator.breakdownTypes
    }

    /// The groups in order: by the first column's value in byte order, null last, then by the second's, and so on.
    var groups: [(values: [FunnelGroupValue], tally: FunnelTally)] {
        tallies.map { (values: $0.key, tally: $0.value) }.sorted { $0.values.lexicographicallyPrecedes($1.values) }
    }

    /// The groups sum to the total, and no step has more persons than the one before it.
    /// - Throws: `Problem` with `funnel.unbalanced`.
    func checkBalance(name: String) throws {
        var sum = FunnelTally(stepCount: total.ended.count)
        for tally in tallies.values {
            for step in sum.ended.indices {
                sum.ended[step] += tally.ended[step]
                sum.open[step] += tally.open[step]
            }
        }
        let persons = total.persons
        guard sum.ended == total.ended, sum.open == total.open, zip(persons, persons.dropFirst()).allSatisfy(>=),
            zip(total.durations, persons.dropFirst()).allSatisfy({ Int64($0.count) == $1 })
        else {
            throw Problem(
                .funnelUnbalanced, "the parts of the funnel '\(name)' do not sum to its total",
                help: "this is a mistake in the program: please report it with the manifest")
        }
    }
}
