import Manifest
import Marts
import Metrics
import StageKit

extension MetricsStage {
    public static func definition(ofColumn column: String, of node: Manifest.Node, in manifest: Manifest) -> ColumnDefinition? {
        let cut = column.range(of: "__")
        let id = cut.map { String(column[..<$0.lowerBound]) } ?? column
        guard let metric = (try? KnownMetrics(manifest).metric(id)) ?? nil else { return nil }
        let isCredited = metric.formula.measures.contains { $0.selections.contains(where: \.credited) }
        var definition = ColumnDefinition(
            formula: metric.formula.text, meaning: metric.definition, source: metric.source,
            credit: isCredited ? node.options["credit"]?.string ?? MetricsPlan.Credit.lastTouch.rawValue : nil)
        if case .ratio(let numerator, let denominator, _) = metric.formula {
            definition.numerator = numerator.text
            definition.denominator = denominator.text
        }
        guard let cut else { return definition }
        return derived(String(column[cut.upperBound...]), of: id, definition)
    }

    /// The columns behind a metric's own.
    private static func derived(_ suffix: String, of id: String, _ base: ColumnDefinition) -> ColumnDefinition? {
        func made(_ formula: String, _ meaning: String) -> ColumnDefinition {
            ColumnDefinition(formula: formula, meaning: meaning, source: "derived from \(id) = \(base.formula)", credit: base.credit)
        }
        switch suffix {
        case "num":
            return base.numerator.map { ColumnDefinition(formula: $0, meaning: "The numerator of \(id).", source: base.source, credit: base.credit) }
        case "den":
            return base.denominator.map { ColumnDefinition(formula: $0, meaning: "The denominator of \(id).", source: base.source, credit: base.credit) }
        case "share": return made("\(id) / \(id) of the total", "The row's part of its time's total.")
        case "cumulative": return made("\(id) over the cells of time up to the row's", "Sums are summed, ratios made of summed parts.")
        case "target": return made("the target of the source of targets", "What was planned for the row.")
        case "attainment": return made("\(id) / \(id)__target", "How much of the target is attained.")
        case let name where name.hasPrefix("moving_"):
            return made("mean of \(id) over \(name.dropFirst(7)) cells of time", "Ratios are made of the parts' sums.")
        case let name where name.hasPrefix("growth_"):
            return made("\(id) / \(id)__\(name.dropFirst(7)) - 1", "Growth over the other period.")
        default:
            guard let comparison = Comparison(rawValue: suffix) else { return nil }
            return made("\(id) of the other period (\(comparison.rawValue))", "Counted from the rows of that period.")
        }
    }
}
