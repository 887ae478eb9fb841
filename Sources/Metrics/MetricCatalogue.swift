import Vocabulary

/// Every metric by name, each declared once; aliases and plain measures over a column resolve here too.
public enum MetricCatalogue {
    /// In the order of the documentation.
    public static let all: [Metric] = plain + reachAndInteraction + cost + sales

    /// Another name of a metric.
    public static let aliases: [String: String] = ["gmv": "gmv_paid"]

    /// The names under which sources declare what they provide, as the measures of all metrics ask for them.
    public static let authorities: [String] = {
        let measures = all.flatMap(\.formula.measures)
        let figures = measures.compactMap { if case .reported(let figure) = $0 { figure.column } else { nil } }
        return Set(measures.flatMap(\.selections).compactMap(\.authority) + figures).sorted()
    }()

    private static let byID = Dictionary(uniqueKeysWithValues: all.map { ($0.id, $0) })

    /// Plain measures that name a column: `distinct(product_id)`.
    public static let functions = ["distinct", "sum", "min", "max", "mean", "share"]

    /// The metric of a name as manifests write it: an id, an alias, or a function of a column.
    public static func metric(_ name: String) -> Metric? {
        byID[aliases[name] ?? name] ?? plain(name)
    }

    /// The known name most like one that is not known.
    public static func nearest(to name: String) -> String? {
        if let call = call(name) {
            return nearestName(to: call.function, among: functions).map { "\($0)(\(call.column))" }
        }
        return nearestName(to: name, among: all.map(\.id) + aliases.keys.sorted())
    }

    static let plain: [Metric] = [
        Metric(
            "events", "Events", "事件数", .events, .neither, .value(Combination(.rows(.all))), "Live rows.",
            source: "plain measure"),
        Metric(
            "persons", "Persons", "人数", .persons, .neither, .value(Combination(.persons([.all]))),
            "Distinct persons with a row; rows without ids belong to nobody and are left out.", source: "plain measure"),
    ]

    /// `distinct(product_id)` as its function and column; nil where it is not written so.
    static func call(_ name: String) -> (function: String, column: String)? {
        guard name.hasSuffix(")"), let open = name.firstIndex(of: "(") else { return nil }
        let column = name[name.index(after: open)...].dropLast()
        guard !column.isEmpty, column.utf8.allSatisfy({ $0 != 0x20 && $0 != 0x28 && $0 != 0x29 }) else { return nil }
        return (String(name[..<open]), String(column))
    }

    private static func plain(_ name: String) -> Metric? {
        guard let (function, column) = call(name) else { return nil }
        let own = Measure.moneyColumns.contains(column) ? Metric.Unit.money : .column(column)
        func metric(_ en: String, _ zh: String, _ unit: Metric.Unit, _ formula: Formula, _ definition: String) -> Metric {
            Metric(
                "\(function)(\(column))", "\(en) \(column)", "\(column) \(zh)", unit, .neither, formula, definition,
                source: "plain measure")
        }
        switch function {
        case "distinct":
            return metric(
                "Distinct", "去重数", .values, .value(Combination(.distinct(column, .all))), "Distinct values of the column.")
        case "sum":
            return metric("Sum of", "合计", own, .value(Combination(.sum(column, .all))), "Sum of the column.")
        case "min":
            return metric("Least", "最小值", own, .value(Combination(.minimum(column, .all))), "Least value of the column.")
        case "max":
            return metric(
                "Greatest", "最大值", own, .value(Combination(.maximum(column, .all))), "Greatest value of the column.")
        case "mean":
            return metric(
                "Mean", "均值", own,
                .ratio(Combination(.sum(column, .all)), per: Combination(.values(column, .all))),
                "Mean over rows with a value.")
        case "share":
            return metric(
                "Share of true", "占比", .fraction,
                .ratio(Combination(.trueValues(column, .all)), per: Combination(.values(column, .all))),
                "Rows that are true over rows with a value.")
        default: return nil
        }
    }
}
