import Chronology
import Marts
import Statistics

extension FunnelTable {
    /// The table `funnel/NAME.comparison`: conversion from step 1 in the period and in an earlier one, with the interval of the
    /// difference; for all persons (independent samples) and for those of both periods (pairs).
    var comparison: Mart {
        let (own, earlier) = (result.total.taken, result.extra.compared.taken)
        var rows: [[MartValue]] = []
        for step in own.indices {
            let before = ProportionStatistic(count: earlier[0], successes: earlier[step])
            let now = ProportionStatistic(count: own[0], successes: own[step])
            rows.append([.string("all")] + cells(step: step) + independent(before, now, step))
        }
        for step in own.indices { rows.append([.string("both")] + cells(step: step) + paired(result.extra.paired[step], step)) }
        func number(_ name: String, _ en: String, _ zh: String, direction: Int, _ formula: String, _ meaning: String) -> MartColumn {
            MartColumn(name, .number, role: .statistic, unit: "fraction", label: Label(en: en, zh: zh), direction: direction)
                .inFunnels(formula, meaning)
        }
        let began = "\(plan.unitName) who took step 1"
        let method = "By Newcombe's method 10 for independent or for paired shares, at the node's alpha."
        var mart = mart(
            "comparison", Label(en: "compared with \(plan.compared?.name ?? "")", zh: "对比"),
            columns: [
                MartColumn("sample", .string, role: .dimension, label: Label(en: "Persons compared", zh: "对比人群"))
                    .inFunnels(nil, "all: everybody of either period, as independent samples; both: those who entered in both, as pairs.")
            ]
                + Self.stepColumns
                + ratio(
                    "conversion", Label(en: "Conversion from first step", zh: "总转化率"), direction: 1,
                    "Of all who began in the period, how many got here.", reached, began)
                + ratio(
                    "conversion_before", Label(en: "Conversion from first step before", zh: "对比期总转化率"), direction: 1,
                    "Of all who began in the earlier period, how many got here.", "\(reached), in the earlier period", "\(began), in the earlier period")
                + [
                    number("difference", "Difference", "差值", direction: 1, "conversion - conversion_before", "In the same step."),
                    number("difference_low", "Lower bound", "下限", direction: 0, "lower bound of difference", method),
                    number("difference_high", "Upper bound", "上限", direction: 0, "upper bound of difference", method),
                    MartColumn("p_value", .number, role: .statistic, label: Label(en: "p", zh: "p值"))
                        .inFunnels("p-value of difference = 0", "Fisher's exact test of independent shares, McNemar's of pairs; no correction for several steps."),
                    MartColumn("method", .string, role: .flag, label: Label(en: "Method", zh: "方法"))
                        .inFunnels(nil, "How interval and p-value are made."),
                    MartColumn("reason", .string, role: .flag, label: Label(en: "Why there is no p or interval", zh: "缺失原因"))
                        .inFunnels(nil, "Why there is no p-value or interval; always_one for step 1."),
                ],
            rows: rows, notes: notes)
        if result.extra.compared.open.contains(where: { $0 > 0 }) { mart.provisional = true }
        return mart
    }

    private func independent(_ before: ProportionStatistic, _ now: ProportionStatistic, _ step: Int) -> [MartValue] {
        let parts = Self.ratio(now.successes, of: now.count) + Self.ratio(before.successes, of: before.count)
        if step == 0 { return parts + Array(repeating: .null, count: 5) + [.string("always_one")] }
        switch ProportionDifference.of(now, from: before, alpha: plan.alpha) {
        case .success(let difference):
            return parts + [
                .number(difference.value), .number(difference.interval.low), .number(difference.interval.high),
                .number(difference.fisherPValue), .string("newcombe, fisher"), .null,
            ]
        case .failure(let reason): return parts + Array(repeating: .null, count: 5) + [.string(reason.rawValue)]
        }
    }

    private func paired(_ pairs: PairedProportions, _ step: Int) -> [MartValue] {
        let parts =
            Self.ratio(pairs.second.successes, of: pairs.count) + Self.ratio(pairs.first.successes, of: pairs.count)
        if step == 0 { return parts + Array(repeating: .null, count: 5) + [.string("always_one")] }
        switch pairs.difference().flatMap({ value in pairs.newcombeInterval(alpha: plan.alpha).map { (value, $0) } }) {
        case .success((let value, let interval)):
            let p = pairs.mcNemarPValue()
            let shown: [MartValue] =
                switch p {
                case .success(let p): [.number(p), .string("paired newcombe, mcnemar"), .null]
                case .failure(let reason): [.null, .string("paired newcombe"), .string(reason.rawValue)]
                }
            return parts + [.number(value), .number(interval.low), .number(interval.high)] + shown
        case .failure(let reason): return parts + Array(repeating: .null, count: 5) + [.string(reason.rawValue)]
        }
    }

    private var notes: [MartNote] {
        let zone = plan.zone
        let earlier = plan.compared.map {
            "\($0.name), \(Timestamp.rfc3339($0.span.start, in: zone)) to \(Timestamp.rfc3339($0.span.end, in: zone))"
        }
        let open = result.total.open.reduce(0, +)
        let unequal = MartNote(
            code: "unequal_windows", column: "difference",
            message: "\(open) persons of the period may still convert, \(result.extra.compared.open.reduce(0, +)) of the earlier one: "
                + "with 'open_windows: leave_out' both are counted to the end of their windows")
        let tooShort = MartNote(
            code: "history_too_short", column: "conversion_before",
            message: "the store's history does not reach back to the beginning of the earlier period: its figures are those of a part of it, or of none")
        return [
            MartNote(code: "compared_with", column: "conversion_before", message: "\(earlier ?? ""), with the same window and policies"),
            MartNote(
                code: "samples", column: "sample",
                message: "all: everybody of either period, as independent samples, though persons of both are in each; "
                    + "both: persons who entered in both periods, as pairs"),
            MartNote(
                code: "intervals", column: "difference_low",
                message: "alpha \(plan.alpha), two-sided: Newcombe's method 10 of 1998 for independent and for paired shares; "
                    + "p: Fisher's exact test, McNemar's exact test; no correction for several steps"),
        ] + (plan.lacksHistory ? [tooShort] : []) + (open > 0 ? [unequal] : [])
    }
}
