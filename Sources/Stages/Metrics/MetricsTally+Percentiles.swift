import Metrics
import Statistics
import Vocabulary

extension MetricsTally {
    /// A value that rows of a cell have, and how often.
    struct CellValue {
        var cell: Int
        var value: Int64
        var count: Int64
    }

    mutating func addValues(_ partial: MetricsPartial, _ map: [Int]) {
        for (kind, all) in partial.layout.values.enumerated() {
            var entries: [CellValue] = []
            partial.values[kind].forEach {
                entries.append(CellValue(cell: map[Int($0.cell)], value: $0.value, count: $0.count))
            }
            putPercentiles(entries, all.measures)
        }
    }

    /// Percentiles of each cell, each time cell and the whole, each from its own values: they are never put together.
    mutating func putPercentiles(_ entries: [CellValue], _ measures: [(measure: Int, thousandths: Int)]) {
        guard !entries.isEmpty else { return }
        put(entries.map { ($0.cell, $0.value, $0.count) }, measures, &detail)
        put(entries.map { (Int(times[$0.cell]), $0.value, $0.count) }, measures, &byTime)
        put(entries.map { (0, $0.value, $0.count) }, measures, &total)
    }

    private func put(
        _ entries: [(row: Int, value: Int64, count: Int64)], _ measures: [(measure: Int, thousandths: Int)], _ grid: inout Grid
    ) {
        let sorted = entries.sorted { $0.row != $1.row ? $0.row < $1.row : $0.value < $1.value }
        let values = sorted.map { (value: $0.value, count: $0.count) }
        var start = 0
        while start < sorted.count {
            let row = sorted[start].row
            var end = start
            while end < sorted.count, sorted[end].row == row { end += 1 }
            for (measure, thousandths) in measures {
                guard let value = Quantile.nearestRank(percent: Double(thousandths) / 10, ofSorted: values[start..<end]) else { continue }
                grid.put(Int128(value), row, measure)
            }
            start = end
        }
    }

    /// Tickets opened in the period, by what followed.
    mutating func addTickets(_ partial: MetricsPartial) {
        guard let slots = plan.tickets else { return }
        var waits: [CellValue] = []
        partial.tickets.forEach { _, ticket in
            guard ticket.time >= 0 else { return }
            let tuple = ticket.codes.enumerated().map { index(of: partial.value($1, of: $0), in: $0) }
            let cell = cell(ticket.time, tuple)
            if ticket.responded != .max {
                let (wait, _) = ticket.responded.subtractingReportingOverflow(ticket.opened)
                if wait >= 0 { waits.append(CellValue(cell: cell, value: wait, count: 1)) }
            }
            let (duration, overflow) = ticket.resolved.subtractingReportingOverflow(ticket.opened)
            let isInTime = ticket.resolved != .max && !overflow && duration >= 0 && duration <= slots.resolveWithin
            for (measure, planned) in plan.measures.enumerated() {
                switch planned.counting {
                case .tickets(.opened): everywhere(cell) { $0.add(1, $1, measure) }
                case .tickets(.resolvedInTime) where isInTime: everywhere(cell) { $0.add(1, $1, measure) }
                default: break
                }
            }
        }
        var measures: [(measure: Int, thousandths: Int)] = []
        for (measure, planned) in plan.measures.enumerated() {
            if case .tickets(.responseTime(let thousandths)) = planned.counting { measures.append((measure, thousandths)) }
        }
        putPercentiles(waits, measures)
    }
}
