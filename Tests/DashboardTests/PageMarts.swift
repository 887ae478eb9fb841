import Chronology
import Dashboard
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

    typealias Interval = (low: MartValue, value: MartValue, high: MartValue)

    /// Two arms in one metric. The bounds by the delta method are wide of those of Fieller, which are the lift's here.
    static func experiment(
        lift: Interval, verdict: String, reason: String? = nil, verdictReason: String? = nil, isMismatched: Bool = false, method: String = "fixed",
        difference: Interval = (.number(0.001), .number(0.002), .number(0.003)), newcombe: (low: MartValue, high: MartValue)? = nil, isSmall: Bool = false,
        control: MartValue = .number(0.1)
    ) -> Mart {
        func text(_ name: String) -> MartColumn { dimension(name) }
        func number(_ name: String) -> MartColumn {
            let isShare = name.hasPrefix("lift") || name.hasPrefix("fieller")
            return MartColumn(name, .number, role: .statistic, unit: isShare ? "fraction" : nil, label: Label(en: name, zh: name))
        }
        func flag(_ name: String) -> MartColumn { MartColumn(name, .boolean, role: .flag, label: Label(en: name, zh: name)) }
        func word(_ name: String) -> MartColumn { MartColumn(name, .string, role: .flag, label: Label(en: name, zh: name)) }
        let columns = [
            text("metric"), text("metric_role"), word("value_unit"), text("variant"), flag("is_control"), kind, number("value"), word("method"),
            number("difference"), number("difference_low"), number("difference_high"), number("lift"), number("lift_low"), number("lift_high"),
            number("fieller_low"), number("fieller_high"), flag("small_counts"), number("newcombe_low"), number("newcombe_high"), word("verdict"),
            word("verdict_reason"), word("reason"), number("srm_p_value"), flag("srm_flag"),
        ]
        func optional(_ text: String?) -> MartValue { text.map(MartValue.string) ?? .null }
        let wide: [MartValue] = lift.value == .null ? [.null, .null] : [.number(-9), .number(9)]
        let none = [MartValue](repeating: .null, count: 14)
        let control: [MartValue] =
            [.string("conversion_rate"), .string("primary"), .string("fraction"), .string("A"), .boolean(true), .string("detail"), control] + none
            + [.null, .number(0.001), .boolean(isMismatched)]
        let effect: [MartValue] = [.string(method), difference.value, difference.low, difference.high, lift.value] + wide + [lift.low, lift.high]
        let small: [MartValue] = [newcombe == nil ? .null : .boolean(isSmall), newcombe?.low ?? .null, newcombe?.high ?? .null]
        let variant: [MartValue] =
            [.string("conversion_rate"), .string("primary"), .string("fraction"), .string("B"), .boolean(false), .string("detail"), .number(0.15)]
            + effect + small + [.string(verdict), optional(verdictReason), optional(reason), .number(0.001), .boolean(isMismatched)]
        return mart("experiment/checkout", columns, [control, variant])
    }

    /// What stands beside a funnel, for the steps and groups of `funnel`.
    static func funnelTimes(_ groups: [String]) -> Mart {
        let columns = [
            dimension("channel"), kind, MartColumn("step", .integer, role: .dimension, label: Label(en: "Step", zh: "步骤")), dimension("step_name"),
            MartColumn("from_seconds", .number, role: .dimension, unit: "seconds", label: Label(en: "Longer than", zh: "大于")),
            MartColumn("to_seconds", .number, role: .dimension, unit: "seconds", label: Label(en: "At most", zh: "至多")),
            MartColumn("persons", .integer, role: .measure, unit: "persons", label: Label(en: "Persons", zh: "人数")),
            MartColumn("share", .number, role: .ratio, unit: "fraction", label: Label(en: "Share", zh: "占比")),
        ]
        func rows(_ group: MartValue, _ kind: String) -> [[MartValue]] {
            var rows: [[MartValue]] = []
            let classes: [(from: Double, to: Double, count: Int)] = [(0, 60, 75), (60, 3600, 0), (3600, 86_400, 25)]
            for step in 2...3 {
                for (from, to, count) in classes {
                    let leading: [MartValue] = [group, .string(kind), .integer(Int64(step)), .string("step \(step)")]
                    let figures: [MartValue] = [.number(from), .number(to), .integer(Int64(count / (step - 1))), .number(Double(count) / 100)]
                    rows.append(leading + figures)
                }
            }
            return rows
        }
        return mart("funnel/purchase.times", columns, groups.flatMap { rows(.string($0), "detail") } + rows(.null, "total"))
    }

    static func funnelNextEvents(_ events: [String]) -> Mart {
        let columns = [
            MartColumn("step", .integer, role: .dimension, label: Label(en: "Step", zh: "步骤")), dimension("step_name"), dimension("what"),
            MartColumn("rank", .integer, role: .dimension, label: Label(en: "Rank", zh: "排名")), dimension("next_event"),
            MartColumn("persons", .integer, role: .measure, unit: "persons", label: Label(en: "Persons", zh: "人数")),
            MartColumn("share", .number, role: .ratio, unit: "fraction", label: Label(en: "Share", zh: "占比")),
        ]
        var rows: [[MartValue]] = []
        for step in 1...2 {
            let leading: [MartValue] = [.integer(Int64(step)), .string("step \(step)")]
            for (place, event) in events.enumerated() {
                let next: [MartValue] = [.string("event"), .integer(Int64(place + 1)), .string(event), .integer(Int64(40 - place)), .number(0.4)]
                rows.append(leading + next)
            }
            let nothing: [MartValue] = [.string("nothing"), .null, .null, .integer(10), .number(0.1)]
            rows.append(leading + nothing)
        }
        return mart("funnel/purchase.next_events", columns, rows)
    }

    /// Of each day the steps, for each group and all together.
    static func funnelTrend(_ groups: [String], days: Int) -> Mart {
        let columns = [
            day, dimension("channel"), kind, MartColumn("step", .integer, role: .dimension, label: Label(en: "Step", zh: "步骤")), dimension("step_name"),
            MartColumn("persons", .integer, role: .measure, unit: "persons", label: Label(en: "Persons", zh: "人数")),
            MartColumn("conversion_from_first", .number, role: .ratio, unit: "fraction", label: Label(en: "Conversion", zh: "转化率")),
        ]
        var rows: [[MartValue]] = []
        for i in 0..<days {
            let date = MartValue.date(CivilDate(daysSinceEpoch: 20_771 - days + 1 + i))
            for group in groups.map(MartValue.string) + [.null] {
                for step in 1...3 {
                    let leading: [MartValue] = [date, group, .string(group == .null ? "total" : "detail"), .integer(Int64(step)), .string("step \(step)")]
                    let figures: [MartValue] = [.integer(Int64((i + 1) * 60 / step)), .number(1 / Double(step))]
                    rows.append(leading + figures)
                }
            }
        }
        return mart("funnel/purchase.trend", columns, rows)
    }
}

extension Dashboard {
    /// Of marts that tests hold.
    init(_ settings: Settings, marts: [Mart], results: RunResults, intraday: String? = nil, published: Set<String>) {
        let byID = Dictionary(marts.map { ($0.id, $0) }, uniquingKeysWith: { a, _ in a })
        self.init(settings, marts: marts.map(\.id), results: results, intraday: intraday, published: published) { id in
            guard let mart = byID[id] else { throw Unknown(id: id) }
            return mart
        }
    }

    private struct Unknown: Error { let id: String }
}
