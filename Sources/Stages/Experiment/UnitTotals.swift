import Metrics
import Statistics

/// Which selections the metrics of an experiment need, each with a bit, and what is to be read for them.
struct UnitTotalsLayout: Sendable {
    /// The selections in the order of their bits.
    let selections: [Selection]
    let readsAmounts: Bool
    /// Whether a column of money is read, amounts or another.
    let readsMoney: Bool
    let readsOrders: Bool
    /// The bit of payments, as a mask, where their amounts tell which orders count; else 0.
    let pricedMask: UInt32
    /// One a metric: the measure with its selections as bits.
    let measures: [BoundMeasure]
    /// The columns whose values are kept row by row, each with the bit of the selection that it is read of.
    let eventValues: [(column: String, mask: UInt32)]
    /// The days after its entry on which a unit's return is looked for.
    let retentionDays: [Int]

    enum BoundMeasure: Sendable {
        case having(Int)
        /// Of a place in `retentionDays`.
        case retained(Int)
        case mean(BoundQuantity)
        case ratio(BoundQuantity, BoundQuantity)
        /// Of a place in `eventValues`.
        case events(Int)
        case none
    }

    enum BoundQuantity: Sendable {
        case rows(Int)
        case amount(Int)
        case netAmount(Int, minus: Int)
        case orders
        case refundedOrders
        case ordersWithAmount
    }

    init(_ metrics: [ExperimentMetric]) {
        var selections: [Selection] = []
        for selection in metrics.flatMap(\.measure.selections) where !selections.contains(selection) {
            selections.append(selection)
        }
        let quantities = metrics.flatMap(\.measure.quantities)
        func bit(_ selection: Selection) -> Int { selections.firstIndex(of: selection) ?? 0 }
        func bound(_ quantity: UnitQuantity) -> BoundQuantity {
            switch quantity {
            case .rows(let selection): .rows(bit(selection))
            case .amount(let selection): .amount(bit(selection))
            case .netAmount(let added, let subtracted): .netAmount(bit(added), minus: bit(subtracted))
            case .orders: .orders
            case .refundedOrders: .refundedOrders
            case .ordersWithAmount: .ordersWithAmount
            }
        }
        let days = metrics.compactMap { if case .retained(let day) = $0.measure { day } else { nil } }
        var kept: [(column: String, mask: UInt32)] = []
        func place(_ events: EventValues) -> Int {
            let wanted = (column: events.column, mask: UInt32(1) << UInt32(bit(events.selection)))
            if let place = kept.firstIndex(where: { $0 == wanted }) { return place }
            kept.append(wanted)
            return kept.count - 1
        }
        retentionDays = days
        self.selections = selections
        readsAmounts = quantities.contains(where: \.readsAmounts)
        readsMoney =
            readsAmounts
            || metrics.contains {
                if case .eventQuantile(let events) = $0.measure { Measure.moneyColumns.contains(events.column) } else { false }
            }
        readsOrders = quantities.contains(where: \.readsOrders)
        pricedMask = quantities.contains(.ordersWithAmount) ? 1 << UInt32(bit(.payments)) : 0
        measures = metrics.map { metric in
            switch metric.measure {
            case .units(let selection): .having(bit(selection))
            case .retained(let day): .retained(days.firstIndex(of: day) ?? 0)
            case .mean(let quantity), .quantile(let quantity, _): .mean(bound(quantity))
            case .ratio(let numerator, let denominator): .ratio(bound(numerator), bound(denominator))
            case .eventQuantile(let events): .events(place(events))
            case .column: .none
            }
        }
        eventValues = kept
    }

    /// The bit of a selection, as a mask; 0 where no metric needs it.
    func mask(of selection: Selection) -> UInt32 { selections.firstIndex(of: selection).map { 1 << UInt32($0) } ?? 0 }
}

/// What one unit's rows in its window add up to.
struct UnitTotals {
    private var rows: [Int64]
    private var amounts: [Int128]
    var orders = OrderLedger()
    var foreignAmounts: Int64 = 0
    /// By place in `retentionDays`: whether the unit came back.
    var retained: [Bool]
    /// By place in `eventValues`.
    var values: [[Int64]]

    init(_ layout: UnitTotalsLayout) {
        rows = Array(repeating: 0, count: layout.selections.count)
        amounts = Array(repeating: 0, count: layout.selections.count)
        retained = Array(repeating: false, count: layout.retentionDays.count)
        values = layout.eventValues.map { _ in [] }
    }

    mutating func reset() {
        for index in rows.indices {
            rows[index] = 0
            amounts[index] = 0
        }
        for index in retained.indices { retained[index] = false }
        for index in values.indices { values[index].removeAll(keepingCapacity: true) }
        orders.reset()
        foreignAmounts = 0
    }

    /// Adds a row to each selection of the mask.
    @inline(__always)
    mutating func add(_ mask: UInt32, amount: Int64) {
        var rest = mask
        while rest != 0 {
            let bit = rest.trailingZeroBitCount
            rows[bit] += 1
            amounts[bit] &+= Int128(amount)
            rest &= rest - 1
        }
    }

    /// Adds the unit to statistics, one a measure.
    /// - Parameters:
    ///   - bounds: One a metric; none: nothing is clamped.
    ///   - thresholds: One a metric: the quantiles that events are held against; none in the round that finds them.
    ///   - before: What the unit's rows before its exposure add up to; nil for a unit without any.
    ///   - isDue: By place in `retentionDays`: whether the unit's day is over.
    mutating func add(
        to statistics: inout [MetricStatistic], _ layout: UnitTotalsLayout, bounds: [WinsorizingBounds],
        thresholds: [Int128?], before: BoundTotals?, isDue: (Int) -> Bool
    ) {
        let own = bind(layout)
        for (index, measure) in layout.measures.enumerated() {
            func clamped(_ value: Int128) -> Int128 { bounds.isEmpty ? value : bounds[index].clamp(value) }
            switch measure {
            case .having(let bit):
                statistics[index].add(rows[bit] > 0 ? 1 : 0, before: before.map { $0.totals.rows[bit] > 0 ? 1 : 0 })
            case .retained(let place):
                if isDue(place) { statistics[index].add(retained[place] ? 1 : 0, before: before.map { Int128($0.activeDays) }) }
            case .mean(let quantity):
                statistics[index].add(clamped(own.value(quantity)), before: before.map { clamped($0.value(quantity)) })
            case .ratio(let numerator, let denominator):
                statistics[index].add(
                    own.value(numerator), over: own.value(denominator),
                    before: before.map { ($0.value(numerator), $0.value(denominator)) })
            case .events(let place):
                statistics[index].add(events: values[place], threshold: thresholds.isEmpty ? nil : thresholds[index])
            case .none: break
            }
        }
    }

    /// Whether the unit counts in a metric, and whether it is a success there; nil where the metric is no share of units.
    func outcome(of metric: Int, _ layout: UnitTotalsLayout, isDue: (Int) -> Bool) -> (counts: Bool, succeeds: Bool?) {
        switch layout.measures[metric] {
        case .having(let bit): (true, rows[bit] > 0)
        case .retained(let place): (isDue(place), retained[place])
        case .mean, .ratio, .events, .none: (true, nil)
        }
    }

    /// The totals with their orders counted.
    /// - Parameter activeDays: On how many days the unit had any row, where the totals are those of a look-back.
    mutating func bind(_ layout: UnitTotalsLayout, activeDays: Int64 = 0) -> BoundTotals {
        let counts = layout.readsOrders ? orders.counts() : OrderLedger.Counts()
        return BoundTotals(totals: self, orders: counts, activeDays: activeDays)
    }

    struct BoundTotals {
        fileprivate let totals: UnitTotals
        fileprivate let orders: OrderLedger.Counts
        fileprivate let activeDays: Int64

        fileprivate func value(_ quantity: UnitTotalsLayout.BoundQuantity) -> Int128 {
            switch quantity {
            case .rows(let bit): Int128(totals.rows[bit])
            case .amount(let bit): totals.amounts[bit]
            case .netAmount(let added, let subtracted): totals.amounts[added] &- totals.amounts[subtracted]
            case .orders: Int128(orders.orders)
            case .refundedOrders: Int128(orders.refunded)
            case .ordersWithAmount: Int128(orders.priced)
            }
        }
    }
}
