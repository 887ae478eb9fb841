import Marts
import Metrics
import Vocabulary

/// What an experiment measures of each unit.
package struct ExperimentMetric: Sendable, Hashable {
    /// How the units' values become one value a variant.
    enum Kind: String, Sendable {
        case proportion, mean, ratio, quantile, retention
        case eventQuantile = "event_quantile"
    }

    enum Measure: Sendable, Hashable {
        /// The share of units with a row of the selection.
        case units(having: Selection)
        /// The mean of a quantity over all exposed units, those with none included.
        case mean(UnitQuantity)
        /// The total of one quantity over the total of another.
        case ratio(UnitQuantity, per: UnitQuantity)
        /// The share of units with any row on the day (of 24 hours) that begins so many days after their own entry.
        case retained(day: Int)
        /// A quantile of a quantity over all units, by order statistics.
        case quantile(UnitQuantity, percent: Double)
        /// A quantile of a column over all events of all units, which vary with their units.
        case eventQuantile(EventValues)
        /// A column of a units table: the share of true values, or the mean.
        case column(Column)
    }

    package let id: String
    package let label: Label
    let unit: Metric.Unit
    package let direction: Metric.Direction
    let measure: Measure

    var kind: Kind {
        switch measure {
        case .units: .proportion
        case .mean: .mean
        case .ratio: .ratio
        case .retained: .retention
        case .quantile: .quantile
        case .eventQuantile: .eventQuantile
        case .column(let column): column.type == .boolean ? .proportion : .mean
        }
    }
}

/// The values of a column, one a row, and the percentile of them that is compared.
struct EventValues: Sendable, Hashable {
    let column: String
    /// How many of the stored integers make one.
    let scale: Int64
    let selection: Selection
    /// Over 0 and under 100.
    let percent: Double
}

/// A number that the rows of one unit, in its window, add up to.
enum UnitQuantity: Sendable, Hashable {
    /// Rows of the selection.
    case rows(Selection)
    /// The `amount` column over rows of the selection.
    case amount(Selection)
    /// The first amount less the second.
    case netAmount(Selection, minus: Selection)
    /// Distinct paid orders; a purchase without an order id is an order of its own.
    case orders
    /// Of the paid orders those with a refund of the same order id.
    case refundedOrders
    /// Distinct orders with a payment whose amount counts: those that the sum of payments is of.
    case ordersWithAmount

    /// The integers that make one: money is summed in millionths.
    var scale: Int64 {
        switch self {
        case .amount, .netAmount: 1_000_000
        case .rows, .orders, .refundedOrders, .ordersWithAmount: 1
        }
    }

    var selections: [Selection] {
        switch self {
        case .rows(let selection), .amount(let selection): [selection]
        case .netAmount(let added, let subtracted): [added, subtracted]
        case .orders: [.purchases]
        case .refundedOrders: [.purchases, .refunds]
        case .ordersWithAmount: [.payments]
        }
    }

    var readsAmounts: Bool { scale != 1 || self == .ordersWithAmount }

    var readsOrders: Bool {
        switch self {
        case .orders, .refundedOrders, .ordersWithAmount: true
        case .rows, .amount, .netAmount: false
        }
    }
}

extension UnitQuantity {
    /// Columns without which the quantity says nothing. (Without order ids every purchase is an order of its own.)
    var neededColumns: [String] {
        switch self {
        case .amount, .netAmount, .ordersWithAmount: ["amount"]
        case .refundedOrders: ["order_id"]
        case .rows, .orders: []
        }
    }
}

extension ExperimentMetric.Measure {
    var quantities: [UnitQuantity] {
        switch self {
        case .mean(let quantity), .quantile(let quantity, _): [quantity]
        case .ratio(let numerator, let denominator): [numerator, denominator]
        case .units, .column, .retained, .eventQuantile: []
        }
    }

    /// Columns without which the metric says nothing.
    var neededColumns: [String] {
        if case .eventQuantile(let events) = self { [events.column] } else { quantities.flatMap(\.neededColumns) }
    }

    var selections: [Selection] {
        switch self {
        case .units(let selection): [selection]
        case .eventQuantile(let events): [events.selection]
        default: quantities.flatMap(\.selections)
        }
    }
}

// MARK: - The metrics

extension ExperimentMetric {
    /// Every metric of experiments on events; labels and directions are the metric catalogue's where it has the id.
    package static let all: [ExperimentMetric] = [
        share("conversion_rate", .purchases),
        share("add_to_cart_rate", .cartAdditions),
        share("checkout_rate", Selection(["checkout"]), Label(en: "Checkout rate", zh: "结算率")),
        share("signup_rate", Selection(["signup"]), Label(en: "Sign-up rate", zh: "注册率")),
        share("click_rate", .clicks, Label(en: "Share of units that clicked", zh: "点击人数占比")),
        share("share_rate", .shares),
        share("participation_rate", .joins),
        mean("orders", .orders, .orders),
        mean("purchases", .rows(.purchases), .events, Label(en: "Purchases per unit", zh: "人均购买次数")),
        mean("engagements", .rows(.engagements), .events),
        mean("gmv_paid", .amount(.payments), .money),
        mean("refund_flow", .amount(.refunds), .money, direction: .down),
        mean("net_revenue", .netAmount(.payments, minus: .refunds), .money),
        mean(
            "arpu", .netAmount(.payments, minus: .refunds), .money, Label(en: "Net revenue per unit (ARPU)", zh: "ARPU")
        ),
        ratio("aov", .amount(.payments), per: .ordersWithAmount, .money),
        ratio("refund_rate", .refundedOrders, per: .orders, .fraction),
        pageLoad(50), pageLoad(95), pageLoad(99),
    ]

    /// How many selections of rows all metrics together need; a row's selections are the bits of a UInt32.
    package static let selectionCount = UnitTotalsLayout(all).selections.count

    private static let byID = Dictionary(uniqueKeysWithValues: all.map { ($0.id, $0) })

    /// The metric of a name as manifests write it.
    ///
    /// `retention_7` is the share of units that came back on the day 7 days after their entry; `gmv_paid_p90` the 90th percentile
    /// over units of a metric that is a mean.
    static func nearest(to name: String) -> String? {
        MetricCatalogue.otherWords[name.lowercased()].flatMap { byID[$0]?.id } ?? nearestName(to: name, among: all.map(\.id))
    }

    static func named(_ name: String) -> ExperimentMetric? {
        if let metric = byID[MetricCatalogue.aliases[name] ?? name] { return metric }
        if name.hasPrefix("retention_"), let day = Int(name.dropFirst("retention_".count)), (1...365).contains(day),
            name == "retention_\(day)"
        {
            return ExperimentMetric(
                id: name, label: Label(en: "Retention on day \(day)", zh: "第\(day)日留存率"), unit: .fraction, direction: .up,
                measure: .retained(day: day))
        }
        if name.hasPrefix("page_load_p"), let percent = Int(name.dropFirst("page_load_p".count)), (1...99).contains(percent),
            name == "page_load_p\(percent)"
        {
            return pageLoad(percent)
        }
        guard let mark = name.lastIndex(of: "p"), name[..<mark].hasSuffix("_"),
            let percent = Int(name[name.index(after: mark)...]), (1...99).contains(percent),
            let whole = byID[MetricCatalogue.aliases[String(name[..<mark].dropLast())] ?? String(name[..<mark].dropLast())],
            case .mean(let quantity) = whole.measure
        else { return nil }
        return ExperimentMetric(
            id: "\(whole.id)_p\(percent)",
            label: Label(en: "\(whole.label.en), percentile \(percent)", zh: "\(whole.label.zh)第\(percent)百分位"),
            unit: whole.unit, direction: whole.direction, measure: .quantile(quantity, percent: Double(percent)))
    }

    /// `p95(COLUMN)`: a percentile of a number over all rows that have one.
    static func percentile(_ name: String, of columns: [String: ColumnType]) -> ExperimentMetric? {
        guard name.hasSuffix(")"), let open = name.firstIndex(of: "("),
            let thousandths = MetricCatalogue.thousandths(String(name[..<open])), let metric = MetricCatalogue.metric(name)
        else { return nil }
        let column = String(name[name.index(after: open)...].dropLast())
        guard let type = columns[column], [.integer, .decimal].contains(type) else { return nil }
        let events = EventValues(
            column: column, scale: type == .decimal ? 1_000_000 : 1, selection: .all, percent: Double(thousandths) / 10)
        return ExperimentMetric(
            id: name, label: Label(en: metric.en, zh: metric.zh), unit: metric.unit, direction: metric.direction, measure: .eventQuantile(events))
    }

    private static func pageLoad(_ percent: Int) -> ExperimentMetric {
        let id = "page_load_p\(percent)"
        return ExperimentMetric(
            id: id, label: MetricCatalogue.metric(id).map { Label(en: $0.en, zh: $0.zh) } ?? Label(en: "Page load, p\(percent)", zh: "页面加载 p\(percent)"),
            unit: .column("duration_ms"), direction: .down,
            measure: .eventQuantile(
                EventValues(column: "duration_ms", scale: 1, selection: .pageLoads, percent: Double(percent))))
    }

    /// The metric that a column of a units table is; nil for a column that is neither boolean nor a number.
    static func column(_ column: Column) -> ExperimentMetric? {
        guard [.boolean, .integer, .decimal].contains(column.type) else { return nil }
        return ExperimentMetric(
            id: column.name, label: Label(en: column.name, zh: column.name),
            unit: column.type == .boolean ? .fraction : .none, direction: .neither, measure: .column(column))
    }

    private static func share(_ id: String, _ selection: Selection, _ label: Label? = nil) -> ExperimentMetric {
        make(id, label, .fraction, .units(having: selection)) { Label(en: $0.en, zh: $0.zh) }
    }

    private static func mean(
        _ id: String, _ quantity: UnitQuantity, _ unit: Metric.Unit, _ label: Label? = nil,
        direction: Metric.Direction? = nil
    ) -> ExperimentMetric {
        make(id, label, unit, .mean(quantity), direction) { Label(en: "\($0.en) per unit", zh: "人均\($0.zh)") }
    }

    private static func ratio(
        _ id: String, _ numerator: UnitQuantity, per denominator: UnitQuantity, _ unit: Metric.Unit
    ) -> ExperimentMetric {
        make(id, nil, unit, .ratio(numerator, per: denominator)) { Label(en: $0.en, zh: $0.zh) }
    }

    private static func make(
        _ id: String, _ label: Label?, _ unit: Metric.Unit, _ measure: Measure, _ direction: Metric.Direction? = nil,
        catalogued: (Metric) -> Label
    ) -> ExperimentMetric {
        let metric = MetricCatalogue.metric(id)
        return ExperimentMetric(
            id: id, label: label ?? metric.map(catalogued) ?? Label(en: id, zh: id), unit: unit,
            direction: direction ?? metric?.direction ?? .up, measure: measure)
    }
}
