import EventStore
import Marts
import StageKit
import Vocabulary

/// One funnel at work: a single round over the events from the period's start to the end of the last window.
final class FunnelComputation: Computation, PersonListing {
    private let plan: FunnelPlan
    private var isScanned = false
    private var result: FunnelResult
    /// Whom to list instead of making marts.
    private var selection: FunnelSelection?

    init(_ plan: FunnelPlan) {
        self.plan = plan
        result = FunnelResult(plan)
    }

    var reach: NodeReach {
        // Older events behind the reach may end what the note tells.
        NodeReach(DataReach(events: plan.span), asOf: plan.period.horizon, further: plan.lacksHistory ? "lacks history" : nil)
    }

    func nextRequest() -> ScanRequest? {
        isScanned ? nil : ScanRequest(columns: plan.columns, span: plan.span, need: plan.need)
    }

    func makeAccumulator(_ layout: any ScanLayout) -> any ScanConsumer {
        plan.isUsual && selection == nil
            ? FunnelAccumulator(plan, layout: layout) : FunnelJourneyAccumulator(plan, selection, layout: layout)
    }

    func partial(of accumulators: [any ScanConsumer]) -> FunnelResult {
        var result = FunnelResult(plan)
        for case let accumulator as any FunnelCounting in accumulators { accumulator.count(into: &result) }
        return result
    }

    func readPartial(_ reader: inout PartialReader) throws -> FunnelResult { try FunnelResult(plan, reading: &reader) }

    func absorb(_ partial: FunnelResult) throws {
        isScanned = true
        for (column, type) in zip(plan.groupColumns, partial.breakdownTypes) where !FunnelBreakdown.types.contains(type) {
            throw Problem(
                .funnelWrongBreakdown, "the column '\(column)' is stored as \(type.rawValue), which makes no groups",
                help: "break down by a category, text, integer, date or boolean column")
        }
        result = partial
    }

    func finish() throws -> [Mart] {
        let tables = FunnelTable(plan, result)
        if let selection { return [try tables.persons(selection)] }
        let table = FunnelMart(plan, result, total: try result.sum(plan))
        var marts = [table.mart]
        if plan.trend != nil { marts.append(tables.trend) }
        if plan.compared != nil { marts.append(tables.comparison) }
        if plan.histogram != nil { marts.append(FunnelTimesMart(plan, result, table).mart) }
        if plan.nextEvents != nil { marts.append(tables.nextEvents) }
        return marts
    }

    func listPersons(_ selection: PersonSelection) throws { self.selection = try FunnelSelection(selection, plan) }
}
