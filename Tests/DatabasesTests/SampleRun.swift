import Chronology
import Databases
import Marts
import Metrics
import Testing

/// A run of marts that are made up.
enum SampleRun {
    static let columns = [
        MartColumn("channel", .string, role: .dimension, label: Label(en: "Channel", zh: "渠道")),
        MartColumn("day", .date, role: .time, label: Label(en: "Day", zh: "日期")),
        MartColumn("row_kind", .string, role: .rowKind, label: Label(en: "Row kind", zh: "行类型")),
        MartColumn("clicks", .integer, role: .measure, unit: "events", label: Label(en: "Clicks", zh: "点击量"), direction: 1, aggregation: .sum),
        MartColumn("ctr", .number, role: .ratio, unit: "fraction", label: Label(en: "CTR", zh: "点击率"), direction: 1, aggregation: .ratio),
        MartColumn("spend", .money, role: .measure, unit: "CNY", label: Label(en: "Spend", zh: "花费"), aggregation: .sum),
        MartColumn("open", .boolean, role: .flag, label: Label(en: "Open", zh: "未完成")),
        MartColumn("seen", .time, role: .statistic, label: Label(en: "Seen", zh: "时间")),
    ]

    static func mart(_ id: String, columns: [MartColumn] = columns, rows: [[MartValue]]) -> Mart {
        Mart(
            id: id, title: Label(en: "Title of \(id)", zh: "标题"),
            period: MartPeriod(name: "last 2d", from: "2026-11-01T00:00:00+08:00", to: "2026-11-03T00:00:00+08:00"),
            asOf: "2026-11-02T23:59:59+08:00", provisional: true, columns: columns,
            notes: [MartNote(code: "open", column: "ctr", message: "A day is open.")], rows: rows)
    }

    static func row(_ channel: MartValue, day: Int? = 1, _ kind: String = "detail", clicks: Int64 = 0, ctr: MartValue = .null, spend: Int128 = 0) -> [MartValue] {
        [
            channel, day.map { .date(CivilDate(daysSinceEpoch: CivilDate.days(year: 2026, month: 11, day: $0))) } ?? .null, .string(kind), .integer(clicks), ctr,
            .money(spend), .boolean(clicks > 1), .time("2026-11-01T10:00:00+08:00"),
        ]
    }

    static let daily = mart(
        "metrics/daily",
        rows: [
            row(.string("douyin"), clicks: 3, ctr: .number(0.1 + 0.2), spend: 12_340_000),
            row(.string("douyin"), day: 2, clicks: 1, ctr: .number(1e-9), spend: -7),
            row(.string("kol"), clicks: .max, spend: 99_999_999_999_999_999),
            row(.null, day: nil, "total", clicks: 4, ctr: .number(0.25), spend: 12_339_993),
            row(.string("rest"), day: nil, "rest"),
        ])

    static func tables(_ marts: [Mart], name: String? = nil) -> RunTables {
        RunTables(
            run: .init(
                name: name, pipeline: "sample", date: CivilDate(daysSinceEpoch: CivilDate.days(year: 2026, month: 11, day: 2)), intraday: nil, zone: "Asia/Shanghai",
                currency: "CNY"),
            marts: marts.map(\.id), metrics: MetricCatalogue.all,
            load: { id in try #require(marts.first { $0.id == id }) })
    }

    /// Every table by name, with its view.
    static func content(_ marts: [Mart]) throws -> [String: (table: DataTable, view: DataView?)] {
        var content: [String: (table: DataTable, view: DataView?)] = [:]
        try tables(marts).forEach { table, view in
            #expect(content[table.name] == nil, "\(table.name) twice")
            content[table.name] = (table, view)
        }
        return content
    }
}
