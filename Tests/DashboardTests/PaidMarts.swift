import Chronology
import Marts

/// Marts of channels and campaigns with what they cost and brought.
extension PageMarts {
    struct Row {
        var name: String?
        var kind = "detail"
        var impressions: Int64 = 0
        var clicks: Int64 = 0
        var spend: Int = 0
        var orders: Int64 = 0
        var sales: Int = 0
        /// Growth of spend.
        var growth: Double?
    }

    /// As the metrics stage lays it out: declared order, parts beside ratios, growth behind its figure.
    static func paid(_ rows: [Row], id: String = "metrics/channels", day: Bool = false) -> Mart {
        func number(_ name: String, _ type: MartColumn.ValueType, _ role: MartColumn.Role, unit: String? = nil, direction: Int = 0, _ aggregation: MartColumn.Aggregation = .none) -> MartColumn {
            MartColumn(name, type, role: role, unit: unit, label: Label(en: name.uppercased(), zh: "“\(name)”"), direction: direction, aggregation: aggregation)
        }
        func ratio(_ name: String, unit: String? = nil, direction: Int = 1) -> [MartColumn] {
            [number(name, .number, .ratio, unit: unit, direction: direction, .ratio), number("\(name)__num", .number, .part), number("\(name)__den", .number, .part)]
        }
        var growth = number("spend__growth_previous", .number, .statistic, unit: "fraction")
        growth.label = Label(en: "SPEND: growth on the previous period", zh: "“spend”：环比")
        let columns = (day ? [PageMarts.day] : []) + [dimension("channel"), kind, number("impressions", .integer, .measure, unit: "events", direction: 1, .sum)]
            + ratio("ctr", unit: "fraction") + [number("spend", .money, .measure, unit: "CNY", .sum), growth]
            + [number("orders", .integer, .measure, unit: "orders", direction: 1, .distinct), number("gmv_paid", .money, .measure, unit: "CNY", direction: 1, .sum)]
            + ratio("roas") + ratio("cpa", unit: "CNY", direction: -1)
        func divided(_ a: Double, _ b: Double) -> [MartValue] { [b == 0 ? .null : .number(a / b), .number(a), .number(b)] }
        func money(_ whole: Int) -> MartValue { .money(Int128(whole) * 1_000_000) }
        return mart(id, columns, rows.map { row in
            let leading: [MartValue] = (day ? [.date(CivilDate(daysSinceEpoch: 20_771))] : []) + [row.name.map(MartValue.string) ?? .null, .string(row.kind)]
            let reach: [MartValue] = [.integer(row.impressions)] + divided(Double(row.clicks), Double(row.impressions))
            let costs: [MartValue] = [money(row.spend), row.growth.map(MartValue.number) ?? .null, .integer(row.orders), money(row.sales)]
            return leading + reach + costs + divided(Double(row.sales), Double(row.spend)) + divided(Double(row.spend), Double(row.orders))
        })
    }

    /// Two channels that are paid for, and sales that no click precedes.
    static let withUnpaid = [
        Row(name: "a", impressions: 1000, clicks: 10, spend: 100, orders: 4, sales: 300, growth: 0.25),
        Row(name: "b", impressions: 500, clicks: 10, spend: 200, orders: 5, sales: 500, growth: -0.5),
        Row(name: "unassigned", orders: 6, sales: 800),
        Row(kind: "total", impressions: 1500, clicks: 20, spend: 300, orders: 15, sales: 1600),
    ]
}
