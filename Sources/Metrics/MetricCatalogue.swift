import Vocabulary

/// Every metric by name, each declared once; aliases and plain measures over a column resolve here too.
public enum MetricCatalogue {
    /// In the order of the documentation.
    public static let all: [Metric] = plain + reachAndInteraction + cost + sales + service

    /// Another name of a metric.
    public static let aliases: [String: String] = ["gmv": "gmv_paid"]

    /// What others call a metric. Manifests do not take these words: an error that meets one names the metric.
    public static let otherWords: [String: String] = [
        "revenue": "gmv_paid", "sales": "gmv_paid", "turnover": "gmv_paid", "income": "gmv_paid",
        "cost": "spend", "costs": "spend", "ad_spend": "spend", "adspend": "spend",
        "cvr": "conversion_rate", "conversions": "orders", "purchases": "orders", "transactions": "orders",
        "customers": "buyers", "uv": "visitors", "unique_visitors": "visitors", "users": "persons",
        "average_order_value": "aov", "refunds": "refund_flow", "margin": "gross_margin",
    ]

    /// The names under which sources declare what they provide, as the measures of all metrics ask for them.
    public static let authorities: [String] = {
        let measures = all.flatMap(\.formula.measures)
        let figures = measures.compactMap { if case .reported(let figure) = $0, figure.tables == .adReport { figure.column } else { nil } }
        return Set(measures.flatMap(\.selections).compactMap(\.authority) + figures).sorted()
    }()

    private static let byID = Dictionary(uniqueKeysWithValues: all.map { ($0.id, $0) })

    /// Plain measures that name a column: `distinct(product_id)`.
    public static let functions = ["distinct", "sum", "min", "max", "mean", "share", "p50", "p75", "p90", "p95", "p99", "figure", "figure_last", "figure_mean"]

    /// The metric of a name as manifests write it: an id, an alias, or a function of a column.
    public static func metric(_ name: String) -> Metric? {
        byID[aliases[name] ?? name] ?? repurchase(name) ?? plain(name, over: .all)
    }

    /// The known name most like one that is not known.
    public static func nearest(to name: String) -> String? {
        if let call = call(name) {
            return nearestName(to: call.function, among: functions).map { "\($0)(\(call.column))" }
        }
        return otherWords[name.lowercased()] ?? nearestName(to: name, among: all.map(\.id) + aliases.keys.sorted())
    }

    static let plain: [Metric] = ["events", "persons"].compactMap { plain($0, over: .all) }

    /// `distinct(product_id)` as its function and column; nil where it is not written so.
    static func call(_ name: String) -> (function: String, column: String)? {
        guard name.hasSuffix(")"), let open = name.firstIndex(of: "(") else { return nil }
        let column = name[name.index(after: open)...].dropLast()
        guard !column.isEmpty, column.utf8.allSatisfy({ $0 != 0x20 && $0 != 0x28 && $0 != 0x29 }) else { return nil }
        return (String(name[..<open]), String(column))
    }

    /// A plain measure over the rows of a selection, with itself as its id; nil where the text is none.
    public static func plain(_ name: String, over rows: Selection) -> Metric? {
        switch name {
        case "events":
            return Metric(
                name, "Events", "事件数", .events, .neither, .value(Combination(.rows(rows))), "Live rows.", source: "plain measure")
        case "persons":
            return Metric(
                name, "Persons", "人数", .persons, .neither, .value(Combination(.persons([rows]))),
                "Distinct persons with a row; rows without ids belong to nobody and are left out.", source: "plain measure")
        default: break
        }
        guard let (function, column) = call(name) else { return nil }
        func figure(_ take: ReportFigure.Take) -> Combination {
            Combination(.reported(ReportFigure(column, of: .measures, take: take)))
        }
        let own = Measure.moneyColumns.contains(column) ? Metric.Unit.money : .column(column)
        func metric(_ en: String, _ zh: String, _ unit: Metric.Unit, _ formula: Formula, _ definition: String) -> Metric {
            Metric(
                "\(function)(\(column))", "\(en) \(column)", "\(column) \(zh)", unit, .neither, formula, definition,
                source: "plain measure")
        }
        switch function {
        case "distinct":
            return metric(
                "Distinct", "去重数", .values, .value(Combination(.distinct(column, rows))), "Distinct values of the column.")
        case "sum":
            return metric("Sum of", "合计", own, .value(Combination(.sum(column, rows))), "Sum of the column.")
        case "min":
            return metric("Least", "最小值", own, .value(Combination(.minimum(column, rows))), "Least value of the column.")
        case "max":
            return metric(
                "Greatest", "最大值", own, .value(Combination(.maximum(column, rows))), "Greatest value of the column.")
        case "mean":
            return metric(
                "Mean", "均值", own,
                .ratio(Combination(.sum(column, rows)), per: Combination(.values(column, rows))),
                "Mean over rows with a value.")
        case "figure":
            return metric("Figure", "指标", .values, .value(figure(.sum)), "Sum of a figure of the measures sources.")
        case "figure_last":
            return metric(
                "Newest figure", "最新指标", .values, .value(figure(.newest)), "A figure of the measures sources on the cell's newest day.")
        case "figure_mean":
            return metric(
                "Mean figure", "平均指标", .values, .ratio(figure(.sum), per: figure(.count)),
                "Mean of a figure over the rows of the measures sources.")
        case "share":
            return metric(
                "Share of true", "占比", .fraction,
                .ratio(Combination(.trueValues(column, rows)), per: Combination(.values(column, rows))),
                "Rows that are true over rows with a value.")
        default:
            guard let thousandths = thousandths(function) else { return nil }
            return metric(
                "Percentile \(function.dropFirst()) of", "\(function.dropFirst()) 分位", own,
                .value(Combination(.percentile(column, thousandths: thousandths, rows))),
                "The least value that at least \(function.dropFirst()) % of the rows do not exceed.")
        }
    }

    /// `p50` or `p99.9` as thousandths; nil where it is no percentile.
    public static func thousandths(_ function: String) -> Int? {
        guard function.hasPrefix("p") else { return nil }
        let parts = function.dropFirst().split(separator: ".", omittingEmptySubsequences: false)
        guard let first = parts.first, first.utf8.count <= 2, parts.count <= 2, let whole = Int(first), whole >= 0 else { return nil }
        guard parts.count == 2 else { return whole > 0 ? whole * 10 : nil }
        guard parts[1].utf8.count == 1, let tenth = Int(parts[1]), whole + tenth > 0 else { return nil }
        return whole * 10 + tenth
    }
}
