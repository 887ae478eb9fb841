import Marts
import Metrics

/// The rows of a breakdown that have sales and no spend, such as what nobody advertised: a total over them sets the sales
/// of all rows against the spend of some, so that its ROAS is better, and its CPA lower, than that of every paid row.
struct RowsWithoutSpend {
    private let view: MartView
    private var ratios: [Int: Ratio] = [:]
    /// Some rows stand together in one: whether they have spend is not to be seen.
    private let hidesRows: Bool

    /// A ratio of spend.
    private struct Ratio {
        /// The column of its spend; nil where the mart does not have it.
        let spend: Int?
        /// Rows in which it has no spend, while its other part is something.
        let rows: [Int]
    }

    init(_ view: MartView) {
        self.view = view
        hidesRows = view.mart.rows.indices.contains { view.kind($0) == "rest" }
        for column in view.figures {
            guard let part = view.metrics[column]?.spendPart else { continue }
            let spend = view.part(part, of: column)
            let other = view.part(part == .numerator ? .denominator : .numerator, of: column)
            func isZero(_ row: Int, _ column: Int?) -> Bool { column.map { (view.value(row, $0).double ?? 0) == 0 } ?? true }
            ratios[column] = Ratio(spend: spend, rows: view.details.filter { isZero($0, spend) && !isZero($0, other) })
        }
    }

    /// Whether rows may be compared with the total of a column: it is of their own kind.
    func isComparable(_ column: Int) -> Bool { ratios[column].map { !hidesRows && $0.spend != nil && $0.rows.isEmpty } ?? true }

    /// Whether a row's ratio is of some spend; true for what is no ratio of spend.
    func hasSpend(_ row: Int, _ column: Int) -> Bool {
        ratios[column].map { ratio in ratio.spend.map { (view.value(row, $0).double ?? 0) != 0 } ?? false } ?? true
    }

    /// Which ratios are not compared with the total, and how much of the sales they count without spend; empty where all are.
    var note: HTML {
        let left = view.figures.filter { !isComparable($0) }
        guard let first = left.first else { return .empty }
        let names = left.map { view.mart.columns[$0].words }
        return tag("p", .class("cut")) {
            Words("Not coloured: \(names.map(\.en).joined(separator: ", ")). ", "不着色：\(names.map(\.zh).joined(separator: "、"))。")
            if hidesRows {
                Words("Their total counts rows too that are not listed here", "总计也包含此处未列出的行")
            } else {
                Words("Their total counts rows without spend too", "总计也包含没有花费的行")
                share(ratios[first]?.rows ?? [])
            }
            Words(".", "。")
        }
    }

    private func share(_ rows: [Int]) -> HTML {
        guard let sales = view.figures.first(where: { view.importance($0) == .sales && view.mart.columns[$0].aggregation == .sum }),
            let total = view.total, let whole = view.value(total, sales).double, whole > 0, !rows.isEmpty
        else { return .empty }
        let part = rows.reduce(0) { $0 + (view.value($1, sales).double ?? 0) }
        let label = view.mart.columns[sales].words
        return Words(": ", "，占\(label.zh)的 ").html
            + tag("b", Attribute("data-share-of", view.mart.columns[sales].name), Attribute("data-rows", rows.map(String.init).joined(separator: " ")), Attribute("data-whole", total)) {
                Shown.percent(part / whole)
            }
            + Words(" of \(label.en)", "").html
    }
}
