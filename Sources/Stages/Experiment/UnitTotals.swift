import Metrics
import Statistics

/// Which selections the metrics of an experiment need, each with a bit, and what is to be read for them.
struct UnitTotalsLayout: Sendable {
    /// The selections in the order of their bits.
    let selections: [Selection]
    let readsAmounts: Bool
    let readsOrders: Bool
    /// One a metric: the measure with its selections as bits.
    let measures: [BoundMeasure]

    enum BoundMeasure: Sendable {
        case having(Int)
        case mean(BoundQuantity)
        case ratio(BoundQuantity, BoundQuantity)
        case none
    }

    enum BoundQuantity: Sendable {
        case rows(Int)
        case amount(Int)
        case netAmount(Int, minus: Int)
        case orders
        case refundedOrders
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
            }
        }
        self.selections = selections
        readsAmounts = quantities.contains(where: \.readsAmounts)
        readsOrders = quantities.contains(where: \.readsOrders)
        measures = metrics.map { metric in
            switch metric.measure {
            case .units(let selection): .having(bit(selection))
            case .mean(let quantity): .mean(bound(quantity))
            case .ratio(let numerator, let denominator): .ratio(bound(numerator), bound(denominator))
            case .column: .none
            }
        }
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

    init(_ layout: UnitTotalsLayout) {
        rows = Array(repeating: 0, count: layout.selections.count)
        amounts = Array(repeating: 0, count: layout.selections.count)
    }

    mutating func reset() {
        for index in rows.indices {
            rows[index] = 0
            amounts[index] = 0
        }
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

    /// Adds the unit to the statistics of its variant, one a measure.
    mutating func add(to statistics: inout [MetricStatistic], _ layout: UnitTotalsLayout) {
        let counts = layout.readsOrders ? orders.counts() : (0, 0)
        for (index, measure) in layout.measures.enumerated() {
            switch measure {
            case .having(let bit): statistics[index].add(rows[bit] > 0 ? 1 : 0)
            case .mean(let quantity): statistics[index].add(value(quantity, counts))
            case .ratio(let numerator, let denominator):
                statistics[index].add(value(numerator, counts), over: value(denominator, counts))
            case .none: break
            }
        }
    }

    private func value(
        _ quantity: UnitTotalsLayout.BoundQuantity, _ counts: (orders: Int64, refunded: Int64)
    ) -> Int128 {
        switch quantity {
        case .rows(let bit): Int128(rows[bit])
        case .amount(let bit): amounts[bit]
        case .netAmount(let added, let subtracted): amounts[added] &- amounts[subtracted]
        case .orders: Int128(counts.orders)
        case .refundedOrders: Int128(counts.refunded)
        }
    }
}
