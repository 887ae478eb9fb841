import EventStore
import Manifest
import Marts
import Metrics
import StageKit
import Vocabulary

/// A metrics node at work: one scan; a second one where `top` leaves a rest whose persons must be counted anew.
final class MetricsComputation: Computation {
    private let plan: MetricsPlan
    private var rounds = 0
    private var tally: MetricsTally?
    /// Cells that stand for themselves in the second scan.
    private var kept: Set<KeptCell>?
    private var isDone = false

    init(_ plan: MetricsPlan) {
        self.plan = plan
        isDone = plan.slots.isEmpty || plan.table != nil
    }

    var reach: NodeReach {
        let readsEvents = !plan.slots.isEmpty && plan.table == nil
        return NodeReach(
            DataReach(events: readsEvents ? plan.request.span : nil, tables: plan.tablesRead, dates: plan.datesRead),
            asOf: plan.statedAsOf)
    }

    func nextRequest() -> ScanRequest? { isDone ? nil : plan.request }

    func makeAccumulator(_ layout: any ScanLayout) -> any ScanConsumer {
        MetricsAccumulator(plan, layout, kept: kept)
    }

    func partial(of accumulators: [any ScanConsumer]) -> MetricsPartial {
        var partial = MetricsPartial(plan)
        for case let accumulator as MetricsAccumulator in accumulators { partial.add(accumulator) }
        return partial
    }

    func readPartial(_ reader: inout PartialReader) throws -> MetricsPartial { try MetricsPartial(plan, reading: &reader) }

    func absorb(_ partial: MetricsPartial) throws {
        rounds += 1
        var tally = try tally(of: partial, kept: kept)
        try checkProbes(tally)
        if let top = plan.top, rounds == 1 {
            let greatest = MetricsEvaluator(plan, tally).greatest(top)
            if plan.countsPersons {
                kept = greatest
                return
            }
            tally = try self.tally(of: partial, kept: greatest)
        }
        self.tally = tally
        isDone = true
    }

    func writeGiven(_ writer: inout PartialWriter) { (kept ?? []).write(&writer) }

    func readGiven(_ reader: inout PartialReader) throws {
        kept = try Set(plan, reading: &reader)
        rounds = 1
    }

    func finish() throws -> [Mart] {
        var tally = try self.tally ?? self.tally(of: nil, kept: nil)
        if rounds == 0, let top = plan.top {
            tally = try self.tally(of: nil, kept: MetricsEvaluator(plan, tally).greatest(top))
        }
        return [MetricsMart(plan, tally).mart()]
    }

    private func tally(of partial: MetricsPartial?, kept: Set<KeptCell>?) throws -> MetricsTally {
        var tally = MetricsTally(plan, kept: kept)
        if let table = plan.table {
            tally.addTable(table)
        } else {
            if let partial { try tally.add(partial) }
            tally.addReports()
        }
        return tally
    }

    /// A figure that a report gives and events would give too needs a source that declares it.
    private func checkProbes(_ tally: MetricsTally) throws {
        let evaluator = MetricsEvaluator(plan, tally)
        for (figure, events) in plan.probes {
            guard case .exact(let count) = evaluator.figure(events, at: .total), count.value > 0 else { continue }
            throw Problem(
                .twoProviders, "'\(figure)' is given by a report and by \(count.value) events, and no source declares it",
                at: plan.node.place, help: "add it to `provides` of the source that is the authority: provides: [\(figure)]")
        }
    }
}

extension MetricsPlan {
    var countsPersons: Bool {
        measures.contains { if case .persons = $0.counting { true } else { false } }
    }

    /// The sources of the tables that figures are taken from.
    fileprivate var tablesRead: Set<String> {
        if let table { return [table.source] }
        var sources: Set<String> = []
        for case .report(let reports, let costs, _) in measures.map(\.counting) { sources.formUnion(reports + costs) }
        return sources
    }

    /// Which days of them count; nil: all, where the authority of two reports is compared over all their days.
    fileprivate var datesRead: Range<Int>? {
        let hasRivals = measures.contains { if case .report(let reports, _, _) = $0.counting { reports.count > 1 } else { false } }
        return hasRivals ? nil : dates
    }

    /// Refunds after the period's end are looked for.
    var looksAhead: Bool {
        measures.contains { if case .orders(_, refunded: true) = $0.counting { true } else { false } }
    }

    private var needsHistory: Bool {
        let needsFirst = slots.contains { $0.selection.occasion == .first || $0.selection.occasion == .newcomer }
        let needsOrders = !touchDimensions.isEmpty && slots.contains { $0.selection.followsOrder }
        return needsFirst || needsOrders
    }

    var request: ScanRequest {
        var columns = Set(dimensions.map(\.name))
        for planned in measures {
            switch planned.counting {
            case .number(_, let column, _):
                columns.insert(column)
                if Measure.moneyColumns.contains(column) { columns.insert("currency") }
            case .distinct(let column, _): columns.insert(column)
            case .orders: columns.insert("order_id")
            case .rows, .persons, .report, .absent: break
            }
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
            let back = max(movesSales ? Self.touchWindow : 0, cutsSessions ? SessionCutter.lookBack : 0)
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
