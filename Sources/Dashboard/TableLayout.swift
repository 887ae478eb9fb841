import Marts
import Metrics

/// Which columns and rows of a mart a table shows, and in what order.
///
/// A breakdown (channels, campaigns and other categories) has the columns that decide on money first, by
/// `MetricImportance`, and its rows by spend, then by sales; the mart's files keep the order that is declared.
struct TableLayout {
    /// A column with what is worked out of it, of which each stands as a small line in its cells.
    struct Field {
        let column: Int
        var lines: [Int] = []
    }

    let fields: [Field]
    /// Rows that the reader may sort.
    let rows: [Int]
    /// What is no part of that order: subtotals, and what a top list left out.
    let apart: [Int]
    let totals: [Int]
    /// What the rows stand in the order of, the greatest first; nil for the mart's own order.
    let leading: Int?

    /// All columns but parts of ratios and those without a value, in the mart's order, as its rows are.
    init(_ view: MartView) {
        fields = TableLayout.columns(view).map { Field(column: $0) }
        let isUndivided = view.mart.isUndivided
        func isTotal(_ row: Int) -> Bool { !isUndivided && view.kind(row) == "total" && (view.time.map { view.value(row, $0) == .null } ?? true) }
        totals = view.mart.rows.indices.filter(isTotal)
        rows = view.mart.rows.indices.filter { !isTotal($0) }
        apart = []
        leading = nil
    }

    init(ofBreakdown view: MartView) {
        let columns = TableLayout.columns(view).filter { !TableLayout.isOfAnotherPeriod(view.mart.columns[$0]) }
        var fields: [Field] = []
        for column in columns {
            if let base = view.base(of: column), let place = fields.firstIndex(where: { $0.column == base }) {
                fields[place].lines.append(column)
            } else {
                fields.append(Field(column: column))
            }
        }
        func rank(_ field: Field) -> Int { view.mart.columns[field.column].isNumeric ? view.importance(field.column).rawValue : -1 }
        self.fields = fields.enumerated().sorted { (rank($0.element), $0.offset) < (rank($1.element), $1.offset) }.map(\.element)

        let keys = self.fields.map(\.column).filter { [.spend, .sales].contains(view.importance($0)) }
        leading = keys.first
        rows = view.details.enumerated().sorted { a, b in
            for key in keys {
                let (first, second) = (view.value(a.element, key).double ?? -.infinity, view.value(b.element, key).double ?? -.infinity)
                if first != second { return first > second }
            }
            return a.offset < b.offset
        }.map(\.element)
        totals = view.mart.rows.indices.filter { view.kind($0) == "total" }
        apart = view.mart.rows.indices.filter { !["detail", "total"].contains(view.kind($0)) }
    }

    private static func columns(_ view: MartView) -> [Int] {
        view.mart.columns.indices.filter { column in
            switch view.mart.columns[column].role {
            case .part, .rowKind: false
            case .dimension where column == view.dimensions.first: true
            default: view.mart.rows.contains { $0[column] != .null } || view.mart.rows.isEmpty
            }
        }
    }

    /// Beside its growth the value of another period is left to the mart's file.
    private static func isOfAnotherPeriod(_ column: MartColumn) -> Bool {
        column.role == .statistic && ["__previous", "__year", "__campaign"].contains { column.name.hasSuffix($0) }
    }
}

extension MartView {
    /// The figure that a column is worked out of.
    func base(of column: Int) -> Int? {
        guard mart.columns[column].role == .statistic else { return nil }
        return mart.columns[column].name.firstRange(of: "__").flatMap { index(String(mart.columns[column].name[..<$0.lowerBound])) }
    }

    /// What a column that is worked out of another is called beside it: its label need not name that again.
    func wordsBeside(_ base: Int, _ column: Int) -> Words? {
        let (own, label) = (mart.columns[base].label, mart.columns[column].label)
        guard label.en.hasPrefix(own.en + ": "), label.zh.hasPrefix(own.zh + "：") else { return nil }
        return Words(Label(en: String(label.en.dropFirst(own.en.count + 2)), zh: String(label.zh.dropFirst(own.zh.count + 1))))
    }

    /// `growth_previous` of `spend__growth_previous`.
    func suffix(_ column: Int) -> String {
        let name = mart.columns[column].name
        return name.firstRange(of: "__").map { String(name[$0.upperBound...]) } ?? name
    }
}
