import Chronology
import EventStore
import Manifest
import Marts
import StageKit
import Vocabulary

extension ProblemCode {
    static let twoTargets = ProblemCode("alerts.two-targets", exit: .stageFailed)
}

/// The targets of one column in a source of kind `targets`.
///
/// A row counts for cells of time of its grain, from `from` up to but not including `to` (each open where it is null), and for the cells that have the
/// values of its further columns; a null there stands for any value. Of several rows the one with the most such values
/// counts.
struct AlertTargets {
    private struct Row {
        let value: Double
        let grain: String
        let from: Int64?
        let to: Int64?
        let conditions: [(column: String, value: String)]
    }

    private let rows: [Row]
    private let source: String
    private let place: Place

    init(_ table: TableSnapshot?, metric: String, source: String, place: Place) {
        self.source = source
        self.place = place
        guard let table, let metrics = table.column("metric")?.strings, let values = table.column("value")?.integers else {
            rows = []
            return
        }
        let others = table.columns.filter { !TargetGrain.ownColumns.contains($0.column.name) && $0.column.type != .key }
        rows = (0..<table.rowCount).compactMap { row in
            guard metrics[row] == metric, let millionths = values[row] else { return nil }
            return Row(
                value: Double(millionths) / 1_000_000, grain: TargetGrain.of(row, in: table), from: table.column("from")?.integers[row],
                to: table.column("to")?.integers[row],
                conditions: others.compactMap { column in column.text(row).map { (column.column.name, $0) } })
        }
    }

    /// The target of a cell; nil where there is none.
    /// - Throws: `Problem` `alerts.two-targets` where two rows speak of it with equal right.
    func target(of dimensions: [(name: String, value: MartValue)], on day: CivilDate, grain: Grain) throws -> Double? {
        let date = Int64(day.daysSinceEpoch)
        let cell = Dictionary(dimensions.map { ($0.name, $0.value.text) }, uniquingKeysWith: { first, _ in first })
        let fitting = rows.filter { row in
            row.grain == grain.rawValue && (row.from.map { $0 <= date } ?? true) && (row.to.map { date < $0 } ?? true)
                && row.conditions.allSatisfy { cell[$0.column] == .some($0.value) }
        }
        guard let most = fitting.map(\.conditions.count).max() else { return nil }
        let closest = fitting.filter { $0.conditions.count == most }
        guard Set(closest.map(\.value)).count <= 1 else {
            let cellText = dimensions.map { "\($0.name)=\($0.value.text ?? "null")" }.joined(separator: ", ")
            throw Problem(
                .twoTargets, "source '\(source)' holds several targets for \(cellText) on \(day)", at: place,
                help: "let their periods not overlap, or give one more columns than the other")
        }
        return closest.first?.value
    }
}

extension TableColumn {
    fileprivate func text(_ row: Int) -> String? {
        switch column.type {
        case .category, .text: strings[row]
        case .boolean: integers[row].map { $0 == 0 ? "false" : "true" }
        case .date: integers[row].map { CivilDate(daysSinceEpoch: Int($0)).description }
        case .decimal: integers[row].map { DecimalText.short(Double($0) / 1_000_000) }
        case .integer, .time: integers[row].map { "\($0)" }
        case .key: nil
        }
    }
}
