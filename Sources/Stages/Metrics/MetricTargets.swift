import Chronology
import EventStore
import Manifest
import Marts
import StageKit
import Vocabulary

/// What a source of kind `targets` says that metrics should reach.
///
/// A target holds for the time cells of its grain that begin from `from` on and before `to`, and for rows that have the values of its
/// further columns; a null there stands for any value. Of several the one with the most such values holds, of equal ones
/// the one that began last.
struct MetricTargets: Sendable {
    private struct Target: Sendable {
        let value: Int64
        let grain: String
        let from: Int64
        let to: Int64
        let conditions: [String: DimensionValue]
    }

    let source: String
    private var byMetric: [String: [Target]] = [:]

    init(_ table: TableSnapshot?, source: String) {
        self.source = source
        guard let table, let metrics = table.column("metric")?.strings, let values = table.column("value")?.integers else { return }
        let others = table.columns.filter { !TargetGrain.ownColumns.contains($0.column.name) && $0.column.type != .key }
        for row in 0..<table.rowCount {
            guard let metric = metrics[row], let value = values[row] else { continue }
            var conditions: [String: DimensionValue] = [:]
            for column in others {
                if case let cell = column.value(row), cell != .null { conditions[column.column.name] = cell }
            }
            byMetric[metric, default: []].append(
                Target(
                    value: value, grain: TargetGrain.of(row, in: table), from: table.column("from")?.integers[row] ?? .min,
                    to: table.column("to")?.integers[row] ?? .max, conditions: conditions))
        }
    }

    /// The target in millionths of a cell of time that begins on a day.
    func target(of metric: String, _ values: [String: DimensionValue], on day: CivilDate, grain: Grain) -> Result<Int64, Absence> {
        let date = Int64(day.daysSinceEpoch)
        let fitting = (byMetric[metric] ?? []).filter { target in
            target.from <= date && date < target.to && target.conditions.allSatisfy { values[$0.key] == $0.value }
        }
        let closest = fitting.filter { $0.grain == grain.rawValue }.max { a, b in
            (a.conditions.count, a.from, a.value) < (b.conditions.count, b.from, b.value)
        }
        return closest.map { .success($0.value) } ?? .failure(fitting.isEmpty ? .noTarget : .otherGrain)
    }
}
