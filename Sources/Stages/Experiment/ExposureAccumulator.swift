import EventStore
import Metrics
import Vocabulary

/// Sums, over its share of the persons, what each exposed unit did after its first exposure.
final class ExposureAccumulator: ScanConsumer {
    /// The unit whose rows are being read; its rows may come in several slices.
    private struct Unit {
        var kind = PersonKind.nobody
        /// The code of the variant first seen; -1 before the first exposure.
        var variant: Int32 = -1
        /// The last instant of the window.
        var last: Int64 = .max
        var isExcluded = false
    }

    private struct Slots {
        let experiment: Int
        let variant: Int
        let amount: Int?
        let currency: Int?
        let order: Int?
    }

    private let basis: EventBasis
    private let totalsLayout: UnitTotalsLayout
    /// nil where nothing live carries an experiment and a variant.
    private let slots: Slots?
    private let orderType: ColumnType
    private let experimentCode: Int32
    /// The code of the report currency; -2 where no row has it.
    private let currencyCode: Int32
    private let variantNames: [String]
    /// By source: whether its rows count as exposures.
    private let exposes: [Bool]
    /// By event and source: the selections that a row belongs to.
    private let masks: [UInt32]
    private let sourceCount: Int
    private let purchaseMask: UInt32
    private let refundMask: UInt32

    private var unit = Unit()
    private var totals: UnitTotals
    /// By code.
    private var variants: [ExperimentTally.Variant]
    private var counters = ExperimentTally()

    init(_ basis: EventBasis, _ plan: ExperimentPlan, _ totalsLayout: UnitTotalsLayout, _ layout: any ScanLayout) {
        self.basis = basis
        self.totalsLayout = totalsLayout
        totals = UnitTotals(totalsLayout)
        func slot(_ name: String, _ types: ColumnType...) -> Int? {
            layout.slot(name).flatMap { types.contains(layout.type(ofSlot: $0)) ? $0 : nil }
        }
        func code(_ name: String, in slot: Int?) -> Int32? {
            slot.flatMap { layout.values(ofSlot: $0).firstIndex { ByteString($0) == ByteString(name) } }.map(Int32.init)
        }
        let order = totalsLayout.readsOrders ? slot("order_id", .text, .key, .category) : nil
        let currency = totalsLayout.readsAmounts ? slot("currency", .category) : nil
        if let experiment = slot("experiment", .category), let variant = slot("variant", .category),
            let code = code(basis.experiment.text, in: experiment)
        {
            slots = Slots(
                experiment: experiment, variant: variant,
                amount: totalsLayout.readsAmounts ? slot("amount", .decimal) : nil, currency: currency, order: order)
            experimentCode = code
            variantNames = layout.values(ofSlot: variant)
        } else {
            slots = nil
            experimentCode = -1
            variantNames = []
        }
        variants = Array(repeating: .init(statistics: plan.emptyStatistics), count: variantNames.count)
        orderType = order.map(layout.type(ofSlot:)) ?? .text
        currencyCode = code(plan.currency, in: currency) ?? -2
        let sources = layout.sourceNames
        sourceCount = sources.count
        exposes = sources.map { basis.exposureSource == nil || basis.exposureSource == $0 }
        masks = layout.eventNames.flatMap { event in
            sources.map { source in
                totalsLayout.selections.enumerated().reduce(0) { mask, selection in
                    let counts =
                        selection.element.events?.contains(event) ?? true
                        && basis.providers.counts(source, for: selection.element)
                    return counts ? mask | 1 << UInt32(selection.offset) : mask
                }
            }
        }
        purchaseMask = totalsLayout.mask(of: .purchases)
        refundMask = totalsLayout.mask(of: .refunds)
    }

    func consume(_ rows: EventRows) {
        guard let slots else { return }
        let columns = Columns(rows, slots)
        for span in rows.persons {
            if !span.continues {
                closeUnit()
                unit = Unit(kind: span.kind)
            }
            if span.kind == .nobody {
                for row in span.start..<span.end where isExposure(row, columns) { counters.unidentifiedRows += 1 }
            } else if !unit.isExcluded {
                read(span, columns)
            }
        }
    }

    func endBucket() {
        closeUnit()
        unit = Unit()
    }

    /// The tally with variants by name.
    func tally() -> ExperimentTally {
        var tally = counters
        for (name, variant) in zip(variantNames, variants) where variant.units > 0 {
            tally.variants[ByteString(name)] = variant
        }
        return tally
    }

    private func isExposure(_ row: Int, _ columns: Columns) -> Bool {
        guard columns.experiments[row] == experimentCode, columns.variants[row] >= 0 else { return false }
        let time = columns.times[row]
        return time >= basis.starts ?? .min && time < min(basis.ends ?? .max, basis.horizon)
            && exposes[Int(columns.sources[row])]
    }

    private func read(_ span: PersonSpan, _ columns: Columns) {
        var row = span.start
        if unit.variant < 0 {
            while row < span.end, !isExposure(row, columns) { row += 1 }
            guard row < span.end else { return }
            unit.variant = columns.variants[row]
            unit.last = basis.lastInstant(after: columns.times[row])
        }
        let variant = unit.variant
        let last = unit.last
        while row < span.end {
            let time = columns.times[row]
            if time >= basis.horizon { return }
            if columns.experiments[row] == experimentCode, columns.variants[row] != variant, isExposure(row, columns) {
                unit.isExcluded = true
                return
            }
            if time <= last {
                let mask = masks[Int(columns.events[row]) * sourceCount + Int(columns.sources[row])]
                if mask != 0 { add(row, mask, columns) }
            }
            row += 1
        }
    }

    private func add(_ row: Int, _ mask: UInt32, _ columns: Columns) {
        var amount: Int64 = 0
        if let amounts = columns.amounts, columns.amountIsValid?[row] == 1 {
            let currency = columns.currencies?[row] ?? -1
            if currency == -1 || currency == currencyCode {
                amount = amounts[row]
            } else {
                totals.foreignAmounts += 1
            }
        }
        totals.add(mask, amount: amount)
        guard totalsLayout.readsOrders, mask & (purchaseMask | refundMask) != 0 else { return }
        var marks = OrderLedger.Marks()
        if mask & purchaseMask != 0 { marks.insert(.purchased) }
        if mask & refundMask != 0 { marks.insert(.refunded) }
        columns.withOrder(row, orderType) { totals.orders.add($0, marks) }
    }

    private func closeUnit() {
        guard unit.variant >= 0 else { return }
        if basis.unit == .user, unit.kind != .user {
            counters.deviceUnits += 1
        } else if unit.isExcluded {
            counters.excludedUnits += 1
        } else {
            count(&variants[Int(unit.variant)])
            counters.foreignAmounts += totals.foreignAmounts
        }
        totals.reset()
    }

    private func count(_ variant: inout ExperimentTally.Variant) {
        variant.units += 1
        if unit.last >= basis.horizon { variant.openUnits += 1 }
        totals.add(to: &variant.statistics, totalsLayout)
    }

    /// The columns of one batch.
    private struct Columns {
        let times: UnsafeBufferPointer<Int64>
        let events: UnsafeBufferPointer<Int32>
        let sources: UnsafeBufferPointer<Int32>
        let experiments: UnsafeBufferPointer<Int32>
        let variants: UnsafeBufferPointer<Int32>
        let amounts: UnsafeBufferPointer<Int64>?
        let amountIsValid: UnsafeBufferPointer<UInt8>?
        let currencies: UnsafeBufferPointer<Int32>?
        private let rows: EventRows
        private let order: Int?

        init(_ rows: EventRows, _ slots: Slots) {
            self.rows = rows
            times = rows.times
            events = rows.events
            sources = rows.sources
            experiments = rows.codes(slots.experiment)
            variants = rows.codes(slots.variant)
            amounts = slots.amount.map(rows.integers)
            amountIsValid = slots.amount.map(rows.valid)
            currencies = slots.currency.map(rows.codes)
            order = slots.order
        }

        /// Hands over the bytes of the row's order id; none where it has none.
        func withOrder(_ row: Int, _ type: ColumnType, _ body: (UnsafeRawBufferPointer) -> Void) {
            let none = UnsafeRawBufferPointer(start: nil, count: 0)
            guard let order else { return body(none) }
            switch type {
            case .category:
                let code = rows.codes(order)[row]
                if code < 0 { body(none) } else { withUnsafeBytes(of: code, body) }
            case .key:
                if rows.valid(order)[row] == 0 { body(none) } else { withUnsafeBytes(of: rows.keys(order)[row], body) }
            default:
                body(rows.valid(order)[row] == 0 ? none : rows.texts(order)[row])
            }
        }
    }
}
