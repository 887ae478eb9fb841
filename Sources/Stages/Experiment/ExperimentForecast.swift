import Chronology
import EventStore
import Manifest
import Marts
import StageKit
import Statistics
import Vocabulary

/// How many units and days an experiment needs, from what units like its own did lately: they enter by an event, and all
/// of them are as the control would be.
enum ExperimentForecast: Stage {
    static let name = ExperimentStage.name
    static let version = ExperimentStage.version
    static let doc = "Plans an experiment from the store's own history."
    static let usualPeriod: PeriodExpression? = nil
    static let options: [Shape.Key] = []

    /// The events by which units enter, the days that are looked back, and the relative lifts that are planned for: keys of
    /// the node's options beside those of an experiment.
    enum Key {
        static let entry = "plan.entry"
        static let days = "plan.days"
        static let effects = "plan.effects"
        static let variants = "plan.variants"
    }

    static func namedEvents(_ node: Manifest.Node, in manifest: Manifest) -> [NamedEvent] {
        (node.options[Key.entry]?.eventsOfTexts ?? []) + ExperimentStage.namedEvents(node, in: manifest)
    }

    static func prepare(_ node: Manifest.Node, in context: StageContext) throws -> any Computation {
        try HistoryOfUnits(node, in: context)
    }
}

/// Units of the past as one variant, then the plan.
private final class HistoryOfUnits: Computation {
    private static let control = ByteString("history")
    private let plan: ExperimentPlan
    private let basis: EventBasis
    private let effects: [Double]
    /// The shares of the control and of the smallest other variant.
    private let shares: (control: Double, treatment: Double)
    private let base: EventExperiment

    init(_ node: Manifest.Node, in context: StageContext) throws {
        var reader = OptionReader(node: node, manifest: context.manifest)
        let named = reader.metrics(of: nil)
        let settings = reader.settings(named)
        let (metrics, winsorizing) = reader.winsorizing(named)
        let control = ByteString(node.options["control"]?.string ?? "")
        let split = node.options["control"] == nil ? nil : reader.split(control: control)
        reader.checkColumns(of: metrics)
        if !reader.problems.isEmpty { throw Problems(reader.problems) }

        let zone = context.manifest.zone
        let window = node.options["window"]?.duration ?? 7 * 86_400_000_000
        let ends = zone.start(of: context.date.adding(days: 1)) - window
        let days = node.options[ExperimentForecast.Key.days]?.integer ?? 28
        basis = EventBasis(
            .event(Set(node.options[ExperimentForecast.Key.entry]?.strings ?? [])), source: nil,
            unit: node.options["unit"]?.string.flatMap(EventBasis.Unit.init) ?? .person,
            activation: Set(node.options["activation"]?.strings ?? []),
            starts: zone.start(of: zone.day(of: ends - 1).adding(days: 1 - days)), ends: ends, window: window,
            leavesOutOpen: true, lookBack: nil, metrics, context)
        plan = ExperimentPlan(
            name: "plan", control: Self.control, split: nil, settings: settings, metrics: metrics,
            winsorizing: winsorizing, by: [], stratify: nil, basis: .events(basis), currency: context.manifest.currency,
            zone: zone)
        effects = node.options[ExperimentForecast.Key.effects]?.list.compactMap(\.number) ?? []
        if let split, let own = split[control], let least = split.filter({ $0.key != control }).values.min() {
            let whole = split.sorted { $0.key < $1.key }.reduce(0) { $0 + $1.value }
            shares = (own / whole, least / whole)
        } else {
            let variants = Double(node.options[ExperimentForecast.Key.variants]?.integer ?? 2)
            shares = (1 / variants, 1 / variants)
        }
        base = EventExperiment(plan, basis)
    }

    var reach: NodeReach { base.reach }
    func nextRequest() -> ScanRequest? { base.nextRequest() }
    func makeAccumulator(_ layout: any ScanLayout) -> any ScanConsumer { base.makeAccumulator(layout) }
    func partial(of accumulators: [any ScanConsumer]) -> ExperimentTally { base.partial(of: accumulators) }
    func readPartial(_ reader: inout PartialReader) throws -> ExperimentTally { try base.readPartial(&reader) }
    func absorb(_ partial: ExperimentTally) { base.absorb(partial) }
    func writeGiven(_ writer: inout PartialWriter) { base.writeGiven(&writer) }
    func readGiven(_ reader: inout PartialReader) throws { try base.readGiven(&reader) }

    func finish() throws -> [Mart] {
        let history = base.tally?.variants[Self.control] ?? plan.emptyVariant(.effects)
        let days = arrivals(history)
        var notes = [
            MartNote(
                code: "method",
                message: "units that entered in the \(days.count) days up to \(Timestamp.rfc3339(basis.ends ?? 0, in: plan.zone)), each for "
                    + "\(DurationText.text(of: basis.window ?? 0)) from its first entry on; two-sided alpha \(plan.settings.alpha), power "
                    + "\(plan.settings.power); needed_units are for a look every night (tuning \(plan.settings.tuning)), fixed_units for one "
                    + "look at the end, in all variants together"),
            MartNote(
                code: "arrivals",
                message: "units are counted on the day of their first entry, as an experiment would meet them; beyond the history the rate "
                    + "of its last 7 days is taken on, which is too fast where ever fewer units are new"),
        ]
        if history.units == 0 {
            notes.append(
                MartNote(code: "no_history", message: "no unit entered in that time: take more days, or another event to enter by"))
        }
        return [
            Mart(
                id: "\(ExperimentStage.name)/\(plan.name)", title: Label(en: "Plan of an experiment", zh: "实验规划"),
                period: MartPeriod(
                    name: "history", from: basis.starts.map { Timestamp.rfc3339($0, in: plan.zone) },
                    to: basis.ends.map { Timestamp.rfc3339($0, in: plan.zone) }),
                asOf: Timestamp.asOf(min(basis.reach.end, basis.horizon), in: plan.zone), provisional: false,
                columns: Self.columns, notes: notes,
                rows: plan.metrics.indices.flatMap { metric in effects.map { row(metric, $0, history, days) } })
        ]
    }

    /// The units that entered on each day, none included.
    private func arrivals(_ history: ExperimentTally.Variant) -> [Int64] {
        guard let starts = basis.starts, let ends = basis.ends, ends > starts else { return [] }
        let days = plan.zone.day(of: starts).daysSinceEpoch...plan.zone.day(of: ends - 1).daysSinceEpoch
        return days.map { history.arrivals[Int32($0)] ?? 0 }
    }

    private static let columns: [MartColumn] = {
        func count(_ name: String, _ unit: String, _ en: String, _ zh: String) -> MartColumn {
            MartColumn(name, .integer, role: .statistic, unit: unit, label: Label(en: en, zh: zh))
        }
        func number(_ name: String, _ unit: String?, _ en: String, _ zh: String) -> MartColumn {
            MartColumn(name, .number, role: .statistic, unit: unit, label: Label(en: en, zh: zh))
        }
        return [
            MartColumn("metric", .string, role: .dimension, label: Label(en: "Metric", zh: "指标")),
            MartColumn("metric_label", .string, role: .dimension, label: Label(en: "Metric name", zh: "指标名称 (英文)")),
            number("effect", "fraction", "Wished relative lift", "期望提升"),
            number("baseline", nil, "Value so far", "当前指标值"),
            number("standard_deviation", nil, "Standard deviation of one unit", "单位标准差"),
            count("history_units", "persons", "Units of the history", "历史样本量"),
            number("units_per_day", "persons", "Units a day", "日均样本量"),
            count("needed_units", "persons", "Units needed, read every night", "所需样本量 (每日查看)"),
            count("needed_days", "days", "Days needed, read every night", "所需天数 (每日查看)"),
            count("fixed_units", "persons", "Units needed, read once", "所需样本量 (一次查看)"),
            count("fixed_days", "days", "Days needed, read once", "所需天数 (一次查看)"),
            MartColumn("reason", .string, role: .flag, label: Label(en: "Why there is no number", zh: "无数值原因")),
        ]
    }()

    private func row(
        _ metric: Int, _ effect: Double, _ history: ExperimentTally.Variant, _ days: [Int64]
    ) -> [MartValue] {
        let planned = plan.metrics[metric].metric
        let sample = MetricEstimates(planned, [history.statistics[metric]], alpha: plan.settings.alpha).samples[0]
        let nightly = needed(effect, sample, .sequential(tuning: plan.settings.tuning))
        let once = needed(effect, sample, .fixedHorizon)
        func number(_ value: Double?) -> MartValue { value.map { .number($0) } ?? .null }
        func integer(_ value: Int64?) -> MartValue { value.map { .integer($0) } ?? .null }
        let estimate = try? sample.estimate.get()
        return [
            .string(planned.id), .string(planned.label.en), .number(effect), number(estimate?.value),
            number(estimate?.standardDeviation), .integer(history.units),
            number(days.isEmpty ? nil : Double(history.units) / Double(days.count)),
            integer(try? nightly.get()), integer((try? nightly.get()).flatMap { wait(for: $0, history, days) }),
            integer(try? once.get()), integer((try? once.get()).flatMap { wait(for: $0, history, days) }),
            nightly.reason.map { .string($0) } ?? .null,
        ]
    }

    private func needed(
        _ effect: Double, _ sample: VariantComparison.Sample, _ reading: PowerAnalysis.Reading
    ) -> Result<Int64, Unavailable> {
        sample.estimate.flatMap { control in
            guard control.value != 0 else { return .failure(.zeroControl) }
            let analysis = PowerAnalysis(
                sample.proportion != nil ? .proportion(baseline: control.value) : .mean(variance: control.variance),
                controlShare: shares.control, treatmentShare: shares.treatment, alpha: plan.settings.alpha,
                reading: reading)
            return analysis.units(toDetect: effect * abs(control.value), power: plan.settings.power)
        }
    }

    /// Days until so many units have entered that are analysed and the last one's window is over; nil where none come.
    private func wait(for analysed: Int64, _ history: ExperimentTally.Variant, _ days: [Int64]) -> Int64? {
        guard history.units > 0,
            let needed = Int64(exactly: (Int128(analysed) * Int128(history.assigned) + Int128(history.units) - 1) / Int128(history.units))
        else { return nil }
        let windowDays = ((basis.window ?? 0) + 86_399_999_999) / 86_400_000_000
        var entered: Int64 = 0
        for (index, units) in days.enumerated() {
            entered += units
            if entered >= needed { return Int64(index + 1) + windowDays }
        }
        let more = try? PowerAnalysis.daysLeft(needed: needed, present: entered, daily: Array(days.suffix(7))).get()
        return more.map { Int64(days.count) + $0 + windowDays }
    }
}
