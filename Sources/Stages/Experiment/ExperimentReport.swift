import Chronology
import Marts
import Metrics
import Statistics

/// The mart of an experiment: a row for each metric and variant, over all units and in each segment.
struct ExperimentReport {
    let plan: ExperimentPlan
    let tally: ExperimentTally
    /// The control, then every planned or seen variant in byte order.
    let variants: [ByteString]
    let health: ExperimentHealth
    let analysis: ExperimentAnalysis

    init(_ plan: ExperimentPlan, _ tally: ExperimentTally) {
        self.plan = plan
        self.tally = tally
        let others = Set(tally.variants.keys).union(plan.split?.keys.map { $0 } ?? []).subtracting([plan.control])
        variants = [plan.control] + others.sorted()
        health = ExperimentHealth(plan, tally, variants)
        analysis = ExperimentAnalysis(plan, tally, variants, health)
    }

    var mart: Mart {
        Mart(
            id: "\(ExperimentStage.name)/\(plan.name)",
            title: Label(en: "Experiment \(title)", zh: "实验 \(title)"), period: period, asOf: asOf,
            provisional: isProvisional, columns: Self.columns.map(\.column), notes: notes,
            rows: analysis.rows.map { row in Self.columns.map { $0.value(self, row) } })
    }

    private var title: String {
        switch plan.basis {
        case .events(let basis):
            if case .exposure(let experiment) = basis.entry { experiment.text } else { plan.name }
        case .units(let basis): basis.experiment?.text ?? plan.name
        }
    }

    private var period: MartPeriod {
        guard case .events(let basis) = plan.basis else { return MartPeriod(name: "all units", from: nil, to: nil) }
        let from = basis.starts.map { Timestamp.rfc3339($0, in: plan.zone) }
        let to = basis.ends.map { Timestamp.rfc3339($0, in: plan.zone) }
        return MartPeriod(name: "exposures \(from ?? "")/\(to ?? "")", from: from, to: to)
    }

    private var asOf: String? {
        guard case .events(let basis) = plan.basis else { return nil }
        return Timestamp.asOf(min(basis.reach.end, basis.horizon), in: plan.zone)
    }

    private var isProvisional: Bool {
        guard case .events(let basis) = plan.basis else { return false }
        return !basis.isSettled || basis.window == nil || tally.openUnits > 0
    }

    /// Open windows are within the figures.
    var isApproximate: Bool {
        guard case .events(let basis) = plan.basis else { return false }
        return basis.window != nil && !basis.leavesOutOpen && tally.openUnits > 0
    }
}

extension ExperimentPlan {
    /// How the figures are read: a fixed horizon has come with the declared end, when no figure moves any more.
    func method(_ tally: ExperimentTally) -> ExperimentSettings.Engine {
        guard settings.engine == .fixed, case .events(let basis) = basis else { return settings.engine }
        return basis.isSettled && (basis.window == nil || tally.openUnits == 0) ? .fixed : .sequential
    }
}

extension Result where Failure == Unavailable {
    var reason: String? {
        if case .failure(let reason) = self { reason.rawValue } else { nil }
    }
}
