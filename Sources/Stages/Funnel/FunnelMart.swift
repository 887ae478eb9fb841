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
    private let groups: [(values: [FunnelGroupValue], tally: FunnelTally)]

    private let total: FunnelTally

    init(_ plan: FunnelPlan, _ result: FunnelResult, total: FunnelTally) {
        self.plan = plan
        self.result = result
        self.total = total
        groups = result.groups
    }

    var mart: Mart {
        let zone = plan.zone
        let span = plan.period.span
        return Mart(
            id: "funnel/\(plan.name)", title: Label(en: "Funnel \(plan.name)", zh: "漏斗 \(plan.name)"),
            period: MartPeriod(
                name: plan.period.name, from: Timestamp.rfc3339(span.start, in: zone),
                to: Timestamp.rfc3339(span.end, in: zone)),
            asOf: Timestamp.asOf(plan.horizon, in: zone), provisional: openPersons > 0,
            columns: breakdownColumns + [FunnelMart.rowKind] + FunnelMart.stepColumns, notes: notes, rows: rows)
    }

    private var openPersons: Int64 { total.counts.open.reduce(0, +) }

    // MARK: Columns

    /// The names that a breakdown column cannot have.
    static let columnNames = Set(([rowKind] + stepColumns).map(\.name))

    private static let rowKind = MartColumn(
        "row_kind", .string, role: .rowKind, label: Label(en: "Row kind", zh: "行类型"))

    private var breakdownColumns: [MartColumn] {
        zip(plan.breakdown, result.breakdownTypes).map { name, type in
            let valueType: MartColumn.ValueType =
                switch type {
                case .integer: .integer
                case .date: .date
                case .boolean: .boolean
                default: .string
                }
            return MartColumn(name, valueType, role: .dimension, label: .dimension(name))
        }
    }

    private static let stepColumns: [MartColumn] =
        [
            MartColumn("step", .integer, role: .dimension, label: Label(en: "Step", zh: "步骤")),
            MartColumn("step_name", .string, role: .dimension, label: Label(en: "Step name", zh: "步骤名称")),
            persons("persons", .measure, Label(en: "Persons", zh: "人数"), direction: 1),
        ]
        + ratio("conversion_from_previous", Label(en: "Conversion from previous step", zh: "上一步转化率"), direction: 1)
        + ratio("conversion_from_first", Label(en: "Conversion from first step", zh: "总转化率"), direction: 1)
        + [persons("drop_off", .measure, Label(en: "Drop-off", zh: "流失人数"), direction: -1)]
        + ratio("drop_off_rate", Label(en: "Drop-off rate", zh: "流失率"), direction: -1)
        + [
            seconds("median_seconds", Label(en: "Median seconds from previous step", zh: "距上一步时长中位数（秒）")),
            seconds("p90_seconds", Label(en: "90th percentile of seconds from previous step", zh: "距上一步时长90分位（秒）")),
            persons("open_persons", .measure, Label(en: "Persons with an open window", zh: "窗口未结束人数"), direction: 0),
        ]

    private static func persons(
        _ name: String, _ role: MartColumn.Role, _ label: Label, direction: Int
    ) -> MartColumn {
        // A person has one attempt that counts, so the groups of one step add up.
        MartColumn(
            name, .integer, role: role, unit: "persons", label: label, direction: direction, aggregation: .sum)
    }

    private static func ratio(_ name: String, _ label: Label, direction: Int) -> [MartColumn] {
        [
            MartColumn(
                name, .number, role: .ratio, unit: "fraction", label: label, direction: direction, aggregation: .ratio),
            persons(
                name + "__num", .part, Label(en: label.en + ", numerator", zh: label.zh + "（分子）"), direction: 0),
            persons(
                name + "__den", .part, Label(en: label.en + ", denominator", zh: label.zh + "（分母）"), direction: 0),
        ]
    }

    private static func seconds(_ name: String, _ label: Label) -> MartColumn {
        MartColumn(name, .number, role: .statistic, unit: "seconds", label: label, direction: -1)
    }

    // MARK: Rows

    private var rows: [[MartValue]] {
        var rows: [[MartValue]] = []
        if !plan.breakdown.isEmpty {
            for (values, tally) in groups {
                let cells = zip(values, result.breakdownTypes).map { shown($0, $1) }
                rows += stepRows(tally, leading: cells + [.string("detail")])
            }
        }
        let nulls = plan.breakdown.map { _ in MartValue.null }
        return rows + stepRows(total, leading: nulls + [.string("total")])
    }

    private func shown(_ value: FunnelGroupValue, _ type: ColumnType) -> MartValue {
        switch (value, type) {
        case (.null, _): .null
        case (.text(let bytes), _): .string(String(decoding: bytes, as: UTF8.self))
        case (.number(let number), .boolean): .boolean(number != 0)
        case (.number(let days), .date): .date(CivilDate(daysSinceEpoch: Int(days)))
        case (.number(let number), _): .integer(number)
        }
    }

    private func stepRows(_ tally: FunnelTally, leading: [MartValue]) -> [[MartValue]] {
        let persons = tally.counts.persons
        return persons.indices.map { step in
            let reached = persons[step]
            var row = leading + [.integer(Int64(step + 1)), .string(plan.steps[step].name), .integer(reached)]
            let before = step == 0 ? nil : persons[step - 1]
            row += ratio(reached, of: before)
            row += ratio(reached, of: persons[0])
            row.append(before.map { .integer($0 - reached) } ?? .null)
            row += ratio((before ?? reached) - reached, of: before)
            let durations = step == 0 ? [] : tally.durations[step - 1].radixSorted()
            row.append(seconds(Quantile.median(ofSorted: durations)))
            row.append(seconds(Quantile.nearestRank(percent: 90, ofSorted: durations).map { Double($0) }))
            row.append(.integer(tally.counts.open[step]))
            return row
        }
    }

    /// The quotient with its parts; all three null where there is no step to compare with.
    private func ratio(_ part: Int64, of whole: Int64?) -> [MartValue] {
        guard let whole else { return [.null, .null, .null] }
        let quotient: MartValue = whole == 0 ? .null : .number(Double(part) / Double(whole))
        return [quotient, .integer(part), .integer(whole)]
    }

    private func seconds(_ micros: Double?) -> MartValue { micros.map { .number($0 / 1_000_000) } ?? .null }

    // MARK: Notes

    private var notes: [MartNote] {
        let first = plan.steps[0].name
        var notes = [
            MartNote(
                code: "window",
                message: "step 1 ('\(first)') lies in the period; later steps count up to \(DurationText.text(of: plan.window)) after it, "
                    + "inclusive, also behind the period's end, but not at or after as_of"),
            MartNote(
                code: "attempts",
                message: "steps are taken in order, with any events between; every '\(first)' opens another attempt, "
                    + "and a person counts once, with the attempt that gets furthest (of several the first to get there, "
                    + "of those that get there with one event the newest)"),
            MartNote(
                code: "same_instant",
                message: "events of one instant are taken in step order, and one event may serve several steps"),
            MartNote(
                code: "durations", column: "median_seconds",
                message: "times from the previous step are those of the attempts that count; the median of an even "
                    + "number is the mean of the two middle values, the 90th percentile is by nearest rank"),
        ]
        if !plan.breakdown.isEmpty {
            let columns = plan.breakdown.joined(separator: ", ")
            notes.append(
                MartNote(
                    code: "breakdown",
                    message: "\(columns): the value at step 1 of the attempt that counts, null where it has none"))
        }
        if openPersons > 0 {
            notes.append(
                MartNote(
                    code: "open_windows", column: "open_persons",
                    message: "\(openPersons) persons who have not taken the last step may still do so: "
                        + "their newest attempt's window ends after as_of"))
        }
        if result.eventsOfNobody > 0 {
            notes.append(
                MartNote(
                    code: "rows_without_person", column: "persons",
                    message: "\(result.eventsOfNobody) events of these steps in the period belong to nobody "
                        + "and are not counted"))
        }
        return notes + zeroDenominators
    }

    private var zeroDenominators: [MartNote] {
        let tallies = (plan.breakdown.isEmpty ? [] : groups.map(\.tally)) + [total]
        let hasNobodyAtFirst = tallies.contains { $0.counts.persons[0] == 0 }
        let hasNobodyBefore = tallies.contains { $0.counts.persons.dropLast().contains(0) }
        return [
            ("conversion_from_previous", hasNobodyBefore), ("conversion_from_first", hasNobodyAtFirst),
            ("drop_off_rate", hasNobodyBefore),
        ].filter(\.1).map { column, _ in
            MartNote(code: "zero_denominator", column: column, message: "null where nobody took the step compared with")
        }
    }
}
