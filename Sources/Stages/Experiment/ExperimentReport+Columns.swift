import Marts

extension ExperimentReport {
    static let columns: [MartColumn] = [
        MartColumn("metric", .string, role: .dimension, label: Label(en: "Metric", zh: "指标")),
        MartColumn("metric_label", .string, role: .dimension, label: Label(en: "Metric name", zh: "指标名称 (英文)")),
        MartColumn("metric_label_zh", .string, role: .dimension, label: Label(en: "Metric name (Chinese)", zh: "指标名称")),
        MartColumn("metric_role", .string, role: .flag, label: Label(en: "Role", zh: "指标角色")),
        MartColumn("metric_kind", .string, role: .flag, label: Label(en: "Kind", zh: "指标类别")),
        MartColumn("value_unit", .string, role: .flag, label: Label(en: "Unit of the value", zh: "单位")),
        MartColumn("direction", .integer, role: .flag, label: Label(en: "Direction", zh: "方向")),
        MartColumn("variant", .string, role: .dimension, label: Label(en: "Variant", zh: "实验组")),
        MartColumn("is_control", .boolean, role: .flag, label: Label(en: "Control", zh: "是否对照组")),
        MartColumn("row_kind", .string, role: .rowKind, label: Label(en: "Row kind", zh: "行类型")),
        MartColumn(
            "units", .integer, role: .measure, unit: "persons", label: Label(en: "Units", zh: "样本量"),
            aggregation: .distinct),
        MartColumn("value", .number, role: .ratio, label: Label(en: "Value", zh: "指标值"), aggregation: .ratio),
        MartColumn(
            "value__num", .number, role: .part, label: Label(en: "Value: numerator", zh: "指标值分子"), aggregation: .sum),
        MartColumn(
            "value__den", .number, role: .part, label: Label(en: "Value: denominator", zh: "指标值分母"), aggregation: .sum),
        statistic("standard_deviation", nil, "Standard deviation of one unit", "单位标准差"),
        statistic("difference", nil, "Difference from the control", "绝对差异"),
        statistic("difference_low", nil, "Difference: lower bound", "绝对差异下限"),
        statistic("difference_high", nil, "Difference: upper bound", "绝对差异上限"),
        statistic("difference_p_value", nil, "Difference: p-value", "绝对差异 P 值"),
        statistic("lift", "fraction", "Relative lift", "相对提升"),
        statistic("lift_low", "fraction", "Relative lift: lower bound", "相对提升下限"),
        statistic("lift_high", "fraction", "Relative lift: upper bound", "相对提升上限"),
        statistic("p_value", nil, "p-value of the lift", "P 值"),
        MartColumn("significant", .boolean, role: .flag, label: Label(en: "Significant", zh: "是否显著")),
        statistic("srm_p_value", nil, "Sample ratio mismatch: p-value", "样本比例失衡 P 值"),
        MartColumn(
            "srm_flag", .boolean, role: .flag, label: Label(en: "Sample ratio mismatch", zh: "样本比例失衡"), direction: -1),
        MartColumn(
            "excluded_units", .integer, role: .measure, unit: "persons",
            label: Label(en: "Units in several variants", zh: "多组曝光样本"), direction: -1),
        MartColumn(
            "open_units", .integer, role: .measure, unit: "persons",
            label: Label(en: "Units with an open window", zh: "窗口未结束样本"), aggregation: .distinct),
        MartColumn("reason", .string, role: .flag, label: Label(en: "Why there is no number", zh: "无数值原因")),
    ]

    private static func statistic(_ name: String, _ unit: String?, _ en: String, _ zh: String) -> MartColumn {
        MartColumn(name, .number, role: .statistic, unit: unit, label: Label(en: en, zh: zh))
    }
}
