extension MetricCatalogue {
    /// The catalogue as a Markdown document, one table row a metric.
    public static var markdown: String {
        var text = "# Metrics\n\nEvery metric is declared once, in `Sources/Metrics`; this page is made from the declarations.\n"
        let groups = [
            ("Plain measures", plain), ("Reach and interaction", reachAndInteraction), ("Cost", cost),
            ("Conversion and sales", sales), ("Service and system health", service),
        ]
        for (title, metrics) in groups {
            text += "\n## \(title)\n\n| id | English | 中文 | definition | unit | direction | aggregation | asked by |\n"
            text += "|---|---|---|---|---|---|---|---|\n"
            for metric in metrics {
                text += "| `\(metric.id)` | \(metric.en) | \(metric.zh) | \(metric.definition) | \(metric.unit.text) | "
                text += "\(metric.direction.text) | \(metric.aggregation.rawValue) | \(metric.source) |\n"
            }
        }
        text += "\nOver a column: " + functions.map { "`\($0)(COLUMN)`" }.joined(separator: ", ") + ".\n"
        for (alias, id) in aliases.sorted(by: { $0.key < $1.key }) { text += "`\(alias)` means `\(id)`.\n" }
        return text
    }
}

extension Metric.Unit {
    var text: String {
        switch self {
        case .events: "events"
        case .persons: "persons"
        case .orders: "orders"
        case .values: "values"
        case .fraction: "fraction"
        case .seconds: "seconds"
        case .money: "report currency"
        case .none: ""
        case .column(let column): "that of \(column)"
        }
    }
}

extension Metric.Direction {
    var text: String {
        switch self {
        case .up: "+"
        case .down: "-"
        case .neither: "0"
        }
    }
}
