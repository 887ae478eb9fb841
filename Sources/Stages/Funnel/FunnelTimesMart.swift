import Marts

/// The table `funnel/NAME.times`: how many reach each step within which time from step 1.
struct FunnelTimesMart {
    private let plan: FunnelPlan
    private let result: FunnelResult
    private let main: FunnelMart

    init(_ plan: FunnelPlan, _ result: FunnelResult, _ main: FunnelMart) {
        self.plan = plan
        self.result = result
        self.main = main
    }

    var mart: Mart {
        let table = FunnelTable(plan, result)
        var rows: [[MartValue]] = []
        if !plan.groupColumns.isEmpty {
            for (values, tally) in main.groups { rows += classes(table, table.cells(values) + [.string("detail")], tally) }
        }
        rows += classes(table, plan.groupColumns.map { _ in .null } + [.string("total")], main.total)
        let (en, zh) = plan.policy.unit.words
        return table.mart(
            "times", Label(en: "time to convert", zh: "转化时长"),
            columns: table.groupColumns + [FunnelTable.rowKind] + FunnelTable.stepColumns + [
                MartColumn("from_seconds", .number, role: .dimension, unit: "seconds", label: Label(en: "Longer than", zh: "大于（秒）"))
                    .inFunnels(nil, "The class's lower bound, not included; 0 is in the first class."),
                MartColumn("to_seconds", .number, role: .dimension, unit: "seconds", label: Label(en: "At most", zh: "至多（秒）"))
                    .inFunnels(nil, "The class's upper bound, included; the last class ends with the window."),
                table.units(plan.unitName, .measure, Label(en: en, zh: zh), direction: 0)
                    .inFunnels(
                        "\(plan.unitName) who took the step so long after step 1", "More than from_seconds, at most to_seconds."),
            ]
                + table.ratio(
                    "share", Label(en: "Share", zh: "占比"), direction: 0, "The class's part of those who took the step.",
                    "\(plan.unitName) in the class", table.reached),
            rows: rows,
            notes: [
                MartNote(
                    code: "classes", column: "to_seconds",
                    message: "seconds from step 1 to the step: more than from_seconds (0 is in the first class), at most to_seconds; "
                        + "the last class ends with the window")
            ])
    }

    private func classes(_ table: FunnelTable, _ leading: [MartValue], _ tally: FunnelTally) -> [[MartValue]] {
        let bounds = plan.timeClasses
        return tally.fromFirst.enumerated().flatMap { index, times in
            var counts = [Int64](repeating: 0, count: bounds.count)
            for time in times { counts[FunnelTally.timeClass(of: time, bounds)] += 1 }
            return bounds.indices.map { place in
                leading + table.cells(step: index + 1) + [
                    FunnelTable.seconds(place == 0 ? 0 : Double(bounds[place - 1])), FunnelTable.seconds(Double(bounds[place])),
                    .integer(counts[place]),
                ] + FunnelTable.ratio(counts[place], of: Int64(times.count))
            }
        }
    }
}
