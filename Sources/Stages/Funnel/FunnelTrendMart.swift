import Chronology
import Marts

extension FunnelTable {
    /// The table `funnel/NAME.trend`: the funnel of those who began on each day, week or month.
    var trend: Mart {
        let span = plan.trend ?? .day
        var byGroup: [(values: [FunnelGroupValue], day: Int64, counts: FunnelCounts)] = result.extra.trend.map { key, counts in
            guard case .number(let day)? = key.last else { return (Array(key.dropLast()), 0, counts) }
            return (Array(key.dropLast()), day, counts)
        }
        byGroup.sort { $0.day != $1.day ? $0.day < $1.day : $0.values.lexicographicallyPrecedes($1.values) }
        var totals: [Int64: FunnelCounts] = [:]
        for entry in byGroup { totals[entry.day, default: FunnelCounts(stepCount: plan.steps.count)].merge(entry.counts) }
        var rows: [[MartValue]] = []
        for day in totals.keys.sorted() {
            let details = plan.groupColumns.isEmpty ? [] : byGroup.filter { $0.day == day }
            for entry in details { rows += stepRows(day, cells(entry.values) + [.string("detail")], entry.counts) }
            if let total = totals[day] {
                rows += stepRows(day, plan.groupColumns.map { _ in .null } + [.string("total")], total)
            }
        }
        return mart(
            "trend", Label(en: "by \(span.rawValue) of entry", zh: "按进入时间"),
            columns: [
                MartColumn(span.rawValue, .date, role: .time, label: Label(en: "Entry", zh: "进入时间"))
                    .inFunnels(nil, "The first day of the \(span.rawValue) of step 1 of the attempt that counts.")
            ] + groupColumns + [Self.rowKind] + Self.stepColumns + [takenColumn] + conversionColumns + [openColumn],
            rows: rows,
            notes: [
                MartNote(
                    code: "entry", column: span.rawValue,
                    message: "the \(span.rawValue) of step 1 of the attempt that counts; steps that follow later count for it")
            ])
    }

    private func stepRows(
        _ day: Int64, _ leading: [MartValue], _ counts: FunnelCounts
    ) -> [[MartValue]] {
        let taken = counts.taken
        let requiredBefore = plan.requiredBefore
        return taken.indices.map { step in
            [.date(CivilDate(daysSinceEpoch: Int(day)))] + leading + cells(step: step) + [.integer(taken[step])]
                + Self.ratio(taken[step], of: step == 0 ? nil : taken[requiredBefore[step]])
                + Self.ratio(taken[step], of: taken[0]) + [.integer(counts.open[step])]
        }
    }
}
