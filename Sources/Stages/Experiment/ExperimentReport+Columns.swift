import Marts
import Metrics
import Statistics

extension ExperimentReport {
    /// A column of the mart with where its values come from.
    struct Column: Sendable {
        let column: MartColumn
        let value: @Sendable (ExperimentReport, ExperimentRow) -> MartValue
    }

    static let columns = whatColumns + valueColumns + effectColumns + bayesianColumns + decisionColumns + healthColumns

    private static let whatColumns: [Column] = [
        text("metric", .dimension, "Metric", "指标") { $1.metric.id },
        text("metric_label", .dimension, "Metric name", "指标名称 (英文)") { $1.metric.label.en },
        text("metric_label_zh", .dimension, "Metric name (Chinese)", "指标名称") { $1.metric.label.zh },
        text("metric_role", .flag, "Role", "指标角色") { $1.planned.role.rawValue },
        text("metric_kind", .flag, "Kind", "指标类别") { $1.metric.kind.rawValue },
        text("value_unit", .flag, "Unit of the value", "单位") { $0.unit($1.metric.unit) },
        Column(column: MartColumn("direction", .integer, role: .flag, label: Label(en: "Direction", zh: "方向"))) {
            .integer(Int64($1.metric.direction.rawValue))
        },
        text("variant", .dimension, "Variant", "实验组") { $1.variant.text },
        flag("is_control", "Control", "是否对照组") { $1.isControl },
        text("row_kind", .rowKind, "Row kind", "行类型") { $1.segment == nil ? "detail" : "segment" },
        text("dimension", .dimension, "Dimension of the segment", "细分维度") { $1.segment?.dimension },
        text("segment", .dimension, "Segment", "细分人群") { $1.segment?.value },
    ]

    private static let valueColumns: [Column] = [
        count("units", "Units", "样本量", .distinct) { $1.statistic.count },
        Column(column: MartColumn("value", .number, role: .ratio, label: Label(en: "Value", zh: "指标值"), aggregation: .ratio)) {
            number(try? $1.value.get())
        },
        Column(
            column: MartColumn(
                "value__num", .number, role: .part, label: Label(en: "Value: numerator", zh: "指标值分子"), aggregation: .sum)
        ) { $1.statistic.parts.numerator },
        Column(
            column: MartColumn(
                "value__den", .number, role: .part, label: Label(en: "Value: denominator", zh: "指标值分母"), aggregation: .sum)
        ) { $1.statistic.parts.denominator },
        statistic("standard_deviation", nil, "Standard deviation of one unit", "单位标准差") {
            try? $1.sample.estimate.get().standardDeviation
        },
        text("adjustment", .flag, "Adjusted by", "调整方法") { $1.estimates.adjustment?.rawValue },
        text("adjustment_reason", .flag, "Why it is not adjusted", "未调整原因") { $1.estimates.adjustmentReason },
        statistic("adjusted_value", nil, "Value as adjusted", "调整后指标值") {
            $1.estimates.adjustment == nil ? nil : try? $1.sample.estimate.get().value
        },
        statistic("variance_reduction", "fraction", "Variance taken away by CUPED", "方差缩减") { $1.estimates.varianceReduction },
    ]

    private static let effectColumns: [Column] = [
        text("method", .flag, "How it is read", "检验方法") { report, row in row.isControl ? nil : report.analysis.method.rawValue },
        statistic("difference", nil, "Difference from the control", "绝对差异") { $1.comparison?.difference?.value },
        statistic("difference_low", nil, "Difference: lower bound", "绝对差异下限") { $1.comparison?.difference?.low },
        statistic("difference_high", nil, "Difference: upper bound", "绝对差异上限") { $1.comparison?.difference?.high },
        statistic("difference_p_value", nil, "Difference: p-value", "绝对差异 P 值") { $1.comparison?.difference?.pValue },
        statistic("lift", "fraction", "Relative lift", "相对提升") { $1.comparison?.lift?.value },
        statistic("lift_low", "fraction", "Relative lift: lower bound", "相对提升下限") { $1.comparison?.lift?.low },
        statistic("lift_high", "fraction", "Relative lift: upper bound", "相对提升上限") { $1.comparison?.lift?.high },
        statistic("p_value", nil, "p-value of the lift", "P 值") { $1.comparison?.lift?.pValue },
        statistic("fieller_low", "fraction", "Relative lift: Fieller's lower bound", "相对提升下限 (Fieller)") {
            $1.comparison?.fieller?.low
        },
        statistic("fieller_high", "fraction", "Relative lift: Fieller's upper bound", "相对提升上限 (Fieller)") {
            $1.comparison?.fieller?.high
        },
        flag("small_counts", "Counts are small", "样本过小") { $1.comparison.flatMap { $0.proportions == nil ? nil : $0.isSmall } },
        statistic("fisher_p_value", nil, "Fisher's exact p-value", "Fisher 精确检验 P 值") { $1.comparison?.proportions?.fisherPValue },
        statistic("newcombe_low", nil, "Difference: Newcombe's lower bound", "绝对差异下限 (Newcombe)") {
            $1.comparison?.proportions?.interval.low
        },
        statistic("newcombe_high", nil, "Difference: Newcombe's upper bound", "绝对差异上限 (Newcombe)") {
            $1.comparison?.proportions?.interval.high
        },
    ]

    private static let bayesianColumns: [Column] = [
        statistic("chance_to_win", "fraction", "Chance to be better", "获胜概率") { $1.comparison?.bayes?.chanceToWin },
        statistic("risk_of_control", "fraction", "Lift lost by keeping the control", "保留对照组的风险") {
            $1.comparison?.bayes?.riskOfControl
        },
        statistic("risk_of_variant", "fraction", "Lift lost by choosing the variant", "选择实验组的风险") {
            $1.comparison?.bayes?.riskOfTreatment
        },
        statistic("credible_low", "fraction", "Relative lift: lower credible bound", "相对提升可信下限") {
            $1.comparison?.bayes?.interval.low
        },
        statistic("credible_high", "fraction", "Relative lift: upper credible bound", "相对提升可信上限") {
            $1.comparison?.bayes?.interval.high
        },
        statistic("chance_to_be_best", "fraction", "Chance to be the best of all variants", "最优概率") { $1.chanceToBeBest },
    ]

    private static let decisionColumns: [Column] = [
        statistic("adjusted_p_value", nil, "p-value corrected for several tests", "校正后 P 值") { $1.adjustedPValue },
        flag("significant", "Significant", "是否显著") { $1.isSignificant },
        flag("non_inferior", "Surely not worse by the margin", "非劣效") { $1.isNonInferior },
        statistic("non_inferiority_p_value", nil, "Non-inferiority: p-value", "非劣效 P 值") {
            $1.planned.role == .guardrail ? $1.comparison?.nonInferiority?.pValue : nil
        },
        text("verdict", .flag, "Verdict", "结论") { $1.verdict?.rawValue },
        text("verdict_reason", .flag, "Why this verdict", "结论依据") { $1.verdictReason },
        statistic("power", "fraction", "Power at the planned effect", "检验功效") { $1.planning.power },
        statistic("detectable_lift", "fraction", "Smallest detectable lift", "最小可检测提升") { $1.planning.detectableLift },
        count("needed_units", "Units needed for the planned effect", "所需样本量", .none) { $1.planning.neededUnits },
        Column(
            column: MartColumn(
                "needed_days", .integer, role: .statistic, unit: "days",
                label: Label(en: "Days still needed", zh: "仍需天数"))
        ) { integer($1.planning.neededDays) },
    ]

    private static let healthColumns: [Column] = [
        statistic("srm_p_value", nil, "Sample ratio mismatch: p-value", "样本比例失衡 P 值") { report, row in
            row.segment == nil ? try? report.health.analysed.get() : row.segmentSplit
        },
        flag("srm_flag", "Sample ratio mismatch", "样本比例失衡", direction: -1) { report, row in
            guard row.segment == nil else { return row.segmentSplit.map { $0 < SampleRatioMismatch.flagThreshold } }
            return report.health.isMismatched
        },
        statistic("srm_assigned_p_value", nil, "Sample ratio mismatch at assignment: p-value", "分流样本比例失衡 P 值") {
            $1.segment == nil ? try? $0.health.assigned?.get() : nil
        },
        statistic("srm_activated_p_value", nil, "Sample ratio mismatch after activation: p-value", "激活后样本比例失衡 P 值") {
            $1.segment == nil ? try? $0.health.activated?.get() : nil
        },
        statistic("srm_sequential_p_value", nil, "Sample ratio mismatch by day: p-value", "逐日样本比例失衡 P 值") {
            $1.segment == nil ? $0.health.sequential?.pValue : nil
        },
        Column(
            column: MartColumn(
                "srm_began", .date, role: .flag, label: Label(en: "Sample ratio mismatch since", zh: "失衡起始日"))
        ) { report, row in row.segment == nil ? report.health.began.map { .date($0) } ?? .null : .null },
        count("assigned_units", "Units assigned", "分流样本", .distinct) { report, row in
            report.plan.isTable || row.segment != nil ? nil : report.tally.variants[row.variant]?.assigned ?? 0
        },
        count("activated_units", "Units activated", "激活样本", .distinct) { report, row in
            report.health.activated == nil || row.segment != nil ? nil : report.tally.variants[row.variant]?.activated ?? 0
        },
        count("excluded_units", "Units in several variants", "多组曝光样本", .none, direction: -1) { report, row in
            row.segment == nil ? report.tally.excludedUnits : nil
        },
        statistic("excluded_share", "fraction", "Share of units in several variants", "多组曝光占比") {
            $1.segment == nil ? $0.health.excludedShare : nil
        },
        count("open_units", "Units with an open window", "窗口未结束样本", .distinct) { $1.segment == nil ? $0.openUnits(of: $1.variant) : nil },
        flag("approximate", "Open windows are counted", "结果为近似值", direction: -1) { report, _ in report.isApproximate },
        statistic("segments_p_value", nil, "Segments have the same effect: p-value", "细分效应一致性 P 值") { $1.agreement?.pValue },
        flag("segments_disagree", "Segments and total disagree", "细分与总体不一致", direction: -1) {
            $1.agreement.map { !$0.dimensions.isEmpty }
        },
        text("reason", .flag, "Why there is no number", "无数值原因") { $1.reason },
    ]

    private func openUnits(of variant: ByteString) -> Int64? {
        guard case .events(let basis) = plan.basis, basis.window != nil else { return nil }
        return tally.variants[variant]?.openUnits ?? 0
    }

    private func unit(_ unit: Metric.Unit) -> String {
        switch unit {
        case .events: "events"
        case .persons: "persons"
        case .orders: "orders"
        case .values: "values"
        case .fraction: "fraction"
        case .seconds: "seconds"
        case .money: plan.currency
        case .column(let name): name
        case .none: "number"
        }
    }

    // MARK: - Kinds of columns

    private static func text(
        _ name: String, _ role: MartColumn.Role, _ en: String, _ zh: String,
        _ value: @escaping @Sendable (ExperimentReport, ExperimentRow) -> String?
    ) -> Column {
        Column(column: MartColumn(name, .string, role: role, label: Label(en: en, zh: zh))) { report, row in
            value(report, row).map { .string($0) } ?? .null
        }
    }

    private static func flag(
        _ name: String, _ en: String, _ zh: String, direction: Int = 0,
        _ value: @escaping @Sendable (ExperimentReport, ExperimentRow) -> Bool?
    ) -> Column {
        Column(column: MartColumn(name, .boolean, role: .flag, label: Label(en: en, zh: zh), direction: direction)) {
            report, row in value(report, row).map { .boolean($0) } ?? .null
        }
    }

    private static func statistic(
        _ name: String, _ unit: String?, _ en: String, _ zh: String,
        _ value: @escaping @Sendable (ExperimentReport, ExperimentRow) -> Double?
    ) -> Column {
        Column(column: MartColumn(name, .number, role: .statistic, unit: unit, label: Label(en: en, zh: zh))) {
            report, row in number(value(report, row))
        }
    }

    private static func count(
        _ name: String, _ en: String, _ zh: String, _ aggregation: MartColumn.Aggregation, direction: Int = 0,
        _ value: @escaping @Sendable (ExperimentReport, ExperimentRow) -> Int64?
    ) -> Column {
        Column(
            column: MartColumn(
                name, .integer, role: .measure, unit: "persons", label: Label(en: en, zh: zh), direction: direction,
                aggregation: aggregation)
        ) { report, row in integer(value(report, row)) }
    }

    private static func number(_ value: Double?) -> MartValue {
        value.flatMap { $0.isFinite ? .number($0) : nil } ?? .null
    }

    private static func integer(_ value: Int64?) -> MartValue { value.map { .integer($0) } ?? .null }
}

extension MetricStatistic {
    /// What the value is the quotient of, in whole units; null where it is none.
    fileprivate var parts: (numerator: MartValue, denominator: MartValue) {
        switch self {
        case .proportion(let sums): (.integer(sums.successes), .integer(sums.count))
        case .mean(let sums): (whole(sums.sum, sums.scale), .integer(sums.count))
        case .ratio(let sums):
            (whole(sums.numerator, sums.scale.numerator), whole(sums.denominator, sums.scale.denominator))
        case .historyMean(let sums):
            (whole(sums.moments.sums[0], sums.moments.scales[0]), .integer(sums.count))
        case .historyRatio(let sums):
            (
                whole(sums.moments.sums[0], sums.moments.scales[0]),
                whole(sums.moments.sums[1], sums.moments.scales[1])
            )
        case .values, .events, .idle: (.null, .null)
        }
    }

    private func whole(_ sum: Int128, _ scale: Int64) -> MartValue {
        if scale == 1, let exact = Int64(exactly: sum) { return .integer(exact) }
        return .number(Double(sum) / Double(scale))
    }
}
