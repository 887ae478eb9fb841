import EventStore
import Marts
import StageKit

/// An experiment on events: one scan, then the mart.
final class EventExperiment: Computation {
    private let plan: ExperimentPlan
    private let basis: EventBasis
    private let totalsLayout: UnitTotalsLayout
    private var tally: ExperimentTally?

    init(_ plan: ExperimentPlan, _ basis: EventBasis) {
        self.plan = plan
        self.basis = basis
        totalsLayout = UnitTotalsLayout(plan.metrics.map(\.metric))
    }

    var reach: NodeReach {
        NodeReach(DataReach(events: span), asOf: min(basis.reach.end, basis.horizon))
    }

    private var span: ScanRequest.Span { .init(start: basis.reach.start, end: basis.reach.end) }

    func nextRequest() -> ScanRequest? {
        guard tally == nil else { return nil }
        var columns: Set<String> = ["experiment", "variant"]
        if totalsLayout.readsAmounts { columns.formUnion(["amount", "currency"]) }
        if totalsLayout.readsOrders { columns.insert("order_id") }
        return ScanRequest(columns: columns, span: span, need: need)
    }

    /// The exposures, and the rows that a metric selects; nil where one selects all.
    private var need: RowNeed? {
        var events: Set<String> = []
        for selection in totalsLayout.selections {
            guard let some = selection.events else { return nil }
            events.formUnion(some)
        }
        return RowNeed(values: ["event": events, "experiment": [basis.experiment.text]])
    }

    func makeAccumulator(_ layout: any ScanLayout) -> any ScanConsumer {
        ExposureAccumulator(basis, plan, totalsLayout, layout)
    }

    func partial(of accumulators: [any ScanConsumer]) -> ExperimentTally {
        var whole = ExperimentTally()
        for case let accumulator as ExposureAccumulator in accumulators { whole += accumulator.tally() }
        return whole
    }

    func readPartial(_ reader: inout PartialReader) throws -> ExperimentTally { try ExperimentTally(plan, reading: &reader) }

    func absorb(_ partial: ExperimentTally) { tally = partial }

    func finish() throws -> [Mart] { [ExperimentReport(plan, tally ?? ExperimentTally()).mart] }
}
