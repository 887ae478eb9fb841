import Chronology
import Marts
import Metrics
import StageKit
import Vocabulary

/// The figure of a metrics mart whose persons are listed: a row by its values, and a column that counts persons.
struct MetricsSelection {
    enum Row: Sendable {
        /// A row of cells at a time cell; nil: the rest that `top` leaves.
        case cell(time: Int32, values: [String]?)
        case time(Int32)
        case total
    }

    let text: String
    let column: String
    /// The place of the column's metric in the plan.
    let metric: Int
    let line: Int
    let measure: Int
    let row: Row

    /// - Throws: `Problem` `usage.persons`.
    init(_ selection: PersonSelection, _ lines: MetricsLines) throws {
        let plan = lines.own
        text = selection.text
        guard plan.table == nil else {
            throw Problem(
                .personsUsage, "\(plan.node.id) runs over the rows of '\(plan.table?.source ?? "")', which are no persons of the store",
                help: "name a node over events")
        }
        let columns = plan.personColumns
        guard !columns.isEmpty else {
            throw Problem(.personsUsage, "no column of \(plan.node.id) counts persons", help: "persons are counted by buyers, visitors, new_users and others: add one to its `metrics`")
        }
        let names = columns.map(\.name)
        guard let word = try selection.column() else {
            throw Problem(.personsUsage, "no column is named", help: "those that count persons are \(names.joined(separator: ", "))")
        }
        guard let found = columns.first(where: { $0.name == word }) else {
            let all = plan.metrics.flatMap { $0.formula.isRatio ? [$0.id, "\($0.id)__num", "\($0.id)__den"] : [$0.id] }
            throw Problem(
                .personsUsage, all.contains(word) ? "the column '\(word)' counts no persons" : "\(plan.node.id) has no column '\(word)'",
                help: "those that count persons are \(names.joined(separator: ", "))")
        }
        column = word
        metric = found.metric
        var named = try selection.row()
        let kind = named.removeValue(forKey: "row_kind")
        let time = try Self.time(named.removeValue(forKey: plan.grain.rawValue), plan)
        let width = named.count
        let dimensions = plan.dimensions.prefix(width).map(\.name)
        guard dimensions.count == width, dimensions.allSatisfy({ named[$0] != nil }), let line = width == 0 ? 0 : lines.index(width: width, nil) else {
            throw Self.noSuchRow(selection.text, lines)
        }
        self.line = line
        let (row, own) = try Self.row(time, dimensions.compactMap { named[$0] }, isRest: kind == "rest", plan)
            ?? { throw Self.noSuchRow(selection.text, lines) }()
        guard kind == nil || kind == own else { throw Self.noSuchRow(selection.text, lines) }
        self.row = row
        let measure = lines.all[line].plan.measures.firstIndex { $0.measure == found.measure }
        guard let measure else { throw Self.noSuchRow(selection.text, lines) }
        self.measure = measure
    }

    /// A row with its kind; nil where the mart has none such.
    private static func row(_ time: Int32?, _ values: [String], isRest: Bool, _ plan: MetricsPlan) -> (Row, kind: String)? {
        let at = time ?? (plan.hasGrandTotal ? nil : 0)
        if isRest {
            return at.flatMap { values.isEmpty && plan.top != nil ? (.cell(time: $0, values: nil), "rest") : nil }
        }
        guard values.isEmpty else {
            return at.map { (.cell(time: $0, values: values), values.count == plan.dimensions.count ? "detail" : "subtotal") }
        }
        if let time { return (.time(time), plan.hasTotals ? "total" : "detail") }
        return (.total, plan.hasTotals || plan.hasGrandTotal ? "total" : "detail")
    }

    /// The time cell of a label; nil where none is given.
    private static func time(_ label: String?, _ plan: MetricsPlan) throws -> Int32? {
        guard let label, plan.hasGrandTotal else {
            if label == nil || label == "null" { return nil }
            throw Problem(.personsUsage, "the rows have no \(plan.grain.rawValue)", help: "leave it out")
        }
        if label == "null" { return nil }
        guard let cell = plan.cells.labels.firstIndex(of: label) else {
            let (first, last) = (plan.cells.labels.first ?? "", plan.cells.labels.last ?? "")
            throw Problem(
                .personsUsage, "the mart has no \(plan.grain.rawValue) '\(label)'", help: "they go from \(first) to \(last)")
        }
        return Int32(truncatingIfNeeded: cell)
    }

    private static func noSuchRow(_ text: String, _ lines: MetricsLines) -> Problem {
        let plan = lines.own
        let time = plan.hasGrandTotal ? ["\(plan.grain.rawValue)=..."] : []
        var forms = [plan.dimensions.count].filter { $0 > 0 } + lines.subtotals
        forms.append(0)
        let rows = forms.map { (time + plan.dimensions.prefix($0).map { "\($0.name)=..." }).joined(separator: ",") }
        let total = plan.hasGrandTotal ? ", or the column alone for the whole period" : ", or the column alone for all"
        return Problem(
            .personsUsage, "'\(text)' names no row of \(plan.node.id)",
            help: "rows are named by " + rows.filter { !$0.isEmpty }.joined(separator: " or ") + total)
    }
}

extension MetricsPlan {
    /// The columns of the mart that count distinct persons, with their measures and the places of their metrics.
    var personColumns: [(name: String, measure: Measure, metric: Int)] {
        func measure(_ combination: Combination) -> Measure? {
            guard combination.added.count == 1, combination.subtracted.isEmpty,
                let planned = measures.first(where: { $0.measure == combination.added[0] })
            else { return nil }
            return planned.counting.countsDistinctPersons ? planned.measure : nil
        }
        return metrics.enumerated().flatMap { place, metric -> [(name: String, measure: Measure, metric: Int)] in
            switch metric.formula {
            case .value(let value): measure(value).map { [(metric.id, $0, place)] } ?? []
            case .ratio(let numerator, let denominator, _):
                [("\(metric.id)__num", measure(numerator)), ("\(metric.id)__den", measure(denominator))].compactMap { name, measure in
                    measure.map { (name, $0, place) }
                }
            }
        }
    }
}

extension MetricsPlan.Trail.Kind {
    /// Answers are counted by person and question, days by person and day.
    fileprivate var countsPersonsOnce: Bool {
        switch self {
        case .followed, .boughtOnDays: true
        case .answers, .activeDays: false
        }
    }
}

extension PlannedMeasure.Counting {
    /// True where the figure is a number of different persons.
    fileprivate var countsDistinctPersons: Bool {
        switch self {
        case .persons: true
        case .trail(let trail): trail.kind.countsPersonsOnce
        default: false
        }
    }
}
