import Chronology
import Manifest
import Marts
import Metrics
import StageKit
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
            columns.append(
                MartColumn(plan.grain.rawValue, type, role: .time, label: plan.grain.label)
                    .inMetrics("The cell of time that the row is of, by its first instant or its name; null in the total of the period."))
        }
        for dimension in plan.dimensions {
            columns.append(
                MartColumn(
                    dimension.name, dimension.type.martType, role: .dimension, label: .dimension(dimension.name))
                    .inMetrics("What the figures are cut by: the value of the rows' column; null where they have none, and in totals."))
        }
        columns.append(MartColumn("row_kind", .string, role: .rowKind, label: Label(en: "Row kind", zh: "行类型"))
            .inMetrics("detail: one value of each dimension; rest: all beyond the `top`; subtotal and total: all values."))
        let known = KnownMetrics(plan.manifest)
        for metric in plan.metrics {
            columns += (self.columns(of: metric) + derivedColumns(of: metric)).map { column in
                column.defined(MetricsStage.definition(ofColumn: column.name, known, credit: plan.credit))
            }
        }
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

    func type(of metric: Metric) -> MartColumn.ValueType {
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

    func unit(of metric: Metric) -> String? {
        switch metric.unit {
        case .events: "events"
        case .persons: "persons"
        case .orders: "orders"
        case .values: "values"
        case .fraction: "fraction"
        case .seconds: "seconds"
        case .money: plan.manifest.currency
        case .none, .column: nil
        }
    }
}

extension MartColumn {
    /// A column of a metrics mart that is no figure, with what it means.
    fileprivate func inMetrics(_ meaning: String) -> MartColumn { defined(nil, meaning, source: "docs/METRICS.md") }
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
