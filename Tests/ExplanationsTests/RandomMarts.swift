import Chronology
import Marts
import TestSupport

/// Marts of a campaign by day, channel and campaign, as the metrics stage lays them out: details, the total of each day and
/// the total of the period, all counted from one list of details.
struct RandomMarts {
    struct Detail: Hashable {
        var day: Int
        var channel: String?
        var campaign: String
    }
    struct Figures {
        var orders: Int64 = 0
        /// Millionths.
        var spend: Int128 = 0
        var clicks: Int64 = 0
    }

    var details: [Detail: Figures] = [:]

    init(_ generator: inout SeededGenerator, days: Int = 4) {
        for day in 0..<days {
            for channel in ["douyin", "jd", "tmall", nil] as [String?] {
                for campaign in ["a", "b"] where Int.random(in: 0..<4, using: &generator) > 0 {
                    // A third has no clicks: spend without a denominator.
                    let clicks = Int.random(in: 0..<3, using: &generator) == 0 ? 0 : Int64.random(in: 1...5000, using: &generator)
                    details[Detail(day: day, channel: channel, campaign: campaign)] = Figures(
                        orders: Int64.random(in: 0...900, using: &generator), spend: Int128(Int64.random(in: 0...9_999_999_999, using: &generator)),
                        clicks: clicks)
                }
            }
        }
    }

    static func label(_ name: String) -> Label { Label(en: name, zh: name) }

    static let columns = [
        MartColumn("day", .date, role: .time, label: label("day")),
        MartColumn("channel", .string, role: .dimension, label: label("channel")),
        MartColumn("campaign", .string, role: .dimension, label: label("campaign")),
        MartColumn("row_kind", .string, role: .rowKind, label: label("row kind")),
        MartColumn("orders", .integer, role: .measure, unit: "orders", label: label("orders"), aggregation: .sum),
        MartColumn("spend", .money, role: .measure, unit: "CNY", label: label("spend"), aggregation: .sum),
        MartColumn("cpc", .money, role: .ratio, unit: "CNY", label: label("cpc"), aggregation: .ratio),
        MartColumn("cpc__num", .money, role: .part, unit: "CNY", label: label("cpc__num"), aggregation: .sum),
        MartColumn("cpc__den", .integer, role: .part, label: label("cpc__den"), aggregation: .sum),
    ]

    static func day(_ number: Int) -> CivilDate { CivilDate(daysSinceEpoch: 20_000 + number) }

    /// - Parameter scale: of the ratio.
    func mart(scale: Int = 1) -> Mart {
        func row(_ day: Int?, _ channel: String?, _ campaign: String?, _ kind: String, _ all: [Figures]) -> [MartValue] {
            let orders = all.reduce(0) { $0 + $1.orders }
            let spend = all.reduce(0) { $0 + $1.spend }
            let clicks = all.reduce(0) { $0 + $1.clicks }
            let ratio = Double(spend) / 1_000_000 * Double(scale) / Double(clicks)
            return [
                day.map { .date(Self.day($0)) } ?? .null, channel.map { .string($0) } ?? .null, campaign.map { .string($0) } ?? .null,
                .string(kind), .integer(orders), .money(spend), clicks == 0 ? .null : .number(ratio), .money(spend), .integer(clicks),
            ]
        }
        let sorted = details.sorted {
            ($0.key.day, $0.key.channel ?? "~", $0.key.campaign) < ($1.key.day, $1.key.channel ?? "~", $1.key.campaign)
        }
        var rows: [[MartValue]] = []
        for day in Set(details.keys.map(\.day)).sorted() {
            let own = sorted.filter { $0.key.day == day }
            rows += own.map { row(day, $0.key.channel, $0.key.campaign, "detail", [$0.value]) }
            rows.append(row(day, nil, nil, "total", own.map(\.value)))
        }
        rows.append(row(nil, nil, nil, "total", sorted.map(\.value)))
        return Mart(
            id: "metrics/daily", title: Self.label("daily"), period: MartPeriod(name: "last 4d", from: nil, to: nil), asOf: nil,
            provisional: false, columns: Self.columns, notes: [], rows: rows)
    }
}
