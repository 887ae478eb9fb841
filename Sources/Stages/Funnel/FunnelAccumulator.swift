import EventStore
import StageKit
import Vocabulary

/// One thread's share of a funnel whose options are the usual ones.
final class FunnelAccumulator: ScanConsumer, FunnelCounting {
    private var counter: FunnelCounter

    init(_ plan: FunnelPlan, layout: any ScanLayout) { counter = FunnelCounter(plan, layout: layout) }

    deinit { counter.deallocate() }

    func consume(_ rows: EventRows) { counter.consume(rows) }

    func endBucket() { counter.endPerson() }

    func count(into result: inout FunnelResult) {
        result.breakdownTypes = counter.breakdownTypes
        result.add(counter.groupTallies, total: counter.total, eventsOfNobody: counter.eventsOfNobody)
    }
}

/// What an accumulator of a funnel has counted.
protocol FunnelCounting {
    func count(into result: inout FunnelResult)
}

/// Follows persons through a funnel, one after the other, and counts where they end: in one pass, without looking back.
struct FunnelCounter {
    private let start: Int64
    private let horizon: Int64
    private let endForNobody: Int64
    private let window: Int64
    private let stepCount: Int
    /// For each event name the steps that it may be, bit 0 for step 1.
    private let stepsOfEvent: [UInt32]
    private var filters: FunnelFilters
    private var breakdown: [FunnelBreakdown]
    private var attempts: FunnelAttempts
    private var isInsidePerson = false
    /// Row numbers of one batch.
    private var scratch = UnsafeMutableBufferPointer<Int32>(start: nil, count: 0)

    private var groups: FunnelGroupTable
    private var tallies: [FunnelTally] = []
    /// Counted beside the groups, to hold their sum against.
    private(set) var total: FunnelCounts
    /// Events of the funnel's steps in the period that belong to nobody.
    private(set) var eventsOfNobody: Int64 = 0

    init(_ plan: FunnelPlan, layout: any ScanLayout) {
        start = plan.period.span.start
        horizon = plan.period.horizon
        endForNobody = min(plan.period.span.end, plan.period.horizon)
        window = plan.window
        stepCount = plan.steps.count
        stepsOfEvent = layout.eventNames.map { name in
            plan.steps.indices.reduce(0) { plan.steps[$1].event.name == name ? $0 | 1 << UInt32($1) : $0 }
        }
        filters = FunnelFilters(plan.steps.map(\.event), whole: plan.condition, layout: layout)
        breakdown = plan.breakdown.map { FunnelBreakdown(column: $0, layout: layout) }
        attempts = FunnelAttempts(
            stepCount: plan.steps.count, groupCount: plan.breakdown.count, window: plan.window, period: plan.period.span)
        groups = FunnelGroupTable(columnCount: plan.breakdown.count)
        total = FunnelCounts(stepCount: plan.steps.count)
    }

    /// Ends the life of the scratch memory; the owner calls it once.
    func deallocate() {
        attempts.deallocate()
        filters.deallocate()
        scratch.deallocate()
    }

    /// The types of the breakdown columns as they are stored.
    var breakdownTypes: [ColumnType] { breakdown.map(\.type) }

    /// The groups that were met, with what was counted of each.
    var groupTallies: [(group: [FunnelGroupValue], tally: FunnelTally)] {
        tallies.enumerated().map { index, tally in
            (zip(groups.codes(of: index), breakdown).map { $1.value($0) }, tally)
        }
    }

    mutating func consume(_ rows: EventRows) {
        let candidates = candidates(rows)
        if !candidates.isEmpty { filters.evaluate(rows) }
        var next = 0
        for person in rows.persons {
            if !person.continues { endPerson() }
            isInsidePerson = person.kind != .nobody
            while next < candidates.count, candidates[next] < person.end {
                let row = Int(candidates[next])
                next += 1
                let time = rows.times[row]
                if time < start || time >= horizon || attempts.isComplete { continue }
                let steps = filters.passing(stepsOfEvent[Int(rows.events[row])], row: row)
                if steps == 0 { continue }
                if isInsidePerson {
                    attempts.take(steps, at: time) { breakdown[$0].code(rows, row: row) }
                } else if time < endForNobody {
                    eventsOfNobody += 1
                }
            }
        }
    }

    /// The rows whose event is one of the funnel's, found without a branch a row: which events come is hard to predict.
    private mutating func candidates(_ rows: EventRows) -> UnsafeBufferPointer<Int32> {
        if scratch.count < rows.count {
            scratch.deallocate()
            scratch = .allocate(capacity: rows.count)
            scratch.initialize(repeating: 0)
        }
        var count = 0
        for row in 0..<rows.count {
            let event = Int(rows.events[row])
            scratch[count] = Int32(truncatingIfNeeded: row)
            guard event >= 0, event < stepsOfEvent.count else { continue }
            count += stepsOfEvent[event] != 0 ? 1 : 0
        }
        return UnsafeBufferPointer(rebasing: scratch[0..<count])
    }

    /// Counts the person whose last row has been seen.
    mutating func endPerson() {
        guard isInsidePerson else { return }
        isInsidePerson = false
        attempts.settle()
        if attempts.level > 0 {
            let group = groups.number { attempts.group($0) }
            while tallies.count <= group { tallies.append(FunnelTally(stepCount: stepCount)) }
            let isOpen = !attempts.isComplete && mayGoOn
            tallies[group].add(attempts, isOpen: isOpen)
            total.add(endedAt: attempts.level - 1, isOpen: isOpen)
        }
        attempts.startPerson()
    }

    /// Whether the window of the newest attempt reaches past what is seen.
    private var mayGoOn: Bool {
        let (last, overflow) = attempts.newestStart.addingReportingOverflow(window)
        return overflow || last >= horizon
    }
}
