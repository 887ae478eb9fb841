import Expressions
import Manifest
import Marts
import Metrics
import StageKit

extension MetricsStage {
    /// What the column of a metric means, or one behind it; nil for others.
    /// - Parameter credit: the node's rule of whose sale a sale is.
    static func definition(ofColumn column: String, _ known: KnownMetrics, credit: MetricsPlan.Credit) -> ColumnDefinition? {
        let cut = column.range(of: "__")
        let id = cut.map { String(column[..<$0.lowerBound]) } ?? column
        guard let metric = (try? known.metric(id)) ?? nil else { return nil }
        let isCredited = metric.formula.measures.contains { $0.selections.contains(where: \.credited) }
        var definition = ColumnDefinition(
            formula: metric.formula.text, meaning: metric.definition, source: metric.source,
            credit: isCredited ? credit.rawValue : nil, conditionColumns: metric.formula.measures.reduce(into: []) { $0.formUnion($1.conditionColumns) },
            asksForPersons: metric.formula.measures.contains(where: \.asksForPersons))
        if case .ratio(let numerator, let denominator, _) = metric.formula {
            definition.numerator = numerator.text
            definition.denominator = denominator.text
        }
        guard let cut else { return definition }
        return derived(String(column[cut.upperBound...]), of: id, definition)
    }

    /// The columns behind a metric's own.
    private static func derived(_ suffix: String, of id: String, _ base: ColumnDefinition) -> ColumnDefinition? {
        func of(_ formula: String, _ meaning: String, _ source: String) -> ColumnDefinition {
            ColumnDefinition(
                formula: formula, meaning: meaning, source: source, credit: base.credit, conditionColumns: base.conditionColumns,
                asksForPersons: base.asksForPersons)
        }
        func made(_ formula: String, _ meaning: String) -> ColumnDefinition {
            of(formula, meaning, "derived from \(id)\(base.formula.map { " = \($0)" } ?? "")")
        }
        switch suffix {
        case "num":
            return base.numerator.map { of($0, "The numerator of \(id).", base.source) }
        case "den":
            return base.denominator.map { of($0, "The denominator of \(id).", base.source) }
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

extension Measure {
    /// The columns that its conditions look at.
    fileprivate var conditionColumns: Set<String> {
        var texts = selections.compactMap(\.condition)
        if case .reported(let figure) = self, let text = figure.condition { texts.append(text) }
        return texts.reduce(into: []) { columns, text in columns.formUnion((try? Condition.parse(text))?.columns ?? []) }
    }
}
