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

    var reach: NodeReach { NodeReach(DataReach(events: span), asOf: plan.horizon) }

    func nextRequest() -> ScanRequest? {
        isScanned
            ? nil
            : ScanRequest(
                columns: plan.columns, span: span, need: RowNeed(values: ["event": Set(plan.steps.map(\.event))]))
    }

    private var span: ScanRequest.Span {
        let start = plan.period.span.start
        return .init(start: start, end: max(start, plan.horizon))
    }

    func makeAccumulator(_ layout: any ScanLayout) -> any ScanConsumer { FunnelAccumulator(plan, layout: layout) }

    func partial(of accumulators: [any ScanConsumer]) -> FunnelResult {
        var result = FunnelResult(stepCount: plan.steps.count, breakdownCount: plan.breakdown.count)
        for case let accumulator as FunnelAccumulator in accumulators { result.absorb(accumulator.counted) }
        return result
    }

    func readPartial(_ reader: inout PartialReader) throws -> FunnelResult { try FunnelResult(plan, reading: &reader) }

    func absorb(_ partial: FunnelResult) throws {
        isScanned = true
        for (column, type) in zip(plan.breakdown, partial.breakdownTypes) where !FunnelBreakdown.types.contains(type) {
            throw Problem(
                .funnelWrongBreakdown, "the column '\(column)' is stored as \(type.rawValue), which makes no groups",
                help: "break down by a category, text, integer, date or boolean column")
        }
        result = partial
    }

    func finish() throws -> [Mart] { [FunnelMart(plan, result, total: try result.sum(name: plan.name)).mart] }
}
