import EventStore
import Metrics
import StageKit
import Statistics
import Vocabulary

/// Sums, over its share of the persons, what each exposed unit did after its first exposure.
final class ExposureAccumulator: ScanConsumer {
    /// The unit whose rows are being read; its rows may come in several slices.
    private struct Unit {
        var kind = PersonKind.nobody
        /// The code of the variant first seen; -1 before the first exposure.
        var variant: Int32 = -1
        /// The instant of the first exposure.
        var exposed: Int64 = 0
        /// The instant from which rows count: of the exposure, or of the activation behind it.
        var entered: Int64 = 0
        /// The last instant of the window.
        var last: Int64 = .max
        var isExcluded = false
        /// True from the exposure on where there is no activation event.
        var isActive = false
    }

    private struct Slots {
        let experiment: Int?
        let variant: Int?
        let amount: Int?
        let currency: Int?
        let order: Int?
    }

    private let basis: EventBasis
    private let totalsLayout: UnitTotalsLayout
    private let bounds: [WinsorizingBounds]
    /// How long before its exposure a unit's rows are looked at in this round; nil: not at all.
    private let lookBack: Int64?
    /// The first day of the look-back.
    private let firstHistory: Range<Int64>
    /// nil where nothing live can make a unit enter.
    private let slots: Slots?
    private let orderType: ColumnType
    private let experimentCode: Int32
    /// The code of the report currency; -2 where no row has it.
    private let currencyCode: Int32
    private let variantNames: [String]
    /// By event: whether it makes a unit enter, where no experiment column does.
    private let enters: [Bool]
    /// By event: whether it activates a unit. Empty: none has to.
    private let activates: [Bool]
    /// The slots of the plan's dimensions, with the names behind their codes.
    private let dimensions: [(slot: Int?, names: [String])]
    /// By source: whether its rows count as exposures.
    private let exposes: [Bool]
    /// By event and source: the selections that a row belongs to.
    private let masks: [UInt32]
    private let sourceCount: Int
    private let purchaseMask: UInt32
    private let refundMask: UInt32

    private var unit = Unit()
    private var totals: UnitTotals
    private var history = UnitHistory()
    private var before: UnitTotals
    /// The unit's codes of the dimensions at its exposure; -1 is null.
    private var unitSegments: [Int32]
    /// By code.
    private var variants: [VariantCounts]
    private let emptyStatistics: [MetricStatistic]
    private var counters = ExperimentTally()
    /// The unit whose rows are being read.
    private var person = Key128.zero
    private let listing: ExperimentListing?

    /// What is counted of a variant while names are codes.
    private struct VariantCounts {
        var sums: ExperimentTally.Variant
        /// By place in the basis' days; empty before the first unit.
        var arrivals: [Int64] = []
        /// One a dimension, by code.
        var segments: [[Int32: ExperimentTally.Segment]]
    }

    init(
        _ basis: EventBasis, _ plan: ExperimentPlan, _ round: ExperimentRound, _ totalsLayout: UnitTotalsLayout,
        _ layout: any ScanLayout, listing: ExperimentListing? = nil
    ) {
        self.basis = basis
        self.totalsLayout = totalsLayout
        self.listing = listing
        if case .effects(let bounds) = round {
            self.bounds = bounds
            lookBack = basis.lookBack
        } else {
            bounds = []
            lookBack = nil
        }
        firstHistory = basis.reach.start..<max(basis.reach.start, basis.reach.start.addingDay)
        totals = UnitTotals(totalsLayout)
        before = UnitTotals(totalsLayout)
        func slot(_ name: String, _ types: ColumnType...) -> Int? {
            layout.slot(name).flatMap { types.contains(layout.type(ofSlot: $0)) ? $0 : nil }
        }
        func code(_ name: String, in slot: Int?) -> Int32? {
            slot.flatMap { layout.values(ofSlot: $0).firstIndex { ByteString($0) == ByteString(name) } }.map(Int32.init)
        }
        let order = totalsLayout.readsOrders ? slot("order_id", .text, .key, .category) : nil
        let currency = totalsLayout.readsAmounts ? slot("currency", .category) : nil
        let amount = totalsLayout.readsAmounts ? slot("amount", .decimal) : nil
        switch basis.entry {
        case .exposure(let name):
            enters = []
            if let experiment = slot("experiment", .category), let variant = slot("variant", .category),
                let code = code(name.text, in: experiment)
            {
                slots = Slots(
                    experiment: experiment, variant: variant, amount: amount, currency: currency, order: order)
                experimentCode = code
                variantNames = layout.values(ofSlot: variant)
            } else {
                slots = nil
                experimentCode = -1
                variantNames = []
            }
        case .event(let names):
            enters = layout.eventNames.map(names.contains)
            slots = Slots(experiment: nil, variant: nil, amount: amount, currency: currency, order: order)
            experimentCode = -1
            variantNames = [plan.control.text]
        }
        activates = basis.activation.isEmpty ? [] : layout.eventNames.map(basis.activation.contains)
        dimensions = plan.dimensions.map { name in
            let slot = slot(name, .category)
            return (slot, slot.map(layout.values(ofSlot:)) ?? [])
        }
        unitSegments = dimensions.map { _ in -1 }
        let empty = plan.emptyVariant(round)
        emptyStatistics = empty.statistics
        let counts = VariantCounts(sums: empty, segments: plan.dimensions.map { _ in [:] })
        variants = Array(repeating: counts, count: variantNames.count)
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
        if lookBack != nil { countFirstHistory(rows) }
        for (place, span) in rows.persons.enumerated() {
            if !span.continues {
                closeUnit()
                unit = Unit(kind: span.kind)
                person = rows.personKeys[place]
            }
            if span.kind == .nobody {
                for row in span.start..<span.end where isExposure(row, columns) { counters.unidentifiedRows += 1 }
            } else if !(unit.isExcluded && unit.isActive) {
                read(span, columns)
            }
        }
    }

    func endBucket() {
        closeUnit()
        unit = Unit()
    }

    /// The tally with variants and segments by name.
    func tally() -> ExperimentTally {
        var tally = counters
        for (name, counts) in zip(variantNames, variants) where counts.sums.assigned > 0 {
            var variant = counts.sums
            for (place, units) in counts.arrivals.enumerated() where units > 0 {
                variant.arrivals[basis.days.first + Int32(place)] = units
            }
            variant.segments = zip(counts.segments, dimensions).map { segments, dimension in
                Dictionary(
                    uniqueKeysWithValues: segments.map {
                        ($0.key < 0 ? nil : ByteString(dimension.names[Int($0.key)]), $0.value)
                    })
            }
            tally.variants[ByteString(name)] = variant
        }
        return tally
    }

    private func isExposure(_ row: Int, _ columns: Columns) -> Bool {
        if let experiments = columns.experiments, let variants = columns.variants {
            guard experiments[row] == experimentCode, variants[row] >= 0 else { return false }
        } else {
            guard enters[Int(columns.events[row])] else { return false }
        }
        let time = columns.times[row]
        return time >= basis.starts ?? .min && time < min(basis.ends ?? .max, basis.horizon)
            && exposes[Int(columns.sources[row])]
    }

    private func countFirstHistory(_ rows: EventRows) {
        for time in rows.times where firstHistory.contains(time) { counters.firstHistoryRows += 1 }
    }

    private func read(_ span: PersonSpan, _ columns: Columns) {
        var row = span.start
        if unit.variant < 0 {
            while row < span.end, !isExposure(row, columns) {
                if lookBack != nil { remember(row, columns) }
                row += 1
            }
            guard row < span.end else { return }
            expose(row, columns)
        }
        if unit.isActive, totalsLayout.retentionDays.isEmpty {
            readWindow(row, span.end, columns)
        } else {
            readAll(row, span.end, columns)
        }
    }

    private func expose(_ row: Int, _ columns: Columns) {
        unit.variant = columns.variants?[row] ?? 0
        unit.exposed = columns.times[row]
        for (index, dimension) in dimensions.enumerated() {
            unitSegments[index] = dimension.slot.map { columns.code(row, $0) } ?? -1
        }
        if activates.isEmpty { enter(at: unit.exposed) }
    }

    private func enter(at time: Int64) {
        unit.isActive = true
        unit.entered = time
        unit.last = basis.lastInstant(after: time)
    }

    /// Reads the rows of an active unit, up to one of another variant.
    private func readWindow(_ start: Int, _ end: Int, _ columns: Columns) {
        let variant = unit.variant
        let last = unit.last
        for row in start..<end {
            let time = columns.times[row]
            if time >= basis.horizon { return }
            if isOtherVariant(row, than: variant, columns) {
                unit.isExcluded = true
                return
            }
            if time <= last {
                let mask = masks[Int(columns.events[row]) * sourceCount + Int(columns.sources[row])]
                if mask != 0 { add(row, mask, columns) }
            }
        }
    }

    /// The same with activation and retention; a unit in two variants is read on as long as it may be activated.
    private func readAll(_ start: Int, _ end: Int, _ columns: Columns) {
        for row in start..<end {
            let time = columns.times[row]
            if time >= basis.horizon { return }
            if isOtherVariant(row, than: unit.variant, columns) { unit.isExcluded = true }
            if !unit.isActive, activates[Int(columns.events[row])] { enter(at: time) }
            guard unit.isActive else { continue }
            if unit.isExcluded { return }
            for (place, day) in totalsLayout.retentionDays.enumerated() {
                let first = unit.entered + Int64(day) * Self.day
                if time >= first, time < first + Self.day { totals.retained[place] = true }
            }
            if time <= unit.last {
                let mask = masks[Int(columns.events[row]) * sourceCount + Int(columns.sources[row])]
                if mask != 0 { add(row, mask, columns) }
            }
        }
    }

    private static let day: Int64 = 86_400_000_000

    @inline(__always)
    private func isOtherVariant(_ row: Int, than variant: Int32, _ columns: Columns) -> Bool {
        guard let experiments = columns.experiments, let variants = columns.variants else { return false }
        return experiments[row] == experimentCode && variants[row] != variant && isExposure(row, columns)
    }

    private func remember(_ row: Int, _ columns: Columns) {
        let time = columns.times[row]
        guard let lookBack, time < min(basis.ends ?? .max, basis.horizon) else { return }
        history.sawRow(at: time)
        history.forget(before: time - lookBack)
        let mask = masks[Int(columns.events[row]) * sourceCount + Int(columns.sources[row])]
        guard mask != 0 else { return }
        let amount = columns.amount(row, currencyCode) ?? 0
        let marks = marks(of: mask)
        if marks.isEmpty {
            history.add(at: time, mask, amount: amount, marks, order: UnsafeRawBufferPointer(start: nil, count: 0))
        } else {
            columns.withOrder(row, orderType) { history.add(at: time, mask, amount: amount, marks, order: $0) }
        }
    }

    /// What a row does to its order; nothing where no metric reads orders.
    private func marks(of mask: UInt32) -> OrderLedger.Marks {
        guard totalsLayout.readsOrders else { return [] }
        var marks = OrderLedger.Marks()
        if mask & purchaseMask != 0 { marks.insert(.purchased) }
        if mask & refundMask != 0 { marks.insert(.refunded) }
        return marks
    }

    private func add(_ row: Int, _ mask: UInt32, _ columns: Columns) {
        let amount = columns.amount(row, currencyCode)
        if amount == nil { totals.foreignAmounts += 1 }
        totals.add(mask, amount: amount ?? 0)
        let marks = marks(of: mask)
        if !marks.isEmpty { columns.withOrder(row, orderType) { totals.orders.add($0, marks) } }
    }

    private func closeUnit() {
        if unit.variant >= 0 {
            if basis.unit == .user, unit.kind != .user {
                counters.deviceUnits += 1
            } else {
                count(&variants[Int(unit.variant)])
                if let listing { list(listing) }
            }
            totals.reset()
        }
        if lookBack != nil { history.reset() }
    }

    private func count(_ variant: inout VariantCounts) {
        variant.sums.assigned += 1
        if variant.arrivals.isEmpty { variant.arrivals = Array(repeating: 0, count: basis.days.count) }
        variant.arrivals[basis.days.index(of: unit.exposed)] += 1
        if unit.isActive, !activates.isEmpty { variant.sums.activated += 1 }
        if unit.isExcluded {
            counters.excludedUnits += 1
            return
        }
        guard unit.isActive else { return }
        if unit.last >= basis.horizon {
            variant.sums.openUnits += 1
            if basis.leavesOutOpen { return }
        }
        variant.sums.units += 1
        counters.foreignAmounts += totals.foreignAmounts
        let known = boundHistory()
        addUnit(to: &variant.sums.statistics, known)
        for (dimension, code) in unitSegments.enumerated() {
            variant.segments[dimension][code, default: .init(statistics: emptyStatistics)].units += 1
            addUnit(to: &variant.segments[dimension][code]!.statistics, known)
        }
    }

    /// Lists the unit where the figure that is asked for counts it.
    private func list(_ listing: ExperimentListing) {
        let (entered, horizon) = (unit.entered, basis.horizon)
        let fate = ExperimentListing.Fate(
            variant: ByteString(variantNames[Int(unit.variant)]),
            segments: zip(unitSegments, dimensions).map { $0 < 0 ? nil : ByteString($1.names[Int($0)]) },
            isActive: unit.isActive, needsActivation: !activates.isEmpty, isExcluded: unit.isExcluded,
            isOpen: unit.last >= horizon, leavesOutOpen: basis.leavesOutOpen
        ) { metric in
            self.totals.outcome(of: metric, self.totalsLayout) { place in
                entered + Int64(self.totalsLayout.retentionDays[place] + 1) * Self.day <= horizon
            }
        }
        if listing.includes(fate) { counters.listed.append(ListedPerson(person, unit.kind)) }
    }

    private func addUnit(to statistics: inout [MetricStatistic], _ history: UnitTotals.BoundTotals?) {
        let entered = unit.entered
        let horizon = basis.horizon
        totals.add(to: &statistics, totalsLayout, bounds: bounds, before: history) { place in
            entered + Int64(totalsLayout.retentionDays[place] + 1) * Self.day <= horizon
        }
    }

    /// What the unit did in the look-back; nil where it was not there.
    private func boundHistory() -> UnitTotals.BoundTotals? {
        guard let lookBack, history.isKnown(before: unit.exposed, lookBack: lookBack) else { return nil }
        before.reset()
        history.add(to: &before, before: unit.exposed, lookBack: lookBack)
        return before.bind(totalsLayout)
    }

    /// The columns of one batch.
    private struct Columns {
        let times: UnsafeBufferPointer<Int64>
        let events: UnsafeBufferPointer<Int32>
        let sources: UnsafeBufferPointer<Int32>
        /// nil where an event makes a unit enter.
        let experiments: UnsafeBufferPointer<Int32>?
        let variants: UnsafeBufferPointer<Int32>?
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
            experiments = slots.experiment.map(rows.codes)
            variants = slots.variant.map(rows.codes)
            amounts = slots.amount.map(rows.integers)
            amountIsValid = slots.amount.map(rows.valid)
            currencies = slots.currency.map(rows.codes)
            order = slots.order
        }

        func code(_ row: Int, _ slot: Int) -> Int32 { rows.codes(slot)[row] }

        /// The row's amount, 0 without one; nil where it is in another currency than the report's.
        func amount(_ row: Int, _ reportCurrency: Int32) -> Int64? {
            guard let amounts, amountIsValid?[row] == 1 else { return 0 }
            let currency = currencies?[row] ?? -1
            return currency == -1 || currency == reportCurrency ? amounts[row] : nil
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

extension Int64 {
    /// A day later.
    fileprivate var addingDay: Int64 {
        let (sum, overflow) = addingReportingOverflow(86_400_000_000)
        return overflow ? .max : sum
    }
}
