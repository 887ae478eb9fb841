import Chronology
import EventStore
import Vocabulary

/// Values that hold from a day on until the next one: rates of a currency, costs of a product.
struct DatedSeries: Sendable {
    /// Ascending; microseconds UTC.
    private var starts: [Int64] = []
    private var values: [Int64?] = []

    /// Days in their order.
    mutating func append(_ value: Int64?, from start: Int64) {
        starts.append(start)
        values.append(value)
    }

    /// The value of the newest day that is not after an instant; nil before the first.
    subscript(time: Int64) -> Int64? {
        var (low, high) = (0, starts.count)
        while low < high {
            let middle = (low + high) / 2
            if starts[middle] <= time { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? nil : values[low - 1]
    }
}

/// Such series by a name.
struct DatedValues: Sendable {
    private var series: [String: DatedSeries] = [:]

    init() {}

    /// - Parameters:
    ///   - key: the column of names.
    ///   - from: the column of days; a row without one holds from the beginning.
    init(_ tables: [TableSnapshot], key: String, from: String, value: String, _ zone: Zone) {
        var rows: [String: [(start: Int64, value: Int64?)]] = [:]
        for table in tables {
            guard let names = table.column(key)?.strings, let values = table.column(value)?.integers else { continue }
            let days = table.column(from)?.integers
            for row in 0..<table.rowCount {
                guard let name = names[row] else { continue }
                let day = days?[row].flatMap { abs($0) < 4_000_000 ? CivilDate(daysSinceEpoch: Int($0)) : nil }
                rows[name, default: []].append((day.map { zone.start(of: $0) } ?? .min, values[row]))
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

    var isEmpty: Bool { series.isEmpty }
    subscript(name: String) -> DatedSeries? { series[name] }
}

/// An amount in millionths at a rate in millionths, rounded half away from zero; nil beyond 64 bits.
@inline(__always)
func converted(_ amount: Int64, at rate: Int64) -> Int64? {
    let product = Int128(amount) * Int128(rate)
    return Int64(exactly: (product + (product < 0 ? -500_000 : 500_000)) / 1_000_000)
}

/// What a row's product costs taken from its amount, or the amount of rows whose product has a cost.
final class MarginColumn: Sendable {
    private let amount: Int
    private let quantity: Int?
    private let product: Int
    /// Per code of the products their costs.
    private let costs: [DatedSeries?]
    private let subtracts: Bool

    /// nil where no row has a product or an amount.
    init?(subtracts: Bool, _ costs: DatedValues, _ layout: any ScanLayout) {
        guard let amount = layout.slot("amount"), layout.type(ofSlot: amount).isWholeNumber,
            let product = layout.slot("product_id"), layout.type(ofSlot: product) == .category
        else { return nil }
        self.amount = amount
        self.product = product
        self.subtracts = subtracts
        quantity = layout.slot("quantity").flatMap { layout.type(ofSlot: $0).isWholeNumber ? $0 : nil }
        self.costs = layout.values(ofSlot: product).map { costs[$0] }
    }

    /// - Parameter rate: what the amount is converted at; costs are in the report currency.
    func value(_ rows: EventRows, _ row: Int, rate: Int64?) -> Int64? {
        let code = rows.codes(product)[row]
        guard code >= 0, rows.valid(amount)[row] != 0, let cost = costs[Int(code)]?[rows.times[row]] else { return nil }
        let own = rows.integers(amount)[row]
        guard let paid = rate == nil ? own : converted(own, at: rate ?? 0) else { return nil }
        guard subtracts else { return paid }
        let pieces = quantity.flatMap { rows.valid($0)[row] == 0 ? nil : rows.integers($0)[row] } ?? 1
        let (whole, overflow) = cost.multipliedReportingOverflow(by: pieces)
        let (margin, underflow) = paid.subtractingReportingOverflow(whole)
        return overflow || underflow ? nil : margin
    }
}
