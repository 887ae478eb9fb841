import EventStore
import Marts
import StageKit
import Statistics
import Vocabulary

/// An experiment on events: a scan for the bounds of what is winsorized, one for everything else, then the mart.
final class EventExperiment: Computation, PersonListing {
    private let plan: ExperimentPlan
    private let basis: EventBasis
    private let totalsLayout: UnitTotalsLayout
    /// nil when all has been scanned.
    private var round: ExperimentRound?
    private var bounds: [WinsorizingBounds] = []
    private(set) var tally: ExperimentTally?
    /// Whose persons are listed instead of making the mart.
    private var listing: ExperimentListing?

    init(_ plan: ExperimentPlan, _ basis: EventBasis) {
        self.plan = plan
        self.basis = basis
        totalsLayout = UnitTotalsLayout(plan.metrics.map(\.metric))
        round = plan.metrics.contains(where: \.isWinsorized) ? .bounds : .effects([])
    }

    var reach: NodeReach {
        NodeReach(DataReach(events: span), asOf: min(basis.reach.end, basis.horizon))
    }

    private var span: ScanRequest.Span { .init(start: basis.reach.start, end: basis.reach.end) }

    func nextRequest() -> ScanRequest? {
        guard round != nil else { return nil }
        var columns = Set(plan.dimensions)
        if case .exposure = basis.entry { columns.formUnion(["experiment", "variant"]) }
        if totalsLayout.readsAmounts { columns.formUnion(["amount", "currency"]) }
        if totalsLayout.readsOrders { columns.insert("order_id") }
        return ScanRequest(columns: columns, span: span, need: need)
    }

    /// The exposures, and the rows that a metric selects; nil where one selects all, or any row tells that a unit was there.
    private var need: RowNeed? {
        guard basis.lookBack == nil, totalsLayout.retentionDays.isEmpty else { return nil }
        var events = basis.activation
        for selection in totalsLayout.selections {
            guard let some = selection.events else { return nil }
            events.formUnion(some)
        }
        switch basis.entry {
        case .exposure(let experiment): return RowNeed(values: ["event": events, "experiment": [experiment.text]])
        case .event(let names): return RowNeed(values: ["event": events.union(names)])
        }
    }

    func makeAccumulator(_ layout: any ScanLayout) -> any ScanConsumer {
        let round = round ?? .effects(bounds)
        var listing: ExperimentListing?
        if case .effects = round { listing = self.listing }
        return ExposureAccumulator(basis, plan, round, totalsLayout, layout, listing: listing)
    }

    func partial(of accumulators: [any ScanConsumer]) -> ExperimentTally {
        var whole = ExperimentTally()
        for case let accumulator as ExposureAccumulator in accumulators { whole += accumulator.tally() }
        return whole
    }

    func readPartial(_ reader: inout PartialReader) throws -> ExperimentTally {
        try ExperimentTally(plan, round ?? .effects(bounds), reading: &reader)
    }

    func absorb(_ partial: ExperimentTally) {
        switch round {
        case .bounds:
            bounds = bounds(of: partial)
            round = .effects(bounds)
        case .effects, nil:
            tally = partial
            round = nil
        }
    }

    /// One pair a metric, from the values of the units of all variants.
    private func bounds(of tally: ExperimentTally) -> [WinsorizingBounds] {
        plan.metrics.indices.map { index in
            var values = ValueCounts()
            for variant in tally.variants.values {
                if case .values(let counts, _) = variant.statistics[index] { values += counts }
            }
            guard let winsorizing = plan.winsorizing else { return WinsorizingBounds() }
            return WinsorizingBounds(
                of: values, lowerPercent: winsorizing.lower, upperPercent: winsorizing.upper,
                ignoringZeros: winsorizing.ignoringZeros)
        }
    }

    func writeGiven(_ writer: inout PartialWriter) {
        for pair in bounds {
            for bound in [pair.lower, pair.upper] {
                writer.flag(bound != nil)
                if let bound { writer.sum(bound) }
            }
        }
    }

    func readGiven(_ reader: inout PartialReader) throws {
        guard case .bounds = round else { throw reader.damaged("the node has no second round") }
        bounds = []
        for _ in plan.metrics {
            let lower = try reader.flag() ? try reader.sum() : nil
            let upper = try reader.flag() ? try reader.sum() : nil
            bounds.append(WinsorizingBounds(lower: lower, upper: upper))
        }
        round = .effects(bounds)
    }

    func listPersons(_ selection: PersonSelection) throws { listing = try ExperimentListing(selection, plan) }

    func finish() throws -> [Mart] {
        let report = ExperimentReport(plan, tally ?? ExperimentTally(), bounds)
        return [try listing.map { try $0.mart(report) } ?? report.mart]
    }
}
