import EventStore
import Marts
import Metrics
import StageKit
import Statistics

/// Arms by impression and click events, each on the day of its own time.
final class EventArms: Computation {
    private let plan: CreativeArmsPlan
    private let source: String?
    private let providers: ExperimentProviders
    private let tables: [TableSnapshot]
    private var tally: CreativeTally?

    init(_ plan: CreativeArmsPlan, source: String?, _ providers: ExperimentProviders, _ tables: [TableSnapshot]) {
        self.plan = plan
        self.source = source
        self.providers = providers
        self.tables = tables
    }

    private var span: ScanRequest.Span { .init(start: plan.span.start, end: plan.span.end) }

    var reach: NodeReach {
        NodeReach(DataReach(events: span, tables: Set([plan.elements].compactMap(\.self))), asOf: plan.span.end)
    }

    func nextRequest() -> ScanRequest? {
        guard tally == nil else { return nil }
        let events = Set((Selection.impressions.events ?? []) + (Selection.clicks.events ?? []))
        return ScanRequest(columns: [plan.column], span: span, need: RowNeed(values: ["event": events]))
    }

    func makeAccumulator(_ layout: any ScanLayout) -> any ScanConsumer {
        CreativeAccumulator(plan, source: source, providers, layout)
    }

    func partial(of accumulators: [any ScanConsumer]) -> CreativeTally {
        var whole = CreativeTally()
        for case let accumulator as CreativeAccumulator in accumulators { whole.merge(accumulator.tally()) }
        return whole
    }

    func readPartial(_ reader: inout PartialReader) throws -> CreativeTally { try CreativeTally(plan, reading: &reader) }
    func absorb(_ partial: CreativeTally) { tally = partial }

    func finish() throws -> [Mart] {
        let arms = (tally?.arms ?? [:]).sorted { $0.key < $1.key }.map { name, days in
            CreativeArm(
                name: name.text,
                days: Dictionary(
                    uniqueKeysWithValues: days.map {
                        (Int($0.key), ProportionStatistic(count: $0.value.impressions, successes: $0.value.clicks))
                    }))
        }
        return plan.marts(of: arms, tables)
    }
}

/// Impressions and clicks by arm and day (since 1970); exact and mergeable in any order.
struct CreativeTally: PartialState, Sendable {
    struct Counts: Sendable, Hashable {
        var impressions: Int64 = 0
        var clicks: Int64 = 0
    }

    var arms: [ByteString: [Int32: Counts]] = [:]

    init() {}

    mutating func merge(_ other: CreativeTally) {
        for (name, days) in other.arms {
            arms[name, default: [:]].merge(days) {
                Counts(impressions: $0.impressions + $1.impressions, clicks: $0.clicks + $1.clicks)
            }
        }
    }

    func write(_ writer: inout PartialWriter) {
        writer.count(arms.count)
        for (name, days) in arms.sorted(by: { $0.key < $1.key }) {
            writer.text(name.text)
            writer.count(days.count)
            for (day, counts) in days.sorted(by: { $0.key < $1.key }) {
                writer.signed(Int64(day))
                writer.tally(counts.impressions)
                writer.tally(counts.clicks)
            }
        }
    }

    /// - Throws: `Problem` `partial.damaged`.
    init(_ plan: CreativeArmsPlan, reading reader: inout PartialReader) throws {
        for _ in 0..<(try reader.elements(ofBytes: 2)) {
            let name = ByteString(try reader.text())
            try reader.require(arms[name] == nil)
            var days: [Int32: Counts] = [:]
            for _ in 0..<(try reader.elements(ofBytes: 3)) {
                guard let day = Int32(exactly: try reader.signed()), plan.dayTable.contains(day), days[day] == nil else {
                    throw reader.damaged()
                }
                let impressions = try reader.tally()
                days[day] = Counts(impressions: impressions, clicks: try reader.tally())
            }
            arms[name] = days
        }
    }
}

/// Counts, over its share of the persons, each arm's impressions and clicks. Rows without a value of the column belong to none.
private final class CreativeAccumulator: ScanConsumer {
    private let plan: CreativeArmsPlan
    private let slot: Int?
    private let names: [String]
    /// By event and source: whether a row is an impression, and whether a click.
    private let kinds: [(isImpression: Bool, isClick: Bool)]
    private let sourceCount: Int
    /// By code; empty before the first row of an arm; then by place among the plan's days.
    private var counts: [[CreativeTally.Counts]]

    init(
        _ plan: CreativeArmsPlan, source: String?, _ providers: ExperimentProviders, _ layout: any ScanLayout
    ) {
        self.plan = plan
        slot = layout.slot(plan.column).flatMap { layout.type(ofSlot: $0) == .category ? $0 : nil }
        names = slot.map(layout.values(ofSlot:)) ?? []
        counts = Array(repeating: [], count: names.count)
        let sources = layout.sourceNames
        sourceCount = sources.count
        kinds = layout.eventNames.flatMap { event in
            sources.map { own in
                func counts(_ selection: Selection) -> Bool {
                    (source == nil || source == own) && selection.events?.contains(event) ?? false
                        && (source != nil || providers.counts(own, for: selection))
                }
                return (counts(.impressions), counts(.clicks))
            }
        }
    }

    func consume(_ rows: EventRows) {
        guard let slot else { return }
        let codes = rows.codes(slot)
        for row in 0..<rows.count where codes[row] >= 0 {
            let kind = kinds[Int(rows.events[row]) * sourceCount + Int(rows.sources[row])]
            let time = rows.times[row]
            guard kind.isImpression || kind.isClick, time >= plan.span.start, time < plan.span.end else { continue }
            let arm = Int(codes[row])
            if counts[arm].isEmpty { counts[arm] = Array(repeating: .init(), count: plan.dayTable.count) }
            let day = plan.dayTable.index(of: time)
            if kind.isImpression { counts[arm][day].impressions += 1 }
            if kind.isClick { counts[arm][day].clicks += 1 }
        }
    }

    func endBucket() {}

    func tally() -> CreativeTally {
        var tally = CreativeTally()
        for (name, days) in zip(names, counts) where !days.isEmpty {
            let seen = days.enumerated().filter { $0.element != .init() }
            tally.arms[ByteString(name)] = Dictionary(
                uniqueKeysWithValues: seen.map { (plan.dayTable.first + Int32($0.offset), $0.element) })
        }
        return tally
    }
}
