import Chronology
import EventStore
import Vocabulary

/// Values that hold from a day on until the next one: rates of a currency, costs of a product.
public struct DatedSeries: Sendable {
    /// Ascending; microseconds UTC.
    private var starts: [Int64] = []
    private var values: [Int64?] = []

    public init() {}

    /// Days in their order.
    public mutating func append(_ value: Int64?, from start: Int64) {
        starts.append(start)
        values.append(value)
    }

    /// The value of the newest day that is not after an instant; nil before the first.
    public subscript(time: Int64) -> Int64? {
        var (low, high) = (0, starts.count)
        while low < high {
            let middle = (low + high) / 2
            if starts[middle] <= time { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? nil : values[low - 1]
    }
}

/// Such series by a name.
public struct DatedValues: Sendable {
    private var series: [String: DatedSeries] = [:]

    public init() {}

    /// - Parameters:
    ///   - key: the column of names.
    ///   - from: the column of days; a row without one holds from the beginning.
    ///   - named: from what the column holds to the name.
    ///   - worth: from a value, its table and row and the instant from which it holds to the value that counts; nil: none.
    public init(
        _ tables: [TableSnapshot], key: String, from: String, value: String, _ zone: Zone, named: (String) -> String = { $0 },
        worth: (_ value: Int64, _ table: TableSnapshot, _ row: Int, _ start: Int64) -> Int64? = { value, _, _, _ in value }
    ) {
        var rows: [String: [(start: Int64, value: Int64?)]] = [:]
        for table in tables {
            guard let names = table.column(key)?.strings, let values = table.column(value)?.integers else { continue }
            let days = table.column(from)?.integers
            for row in 0..<table.rowCount {
                guard let name = names[row] else { continue }
                let day = days?[row].flatMap { abs($0) < 4_000_000 ? CivilDate(daysSinceEpoch: Int($0)) : nil }
                let start = day.map { zone.start(of: $0) } ?? .min
                rows[named(name), default: []].append((start, values[row].flatMap { worth($0, table, row, start) }))
            }
        }
        for (name, list) in rows {
            var own = DatedSeries()
            // Of two tables that speak of one day the greater value holds, so that no order of theirs shows.
            for (start, value) in list.sorted(by: { ($0.start, $0.value ?? .min) < ($1.start, $1.value ?? .min) }) {
                own.append(value, from: start)
            }
            series[name] = own
        }
    }

    public subscript(name: String) -> DatedSeries? { series[name] }
}
