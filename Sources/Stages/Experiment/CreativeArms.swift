import Chronology
import EventStore
import Marts
import StageKit
import Statistics
import Vocabulary

/// Creatives (or any other column) as the arms of a comparison that a platform's delivery made: who saw which was not
/// randomised, and persons may not be known.
struct CreativeArmsPlan: Sendable {
    /// Where impressions and clicks are counted.
    enum Origin: Sendable {
        /// In the rows of an ad report.
        case report(String)
        /// In impression and click events; of one source, or of all (nil).
        case events(source: String?, ExperimentProviders)
    }

    /// How the time is cut into epochs within which the shares of traffic were the same.
    enum Epochs: Sendable, Hashable {
        case none
        /// A new one begins on each of these days.
        case declared([Int])
        /// A new one begins where the arms' shares of impressions move by more than `AllocationEpochs.limit`.
        case found
    }

    let name: String
    let origin: Origin
    /// The column whose values are the arms.
    let column: String
    /// The source that says which elements a creative has; nil: none.
    let elements: String?
    /// Days since 1970, half-open.
    let days: Range<Int>
    /// The same as instants, as far as anything is seen.
    let span: TimeSpan
    let dayTable: DayTable
    let epochs: Epochs
    let alpha: Double
    let tuning: Double
    let minimumDays: Int
    let minimumImpressions: Int64
    let starts: String?
    let ends: String?
    /// Days are still to come.
    let isRunning: Bool
}

/// One arm: its days.
struct CreativeArm {
    let name: String
    /// Clicks of impressions by day since 1970.
    var days: [Int: ProportionStatistic] = [:]

    /// No day has more clicks than impressions.
    var isSound: Bool { days.values.allSatisfy { (0...$0.count).contains($0.successes) } }

    var whole: ProportionStatistic { days.values.reduce(ProportionStatistic(), +) }
}

extension CreativeArmsPlan {
    /// Arms and, where they are asked for, their elements.
    func marts(of arms: [CreativeArm], _ tables: [TableSnapshot]) -> [Mart] {
        let shown = arms.filter { $0.whole.count > 0 }
        let mart = CreativeArmsReport(self, shown).mart
        guard let elements else { return [mart] }
        return [mart, CreativeElementsReport(self, shown, tables.first { $0.source == elements }).mart]
    }
}

/// Arms by the rows of an ad report: no scan of events at all.
final class ReportedArms: Computation {
    private let plan: CreativeArmsPlan
    private let source: String
    private let tables: [TableSnapshot]

    init(_ plan: CreativeArmsPlan, source: String, _ tables: [TableSnapshot]) {
        self.plan = plan
        self.source = source
        self.tables = tables
    }

    var reach: NodeReach {
        NodeReach(DataReach(events: nil, tables: Set([source] + [plan.elements].compactMap(\.self))), asOf: nil)
    }

    func nextRequest() -> ScanRequest? { nil }
    func makeAccumulator(_ layout: any ScanLayout) -> any ScanConsumer { NoConsumer() }
    func finish() throws -> [Mart] { plan.marts(of: try arms(), tables) }

    /// Every arm with impressions, by name in byte order. Rows without a value of the column belong to none.
    /// - Throws: `Problem` `experiment.too-many-impressions`.
    private func arms() throws -> [CreativeArm] {
        guard let report = tables.first(where: { $0.source == source }), let names = report.column(plan.column)?.strings,
            let dates = report.column("date")?.integers, let impressions = report.column("impressions")?.integers,
            let clicks = report.column("clicks")?.integers
        else { return [] }
        var arms: [ByteString: CreativeArm] = [:]
        var (allShown, allClicked) = (UInt64(0), UInt64(0))
        for row in names.indices {
            guard let name = names[row], let date = dates[row], plan.days.contains(Int(date)),
                let shown = impressions[row], shown > 0
            else { continue }
            let (shownSum, isTooMany) = allShown.addingReportingOverflow(shown.magnitude)
            let (clickedSum, areTooMany) = allClicked.addingReportingOverflow((clicks[row] ?? 0).magnitude)
            guard !isTooMany, !areTooMany, max(shownSum, clickedSum) <= Int64.max else {
                throw Problem(
                    .tooManyImpressions, "the impressions or clicks of source '\(source)' are beyond 64 bits in sum",
                    help: "look for a row that no platform can have meant")
            }
            (allShown, allClicked) = (shownSum, clickedSum)
            let seen = ProportionStatistic(count: shown, successes: clicks[row] ?? 0)
            arms[ByteString(name), default: CreativeArm(name: name)].days[Int(date), default: ProportionStatistic()] += seen
        }
        return arms.sorted { $0.key < $1.key }.map(\.value)
    }
}

extension ProblemCode {
    static let tooManyImpressions = ProblemCode("experiment.too-many-impressions", exit: .stageFailed)
}

/// Takes part in a scan that it did not ask for.
final class NoConsumer: ScanConsumer {
    func consume(_ rows: EventRows) {}
    func endBucket() {}
}
