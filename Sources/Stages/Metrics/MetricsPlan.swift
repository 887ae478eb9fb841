import Chronology
import EventStore
import Expressions
import Manifest
import Metrics
import StageKit
import Vocabulary

/// A node of the metrics stage made definite: what is cut how, and what is counted.
struct MetricsPlan: Sendable {
    enum Credit: String, Sendable, CaseIterable {
        /// The purchase row's own columns.
        case event
        /// The person's last click at most seven days before.
        case lastTouch = "last_touch"
        /// What ad reports claim.
        case platform
        /// Nobody: sales have no split.
        case blended
    }

    /// A column that cells are cut by.
    struct Dimension: Sendable {
        let name: String
        let type: ColumnType
        /// The credit rule says where a sale belongs; such a column is stored as a category.
        var isTouch: Bool { MetricsPlan.touchColumns.contains(name) && type == .category }
    }

    /// A kind of event row that measures look for; it has one bit of a row's mask.
    struct Slot: Sendable, Hashable {
        let selection: Selection
        /// Sources whose rows count; nil: all.
        let sources: Set<String>?
        /// Rows of nobody do not count.
        let identified: Bool
        /// The selection's condition.
        let condition: Condition?
        /// By source the part of its rows that it is the authority for; nil: all.
        var scopes: [String: Condition] = [:]
    }

    /// Rows that tell of orders, wherever they lie.
    struct Mark: Sendable {
        let mark: OrderMark
        let slot: Int
    }

    /// What is decided of a person when all rows are known.
    struct Trail: Sendable, Hashable {
        enum Kind: Sendable, Hashable {
            case answers(AnswerGroup)
            case followed(FollowUp, FollowUp.Part)
            /// Rows of two orders on two days.
            case boughtOnDays
            /// Days with a row, each counted.
            case activeDays
        }
        let kind: Kind
        let first: Int
        let second: Int
    }

    /// The slots of tickets.
    struct Tickets: Sendable {
        let opened: Int
        let responded: Int?
        let resolved: Int?
        /// In microseconds.
        let resolveWithin: Int64
    }

    static let touchColumns: Set<String> = [
        "channel", "traffic", "source", "medium", "campaign", "creative", "ad_id", "term",
    ]
    /// A click takes credit for sales at most this long after it, the last instant included.
    static let touchWindow: Int64 = 7 * 86_400_000_000
    /// The channel of a sale that no click precedes.
    static let unassigned = "unassigned"

    let node: Manifest.Node
    let manifest: Manifest
    let period: ResolvedPeriod
    /// The part of the period that is seen.
    let seen: TimeSpan
    let endOfDate: Int64
    /// The days of tables that fall into the period.
    let dates: Range<Int>
    let oldestEvent: Int64?
    /// Whether the store's events begin on the period's first day, or before.
    let reachesBack: Bool
    /// How long a buyer must have been away to be new, in microseconds; nil: for all history.
    let newBuyerLookBack: Int64?
    let grain: Grain
    let cells: TimeCells
    let dimensions: [Dimension]
    let metrics: [Metric]
    /// Types of the columns that the metrics name.
    let columnTypes: [String: ColumnType]
    let credit: Credit
    let condition: Condition?
    let top: Int?
    /// The versioned table that plain measures run over; nil: events and reports.
    let table: TableSnapshot?
    /// Tables of ad reports and costs by source.
    let reports: [TableSnapshot]

    /// Every measure that a metric needs, once, with how it is counted.
    let measures: [PlannedMeasure]
    let slots: [Slot]
    let marks: [Mark]
    /// What one unit of a currency is worth in the report's, in millionths, and costs of products.
    let rates: DatedValues
    let costs: DatedValues
    let tickets: Tickets?
    /// Figures that a report gives with nobody declaring it, and the events that would give them too.
    let probes: [(figure: String, events: Measure)]

    /// True where a sale's place differs from its row's own columns.
    var movesSales: Bool { credit == .lastTouch && touchDimensions.isEmpty == false }
    var touchDimensions: [Int] { dimensions.indices.filter { dimensions[$0].isTouch } }
    var hasTotals: Bool { !dimensions.isEmpty }
    var hasGrandTotal: Bool { grain != .period }
    var title: String { "\(MetricsStage.name)/\(node.name)" }


    /// The first instant that the figures do not know of.
    var statedAsOf: Int64 {
        let readsEvents = measures.contains { if case .report = $0.counting { false } else { true } }
        guard readsEvents, table == nil else { return min(period.span.end, endOfDate) }
        return looksAhead ? period.asOf : period.asOf(lookingAhead: 0)
    }
}

/// A measure with the way in which this node counts it.
struct PlannedMeasure: Sendable {
    enum Counting: Sendable {
        /// Rows of a slot.
        case rows(slot: Int)
        /// An operation on a column over rows of a slot.
        case number(NumberOperation, column: String, slot: Int)
        /// Persons with a row of every slot of the mask.
        case persons(mask: UInt64)
        case distinct(column: String, slot: Int)
        /// With a mark only orders that have such a row.
        case orders(slot: Int, mark: Int?)
        case percentile(thousandths: Int, column: String, slot: Int)
        /// Persons times the days of the cell.
        case personDays(mask: UInt64)
        case trail(MetricsPlan.Trail)
        case tickets(TicketPart)
        /// Known of the store beside its rows.
        case fixed(Int128)
        /// The figure of another measure for the whole time cell.
        case whole(measure: Int)
        /// Rows of reports and, of costs, in `amount` or `spend`.
        case report(ReportRows)
        /// Rows of a slot and rows of reports, of different parts.
        case rowsAndReport(slot: Int, ReportRows)
        case absent(Absence)
    }

    /// Which rows of tables give a figure.
    struct ReportRows: Sendable {
        var sources: [String]
        var costs: [String] = []
        /// Only rows with a value here too.
        var beside: String?
        /// By source the condition of the rows that count; nil: all.
        var conditions: [String: String] = [:]
        /// By source the ones that are taken before it where both have a day, channel and campaign.
        var yields: [String: [String]] = [:]
    }

    let measure: Measure
    /// The report's figure that is counted for it.
    let figure: ReportFigure?
    let counting: Counting
    /// Units that make one: 1,000,000 for money and decimals, else 1.
    let scale: Int128
    /// Sources that share what it is made of.
    var shares: [SharedProviders] = []
}

extension PlannedMeasure.Counting {
    /// Rows of tables that are in it.
    var reportRows: PlannedMeasure.ReportRows? {
        switch self {
        case .report(let rows), .rowsAndReport(_, let rows): rows
        default: nil
        }
    }
}

extension PlannedMeasure.Counting {
    /// True for columns that the catalogue's costs are a part of.
    var looksAtCosts: Bool {
        if case .number(_, let column, _) = self { Measure.workedOutColumns.contains(column) } else { false }
    }
}

enum NumberOperation: Sendable {
    case sum, minimum, maximum
    /// Rows with a value.
    case values
    /// Rows that are true.
    case trueValues
}

/// Why a number is null; the raw value is the code of the mart's note.
enum Absence: String, Sendable, CaseIterable {
    case notProvided = "not_provided"
    case coarserThanGrain = "coarser_than_grain"
    case undated
    case notByThisDimension = "not_by_this_dimension"
    case notFilterable = "not_filterable"
    case outsideScope = "outside_scope"
    case blended
    case noTouches = "no_touches"
    case notClaimed = "not_claimed"
    case noCounterpart = "no_counterpart"
    case fewCells = "few_cells"
    case notSummable = "not_summable"
    case noTarget = "no_target"
    case otherGrain = "target_of_other_grain"
    case historyTooShort = "history_too_short"
    case notAdditive = "not_additive"
    case noValues = "no_values"
    case tooLarge = "too_large"
    case zeroDenominator = "zero_denominator"

    var message: String {
        switch self {
        case .notProvided: "null: no source provides a part of it"
        case .coarserThanGrain: "null in hours: reports are daily and are never spread; the total has the figure"
        case .undated: "null: its report has no date, so it counts only in grain 'period'"
        case .notByThisDimension: "null in detail rows: its report has no such column; totals have the figure"
        case .notFilterable: "null: the condition looks at columns that its report has not"
        case .outsideScope: "null where it lies outside of what any source provides"
        case .blended: "null in detail rows: it is a figure of the whole and has no split"
        case .noTouches: "null in detail rows: no source has clicks within reach, so sales cannot be credited"
        case .notClaimed: "null: ad reports claim no such figure"
        case .noCounterpart: "null where the compared period has no such row"
        case .fewCells: "null where fewer cells of time lie before than the window has"
        case .notSummable: "null: distinct counts and percentiles of cells may not be put together"
        case .noTarget: "null where there is no target"
        case .otherGrain: "null where the targets are of other cells of time, such as days, than the mart's: 'grain' of a target says of which"
        case .historyTooShort: "null: the store's history does not reach back so far"
        case .notAdditive: "null where several report rows fall into a cell: their figures may not be summed"
        case .noValues: "null where no row has a value"
        case .tooLarge: "null where the figure is beyond 64 bits"
        case .zeroDenominator: "null where the denominator is zero"
        }
    }
}
