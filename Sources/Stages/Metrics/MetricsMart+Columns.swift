import Chronology
import Manifest
import Marts
import Metrics
import Vocabulary

extension MetricsMart {
    /// Time, dimensions, row kind, and for each metric its column; a ratio's parts stand behind it.
    func columns() -> [MartColumn] {
        var columns: [MartColumn] = []
        if plan.hasGrandTotal {
            let type: MartColumn.ValueType =
                switch plan.grain {
                case .day, .week, .month: .date
                case .hour: .time
                case .campaign, .period: .string
                }
            columns.append(MartColumn(plan.grain.rawValue, type, role: .time, label: plan.grain.label))
        }
        for dimension in plan.dimensions {
            columns.append(
                MartColumn(
                    dimension.name, dimension.type.martType, role: .dimension, label: DimensionLabel.of(dimension.name)))
        }
        columns.append(MartColumn("row_kind", .string, role: .rowKind, label: Label(en: "Row kind", zh: "行类型")))
        for metric in plan.metrics { columns += self.columns(of: metric) }
        return columns
    }

    private func columns(of metric: Metric) -> [MartColumn] {
        let label = Label(en: metric.en, zh: metric.zh)
        let unit = unit(of: metric)
        let column = MartColumn(
            metric.id, type(of: metric), role: metric.formula.isRatio ? .ratio : .measure, unit: unit, label: label,
            direction: metric.direction.rawValue, aggregation: metric.martAggregation)
        guard case .ratio(let numerator, let denominator, _) = metric.formula else { return [column] }
        func part(_ suffix: String, _ en: String, _ zh: String, _ combination: Combination) -> MartColumn {
            let isAdditive = combination.measures.allSatisfy(\.isAdditive)
            return MartColumn(
                "\(metric.id)__\(suffix)", type(of: combination), role: .part,
                unit: combination.quantity == .money ? plan.manifest.currency : nil,
                label: Label(en: "\(metric.en): \(en)", zh: "\(metric.zh)：\(zh)"),
                aggregation: isAdditive ? .sum : .distinct)
        }
        return [
            column, part("num", "numerator", "分子", numerator), part("den", "denominator", "分母", denominator),
        ]
    }

    private func type(of metric: Metric) -> MartColumn.ValueType {
        switch metric.formula {
        case .ratio: return metric.unit == .money ? .money : .number
        case .value(let combination):
            let isExtreme = metric.aggregation == .min || metric.aggregation == .max
            if isExtreme, case .column(let name) = metric.unit, let type = plan.columnTypes[name],
                type == .time || type == .date
            {
                return type.martType
            }
            return type(of: combination)
        }
    }

    private func type(of combination: Combination) -> MartColumn.ValueType {
        if combination.quantity == .money { return .money }
        let scales = plan.measures.filter { combination.measures.contains($0.measure) }.map(\.scale)
        return scales.allSatisfy { $0 == 1 } ? .integer : .number
    }

    private func unit(of metric: Metric) -> String? {
        switch metric.unit {
        case .events: "events"
        case .persons: "persons"
        case .orders: "orders"
        case .values: "values"
        case .fraction: "fraction"
        case .money: plan.manifest.currency
        case .none, .column: nil
        }
    }
}

extension Metric {
    fileprivate var martAggregation: MartColumn.Aggregation {
        switch aggregation {
        case .sum: .sum
        case .distinct: .distinct
        case .ratio: .ratio
        case .min: .min
        case .max: .max
        case .none: .none
        }
    }
}

extension Grain {
    fileprivate var label: Label {
        switch self {
        case .hour: Label(en: "Hour", zh: "小时")
        case .day: Label(en: "Day", zh: "日期")
        case .week: Label(en: "Week", zh: "周")
        case .month: Label(en: "Month", zh: "月份")
        case .campaign: Label(en: "Campaign", zh: "活动")
        case .period: Label(en: "Period", zh: "周期")
        }
    }
}

/// What the dashboards call the columns that cells are cut by.
enum DimensionLabel {
    private static let known: [String: (en: String, zh: String)] = [
        "channel": ("Channel", "渠道"), "traffic": ("Traffic", "流量类型"), "source": ("Source", "来源"),
        "medium": ("Medium", "媒介"), "campaign": ("Campaign", "推广计划"), "creative": ("Creative", "创意"),
        "ad_id": ("Ad", "广告"), "term": ("Term", "关键词"), "event": ("Event", "事件"), "product_id": ("Product", "商品"),
        "category": ("Category", "品类"), "platform": ("Platform", "平台"), "city": ("City", "城市"),
        "country": ("Country", "国家"), "store_id": ("Store", "门店"), "merchant_id": ("Merchant", "商家"),
        "is_member": ("Member", "会员"), "experiment": ("Experiment", "实验"), "variant": ("Variant", "实验组"),
        "content_id": ("Content", "内容"), "author_id": ("Author", "作者"), "live_id": ("Live", "直播间"),
        "page": ("Page", "页面"), "place": ("Place", "场所"), "coupon_template_id": ("Coupon kind", "券模板"),
    ]

    /// A column without a label of its own is called by its name.
    static func of(_ column: String) -> Label {
        known[column].map { Label(en: $0.en, zh: $0.zh) } ?? Label(en: column, zh: column)
    }
}
