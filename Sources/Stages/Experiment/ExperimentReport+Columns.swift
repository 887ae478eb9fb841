import Marts
import Metrics
import Statistics

extension ExperimentReport {
    /// A column of the mart with where its values come from.
    struct Column: Sendable {
        var column: MartColumn
        let value: @Sendable (ExperimentReport, ExperimentRow) -> MartValue

        fileprivate func defined(_ formula: String?, _ meaning: String) -> Column {
            var defined = self
            defined.column = column.inExperiments(formula, meaning)
            return defined
        }

        /// One of those that a person reads first.
        fileprivate var headline: Column {
            var first = self
            first.column = column.headline
            return first
        }
    }

    static let columns = whatColumns + valueColumns + effectColumns + bayesianColumns + decisionColumns + healthColumns

    private static let whatColumns: [Column] = [
        text("metric", .dimension, "Metric", "指标") { $1.metric.id }
        .defined(nil, "The id of the metric that the row is of."),
        text("metric_label", .dimension, "Metric name", "指标名称 (英文)") { $1.metric.label.en }
        .defined(nil, "The metric's name.").headline,
        text("metric_label_zh", .dimension, "Metric name (Chinese)", "指标名称") { $1.metric.label.zh }
        .defined(nil, "The metric's name in Chinese."),
        text("metric_role", .flag, "Role", "指标角色") { $1.planned.role.rawValue }
        .defined(nil, "primary (it decides), secondary, or guardrail (it must not get worse by more than the margin)."),
        text("metric_kind", .flag, "Kind", "指标类别") { $1.metric.kind.rawValue }
        .defined(nil, "What is compared: a proportion, a mean, a ratio, a quantile over units or over events, or retention."),
        text("value_unit", .flag, "Unit of the value", "单位") { $0.unit($1.metric.unit) }
        .defined(nil, "The unit of value and difference."),
        Column(column: MartColumn("direction", .integer, role: .flag, label: Label(en: "Direction", zh: "方向"))) {
            .integer(Int64($1.metric.direction.rawValue))
        }
        .defined(nil, "1 where a greater value is better, -1 where a smaller one is, 0 where neither is."),
        text("variant", .dimension, "Variant", "实验组") { $1.variant.text }
        .defined(nil, "The variant whose units the row is of.").headline,
        flag("is_control", "Control", "是否对照组") { $1.isControl }
        .defined(nil, "Whether the others are compared with this variant."),
        text("row_kind", .rowKind, "Row kind", "行类型") { $1.segment == nil ? "detail" : "segment" }
        .defined(nil, "detail: all units of the variant; segment: those with one value of one dimension.").headline,
        text("dimension", .dimension, "Dimension of the segment", "细分维度") { $1.segment?.dimension }
        .defined(nil, "The column by which the segment is cut; null for all units.").headline,
        text("segment", .dimension, "Segment", "细分人群") { $1.segment?.value }
        .defined(nil, "The value of the dimension; null for all units, and for units without one.").headline,
    ]

    private static let valueColumns: [Column] = [
        count("units", "Units", "样本量", .distinct) { $1.statistic.count }
        .defined("distinct units analysed in the variant", "Units that met several variants, and those that the metric does not count, are not among them.").headline,
        Column(column: MartColumn("value", .number, role: .ratio, label: Label(en: "Value", zh: "指标值"), aggregation: .ratio)) {
            number(try? $1.value.get())
        }
        .defined("value__num / value__den", "The metric over the variant's units, each from its first exposure on and within the window; a quantile for metrics of that kind.").headline,
        Column(
            column: MartColumn(
                "value__num", .number, role: .part, label: Label(en: "Value: numerator", zh: "指标值分子"), aggregation: .sum)
        ) { $1.statistic.parts.numerator }
        .defined("the metric's numerator over the variant's units", "Successes of a proportion, the sum of a mean; null for quantiles."),
        Column(
            column: MartColumn(
                "value__den", .number, role: .part, label: Label(en: "Value: denominator", zh: "指标值分母"), aggregation: .sum)
        ) { $1.statistic.parts.denominator }
        .defined("the metric's denominator over the variant's units", "Units for a proportion or a mean; null for quantiles."),
        statistic("standard_deviation", nil, "Standard deviation of one unit", "单位标准差") {
            try? $1.sample.estimate.get().standardDeviation
        }
        .defined("square root of the variance of one unit's value", "As the interval takes it: by the delta method for ratios and quantiles, after the adjustment where one is at work."),
        text("adjustment", .flag, "Adjusted by", "调整方法") { $1.estimates.adjustment?.rawValue }
        .defined(nil, "How values are adjusted for what units did before, or were: cuped, post_stratification, both; null for no adjustment."),
        text("adjustment_reason", .flag, "Why it is not adjusted", "未调整原因") { $1.estimates.adjustmentReason }
        .defined(nil, "Why an adjustment that the node asks for is not at work."),
        statistic("adjusted_value", nil, "Value as adjusted", "调整后指标值") {
            $1.estimates.adjustment == nil ? nil : try? $1.sample.estimate.get().value
        }
        .defined("value, adjusted", "What the comparison takes where an adjustment is at work."),
        statistic("variance_reduction", "fraction", "Variance taken away by CUPED", "方差缩减") { $1.estimates.varianceReduction }
        .defined("1 - variance as adjusted / variance", "What the adjustment gains: 0.3 is as good as 1 / (1 - 0.3) times the units."),
    ]

    private static let effectColumns: [Column] = [
        text("method", .flag, "How it is read", "检验方法") { report, row in row.isControl ? nil : report.analysis.method.rawValue }
        .defined(nil, "sequential: intervals and p-values hold at every look; fixed: at one look, after the end."),
        statistic("difference", nil, "Difference from the control", "绝对差异") { $1.comparison?.difference?.value }
        .defined("value - value of the control", "The absolute effect; of the adjusted values where an adjustment is at work."),
        statistic("difference_low", nil, "Difference: lower bound", "绝对差异下限") { $1.comparison?.difference?.low }
        .defined("lower bound of difference", "At the confidence 1 - alpha, by the row's method."),
        statistic("difference_high", nil, "Difference: upper bound", "绝对差异上限") { $1.comparison?.difference?.high }
        .defined("upper bound of difference", "At the confidence 1 - alpha, by the row's method."),
        statistic("difference_p_value", nil, "Difference: p-value", "绝对差异 P 值") { $1.comparison?.difference?.pValue }
        .defined("p-value of difference = 0", "By the method that the row names."),
        statistic("lift", "fraction", "Relative lift", "相对提升") { $1.comparison?.lift?.value }
        .defined("(value - value of the control) / |value of the control|", "The relative effect.").headline,
        statistic("lift_low", "fraction", "Relative lift: lower bound", "相对提升下限") { $1.comparison?.lift?.low }
        .defined("lift - quantile x its standard error", "The delta method's lower bound, by the row's method; Fieller's goes with the p-value of the difference."),
        statistic("lift_high", "fraction", "Relative lift: upper bound", "相对提升上限") { $1.comparison?.lift?.high }
        .defined("lift + quantile x its standard error", "The delta method's upper bound, by the row's method; Fieller's goes with the p-value of the difference."),
        statistic("p_value", nil, "p-value of the lift", "P 值") { $1.comparison?.lift?.pValue }
        .defined("p-value of lift = 0", "The delta method's, by the row's method."),
        statistic("fieller_low", "fraction", "Relative lift: Fieller's lower bound", "相对提升下限 (Fieller)") {
            $1.comparison?.fieller?.low
        }
        .defined("lower root of (a - r b)^2 = quantile^2 x its variance", "Fieller's lower bound of the relative effect; null where the control may be zero.").headline,
        statistic("fieller_high", "fraction", "Relative lift: Fieller's upper bound", "相对提升上限 (Fieller)") {
            $1.comparison?.fieller?.high
        }
        .defined("upper root of (a - r b)^2 = quantile^2 x its variance", "Fieller's upper bound of the relative effect; null where the control may be zero.").headline,
        flag("small_counts", "Counts are small", "样本过小") { $1.comparison.flatMap { $0.proportions == nil ? nil : $0.isSmall } }
        .defined(nil, "Whether the smaller sample of a proportion has fewer than 5 expected successes or failures: with one look the exact figures decide then."),
        statistic("fisher_p_value", nil, "Fisher's exact p-value", "Fisher 精确检验 P 值") { $1.comparison?.proportions?.fisherPValue }
        .defined("Fisher's exact test of the two proportions", "Two-sided, for one look."),
        statistic("newcombe_low", nil, "Difference: Newcombe's lower bound", "绝对差异下限 (Newcombe)") {
            $1.comparison?.proportions?.interval.low
        }
        .defined("lower bound of difference by Newcombe's method 10", "From Wilson's intervals of both proportions, for one look."),
        statistic("newcombe_high", nil, "Difference: Newcombe's upper bound", "绝对差异上限 (Newcombe)") {
            $1.comparison?.proportions?.interval.high
        }
        .defined("upper bound of difference by Newcombe's method 10", "From Wilson's intervals of both proportions, for one look."),
    ]

    private static let bayesianColumns: [Column] = [
        statistic("chance_to_win", "fraction", "Chance to be better", "获胜概率") { $1.comparison?.bayes?.chanceToWin }
        .defined("P(lift in the good direction | data)", "The posterior of the lift under the node's prior."),
        statistic("risk_of_control", "fraction", "Lift lost by keeping the control", "保留对照组的风险") {
            $1.comparison?.bayes?.riskOfControl
        }
        .defined("mean of max(lift in the good direction, 0) | data", "The lift that is lost on average by keeping the control."),
        statistic("risk_of_variant", "fraction", "Lift lost by choosing the variant", "选择实验组的风险") {
            $1.comparison?.bayes?.riskOfTreatment
        }
        .defined("mean of max(lift in the bad direction, 0) | data", "The lift that is lost on average by choosing the variant."),
        statistic("credible_low", "fraction", "Relative lift: lower credible bound", "相对提升可信下限") {
            $1.comparison?.bayes?.interval.low
        }
        .defined("lower alpha / 2 quantile of lift | data", "The posterior under the node's prior."),
        statistic("credible_high", "fraction", "Relative lift: upper credible bound", "相对提升可信上限") {
            $1.comparison?.bayes?.interval.high
        }
        .defined("upper alpha / 2 quantile of lift | data", "The posterior under the node's prior."),
        statistic("chance_to_be_best", "fraction", "Chance to be the best of all variants", "最优概率") { $1.chanceToBeBest }
        .defined("P(the variant is the best of all | data)", "The posterior over all variants."),
    ]

    private static let decisionColumns: [Column] = [
        statistic("adjusted_p_value", nil, "p-value corrected for several tests", "校正后 P 值") { $1.adjustedPValue }
        .defined("difference_p_value, or fisher_p_value where that decides, corrected", "Over the metrics of one role and their variants, by the node's `correction`.").headline,
        flag("significant", "Significant", "是否显著") { $1.isSignificant }
        .defined("adjusted_p_value < alpha", "Whether chance alone is ruled out at the node's alpha."),
        flag("non_inferior", "Surely not worse by the margin", "非劣效") { $1.isNonInferior }
        .defined(nil, "Of a guardrail: whether the data rule out that it is worse by the margin."),
        statistic("non_inferiority_p_value", nil, "Non-inferiority: p-value", "非劣效 P 值") {
            $1.planned.role == .guardrail ? $1.comparison?.nonInferiority?.pValue : nil
        }
        .defined("p-value of lift = margin in the bad direction", "Of a guardrail, one-sided."),
        text("verdict", .flag, "Verdict", "结论") { $1.verdict?.rawValue }
        .defined(nil, "win, loss, no_relevant_difference (of a guardrail: not worse by the margin), not_yet, or broken (do not read its numbers).").headline,
        text("verdict_reason", .flag, "Why this verdict", "结论依据") { $1.verdictReason }
        .defined(nil, "Which figures the verdict follows from.").headline,
        statistic("power", "fraction", "Power at the planned effect", "检验功效") { $1.planning.power }
        .defined("P(the planned effect is found with the units present)", "For the node's `effect`, or else its margin.").headline,
        statistic("detectable_lift", "fraction", "Smallest detectable lift", "最小可检测提升") { $1.planning.detectableLift }
        .defined("the least lift found with the wished power", "At the present number of units."),
        count("needed_units", "Units needed for the planned effect", "所需样本量", .none) { $1.planning.neededUnits }
        .defined("units in all with which the planned effect is found with the wished power", "Over all variants."),
        Column(
            column: MartColumn(
                "needed_days", .integer, role: .statistic, unit: "days",
                label: Label(en: "Days still needed", zh: "仍需天数"))
        ) { integer($1.planning.neededDays) }
        .defined("(needed_units - units) / units a day", "At the rate of the last seven days; null once the end has come."),
    ]

    private static let healthColumns: [Column] = [
        statistic("srm_p_value", nil, "Sample ratio mismatch: p-value", "样本比例失衡 P 值") { report, row in
            row.segment == nil ? try? report.health.analysed.get() : row.segmentSplit
        }
        .defined("chi-squared test of the units against the split", "A small value says that the assignment is broken."),
        flag("srm_flag", "Sample ratio mismatch", "样本比例失衡", direction: -1) { report, row in
            guard row.segment == nil else { return row.segmentSplit.map { $0 < SampleRatioMismatch.flagThreshold } }
            return report.health.isMismatched
        }
        .defined("p < 0.001 at assignment, after activation, at analysis or by day", "The variants have not got their shares of the units: no figure can be trusted.").headline,
        statistic("srm_assigned_p_value", nil, "Sample ratio mismatch at assignment: p-value", "分流样本比例失衡 P 值") {
            $1.segment == nil ? try? $0.health.assigned?.get() : nil
        }
        .defined("chi-squared test of the assigned units against the split", "Before activation and exclusions."),
        statistic("srm_activated_p_value", nil, "Sample ratio mismatch after activation: p-value", "激活后样本比例失衡 P 值") {
            $1.segment == nil ? try? $0.health.activated?.get() : nil
        }
        .defined("chi-squared test of the activated units against the split", "Null without an activation."),
        statistic("srm_sequential_p_value", nil, "Sample ratio mismatch by day: p-value", "逐日样本比例失衡 P 值") {
            $1.segment == nil ? $0.health.sequential?.pValue : nil
        }
        .defined("1 / the evidence of a sequential test by day", "Holds at every look: it may be read each morning."),
        Column(
            column: MartColumn(
                "srm_began", .date, role: .flag, label: Label(en: "Sample ratio mismatch since", zh: "失衡起始日"))
        ) { report, row in row.segment == nil ? report.health.began.map { .date($0) } ?? .null : .null }
        .defined(nil, "The day on which the mismatch set in, where there is one."),
        count("assigned_units", "Units assigned", "分流样本", .distinct) { report, row in
            report.plan.isTable || row.segment != nil ? nil : report.tally.variants[row.variant]?.assigned ?? 0
        }
        .defined("units assigned to the variant", "Before activation and exclusions."),
        count("activated_units", "Units activated", "激活样本", .distinct) { report, row in
            report.health.activated == nil || row.segment != nil ? nil : report.tally.variants[row.variant]?.activated ?? 0
        }
        .defined("units assigned to the variant with an event of the activation", "Before exclusions."),
        count("excluded_units", "Units in several variants", "多组曝光样本", .none, direction: -1) { report, row in
            row.segment == nil ? report.tally.excludedUnits : nil
        }
        .defined("units of several variants", "They count for none."),
        statistic("excluded_share", "fraction", "Share of units in several variants", "多组曝光占比") {
            $1.segment == nil ? $0.health.excludedShare : nil
        }
        .defined("excluded_units / all assigned units", "Over 1 % every verdict is broken."),
        count("open_units", "Units with an open window", "窗口未结束样本", .distinct) { $1.segment == nil ? $0.openUnits(of: $1.variant) : nil }
        .defined("units whose window is not over", "Their values may still grow."),
        flag("approximate", "Open windows are counted", "结果为近似值", direction: -1) { report, _ in report.isApproximate }
        .defined(nil, "Whether units with an open window count."),
        statistic("segments_p_value", nil, "Segments have the same effect: p-value", "细分效应一致性 P 值") { $1.agreement?.pValue }
        .defined("least p-value of one effect in all segments, over the dimensions, corrected by Holm", "A small value says that the effect differs between the segments of a dimension."),
        flag("segments_disagree", "Segments and total disagree", "细分与总体不一致", direction: -1) {
            $1.agreement.map { !$0.dimensions.isEmpty }
        }
        .defined(nil, "Whether the effect differs beyond chance between the segments of a dimension, or points another way there than in the whole."),
        text("reason", .flag, "Why there is no number", "无数值原因") { $1.reason }
        .defined(nil, "Why the row has no value, interval or p-value."),
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
