import EventStore
import Manifest
import Marts
import Metrics
import StageKit
import Vocabulary

/// A metrics node at work: one scan for all of its lines; a second one where `top` leaves a rest whose persons must be
/// counted anew.
final class MetricsComputation: Computation, PersonListing {
    private let lines: MetricsLines
    private var rounds = 0
    private var tallies: [MetricsTally?]
    /// Cells that stand for themselves in the second scan.
    private var kept: Set<KeptCell>?
    private var isDone = false
    /// Whose persons are listed instead of making the mart.
    private var selection: MetricsSelection?
    private var persons: MetricsPersonsMart?

    init(_ lines: MetricsLines) {
        self.lines = lines
        tallies = lines.all.map { _ in nil }
        isDone = lines.own.slots.isEmpty || lines.own.table != nil
    }

    private var plans: [MetricsPlan] { lines.all.map(\.plan) }

    var reach: NodeReach {
        let readsEvents = !lines.own.slots.isEmpty && lines.own.table == nil
        var span = lines.own.request.span
        var dates = lines.own.datesRead
        for plan in plans.dropFirst() {
            if let own = span, let other = plan.request.span {
                span = ScanRequest.Span(start: min(own.start, other.start), end: max(own.end, other.end))
            }
            if let own = dates, let other = plan.datesRead {
                dates = own.isEmpty ? other : other.isEmpty ? own : min(own.lowerBound, other.lowerBound)..<max(own.upperBound, other.upperBound)
            } else {
                dates = nil
            }
        }
        var tables = lines.own.tablesRead
        if let targets = lines.derived.targets { tables.insert(targets.source) }
        let fixed = lines.own.measures.compactMap { if case .fixed(let number) = $0.counting { number } else { nil } }
        // Older events than any that are read tell whether there is something to compare with.
        var further = fixed.isEmpty ? [] : ["\(fixed)"]
        if readsEvents { further += lines.all.filter { $0.comparison != nil && !$0.plan.reachesBack }.map { "lacks \($0.plan.period.span)" } }
        return NodeReach(
            DataReach(events: readsEvents ? span : nil, tables: tables, dates: lines.derived.targets == nil ? dates : nil),
            asOf: lines.own.statedAsOf, further: further.isEmpty ? nil : further.joined(separator: " "))
    }

    func nextRequest() -> ScanRequest? {
        guard !isDone else { return nil }
        return plans.dropFirst().reduce(lines.own.request) { $0.union($1.request) }
    }

    func makeAccumulator(_ layout: any ScanLayout) -> any ScanConsumer {
        LinesAccumulator(
            plans.enumerated().map { line, plan in
                MetricsAccumulator(
                    plan, layout, kept: plan.top == nil ? nil : kept, listing: selection?.line == line ? selection : nil)
            })
    }

    func partial(of accumulators: [any ScanConsumer]) -> MetricsPartials {
        var parts = plans.map { MetricsPartial($0) }
        for case let accumulator as LinesAccumulator in accumulators {
            for (index, line) in accumulator.lines.enumerated() { parts[index].add(line) }
        }
        return MetricsPartials(parts: parts)
    }

    func readPartial(_ reader: inout PartialReader) throws -> MetricsPartials {
        MetricsPartials(parts: try plans.map { try MetricsPartial($0, reading: &reader) })
    }

    func absorb(_ partial: MetricsPartials) throws {
        rounds += 1
        let whole = try tally(of: 0, partial.parts[0], kept: kept)
        if rounds == 1 { try checkProbes(whole) }
        if let top = lines.own.top, rounds == 1 {
            kept = MetricsEvaluator(lines.own, whole).greatest(top)
            if lines.own.countsPersons { return }
        }
        for (line, part) in partial.parts.enumerated() {
            // Of a node with `top`, `whole` is of the cells that stand for themselves from the second round on.
            let isWhole = line == 0 && (plans[0].top == nil || rounds > 1)
            tallies[line] = isWhole ? whole : try tally(of: line, part, kept: plans[line].top == nil ? nil : kept)
        }
        if let selection, let tally = tallies[selection.line] {
            persons = MetricsPersonsMart(
                selection: selection, plan: plans[selection.line], partial: partial.parts[selection.line], tally: tally)
        }
        isDone = true
    }

    func listPersons(_ selection: PersonSelection) throws { self.selection = try MetricsSelection(selection, lines) }

    func writeGiven(_ writer: inout PartialWriter) { (kept ?? []).write(&writer) }

    func readGiven(_ reader: inout PartialReader) throws {
        kept = try Set(lines.own, reading: &reader)
        rounds = 1
    }

    func finish() throws -> [Mart] {
        if let persons { return [try persons.mart()] }
        if rounds == 0, let top = lines.own.top {
            kept = MetricsEvaluator(lines.own, try tally(of: 0, nil, kept: nil)).greatest(top)
        }
        let all = try plans.indices.map { line in
            try tallies[line] ?? tally(of: line, nil, kept: plans[line].top == nil ? nil : kept)
        }
        return [MetricsMart(lines, all).mart()]
    }

    private func tally(of line: Int, _ partial: MetricsPartial?, kept: Set<KeptCell>?) throws -> MetricsTally {
        var tally = MetricsTally(plans[line], kept: kept)
        if let table = plans[line].table {
            tally.addTable(table)
        } else {
            if let partial { try tally.add(partial) }
            tally.addReports()
        }
        return tally
    }

    /// A figure that a report gives and events would give too needs a source that declares it.
    private func checkProbes(_ tally: MetricsTally) throws {
        let evaluator = MetricsEvaluator(lines.own, tally)
        for (figure, events) in lines.own.probes {
            guard case .exact(let count) = evaluator.figure(events, at: .total), count.value > 0 else { continue }
            throw Problem(
                .twoProviders, "'\(figure)' is given by a report and by \(count.value) events, and no source declares it",
                at: lines.own.node.place, help: "add it to `provides` of the source that is the authority: provides: [\(figure)]")
        }
    }
}

/// One thread's share of the scan for each line of a round.
private final class LinesAccumulator: ScanConsumer {
    let lines: [MetricsAccumulator]

    init(_ lines: [MetricsAccumulator]) { self.lines = lines }

    func consume(_ rows: EventRows) { for line in lines { line.consume(rows) } }
    func endBucket() { for line in lines { line.endBucket() } }
}

/// What was counted for each line of a round.
struct MetricsPartials: PartialState {
    var parts: [MetricsPartial]

    mutating func merge(_ other: MetricsPartials) {
        for index in parts.indices { parts[index].merge(other.parts[index]) }
    }

    func write(_ writer: inout PartialWriter) { for part in parts { part.write(&writer) } }
}

extension MetricsPlan {
    var countsPersons: Bool {
        measures.contains {
            switch $0.counting {
            case .persons, .personDays, .trail: true
            default: false
            }
        }
    }

    /// The sources of the tables that figures are taken from.
    var tablesRead: Set<String> {
        if let table { return datedTables.union([table.source]) }
        var sources: Set<String> = []
        for rows in measures.compactMap(\.counting.reportRows) { sources.formUnion(rows.sources + rows.costs) }
        return sources.union(datedTables)
    }

    /// Which days of them count; nil: all, where the authority of two reports is compared over all their days.
    var datesRead: Range<Int>? {
        let hasRivals = measures.contains { $0.counting.reportRows.map { $0.sources.count > 1 } ?? false }
        return hasRivals || !datedTables.isEmpty ? nil : dates
    }

    /// Sources of rates, of costs and of columns that products have: days before the period count too.
    private var datedTables: Set<String> {
        let looksAtMoney = measures.contains { $0.measure.quantity == .money } || slots.contains(where: \.selection.needsAmount)
        let looksAtProducts = measures.contains { $0.counting.looksAtCosts } || !catalogueColumns.isEmpty
        let catalogues = manifest.sources.filter { $0.kind == .catalogue && looksAtProducts }.map(\.name)
        return (looksAtMoney ? manifest.rateSources : []).union(catalogues)
    }

    /// Refunds after the period's end are looked for.
    var looksAhead: Bool {
        measures.contains {
            if case .absent = $0.counting { false } else { $0.measure.looksAhead }
        }
    }

    /// True where a measure asks for persons who had been away.
    func looksForNewcomers(_ mask: UInt64) -> Bool {
        slots.indices.contains { slots[$0].selection.occasion == .newcomer && mask & (1 << UInt64(truncatingIfNeeded: $0)) != 0 }
    }

    private var needsHistory: Bool {
        let needsFirst = slots.contains { $0.selection.occasion == .first || $0.selection.occasion == .newcomer && newBuyerLookBack == nil }
        let needsOrders = !touchDimensions.isEmpty && slots.contains { $0.selection.followsOrder }
        return needsFirst || needsOrders
    }

    var request: ScanRequest {
        var columns = Set(dimensions.map(\.name))
        for planned in measures {
            switch planned.counting {
            case .number(_, let column, _):
                columns.formUnion(Measure.workedOutColumns.contains(column) ? ["amount", "quantity", "product_id"] : [column])
                if Measure.moneyColumns.contains(column) { columns.insert("currency") }
            case .percentile(_, let column, _):
                columns.insert(column)
                if Measure.moneyColumns.contains(column) { columns.insert("currency") }
            case .distinct(let column, _): columns.insert(column)
            case .orders: columns.insert("order_id")
            case .trail(let trail):
                switch trail.kind {
                case .answers: columns.formUnion(["question", "score"])
                case .boughtOnDays: columns.insert("order_id")
                case .activeDays: break
                case .followed(let followUp, _): if followUp.anotherOrder { columns.insert("order_id") }
                }
            case .tickets: columns.insert("ticket_id")
            case .rows, .rowsAndReport, .persons, .personDays, .report, .whole, .fixed, .absent: break
            }
        }
        for slot in slots {
            columns.formUnion(slot.condition?.columns ?? [])
            for scope in slot.scopes.values { columns.formUnion(scope.columns) }
            if slot.selection.needsAmount { columns.formUnion(["amount", "currency"]) }
        }
        let cutsSessions = slots.contains { $0.selection.occasion == .sessionStart }
        if cutsSessions { columns.insert("campaign") }
        let looksAtOrders = slots.contains { $0.selection.occasion == .anotherOrder || $0.selection.followsOrder }
        if looksAtOrders { columns.insert("order_id") }
        columns.formUnion(condition?.columns ?? [])
        columns.subtract(["event", "event_time"])
        var start = seen.start
        if needsHistory {
            start = .min
        } else {
            let marksBack = marks.map(\.mark.lookBack).max() ?? 0
            let newcomersBack = slots.contains { $0.selection.occasion == .newcomer } ? newBuyerLookBack ?? 0 : 0
            let back = max(movesSales ? Self.touchWindow : 0, cutsSessions ? SessionCutter.lookBack : 0, marksBack, newcomersBack)
            let (earlier, underflow) = start.subtractingReportingOverflow(back)
            start = underflow ? .min : earlier
        }
        let end = looksAhead ? max(seen.end, period.asOf) : seen.end
        return ScanRequest(columns: columns, span: ScanRequest.Span(start: start, end: end), need: need)
    }

    /// The rows that a slot looks for, touches, and what is told of rows of nobody; nil where a slot looks at all rows.
    private var need: RowNeed? {
        var events: Set<String> = movesSales ? ["click"] : []
        for slot in slots where slot.selection.occasion == .every {
            guard let some = slot.selection.events else { return nil }
            events.formUnion(some)
        }
        return RowNeed(values: ["event": events], nobody: countsPersons)
    }
}
