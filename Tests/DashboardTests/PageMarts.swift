import Chronology
import Marts

/// Marts as the stages write them, for pages that tests make.
enum PageMarts {
    static let results = RunResults(pipeline: "shop", date: CivilDate(daysSinceEpoch: 20_771), snapshot: "s", status: .done, seconds: 1.5)

    static let figures = [
        MartColumn("visitors", .integer, role: .measure, unit: "persons", label: Label(en: "Visitors", zh: "访客数"), direction: 1, aggregation: .distinct),
        MartColumn("gmv_paid", .money, role: .measure, unit: "CNY", label: Label(en: "Paid GMV", zh: "支付金额"), direction: 1, aggregation: .sum),
        MartColumn("ctr", .number, role: .ratio, unit: "fraction", label: Label(en: "CTR", zh: "点击率"), direction: 1, aggregation: .ratio),
    ]
    static let day = MartColumn("day", .date, role: .time, label: Label(en: "Day", zh: "日期"))
    static let kind = MartColumn("row_kind", .string, role: .rowKind, label: Label(en: "Row kind", zh: "行类型"))

    static func dimension(_ name: String) -> MartColumn { MartColumn(name, .string, role: .dimension, label: Label(en: name, zh: name)) }

    static func mart(_ id: String, _ columns: [MartColumn], _ rows: [[MartValue]], notes: [MartNote] = []) -> Mart {
        Mart(
            id: id, title: Label(en: "T", zh: "题"),
            period: MartPeriod(name: "last 14d", from: "2026-11-01T00:00:00+08:00", to: "2026-11-15T00:00:00+08:00"),
            asOf: "2026-11-14T23:59:59+08:00", provisional: false, columns: columns, notes: notes, rows: rows)
    }

    /// `days` days up to 2026-11-14, and their total.
    static func overview(days: Int = 14, value: (Int) -> [MartValue] = { [.integer(Int64($0)), .money(Int128($0) * 1_500_000), .number(Double($0) / 100)] }) -> Mart {
        let last = 20_771
        let rows = (0..<days).map { [MartValue.date(CivilDate(daysSinceEpoch: last - days + 1 + $0)), .string("detail")] + value($0 + 1) }
        return mart("metrics/overview", [day, kind] + figures, rows + [[.null, .string("total")] + value(days)])
    }

    static func channels(_ names: [String]) -> Mart {
        let rows = names.enumerated().map { i, name in
            [MartValue.string(name), .string("detail"), .integer(Int64(i)), .money(Int128(i) * 250_000), .number(Double(i) / 7)]
        }
        return mart(
            "metrics/channels", [dimension("channel"), kind] + figures,
            rows + [[.null, .string("total"), .integer(10), .money(20_000_000), .number(0.25)]])
    }

    static func funnel(_ groups: [String], steps: Int = 3) -> Mart {
        let columns = [
            dimension("channel"), kind, MartColumn("step", .integer, role: .dimension, label: Label(en: "Step", zh: "步骤")), dimension("step_name"),
            MartColumn("persons", .integer, role: .measure, unit: "persons", label: Label(en: "Persons", zh: "人数"), direction: 1),
            MartColumn("conversion_from_first", .number, role: .ratio, unit: "fraction", label: Label(en: "Conversion", zh: "转化率")),
            MartColumn("drop_off", .integer, role: .measure, unit: "persons", label: Label(en: "Drop-off", zh: "流失")),
            MartColumn("drop_off_rate", .number, role: .ratio, unit: "fraction", label: Label(en: "Drop-off rate", zh: "流失率")),
        ]
        func lines(_ group: MartValue, _ kind: String) -> [[MartValue]] {
            (0..<steps).map { step in
                let persons = Int64(100 >> step)
                return [
                    group, .string(kind), .integer(Int64(step + 1)), .string("step \(step + 1)"), .integer(persons), .number(Double(persons) / 100),
                    step == 0 ? .null : .integer(persons), step == 0 ? .null : .number(0.5),
                ]
            }
        }
        return mart("funnel/purchase", columns, groups.flatMap { lines(.string($0), "detail") } + lines(.null, "total"))
    }

    static func experiment(lift: (low: MartValue, value: MartValue, high: MartValue), verdict: String, isMismatched: Bool = false) -> Mart {
        func text(_ name: String) -> MartColumn { dimension(name) }
        func number(_ name: String) -> MartColumn { MartColumn(name, .number, role: .statistic, unit: name.hasPrefix("lift") ? "fraction" : nil, label: Label(en: name, zh: name)) }
        let columns = [
            text("metric"), text("metric_role"), text("variant"), MartColumn("is_control", .boolean, role: .flag, label: Label(en: "Control", zh: "对照")), kind,
            number("value"), number("lift"), number("lift_low"), number("lift_high"), text("verdict"), number("srm_p_value"),
            MartColumn("srm_flag", .boolean, role: .flag, label: Label(en: "SRM", zh: "失衡")),
        ]
        func row(_ variant: String, _ isControl: Bool, _ lift: [MartValue], _ verdict: MartValue) -> [MartValue] {
            [.string("conversion_rate"), .string("primary"), .string(variant), .boolean(isControl), .string("detail"), .number(0.1)] + lift
                + [verdict, .number(0.001), .boolean(isMismatched)]
        }
        return mart(
            "experiment/checkout", columns,
            [row("A", true, [.null, .null, .null], .null), row("B", false, [lift.value, lift.low, lift.high], .string(verdict))])
    }
}
