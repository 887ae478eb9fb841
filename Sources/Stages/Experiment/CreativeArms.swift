import Chronology
import EventStore
import Marts
import StageKit
import Statistics

/// Creatives (or any other column of ad reports) as the arms of a comparison that a platform's delivery made: who saw which
/// was not randomised, and no persons are known.
struct CreativeArmsPlan: Sendable {
    let name: String
    let source: String
    /// The column whose values are the arms.
    let column: String
    /// The source that says which elements a creative has; nil: none.
    let elements: String?
    /// Days since 1970, half-open.
    let days: Range<Int>
    let alpha: Double
    let tuning: Double
    let minimumDays: Int
    let minimumImpressions: Int64
    let starts: String?
    let ends: String?
}

/// Ranks arms by their click-through rate, and says which can be given up.
final class CreativeArms: Computation {
    /// One arm: its days, and what follows from them.
    struct Arm {
        let name: String
        /// In the order of the days.
        var days: [Int: ProportionStatistic] = [:]

        var whole: ProportionStatistic { days.values.reduce(ProportionStatistic(), +) }
    }

    private let plan: CreativeArmsPlan
    private let report: TableSnapshot?
    private let elements: TableSnapshot?

    init(_ plan: CreativeArmsPlan, _ tables: [TableSnapshot]) {
        self.plan = plan
        report = tables.first { $0.source == plan.source }
        elements = plan.elements.flatMap { name in tables.first { $0.source == name } }
    }

    var reach: NodeReach {
        NodeReach(DataReach(events: nil, tables: Set([plan.source] + [plan.elements].compactMap(\.self))), asOf: nil)
    }

    func nextRequest() -> ScanRequest? { nil }
    func makeAccumulator(_ layout: any ScanLayout) -> any ScanConsumer { NoConsumer() }

    func finish() throws -> [Mart] {
        let arms = arms()
        let mart = CreativeArmsReport(plan, arms).mart
        guard plan.elements != nil else { return [mart] }
        return [mart, CreativeElementsReport(plan, arms, elements).mart]
    }

    /// Every arm with impressions, by name in byte order. Rows without a value of the column belong to none.
    private func arms() -> [Arm] {
        guard let report, let names = report.column(plan.column)?.strings, let dates = report.column("date")?.integers,
            let impressions = report.column("impressions")?.integers, let clicks = report.column("clicks")?.integers
        else { return [] }
        var arms: [ByteString: Arm] = [:]
        for row in names.indices {
            guard let name = names[row], let date = dates[row], plan.days.contains(Int(date)),
                let shown = impressions[row], shown > 0
            else { continue }
            let seen = ProportionStatistic(count: shown, successes: clicks[row] ?? 0)
            let key = ByteString(name)
            let before = arms[key]?.days[Int(date)] ?? ProportionStatistic()
            arms[key, default: Arm(name: name)].days[Int(date)] = before + seen
        }
        return arms.sorted { $0.key < $1.key }.map(\.value)
    }
}

private final class NoConsumer: ScanConsumer {
    func consume(_ rows: EventRows) {}
    func endBucket() {}
}
