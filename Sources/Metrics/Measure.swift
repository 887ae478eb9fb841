/// A building block of metrics: one exact whole number a cell.
public indirect enum Measure: Sendable, Hashable {
    /// Rows; with `identified` only those that belong to a person.
    case rows(Selection, identified: Bool = false)
    /// Rows whose column has a value.
    case values(String, Selection)
    /// Rows whose boolean column is true.
    case trueValues(String, Selection)
    case sum(String, Selection)
    /// Sum of a column of milliseconds, in seconds.
    case durations(String, Selection)
    case minimum(String, Selection)
    case maximum(String, Selection)
    /// The least value that at least so many thousandths of the rows with a value do not exceed (nearest rank).
    case percentile(String, thousandths: Int, Selection)
    /// Persons who have, in the cell, a row of each of the selections.
    case persons([Selection])
    /// Distinct values of a column.
    case distinct(String, Selection)
    /// Persons times the days of the cell: what `daily active` is a part of.
    case personDays(Selection)
    /// Pairs of a person and a day on which the person has a row.
    case activeDays(Selection)
    /// Distinct order ids; a row without one is an order of its own. With a mark only orders that have such a row too.
    case orders(Selection, having: OrderMark? = nil)
    /// Persons by what they did within a time after a row of the cell.
    case followed(FollowUp, FollowUp.Part)
    /// Answers to surveys: the last one of each person to each question in the cell.
    case lastAnswers(Selection, AnswerGroup)
    /// Tickets (complaints) opened in the cell, by what followed under their ticket_id up to `as_of`.
    case tickets(TicketPart)
    /// A figure of the ad reports, or what events give where they are the authority.
    case reported(ReportFigure)
    /// Records of the logs, whatever their time: a figure of the store and of no cell.
    case records(RecordPart)
    /// The figure of all rows of the time cell, whatever cuts them.
    case whole(Measure)
    /// Conversions by the event that the node names (option `conversion`): orders for `purchase`, else rows.
    case conversions
}

/// A kind of row that tells of an order, wherever it lies.
public struct OrderMark: Sendable, Hashable {
    public let selection: Selection
    /// How long before the period such a row may lie (microseconds).
    public let lookBack: Int64
    /// Rows behind the period count too, up to `as_of`.
    public let looksAhead: Bool

    public init(_ selection: Selection, lookBack: Int64 = 0, looksAhead: Bool) {
        self.selection = selection
        self.lookBack = lookBack
        self.looksAhead = looksAhead
    }

    public static let refund = OrderMark(.refunds, looksAhead: true)
    public static let success = OrderMark(.paymentSuccesses, looksAhead: true)
    public static let deposit = OrderMark(.deposits, lookBack: 90 * 86_400_000_000, looksAhead: false)
}

/// A first thing that a person does in a cell, and a second one within a time after it.
public struct FollowUp: Sendable, Hashable {
    public enum Part: Sendable, Hashable {
        /// Persons whose time has passed.
        case matured
        /// Of these persons those who did the second thing within the time.
        case returned
        /// Persons who did it, whether or not the time of all has passed.
        case any
    }
    public let first: Selection
    public let second: Selection
    /// In microseconds; the last instant counts.
    public let within: Int64
    /// The second thing is of another order than the first.
    public let anotherOrder: Bool
    /// Counts from the first such row of the cell alone, and not from any.
    public let fromFirst: Bool

    public init(_ first: Selection, then second: Selection, within: Int64, anotherOrder: Bool = false, fromFirst: Bool) {
        self.first = first
        self.second = second
        self.within = within
        self.anotherOrder = anotherOrder
        self.fromFirst = fromFirst
    }
}

/// Which of the answers to `how likely are you to recommend us`, from 0 to 10.
public enum AnswerGroup: Sendable, Hashable {
    case all
    /// 9 and 10.
    case promoters
    /// 0 to 6.
    case detractors
}

/// What became of the records of the events sources' live files.
public enum RecordPart: Sendable, Hashable {
    case read
    /// Neither rejected nor in a damaged file.
    case stored
}

public enum TicketPart: Sendable, Hashable {
    case opened
    /// Resolved within the node's `resolve_within`.
    case resolvedInTime
    /// The nearest-rank percentile of the time to the first response, over tickets that have one.
    case responseTime(thousandths: Int)
}

/// A column of ad reports (and of dated costs) as a measure.
public struct ReportFigure: Sendable, Hashable {
    /// The column, and the name under which a source declares that it provides the figure.
    public let column: String
    /// Only rows count that also have a value here, where the reports are the authority for that column too: a ratio
    /// uses rows that provide both its parts.
    public let beside: String?
    /// Dated costs (KOL fees, production) are added.
    public let includesCosts: Bool
    /// False for figures such as reach: one report row's figure is shown, several are never summed.
    public let isAdditive: Bool
    /// What events give where no report is the authority.
    public let events: Measure?
    /// The kind of tables that have the figure.
    public let tables: Tables
    /// Only rows for which it holds; tables without its columns have none.
    public let condition: String?
    /// What of several values of a cell.
    public let take: Take

    public enum Take: Sendable, Hashable {
        case sum
        /// Those of the cell's newest day, summed: what is a stock and no flow.
        case newest
        /// How many there are.
        case count
    }

    public enum Tables: String, Sendable, Hashable {
        case adReport = "ad_report"
        /// Planned spend of a span of days.
        case budget
        /// Orders as the shop states them, by the time paid.
        case orders
        /// Figures of other systems; `column` is the name of the figure.
        case measures
    }

    public init(
        _ column: String, of tables: Tables = .adReport, beside: String? = nil, includesCosts: Bool = false,
        isAdditive: Bool = true, where condition: String? = nil, take: Take = .sum, orEvents events: Measure? = nil
    ) {
        self.column = column
        self.tables = tables
        self.condition = condition
        self.take = take
        self.beside = beside
        self.includesCosts = includesCosts
        self.isAdditive = isAdditive
        self.events = events
    }
}

extension Measure {
    /// What the number counts or sums; it decides the type of a column.
    public enum Quantity: Sendable, Hashable {
        case count
        /// Millionths of the report currency.
        case money
        /// In the unit of an events or table column.
        case column(String)
        /// Time, exact to the microsecond.
        case seconds
    }

    /// Columns that hold money in millionths.
    public static let moneyColumns: Set<String> = [
        "amount", "discount", "cost", "commission", "spend", "platform_revenue", "planned", "refund_amount", "margin",
        "costed_amount",
    ]

    public var quantity: Quantity {
        switch self {
        case .rows, .values, .trueValues, .persons, .personDays, .activeDays, .distinct, .orders, .conversions, .followed, .lastAnswers,
            .tickets(.opened), .tickets(.resolvedInTime), .records:
            .count
        case .tickets(.responseTime), .durations: .seconds
        case .sum(let column, _), .minimum(let column, _), .maximum(let column, _), .percentile(let column, _, _):
            Self.moneyColumns.contains(column) ? .money : .column(column)
        case .reported(let figure): figure.tables != .measures && Self.moneyColumns.contains(figure.column) ? .money : .count
        case .whole(let measure): measure.quantity
        }
    }

    /// True where the figure of a whole is the sum of its parts' figures.
    public var isAdditive: Bool {
        switch self {
        case .rows, .values, .trueValues, .sum, .durations, .tickets(.opened), .tickets(.resolvedInTime): true
        case .persons, .personDays, .activeDays, .distinct, .orders, .minimum, .maximum, .percentile, .conversions, .followed, .lastAnswers,
            .tickets(.responseTime), .whole, .records:
            false
        case .reported(let figure): figure.isAdditive && figure.take != .newest
        }
    }

    /// True where a part's figure is one of the whole's: false of values that stand for many, such as percentiles.
    public var isPartOfAWhole: Bool {
        switch self {
        case .minimum, .maximum, .percentile, .tickets(.responseTime): false
        case .whole(let measure): measure.isPartOfAWhole
        default: true
        }
    }

    /// The event rows that it looks at.
    public var selections: [Selection] {
        switch self {
        case .rows(let rows, _), .values(_, let rows), .trueValues(_, let rows), .sum(_, let rows), .durations(_, let rows),
            .minimum(_, let rows), .maximum(_, let rows), .percentile(_, _, let rows), .distinct(_, let rows),
            .orders(let rows, _), .personDays(let rows), .activeDays(let rows), .lastAnswers(let rows, _):
            [rows]
        case .followed(let followUp, _): [followUp.first, followUp.second]
        case .whole(let measure): measure.selections
        case .tickets: [.complaints, .complaintResponses, .complaintResolutions]
        case .persons(let all): all
        case .reported(let figure): figure.events?.selections ?? []
        case .conversions: [.purchases]
        case .records: []
        }
    }

    /// Rows behind the period may change it.
    public var looksAhead: Bool {
        switch self {
        case .orders(_, let mark): mark?.looksAhead ?? false
        case .followed: true
        case .tickets(let part): part != .opened
        default: false
        }
    }
}
