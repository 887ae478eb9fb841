import Marts

extension FunnelTable {
    /// The table `funnel/NAME.next_events`: what those who ended at a step did next.
    var nextEvents: Mart {
        var rows: [[MartValue]] = []
        for step in result.extra.next.indices {
            let all = result.extra.next[step]
            let ended = all.values.reduce(0, +)
            func row(_ kind: String, _ rank: Int?, _ event: MartValue, _ count: Int64) -> [MartValue] {
                cells(step: step) + [.string(kind), rank.map { .integer(Int64($0)) } ?? .null, event, .integer(count)]
                    + Self.ratio(count, of: ended)
            }
            let shown = shownNextEvents(after: step)
            for (index, next) in shown.enumerated() {
                rows.append(row("event", index + 1, .string(String(decoding: next.name, as: UTF8.self)), next.count))
            }
            let nothing = all[.none]
            let rest = ended - (nothing ?? 0) - shown.reduce(0) { $0 + $1.count }
            if rest > 0 { rows.append(row("rest", nil, .null, rest)) }
            if let nothing { rows.append(row("nothing", nil, .null, nothing)) }
        }
        let (en, zh) = plan.policy.unit.words
        return mart(
            "next_events", Label(en: "next events", zh: "后续事件"),
            columns: Self.stepColumns + [
                MartColumn("what", .string, role: .dimension, label: Label(en: "What", zh: "类别"))
                    .inFunnels(nil, "event: one of the most frequent; rest: all rarer ones; nothing: none was seen."),
                MartColumn("rank", .integer, role: .dimension, label: Label(en: "Rank", zh: "排名"))
                    .inFunnels(nil, "The event's place by how many did it next, from 1."),
                MartColumn("next_event", .string, role: .dimension, label: Label(en: "Next event", zh: "后续事件"))
                    .inFunnels(nil, "The first event at a later instant, within the window after the period and before as_of."),
                units(plan.unitName, .measure, Label(en: en, zh: zh), direction: 0)
                    .inFunnels("\(plan.unitName) who ended at the step and did this next", "Each counts once."),
            ]
                + ratio(
                    "share", Label(en: "Share of those who ended here", zh: "占比"), direction: 0, "Of those who ended at the step, how many did this next.",
                    "\(plan.unitName) who did this next", "\(plan.unitName) whose last step it is"),
            rows: rows,
            notes: [
                MartNote(
                    code: "next", column: "next_event",
                    message: "of those whose last step was this one and not the funnel's last: the first event at a later instant, up to the window after the period and before as_of; "
                        + "rest: all rarer ones; nothing: none was seen")
            ])
    }

    /// The events that have a row of their own, the commonest first, those of one count in byte order.
    func shownNextEvents(after step: Int) -> [(name: [UInt8], count: Int64)] {
        let named = result.extra.next[step].compactMap { name, count in name.map { (name: $0, count: count) } }
        let ordered = named.sorted { $0.count != $1.count ? $0.count > $1.count : $0.name.lexicographicallyPrecedes($1.name) }
        return Array(ordered.prefix(plan.nextEvents ?? 0))
    }
}
