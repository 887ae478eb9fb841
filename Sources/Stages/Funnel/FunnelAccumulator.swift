import EventStore
import StageKit
import Vocabulary

/// One thread's share of a funnel.
final class FunnelAccumulator: ScanConsumer {
    private let plan: FunnelPlan
    /// For each event name the steps that it may be, bit 0 for step 1.
    private let stepsOfEvent: [UInt32]
    private let filters: FunnelFilters
    private var breakdown: [FunnelBreakdown]
    private var attempts: FunnelAttempts
    private var isInsidePerson = false

    private var groups = FunnelGroupTable()
    private var tallies: [FunnelTally] = []
    /// Counted beside the groups, to hold their sum against.
    private(set) var total: FunnelTally
    /// Events of the funnel's steps in the period that belong to nobody.
    private(set) var eventsOfNobody: Int64 = 0

    init(_ plan: FunnelPlan, layout: any ScanLayout) {
        self.plan = plan
        stepsOfEvent = layout.eventNames.map { name in
            plan.steps.indices.reduce(0) { plan.steps[$1].event == name ? $0 | 1 << UInt32($1) : $0 }
        }
        filters = FunnelFilters(plan, layout: layout)
        breakdown = plan.breakdown.map { FunnelBreakdown(column: $0, layout: layout) }
        attempts = FunnelAttempts(
            stepCount: plan.steps.count, groupCount: plan.breakdown.count, window: plan.window, period: plan.period.span)
        total = FunnelTally(stepCount: plan.steps.count)
    }

    deinit { attempts.deallocate() }

    /// The types of the breakdown columns as they are stored.
    var breakdownTypes: [ColumnType] { breakdown.map(\.type) }

    /// The groups that were met, with what was counted of each.
    var counted: [(group: [FunnelGroupValue], tally: FunnelTally)] {
        tallies.enumerated().map { index, tally in
            (zip(groups.codes(of: index), breakdown).map { $1.value($0) }, tally)
        }
    }

    func consume(_ rows: EventRows) {
        filters.evaluate(rows)
        stepsOfEvent.withUnsafeBufferPointer { table in
            for person in rows.persons {
                if !person.continues { endPerson() }
                if person.kind == .nobody {
                    countNobody(rows, person, table)
                } else {
                    isInsidePerson = true
                    follow(rows, person, table)
                }
            }
        }
    }

    func endBucket() { endPerson() }

    private func follow(_ rows: EventRows, _ person: PersonSpan, _ table: UnsafeBufferPointer<UInt32>) {
        let start = plan.period.span.start
        let horizon = plan.horizon
        for row in person.start..<person.end {
            let event = Int(rows.events[row])
            guard event >= 0, event < table.count, table[event] != 0 else { continue }
            let time = rows.times[row]
            if time < start { continue }
            if time >= horizon || attempts.isComplete { break }
            let steps = filters.passing(table[event], row: row)
            if steps == 0 { continue }
            attempts.take(steps, at: time) { breakdown[$0].code(rows, row: row) }
        }
    }

    private func countNobody(_ rows: EventRows, _ person: PersonSpan, _ table: UnsafeBufferPointer<UInt32>) {
        let end = min(plan.period.span.end, plan.horizon)
        for row in person.start..<person.end {
            let event = Int(rows.events[row])
            guard event >= 0, event < table.count, table[event] != 0 else { continue }
            guard rows.times[row] >= plan.period.span.start, rows.times[row] < end else { continue }
            if filters.passing(table[event], row: row) != 0 { eventsOfNobody += 1 }
        }
    }

    private func endPerson() {
        guard isInsidePerson else { return }
        isInsidePerson = false
        attempts.settle()
        if attempts.level > 0 {
            var group = FunnelGroupTable.root
            for index in breakdown.indices { group = groups.child(of: group, code: attempts.group(index)) }
            let place = groups.leaf(group)
            while tallies.count <= place { tallies.append(FunnelTally(stepCount: plan.steps.count)) }
            let isOpen = !attempts.isComplete && mayGoOn
            tallies[place].count(attempts, isOpen: isOpen)
            total.count(attempts, isOpen: isOpen)
        }
        attempts.startPerson()
    }

    /// Whether the window of the newest attempt reaches past what is seen.
    private var mayGoOn: Bool {
        let (last, overflow) = attempts.newestStart.addingReportingOverflow(plan.window)
        return overflow || last >= plan.horizon
    }
}

/// The conditions of a funnel, evaluated a batch at a time.
private final class FunnelFilters {
    private let whole: RowFilter?
    private let ofStep: [(step: UInt32, filter: RowFilter)]
    /// Steps with a condition.
    private let conditional: UInt32
    /// One mask for `whole`, then one for each of `ofStep`.
    private var masks: [UnsafeMutableBufferPointer<UInt8>]

    init(_ plan: FunnelPlan, layout: any ScanLayout) {
        whole = plan.condition.map { RowFilter($0, layout: layout) }
        ofStep = plan.steps.enumerated().compactMap { index, step in
            step.condition.map { (1 << UInt32(index), RowFilter($0, layout: layout)) }
        }
        conditional = ofStep.reduce(0) { $0 | $1.step }
        masks = Array(repeating: UnsafeMutableBufferPointer(start: nil, count: 0), count: ofStep.count + 1)
    }

    deinit { for mask in masks { mask.deallocate() } }

    func evaluate(_ rows: EventRows) {
        if let whole { whole.evaluate(rows, into: mask(0, rows.count)) }
        for (index, step) in ofStep.enumerated() { step.filter.evaluate(rows, into: mask(index + 1, rows.count)) }
    }

    /// Those of `steps` whose conditions hold for a row.
    @inline(__always)
    func passing(_ steps: UInt32, row: Int) -> UInt32 {
        if whole != nil, masks[0][row] == 0 { return 0 }
        if steps & conditional == 0 { return steps }
        var passing = steps
        for index in ofStep.indices where masks[index + 1][row] == 0 { passing &= ~ofStep[index].step }
        return passing
    }

    private func mask(_ index: Int, _ count: Int) -> UnsafeMutableBufferPointer<UInt8> {
        if masks[index].count < count {
            masks[index].deallocate()
            masks[index] = .allocate(capacity: count)
            masks[index].initialize(repeating: 0)
        }
        return masks[index]
    }
}

/// Numbers the combinations of breakdown codes that occur: a tree with a level a column.
private struct FunnelGroupTable {
    static let root = 0

    private struct Edge: Hashable {
        var parent: Int
        var code: Int64
    }

    private var children: [Edge: Int] = [:]
    private var edges: [Edge] = [Edge(parent: -1, code: -1)]
    private var leaves: [Int: Int] = [:]
    private var nodeOfLeaf: [Int] = []

    mutating func child(of parent: Int, code: Int64) -> Int {
        let edge = Edge(parent: parent, code: code)
        if let child = children[edge] { return child }
        edges.append(edge)
        children[edge] = edges.count - 1
        return edges.count - 1
    }

    /// The number of the combination that ends at a node, counted from 0.
    mutating func leaf(_ node: Int) -> Int {
        if let leaf = leaves[node] { return leaf }
        nodeOfLeaf.append(node)
        leaves[node] = nodeOfLeaf.count - 1
        return nodeOfLeaf.count - 1
    }

    /// The codes of a combination, first column first.
    func codes(of leaf: Int) -> [Int64] {
        var codes: [Int64] = []
        var node = nodeOfLeaf[leaf]
        while node != Self.root {
            codes.append(edges[node].code)
            node = edges[node].parent
        }
        return codes.reversed()
    }
}
