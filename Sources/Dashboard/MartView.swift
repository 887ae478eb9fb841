import Chronology
import Marts
import Metrics

/// A mart as the page looks at it: its columns by what they are for.
struct MartView {
    let mart: Mart
    let time: Int?
    let dimensions: [Int]
    /// What can be drawn: measures and ratios, without parts and without what is worked out of another column.
    let figures: [Int]
    /// Rows of details, in the mart's order.
    let details: [Int]
    /// The rows over all dimensions, one a cell of time.
    let overall: [Int]
    /// The row over all cells of time and all dimensions, if there is one.
    let total: Int?
    /// What the catalogue or the manifest knows of figures, by column.
    let metrics: [Int: Metric]
    private let kindColumn: Int?
    private let indices: [String: Int]

    /// - Parameter metric: a metric by its id.
    init(_ mart: Mart, metric: (String) -> Metric?) {
        self.mart = mart
        let columns = mart.columns
        time = columns.firstIndex { $0.role == .time }
        kindColumn = columns.firstIndex { $0.role == .rowKind }
        dimensions = columns.indices.filter { columns[$0].role == .dimension }
        figures = columns.indices.filter {
            (columns[$0].role == .measure || columns[$0].role == .ratio) && columns[$0].isNumeric
        }
        metrics = Dictionary(uniqueKeysWithValues: figures.compactMap { column in metric(columns[column].name).map { (column, $0) } })
        indices = Dictionary(columns.enumerated().map { ($0.element.name, $0.offset) }, uniquingKeysWith: { a, _ in a })
        let kinds = kindColumn
        func kind(_ row: Int) -> String? { kinds.flatMap { mart.rows[row][$0].string } }
        details = mart.rows.indices.filter { (kind($0) ?? "detail") == "detail" }
        let (rows, timeColumn) = (mart.overallRows, time)
        overall = rows.filter { row in timeColumn.map { mart.rows[row][$0] != .null } ?? false }
        total = rows.last { row in kind(row) == "total" && (timeColumn.map { mart.rows[row][$0] == .null } ?? true) }
    }

    /// Of a mart that is named with its files alone.
    init(unread id: String) {
        self.init(
            Mart(
                id: id, title: Label(en: id, zh: id), period: MartPeriod(name: "", from: nil, to: nil), asOf: nil, provisional: false,
                columns: [], notes: [], rows: []), metric: { _ in nil })
    }

    var stage: String { String(mart.id.prefix { $0 != "/" }) }
    var name: String { String(mart.id.drop { $0 != "/" }.dropFirst()) }

    /// Metrics are called by their node; the others have titles that say more.
    var title: Words {
        guard stage == "metrics" else { return Words(mart.title) }
        let text = Shown.text(name.replacing("_", with: " "))
        return Words(same: text.prefix(1).uppercased() + text.dropFirst())
    }

    func index(_ name: String) -> Int? { indices[name] }

    /// The part of a ratio that the mart has beside it.
    func part(_ part: Metric.RatioPart, of ratio: Int) -> Int? {
        index(mart.columns[ratio].name + (part == .numerator ? "__num" : "__den"))
    }

    /// How near a column stands to a decision on money.
    func importance(_ column: Int) -> MetricImportance { metrics[column]?.importance ?? .other }

    func value(_ row: Int, _ column: Int) -> MartValue { mart.rows[row][column] }

    func value(_ row: Int, _ column: String) -> MartValue { index(column).map { mart.rows[row][$0] } ?? .null }

    func text(_ row: Int, _ column: String) -> String? { value(row, column).string }

    func kind(_ row: Int) -> String { kindColumn.flatMap { mart.rows[row][$0].string } ?? "detail" }

    /// What a row is of: its dimensions, joined.
    func category(_ row: Int) -> String {
        dimensions.map { Shown.value(value(row, $0), of: mart.columns[$0]) }.joined(separator: " / ")
    }

    /// The notes on a column.
    func notes(on column: String) -> [MartNote] { mart.notes.filter { $0.column == column } }
}

extension MartColumn {
    var words: Words { Words(label) }
}

extension MartValue {
    /// A date or a time as the mart has it, which sorts as time does.
    var written: String {
        switch self {
        case .date(let date): date.description
        case .time(let text), .string(let text): text
        case .null, .boolean, .integer, .number, .fitted, .money: exact
        }
    }

    var string: String? {
        if case .string(let text) = self { return text }
        return nil
    }
}
