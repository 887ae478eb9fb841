/// A building block of metrics: one exact whole number a cell.
public indirect enum Measure: Sendable, Hashable {
    /// Rows; with `identified` only those that belong to a person.
    case rows(Selection, identified: Bool = false)
    /// Rows whose column has a value.
    case values(String, Selection)
    /// Rows whose boolean column is true.
    case trueValues(String, Selection)
    case sum(String, Selection)
    case minimum(String, Selection)
    case maximum(String, Selection)
    /// Persons who have, in the cell, a row of each of the selections.
    case persons([Selection])
    /// Distinct values of a column.
    case distinct(String, Selection)
    /// Distinct order ids; a row without one is an order of its own. With `refunded` only orders that have a refund
    /// up to the mart's `as_of`.
    case orders(Selection, refunded: Bool = false)
    /// A figure of the ad reports, or what events give where they are the authority.
    case reported(ReportFigure)
    /// Conversions by the event that the node names (option `conversion`): orders for `purchase`, else rows.
    case conversions
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

    public init(
        _ column: String, beside: String? = nil, includesCosts: Bool = false, isAdditive: Bool = true,
        orEvents events: Measure? = nil
    ) {
        self.column = column
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
    }

    /// Columns that hold money in millionths.
    public static let moneyColumns: Set<String> = [
        "amount", "discount", "cost", "commission", "spend", "platform_revenue",
    ]

    public var quantity: Quantity {
        switch self {
        case .rows, .values, .trueValues, .persons, .distinct, .orders, .conversions: .count
        case .sum(let column, _), .minimum(let column, _), .maximum(let column, _):
            Self.moneyColumns.contains(column) ? .money : .column(column)
        case .reported(let figure): Self.moneyColumns.contains(figure.column) ? .money : .count
        }
    }

    /// True where the figure of a whole is the sum of its parts' figures.
    public var isAdditive: Bool {
        switch self {
        case .rows, .values, .trueValues, .sum: true
        case .persons, .distinct, .orders, .minimum, .maximum, .conversions: false
        case .reported(let figure): figure.isAdditive
        }
    }

    /// The event rows that it looks at.
    public var selections: [Selection] {
        switch self {
        case .rows(let rows, _), .values(_, let rows), .trueValues(_, let rows), .sum(_, let rows),
            .minimum(_, let rows), .maximum(_, let rows), .distinct(_, let rows), .orders(let rows, _):
            [rows]
        case .persons(let all): all
        case .reported(let figure): figure.events?.selections ?? []
        case .conversions: [.purchases]
        }
    }
}
