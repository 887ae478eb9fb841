import Expressions
import Manifest
import Marts
import StageKit
import Vocabulary

extension ProblemCode {
    public static let alertColumn = ProblemCode("alerts.unknown-column", exit: .wrongManifest)
    public static let alertType = ProblemCode("alerts.wrong-type", exit: .wrongManifest)
    public static let alertRule = ProblemCode("alerts.wrong-rule", exit: .wrongManifest)
}

/// Looks for mistakes in an alert, given the columns of its mart.
public struct AlertCheck {
    private let alert: Manifest.Alert
    private let mart: Mart
    /// The mart was made of no data: it does not show the types of all columns that cut it.
    private let isEmpty: Bool

    init(_ alert: Manifest.Alert, _ mart: Mart, isEmpty: Bool = false) {
        self.alert = alert
        self.mart = mart
        self.isEmpty = isEmpty
    }

    /// The mistakes of an alert before any run; none where its node's own are in the way.
    public static func problems(of alert: Manifest.Alert, in context: StageContext) -> [Problem] {
        guard let node = context.manifest.nodes.first(where: { $0.id == alert.node }),
            let stage = allStages.first(where: { $0.name == node.stage }),
            let mart = try? stage.shapes(of: node, in: context).first(where: { $0.id == alert.mart })
        else { return [] }
        return AlertCheck(alert, mart, isEmpty: true).problems + periodProblems(of: alert, node, context)
    }

    /// Whether the mart's period reaches as far back as the rule looks.
    private static func periodProblems(
        of alert: Manifest.Alert, _ node: Manifest.Node, _ context: StageContext
    ) -> [Problem] {
        guard case .outlier(let weeks, _, _) = alert.rule, let place = alert.options["outlier"]?.place,
            case .last(let count, let unit) = node.options["period"]?.period ?? .usual
        else { return [] }
        let days =
            switch unit {
            case .day: count
            case .week: 7 * count
            case .month: 31 * count
            }
        let reach = 7 * weeks + alert.recheckDays
        guard days <= reach else { return [] }
        return [
            Problem(
                .alertRule, "\(weeks) weeks lie outside the period of \(node.id), which is last \(count)\(unit.rawValue)",
                at: place, help: "give the node 'period: last \(reach + 1)d', or the alert fewer weeks")
        ]
    }

    /// The mistakes that the mart's columns show.
    var problems: [Problem] {
        var problems = columnProblems(alert.column, at: alert.columnPlace)
        for minimum in alert.minimums { problems += columnProblems(minimum.column, at: minimum.place) }
        problems += conditionProblems + ruleProblems
        let names = mart.columns.map(\.name)
        for name in AlertMessage(alert.message ?? "").fields
        where !AlertMessage.own.contains(name) && !names.contains(name) {
            problems.append(unknown(name, among: AlertMessage.own + names, at: alert.messagePlace))
        }
        return problems
    }

    private func columnProblems(_ name: String, at place: Place) -> [Problem] {
        guard let column = mart.columns.first(where: { $0.name == name }) else {
            return [unknown(name, among: mart.columns.filter(\.isNumeric).map(\.name), at: place)]
        }
        if column.isNumeric { return [] }
        return [
            Problem(.alertType, "the column '\(name)' of \(alert.node) is no number but a \(column.type.rawValue)", at: place)
        ]
    }

    private func unknown(_ name: String, among names: [String], at place: Place) -> Problem {
        Problem(
            .alertColumn, "the mart of \(alert.node) has no column '\(name)'", at: place,
            help: nearestName(to: name, among: names).map { "did you mean '\($0)'?" }
                ?? "it has \(names.joined(separator: ", "))")
    }

    private var conditionProblems: [Problem] {
        guard let condition = alert.condition else { return [] }
        let known = mart.columns.map(\.name)
        // Where the types of dimensions beside the standard columns are not known yet, a condition must fit one that they may have.
        let guesses: [ColumnType] = isEmpty ? [.text, .integer, .date, .boolean, .decimal] : [.text]
        var errors: [ConditionError]?
        for guess in guesses {
            let found = condition.check(known: known) { name in
                mart.columns.first { $0.name == name }.map { column in
                    guard isEmpty, column.role == .dimension, column.type == .string else { return column.conditionType }
                    return name == "traffic" ? .text : Column.standard(name).map { $0.type == .category ? .text : $0.type } ?? guess
                }
            }
            errors = errors.map { $0.filter { error in found.contains { $0.offset == error.offset } } } ?? found
        }
        return (errors ?? []).map { Problem(.wrongCondition, $0.message, at: alert.conditionPlace, help: $0.help) }
    }

    private var ruleProblems: [Problem] {
        let time = mart.columns.first { $0.role == .time }?.name
        switch alert.rule {
        case .outlier where time != "day":
            return [
                Problem(
                    .alertRule, "an outlier is looked for among days, and the mart of \(alert.node) has none",
                    at: alert.options["outlier"]?.place, help: "use a metrics node with 'grain: day'")
            ]
        case .change where !["hour", "day", "week", "month"].contains(time):
            return [
                Problem(
                    .alertRule, "a change needs cells of time, and the mart of \(alert.node) has none",
                    at: alert.options["change"]?.place, help: "use a metrics node with a grain of hour, day, week or month")
            ]
        default: return []
        }
    }
}
