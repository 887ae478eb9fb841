import Chronology
import EventStore
import Marts
import Metrics
import StageKit
import Vocabulary

/// Notes whom one column counts, while the persons of a scan are counted.
struct MetricsListing {
    /// The place of the column among the measures of persons.
    let kind: Int
    private let row: MetricsSelection.Row
    /// Persons with the cell that counts them; -1 for rows that are no cell.
    private(set) var found: [(person: ListedPerson, cell: Int32)] = []

    init(_ selection: MetricsSelection, _ layout: MetricsLayout) {
        kind = layout.persons.firstIndex { $0.measure == selection.measure } ?? -1
        row = selection.row
    }

    /// The person is counted in a cell of a time.
    mutating func note(_ person: ListedPerson, cell: Int32, time: Int32) {
        if case .cell(time: time, values: _) = row { found.append((person, cell)) }
    }

    mutating func note(_ person: ListedPerson, time: Int32) {
        if case .time(time) = row { found.append((person, -1)) }
    }

    mutating func noteInPeriod(_ person: ListedPerson) {
        if case .total = row { found.append((person, -1)) }
    }
}

/// The persons behind a figure of a metrics mart, in the order of their keys.
struct MetricsPersonsMart {
    let selection: MetricsSelection
    let plan: MetricsPlan
    let partial: MetricsPartial
    let tally: MetricsTally

    /// - Throws: `Problem` `usage.persons` where the mart has no such row, or null there; `metrics.unbalanced` where the list
    ///   is not as long as the figure.
    func mart() throws -> Mart {
        let (level, persons) = try found()
        let listed = persons.sorted()
        switch figure(at: level) {
        case .absent(let reason):
            throw Problem(.personsUsage, "'\(selection.column)' is null there: \(reason.message)", help: "name another row or column")
        case .exact(let figure):
            guard figure.value == Int128(listed.count), Set(listed).count == listed.count else {
                throw Problem(
                    .unbalanced, "\(listed.count) persons are listed and \(figure.value) counted in \(selection.text)",
                    at: plan.node.place, help: "this is a fault of the program: please report it with the manifest")
            }
        }
        let (start, end) = (plan.period.span.start, plan.period.span.end)
        let zone = plan.manifest.zone
        return Mart(
            id: plan.title + ".persons", title: Label(en: "Metrics: \(plan.node.name): persons", zh: "指标：\(plan.node.name)：人员名单"),
            period: MartPeriod(name: plan.period.name, from: Timestamp.rfc3339(start, in: zone), to: Timestamp.rfc3339(end, in: zone)),
            asOf: Timestamp.asOf(plan.statedAsOf, in: zone), provisional: false, columns: ListedPerson.columns,
            notes: [ListedPerson.note], rows: listed.map(\.cells))
    }

    /// What the mart shows there.
    private func figure(at level: MetricsEvaluator.Level) -> MetricsEvaluator.Part {
        let evaluation = MetricsEvaluator(plan, tally).evaluate(selection.metric, at: level)
        if let parts = evaluation.parts { return selection.column.hasSuffix("__num") ? parts.0 : parts.1 }
        switch evaluation.outcome {
        case .exact(let exact): return .exact(exact)
        case .absent(let reason): return .absent(reason)
        case .ratio: return .absent(.noValues)
        }
    }

    private func found() throws -> (MetricsEvaluator.Level, [ListedPerson]) {
        switch selection.row {
        case .total: return (.total, partial.listed.map(\.person))
        case .time(let time): return (.time(Int(time)), partial.listed.map(\.person))
        case .cell(let time, let values):
            guard let cell = (0..<tally.count).first(where: { tally.times[$0] == time && matches($0, values, tally.cells) }) else {
                throw noSuchValues(values ?? [], time)
            }
            let own = Set((0..<partial.cells.count).filter { partial.cells.times[$0] == time && matches($0, values, partial.cells) })
            return (.cell(cell), partial.listed.filter { own.contains(Int($0.cell)) }.map(\.person))
        }
    }

    private func matches(_ cell: Int, _ values: [String]?, _ cells: MetricsCells) -> Bool {
        guard let values else { return cells.isRest(cell) }
        return !cells.isRest(cell) && texts(cells.dimensionValues(ofCell: cell)).elementsEqual(values) { $0.utf8.elementsEqual($1.utf8) }
    }

    private func texts(_ values: [DimensionValue]) -> [String] {
        zip(values, plan.dimensions).map { $0.martValue($1.type, zone: plan.manifest.zone).rowText }
    }

    /// Names the value of the first column that has no such value, and the nearest one that there is.
    private func noSuchValues(_ values: [String], _ time: Int32) -> Problem {
        let rows = (0..<tally.count).filter { tally.times[$0] == time && !tally.isRest($0) }
            .map { texts(tally.dimensionValues(ofCell: $0)) }
        let place = values.indices.first { place in !rows.contains { $0[place] == values[place] } }
        let help = place.flatMap { place in
            nearestName(to: values[place], among: Set(rows.map { $0[place] }).sorted()).map { "did you mean '\(plan.dimensions[place].name)=\($0)'?" }
        }
        return Problem(
            .personsUsage, "'\(selection.text)' names no row of \(plan.node.id): the mart has none with these values",
            help: help ?? "the rows of the mart are those that it shows without --persons")
    }
}
