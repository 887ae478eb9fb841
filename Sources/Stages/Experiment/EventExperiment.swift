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
    /// Those that are left, the next one first.
    private var rounds: [ExperimentRound]
    private var given = ExperimentGiven()
    private(set) var tally: ExperimentTally?
    /// Whose persons are listed instead of making the mart.
    private var listing: ExperimentListing?

    init(_ plan: ExperimentPlan, _ basis: EventBasis) {
        self.plan = plan
        self.basis = basis
        totalsLayout = UnitTotalsLayout(plan.metrics.map(\.metric))
        let needsValues = !totalsLayout.eventValues.isEmpty || plan.metrics.contains(where: \.isWinsorized)
        rounds = (basis.unit == .device ? [.devices] : []) + (needsValues ? [.bounds] : []) + [.effects]
    }

    var reach: NodeReach {
        NodeReach(DataReach(events: span, tables: totalsLayout.readsMoney ? basis.rateSources : []), asOf: min(basis.reach.end, basis.horizon))
    }

    private var span: ScanRequest.Span { .init(start: basis.reach.start, end: basis.reach.end) }

    func nextRequest() -> ScanRequest? {
        guard !rounds.isEmpty else { return nil }
        var columns = Set(plan.dimensions)
        if case .exposure = basis.entry { columns.formUnion(["experiment", "variant"]) }
        if totalsLayout.readsAmounts { columns.insert("amount") }
        if totalsLayout.readsMoney { columns.insert("currency") }
        if totalsLayout.readsOrders { columns.insert("order_id") }
        if basis.unit == .device { columns.insert("device_id") }
        columns.formUnion(totalsLayout.eventValues.map(\.column))
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
        case .exposure(let experiment):
            return RowNeed(values: ["event": events.union([ExperimentNames.event]), "experiment": [experiment.text]])
        case .event(let names): return RowNeed(values: ["event": events.union(names)])
        }
    }

    func makeAccumulator(_ layout: any ScanLayout) -> any ScanConsumer {
        switch rounds.first ?? .effects {
        case .devices: DeviceCollector(basis, plan, totalsLayout, layout)
        case .bounds: ExposureAccumulator(basis, plan, .bounds, given, totalsLayout, layout)
        case .effects: ExposureAccumulator(basis, plan, .effects, given, totalsLayout, layout, listing: listing)
        }
    }

    func partial(of accumulators: [any ScanConsumer]) -> ExperimentTally {
        var whole = ExperimentTally(round: rounds.first ?? .effects)
        for accumulator in accumulators {
            switch accumulator {
            case let accumulator as ExposureAccumulator: whole += accumulator.tally()
            case let collector as DeviceCollector: whole.devices.merge(collector.devices, uniquingKeysWith: +)
            default: break
            }
        }
        if rounds.first == .effects {
            whole.bounds = given.bounds
            whole.sharedDevices = Int64(given.sharedDevices.count)
        }
        return whole
    }

    func readPartial(_ reader: inout PartialReader) throws -> ExperimentTally {
        let tally = try ExperimentTally(plan, reading: &reader)
        // What was complete in an earlier round than others is carried on.
        try reader.require(tally.round == rounds.first ?? .effects || tally.round == .effects)
        return tally
    }

    func absorb(_ partial: ExperimentTally) {
        rounds = Array((rounds.firstIndex(of: partial.round).map { rounds[$0...] } ?? []).dropFirst())
        switch partial.round {
        case .devices: given.sharedDevices = Set(partial.devices.filter { $0.value.isShared && $0.value.isExposed }.keys)
        case .bounds:
            given.bounds = bounds(of: partial)
            given.thresholds = thresholds(of: partial)
        case .effects:
            tally = partial
        }
    }

    /// One pair a metric, from the values of the units of all variants.
    private func bounds(of tally: ExperimentTally) -> [WinsorizingBounds] {
        plan.metrics.indices.map { index in
            guard let winsorizing = plan.winsorizing, plan.metrics[index].isWinsorized else { return WinsorizingBounds() }
            var values = ValueCounts()
            for variant in tally.variants.values {
                if case .values(let counts, _) = variant.statistics[index] { values += counts }
            }
            return WinsorizingBounds(
                of: values, lowerPercent: winsorizing.lower, upperPercent: winsorizing.upper,
                ignoringZeros: winsorizing.ignoringZeros)
        }
    }

    private func thresholds(of tally: ExperimentTally) -> [ByteString: ExperimentGiven.Thresholds] {
        guard !totalsLayout.eventValues.isEmpty else { return [:] }
        func quantiles(_ statistics: [MetricStatistic]) -> [Int128?] {
            zip(plan.metrics, statistics).map { planned, statistic in
                guard case .eventQuantile(let events) = planned.metric.measure, case .values(let counts, _) = statistic
                else { return nil }
                return counts.percentile(events.percent)
            }
        }
        return tally.variants.mapValues { variant in
            ExperimentGiven.Thresholds(
                whole: quantiles(variant.statistics),
                segments: variant.segments.map { $0.mapValues { quantiles($0.statistics) } })
        }
    }

    func writeGiven(_ writer: inout PartialWriter) {
        writer.byte(UInt8(rounds.count))
        given.write(&writer)
    }

    func readGiven(_ reader: inout PartialReader) throws {
        let left = Int(try reader.byte())
        try reader.require(left > 0 && left < rounds.count)
        rounds = Array(rounds.suffix(left))
        given = try ExperimentGiven(plan, reading: &reader)
    }

    func listPersons(_ selection: PersonSelection) throws { listing = try ExperimentListing(selection, plan) }

    var listsDevices: Bool {
        if case .events(let basis) = plan.basis { basis.unit == .device } else { false }
    }

    func finish() throws -> [Mart] {
        let report = ExperimentReport(plan, tally ?? ExperimentTally())
        return [try listing.map { try $0.mart(report) } ?? report.mart]
    }
}
