import Chronology
import Vocabulary

/// What people open in the morning: one table with typed columns, units and labels.
public struct Mart: Sendable {
    /// `STAGE/NAME`, the place of its files in a run directory.
    public var id: String
    public var title: Label
    public var period: MartPeriod
    /// The newest instant that the numbers may know of (RFC 3339); never the clock. nil where the mart has no time.
    public var asOf: String?
    /// True when windows are still open or days are incomplete, so that later runs may change the numbers.
    public var provisional: Bool
    public var columns: [MartColumn]
    public var notes: [MartNote]
    /// One array a row, a value a column.
    public var rows: [[MartValue]]

    public init(
        id: String, title: Label, period: MartPeriod, asOf: String?, provisional: Bool, columns: [MartColumn],
        notes: [MartNote], rows: [[MartValue]]
    ) {
        self.id = id
        self.title = title
        self.period = period
        self.asOf = asOf
        self.provisional = provisional
        self.columns = columns
        self.notes = notes
        self.rows = rows
    }
}

extension Mart {
    /// Whether it has no rows but totals, each of them of something: of the whole, or of a step, as in a funnel without `by`.
    public var isUndivided: Bool {
        guard let kind = columns.firstIndex(where: { $0.role == .rowKind }), !rows.isEmpty else { return false }
        let dimensions = columns.indices.filter { columns[$0].role == .dimension }
        return rows.allSatisfy { row in
            row[kind] == .string("total") && (dimensions.isEmpty || dimensions.contains { row[$0] != .null })
        }
    }
}

/// A text in the two languages of the dashboards.
public struct Label: Sendable, Hashable {
    public var en: String
    public var zh: String

    public init(en: String, zh: String) {
        self.en = en
        self.zh = zh
    }
}

/// The period of a mart, half-open, as RFC 3339 in the report's zone; nil ends where the data has no time.
public struct MartPeriod: Sendable, Hashable {
    /// What the manifest said, such as `last 30d` or `campaign d11`.
    public var name: String
    public var from: String?
    public var to: String?

    public init(name: String, from: String?, to: String?) {
        self.name = name
        self.from = from
        self.to = to
    }
}

public struct MartColumn: Sendable, Hashable {
    public enum ValueType: String, Sendable { case string, integer, number, money, boolean, date, time }
    /// What a column is for: told apart so that a BI tool knows what it may group by and what it may draw.
    public enum Role: String, Sendable {
        case dimension, time, measure, ratio, statistic, part, flag
        case rowKind = "row_kind"
    }
    public enum Aggregation: String, Sendable {
        /// May be summed over rows of one row kind.
        case sum
        /// Distinct counts: may not be added up.
        case distinct
        /// Recompute from the parts.
        case ratio
        case min, max, none
    }

    public var name: String
    public var type: ValueType
    public var role: Role
    /// `persons`, `events`, `orders`, a currency such as `CNY`, `fraction`, `seconds`, `micros`..., nil for none.
    public var unit: String?
    public var label: Label
    /// +1 up is good, -1 down is good, 0 neither.
    public var direction: Int
    public var aggregation: Aggregation
    /// What it means, as the stage declares it that makes the mart; nil in a mart that is read.
    public var definition: ColumnDefinition?
    /// What a person reads first, as the stage declares it: where a mart has such columns, a table for people shows these
    /// alone unless more is asked for. Not kept in a mart that is written.
    public var isHeadline = false

    public init(
        _ name: String, _ type: ValueType, role: Role, unit: String? = nil, label: Label, direction: Int = 0,
        aggregation: Aggregation = .none
    ) {
        self.name = name
        self.type = type
        self.role = role
        self.unit = unit
        self.label = label
        self.direction = direction
        self.aggregation = aggregation
    }

    /// Whether its values are numbers.
    public var isNumeric: Bool {
        switch type {
        case .integer, .number, .money: true
        case .string, .boolean, .date, .time: false
        }
    }
}

/// Something a reader must know about the numbers, with a stable code.
public struct MartNote: Sendable, Hashable {
    public var code: String
    /// The column it is about; nil for the whole mart.
    public var column: String?
    public var message: String

    /// What tells of money or persons that are missing, or stand where nobody looks for them: it is said where figures are read, and in
    /// the log.
    public var isLoud: Bool { Self.loudCodes.contains(code) }
    private static let loudCodes: Set<String> = [
        "foreign_currency", "similar_values", "settings_not_applied", "unknown_event", "no_files", "damaged_files", "no_records", "before_first_record", "budget_without_days",
    ]

    public init(code: String, column: String? = nil, message: String) {
        self.code = code
        self.column = column
        self.message = message
    }
}

/// One cell of a mart.
public enum MartValue: Sendable, Hashable {
    case null
    case string(String)
    case integer(Int64)
    /// A derived number, written with 12 significant digits.
    case number(Double)
    /// A number that an optimiser fitted, written with 6 significant digits.
    case fitted(Double)
    /// Money in millionths of the report currency, written exactly as a decimal.
    case money(Int128)
    case boolean(Bool)
    case date(CivilDate)
    /// An instant as it is written (RFC 3339, the report zone's offset).
    case time(String)

    /// A number as such, as precise as a drawing or a limit needs; nil for null and for what is no number.
    public var double: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .number(let number), .fitted(let number): number
        case .money(let millionths): Double(millionths) / 1_000_000
        case .null, .string, .boolean, .date, .time: nil
        }
    }
}
