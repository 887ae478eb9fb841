import Chronology
import EventStore
import Manifest
import Marts
import Vocabulary

/// What a source of kind `targets` says that metrics should reach.
///
/// A target holds for the time cells that begin from `from` on and before `to`, and for rows that have the values of its
/// further columns; a null there stands for any value. Of several the one with the most such values holds, of equal ones
/// the one that began last.
struct MetricTargets: Sendable {
    private struct Target: Sendable {
        let value: Int64
        let from: Int64
        let to: Int64
        let conditions: [String: DimensionValue]
    }

    let source: String
    private var byMetric: [String: [Target]] = [:]

    init(_ table: TableSnapshot?, source: String) {
        self.source = source
        guard let table, let metrics = table.column("metric")?.strings, let values = table.column("value")?.integers else { return }
        let own: Set<String> = ["metric", "value", "from", "to", "version", "record"]
        let others = table.columns.filter { !own.contains($0.column.name) && $0.column.type != .key }
        for row in 0..<table.rowCount {
            guard let metric = metrics[row], let value = values[row] else { continue }
            var conditions: [String: DimensionValue] = [:]
            for column in others {
                if case let cell = column.value(row), cell != .null { conditions[column.column.name] = cell }
            }
            byMetric[metric, default: []].append(
                Target(
                    value: value, from: table.column("from")?.integers[row] ?? .min, to: table.column("to")?.integers[row] ?? .max,
                    conditions: conditions))
        }
    }

    /// The target in millionths; nil where there is none.
    func target(of metric: String, _ values: [String: DimensionValue], on day: CivilDate) -> Int64? {
        let date = Int64(day.daysSinceEpoch)
        let fitting = (byMetric[metric] ?? []).filter { target in
            target.from <= date && date < target.to && target.conditions.allSatisfy { values[$0.key] == $0.value }
        }
        return fitting.max { a, b in
            (a.conditions.count, a.from, a.value) < (b.conditions.count, b.from, b.value)
        }?.value
    }
}
