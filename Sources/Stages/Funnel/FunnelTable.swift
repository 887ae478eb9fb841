import Chronology
import Marts
import Statistics
import Vocabulary

/// What all tables of a funnel share: period, breakdown columns, step columns and their cells.
struct FunnelTable {
    let plan: FunnelPlan
    let result: FunnelResult

    init(_ plan: FunnelPlan, _ result: FunnelResult) {
        self.plan = plan
        self.result = result
    }

    /// - Parameter suffix: what follows the node's name in the mart's; empty for the main table.
    func mart(_ suffix: String, _ label: Label, columns: [MartColumn], rows: [[MartValue]], notes: [MartNote]) -> Mart {
        let zone = plan.zone
        let span = plan.period.span
        return Mart(
            id: "funnel/\(plan.name)" + (suffix.isEmpty ? "" : ".\(suffix)"),
            title: Label(
                en: "Funnel \(plan.name)" + (suffix.isEmpty ? "" : ": \(label.en)"),
                zh: "漏斗 \(plan.name)" + (suffix.isEmpty ? "" : "：\(label.zh)")),
            period: MartPeriod(
                name: plan.period.name, from: Timestamp.rfc3339(span.start, in: zone), to: Timestamp.rfc3339(span.end, in: zone)),
            asOf: Timestamp.asOf(plan.period.horizon, in: zone), provisional: openUnits > 0, columns: columns, notes: notes, rows: rows)
    }

    /// Those who may still go on.
    var openUnits: Int64 { result.total.open.reduce(0, +) + result.extra.leftOut }

    // MARK: Columns

    static let rowKind = MartColumn("row_kind", .string, role: .rowKind, label: Label(en: "Row kind", zh: "行类型"))
        .inFunnels(nil, "detail: one group of the breakdown; total: all.")

    static let stepColumns = [
        MartColumn("step", .integer, role: .dimension, label: Label(en: "Step", zh: "步骤"))
            .inFunnels(nil, "The place of the step in the funnel, from 1."),
        MartColumn("step_name", .string, role: .dimension, label: Label(en: "Step name", zh: "步骤名称"))
            .inFunnels(nil, "The step's events, as the node names them."),
    ]

    var groupColumns: [MartColumn] {
        zip(plan.groupColumns, result.breakdownTypes).map { name, type in
            let valueType: MartColumn.ValueType =
                switch type {
                case .integer: .integer
                case .date: .date
                case .boolean: .boolean
                default: .string
                }
            return MartColumn(name, valueType, role: .dimension, label: .dimension(name))
                .inFunnels(nil, "What the funnel is broken down by: the value at the event that the node's `by` takes it from; null in the total.")
        }
    }

    /// Who took a step, in the main table and by time.
    var takenColumn: MartColumn {
        let (en, zh) = plan.policy.unit.words
        return units(plan.unitName, .measure, Label(en: en, zh: zh), direction: 1)
            .inFunnels("distinct \(plan.unitName) who took the step", "Each counts once, with the attempt that the node's `attempt` picks.")
    }

    /// Conversion from the step before and from the first.
    var conversionColumns: [MartColumn] {
        ratio(
            "conversion_from_previous", Label(en: "Conversion from previous step", zh: "上一步转化率"), direction: 1,
            "Of those who got to the step before, how many went on.", reached, before)
            + ratio(
                "conversion_from_first", Label(en: "Conversion from first step", zh: "总转化率"), direction: 1,
                "Of all who began, how many got here.", reached, "\(plan.unitName) who took step 1")
    }

    var openColumn: MartColumn {
        let (en, zh) = plan.policy.unit.words
        return units("open_\(plan.unitName)", .measure, Label(en: "\(en) with an open window", zh: "窗口未结束\(zh)"), direction: 0)
            .inFunnels("\(plan.unitName) whose last step it is, with time left", "They may still go on: their window is not over.")
    }

    var reached: String { "\(plan.unitName) who took the step" }
    var before: String { "\(plan.unitName) who took the step before" }

    /// Who is counted: persons, sessions or attempts.
    func units(_ name: String, _ role: MartColumn.Role, _ label: Label, direction: Int) -> MartColumn {
        // A unit has one attempt that counts, so the groups of one step add up.
        MartColumn(
            name, .integer, role: role, unit: plan.unitName, label: label, direction: direction, aggregation: .sum)
    }

    func ratio(
        _ name: String, _ label: Label, direction: Int, _ meaning: String, _ numerator: String, _ denominator: String
    ) -> [MartColumn] {
        func sum(_ words: String) -> String { words.contains(" - ") ? "(\(words))" : words }
        return [
            MartColumn(
                name, .number, role: .ratio, unit: "fraction", label: label, direction: direction, aggregation: .ratio)
                .inFunnels("\(sum(numerator)) / \(sum(denominator))", meaning, parts: (numerator, denominator)),
            units(name + "__num", .part, Label(en: label.en + ", numerator", zh: label.zh + "（分子）"), direction: 0)
                .inFunnels(numerator, "The numerator of \(name)."),
            units(name + "__den", .part, Label(en: label.en + ", denominator", zh: label.zh + "（分母）"), direction: 0)
                .inFunnels(denominator, "The denominator of \(name)."),
        ]
    }

    /// Mean, median and 90th percentile of a time.
    /// - Parameters:
    ///   - suffix: what follows `seconds` in their names.
    ///   - since: the step that it is measured from.
    static func seconds(_ suffix: String, since: Label) -> [MartColumn] {
        [
            ("mean", Label(en: "Mean seconds", zh: "时长均值（秒）"), "Mean"),
            ("median", Label(en: "Median seconds", zh: "时长中位数（秒）"), "Median"),
            ("p90", Label(en: "90th percentile of seconds", zh: "时长90分位（秒）"), "90th percentile, nearest rank,"),
        ].map { name, label, words in
            MartColumn(
                "\(name)_seconds\(suffix)", .number, role: .statistic, unit: "seconds",
                label: Label(en: "\(label.en) from \(since.en)", zh: "距\(since.zh)\(label.zh)"), direction: -1
            ).inFunnels("time of the step - time of \(since.en == "step 1" ? "" : "the ")\(since.en)", "\(words) over those who took the step.")
        }
    }

    // MARK: Cells

    func cells(_ values: [FunnelGroupValue]) -> [MartValue] {
        zip(values, result.breakdownTypes).map { value, type in
            switch (value, type) {
            case (.null, _): .null
            case (.text(let bytes), _): .string(String(decoding: bytes, as: UTF8.self))
            case (.number(let number), .boolean): .boolean(number != 0)
            case (.number(let days), .date): .date(CivilDate(daysSinceEpoch: Int(days)))
            case (.number(let number), _): .integer(number)
            }
        }
    }

    func cells(step: Int) -> [MartValue] { [.integer(Int64(step + 1)), .string(plan.stepName(step))] }

    /// The quotient with its parts; all three null where there is nothing to compare with.
    static func ratio(_ part: Int64, of whole: Int64?) -> [MartValue] {
        guard let whole else { return [.null, .null, .null] }
        let quotient: MartValue = whole == 0 ? .null : .number(Double(part) / Double(whole))
        return [quotient, .integer(part), .integer(whole)]
    }

    static func seconds(_ micros: Double?) -> MartValue { micros.map { .number($0 / 1_000_000) } ?? .null }

    /// Mean, median and 90th percentile of durations in any order.
    static func times(_ durations: [Int64]) -> [MartValue] {
        let sorted = durations.radixSorted()
        let sum = sorted.reduce(Int128(0)) { $0 + Int128($1) }
        return [
            seconds(sorted.isEmpty ? nil : Double(sum) / Double(sorted.count)), seconds(Quantile.median(ofSorted: sorted)),
            seconds(Quantile.nearestRank(percent: 90, ofSorted: sorted).map { Double($0) }),
        ]
    }
}

extension FunnelPlan {
    /// What is counted, as columns say it.
    var unitName: String { policy.unit.rawValue }

    func stepName(_ step: Int) -> String { policy.order == .any ? "any \(step + 1) of \(steps.count)" : steps[step].name }
}
