import EventStore
import Manifest
import Metrics
import Vocabulary

extension MetricsTally {
    /// Runs plain measures over the rows of one table, such as a units file. Without a date every row is in the period.
    mutating func addTable(_ table: TableSnapshot) {
        let reader = ReportReader(table, plan)
        let columns = plan.dimensions.map { table.column($0.name) }
        var valuesOfMeasure: [[CellValue]] = plan.measures.map { _ in [] }
        var sets = plan.measures.map { _ in (EntitySet(), EntitySet(), EntitySet()) }
        let source = plan.manifest.sources.first { $0.name == table.source }
        let unit = (["unit", "user_id", "device_id"] + (source?.key ?? [])).lazy.compactMap { table.column($0) }.first
        for row in 0..<table.rowCount where reader.passes(row) {
            guard let time = reader.timeCell(row) else { continue }
            let tuple = columns.enumerated().map { index(of: $1?.value(row) ?? .null, in: $0) }
            let cell = cell(time, tuple)
            var lacksMoney = false
            func number(_ name: String) -> Int64? {
                guard let own = table.column(name)?.number(row) else { return nil }
                let number = reader.inReportCurrency(own, row, of: name)
                if number == nil { lacksMoney = true }
                return number
            }
            for (measure, planned) in plan.measures.enumerated() {
                switch planned.measure {
                case .rows: everywhere(cell) { $0.add(1, $1, measure) }
                case .values(let name, _): add(.values, number(name), cell, measure)
                case .trueValues(let name, _): add(.trueValues, number(name), cell, measure)
                case .sum(let name, _): add(.sum, number(name), cell, measure)
                case .minimum(let name, _): add(.minimum, number(name), cell, measure)
                case .maximum(let name, _): add(.maximum, number(name), cell, measure)
                case .persons:
                    let entity = unit == nil ? Key128(high: 2, low: UInt64(row)) : unit?.entity(row)
                    insert(entity, &sets[measure], cell, measure)
                case .distinct(let name, _): insert(table.column(name)?.entity(row), &sets[measure], cell, measure)
                case .percentile(let name, _, _):
                    if let value = number(name) {
                        valuesOfMeasure[measure].append(CellValue(cell: cell, value: value, count: 1))
                    }
                case .orders, .reported, .conversions, .personDays, .activeDays, .followed, .lastAnswers, .tickets, .whole, .durations, .records: break
                }
            }
            if lacksMoney { foreignRows += 1 }
        }
        for (measure, planned) in plan.measures.enumerated() {
            if case .percentile(_, let thousandths, _) = planned.measure {
                putPercentiles(valuesOfMeasure[measure], [(measure, thousandths)])
            }
        }
    }

    mutating func everywhere(_ cell: Int, _ change: (inout Grid, Int) -> Void) {
        change(&detail, cell)
        change(&byTime, Int(times[cell]))
        change(&total, 0)
    }

    private mutating func add(_ operation: NumberOperation, _ number: Int64?, _ cell: Int, _ measure: Int) {
        guard let number else { return }
        let value = operation.isAdditive ? operation.addend(number) : Int128(number)
        everywhere(cell) { $0.merge(operation, value, 1, $1, measure) }
    }

    private mutating func insert(
        _ entity: Key128?, _ sets: inout (EntitySet, EntitySet, EntitySet), _ cell: Int, _ measure: Int
    ) {
        guard let entity else { return }
        if sets.0.insert(entity, Int32(truncatingIfNeeded: cell)) { detail.add(1, cell, measure) }
        if sets.1.insert(entity, times[cell]) { byTime.add(1, Int(times[cell]), measure) }
        if sets.2.insert(entity, 0) { total.add(1, 0, measure) }
    }
}

extension TableColumn {
    /// nil where the row has no value; a string or key that is there counts as 1.
    fileprivate func number(_ row: Int) -> Int64? {
        column.type.isWholeNumber ? integers[row] : entity(row).map { _ in 1 }
    }

    /// A number that stands for the value in sets.
    fileprivate func entity(_ row: Int) -> Key128? {
        switch column.type {
        case .category, .text:
            strings[row].map { text in
                var text = text
                return text.withUTF8 { sipHash128(UnsafeRawBufferPointer($0)) }
            }
        case .key: keys[row]
        case .time, .date, .integer, .decimal, .boolean:
            integers[row].map { Key128(high: 1, low: UInt64(bitPattern: $0)) }
        }
    }
}
