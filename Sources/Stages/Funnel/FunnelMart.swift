import Chronology
import Marts
import StageKit
import Statistics
import Vocabulary

/// The table `funnel/NAME`: a row a step, for each group of the breakdown (`row_kind` detail, in byte order of the
/// values, null last) and then for all persons (`row_kind` total).
struct FunnelMart {
    private let plan: FunnelPlan
    private let result: FunnelResult
    private let table: FunnelTable
    let groups: [(values: [FunnelGroupValue], tally: FunnelTally)]
    let total: FunnelTally

    init(_ plan: FunnelPlan, _ result: FunnelResult, total: FunnelTally) {
        self.plan = plan
        self.result = result
        self.total = total
        table = FunnelTable(plan, result)
        groups = result.groups
    }

    var mart: Mart {
        table.mart(
            "", Label(en: "", zh: ""), columns: table.groupColumns + [FunnelTable.rowKind] + columns, rows: rows, notes: notes)
    }

    // MARK: Columns

    /// The names that a breakdown column cannot have.
    static let columnNames: Set<String> = {
        let units = FunnelPolicy.Unit.allCases.map(\.rawValue)
        let fixed = [
            "row_kind", "step", "step_name", "drop_off", "mean_seconds", "median_seconds", "p90_seconds", "optional", "open",
            "mean_seconds_from_first", "median_seconds_from_first", "p90_seconds_from_first", "day", "week", "month", "person",
            "kind", "started_at", "last_at", "from_seconds", "to_seconds", FunnelPlan.variantColumn,
        ]
        let ratios = ["conversion_from_previous", "conversion_from_first", "drop_off_rate", "share"].flatMap { [$0, $0 + "__num", $0 + "__den"] }
        return Set(fixed + ratios + units + units.map { "open_\($0)" }).subtracting([FunnelPlan.variantColumn])
    }()

    private var columns: [MartColumn] {
        let (_, zh) = plan.policy.unit.words
        let lost = "\(table.before) - \(table.reached)"
        return FunnelTable.stepColumns
            + (hasOptional
                ? [
                    MartColumn("optional", .boolean, role: .flag, label: Label(en: "Optional step", zh: "可选步骤"))
                        .inFunnels(nil, "Whether the step may be left out; who leaves it out is not lost.")
                ] : [])
            + [table.takenColumn] + table.conversionColumns
            + [
                table.units("drop_off", .measure, Label(en: "Drop-off", zh: "流失\(zh)"), direction: -1)
                    .inFunnels(lost, "Who got to the step before and no further.")
            ]
            + table.ratio(
                "drop_off_rate", Label(en: "Drop-off rate", zh: "流失率"), direction: -1, "The part that is lost at the step.", lost, table.before)
            + FunnelTable.seconds("", since: Label(en: "previous step", zh: "上一步"))
            + (plan.histogram == nil ? [] : FunnelTable.seconds("_from_first", since: Label(en: "step 1", zh: "第一步")))
            + [table.openColumn]
    }

    private var hasOptional: Bool { plan.steps.contains(where: \.isOptional) }

    // MARK: Rows

    private var rows: [[MartValue]] {
        var rows: [[MartValue]] = []
        if !plan.groupColumns.isEmpty {
            for (values, tally) in groups { rows += stepRows(tally, leading: table.cells(values) + [.string("detail")]) }
        }
        let nulls = plan.groupColumns.map { _ in MartValue.null }
        return rows + stepRows(total, leading: nulls + [.string("total")])
    }

    private func stepRows(_ tally: FunnelTally, leading: [MartValue]) -> [[MartValue]] {
        let taken = tally.counts.taken
        let requiredBefore = plan.requiredBefore
        return taken.indices.map { step in
            let reached = taken[step]
            let isOptional = plan.steps[step].isOptional
            var row = leading + table.cells(step: step)
            if hasOptional { row.append(.boolean(isOptional)) }
            row.append(.integer(reached))
            let before = step == 0 ? nil : taken[requiredBefore[step]]
            row += FunnelTable.ratio(reached, of: before)
            row += FunnelTable.ratio(reached, of: taken[0])
            // Who leaves an optional step out is not lost.
            let lost = isOptional ? nil : before.map { $0 - reached }
            row.append(lost.map { .integer($0) } ?? .null)
            row += FunnelTable.ratio(lost ?? 0, of: isOptional ? nil : before)
            row += FunnelTable.times(step == 0 ? [] : tally.durations[step - 1])
            if plan.histogram != nil { row += FunnelTable.times(step == 0 ? [] : tally.fromFirst[step - 1]) }
            row.append(.integer(tally.counts.open[step]))
            return row
        }
    }

    // MARK: Notes

    private var notes: [MartNote] {
        FunnelNotes(plan, result).all + zeroDenominators
    }

    private var zeroDenominators: [MartNote] {
        let tallies = (plan.groupColumns.isEmpty ? [] : groups.map(\.tally)) + [total]
        let hasNobodyAtFirst = tallies.contains { $0.counts.taken[0] == 0 }
        let required = plan.requiredBefore.dropFirst()
        let hasNobodyBefore = tallies.contains { tally in required.contains { tally.counts.taken[$0] == 0 } }
        return [
            ("conversion_from_previous", hasNobodyBefore), ("conversion_from_first", hasNobodyAtFirst),
            ("drop_off_rate", hasNobodyBefore),
        ].filter(\.1).map { column, _ in
            MartNote(code: "zero_denominator", column: column, message: "null where nobody took the step compared with")
        }
    }
}

extension FunnelPolicy.Unit {
    /// In English and Chinese.
    var words: (en: String, zh: String) {
        switch self {
        case .persons: ("Persons", "人数")
        case .sessions: ("Sessions", "会话数")
        case .attempts: ("Attempts", "尝试次数")
        }
    }
}
