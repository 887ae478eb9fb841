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
        /// It met the experiment before its start, so what it did then is no history without it.
        var metBefore = false
        /// True from the exposure on where there is no activation event.
        var isActive = false
    }

    private let basis: EventBasis
    private let rules: ExposureRules
    private let totalsLayout: UnitTotalsLayout
    private let given: ExperimentGiven
    /// How long before its exposure a unit's rows are looked at in this round; nil: not at all.
    private let lookBack: Int64?
    /// The first day of the look-back.
    private let firstHistory: Range<Int64>
    private let purchaseMask: UInt32
    private let refundMask: UInt32

    private var unit = Unit()
    private var totals: UnitTotals
    private var history: UnitHistory
    private var before: UnitTotals
    /// The unit's codes of the dimensions at its exposure; -1 is null.
    private var unitSegments: [Int32]
    /// By code.
    private var variants: [VariantCounts]
    private let emptyStatistics: [MetricStatistic]
    private var counters: ExperimentTally
    private var names: ExperimentNames
    private let notesNames: Bool
    /// Where units are devices: that of the unit at hand, and what the person's other devices are at.
    private var device: Key128?
    private var others: [Key128: Suspended] = [:]

    private struct Suspended {
        var unit: Unit
        var totals: UnitTotals
        var history: UnitHistory
        var segments: [Int32]
    }
    /// The person whose rows are being read.
    private var person = Key128.zero
    private let listing: ExperimentListing?

    /// What is counted of a variant while names are codes.
    private struct VariantCounts {
        var sums: ExperimentTally.Variant
        /// By place in the basis' days; empty before the first unit.
        var arrivals: [Int64] = []
        /// One a dimension, by code.
        var segments: [[Int32: ExperimentTally.Segment]]
        /// The quantiles of the first round, one a metric; and one a dimension, by code.
        var thresholds: [Int128?] = []
        var segmentThresholds: [[Int32: [Int128?]]] = []
    }

    init(
        _ basis: EventBasis, _ plan: ExperimentPlan, _ round: ExperimentRound, _ given: ExperimentGiven,
        _ totalsLayout: UnitTotalsLayout, _ layout: any ScanLayout, listing: ExperimentListing? = nil
    ) {
        self.basis = basis
        self.totalsLayout = totalsLayout
        self.given = given
        self.listing = listing
        lookBack = round == .effects ? basis.lookBack : nil
        firstHistory = basis.reach.start..<max(basis.reach.start, basis.reach.start.addingDay)
        totals = UnitTotals(totalsLayout)
        before = UnitTotals(totalsLayout)
        history = UnitHistory(keepsInstants: !totalsLayout.retentionDays.isEmpty)
        rules = ExposureRules(basis, plan, totalsLayout, layout)
        unitSegments = rules.dimensions.map { _ in -1 }
        let empty = plan.emptyVariant(round)
        emptyStatistics = empty.statistics
        let counts = VariantCounts(sums: empty, segments: plan.dimensions.map { _ in [:] })
        variants = Array(repeating: counts, count: rules.variantNames.count)
        for (index, name) in rules.variantNames.enumerated() {
            guard let cell = given.thresholds[ByteString(name)] else { continue }
            variants[index].thresholds = cell.whole
            variants[index].segmentThresholds = zip(cell.segments, rules.dimensions).map { segments, dimension in
                var byCode: [Int32: [Int128?]] = [-1: segments[nil] ?? []]
                for (code, name) in dimension.names.enumerated() { byCode[Int32(code)] = segments[ByteString(name)] }
                return byCode
            }
        }
        counters = ExperimentTally(round: round)
        names = ExperimentNames(basis, layout)
        notesNames = if case .exposure = basis.entry { round == .effects } else { false }
        purchaseMask = totalsLayout.mask(of: .purchases)
        refundMask = totalsLayout.mask(of: .refunds)
    }

    func consume(_ rows: EventRows) {
        if notesNames { names.note(rows) }
        guard let slots = rules.slots else { return }
        let columns = ExposureColumns(rows, slots)
        if lookBack != nil { countFirstHistory(rows) }
        for (place, span) in rows.persons.enumerated() {
            if !span.continues {
                closePerson()
                unit = Unit(kind: span.kind)
                person = rows.personKeys[place]
            }
            if span.kind == .nobody {
                for row in span.start..<span.end where rules.isExposure(row, columns) { counters.unidentifiedRows += 1 }
            } else if basis.unit == .device {
                readDevices(span, columns)
            } else {
                read(span.start, span.end, columns)
            }
        }
    }

    func endBucket() {
        closePerson()
        unit = Unit()
    }

    /// The tally with variants and segments by name.
    func tally() -> ExperimentTally {
        var tally = counters
        tally.experiments = names.experiments
        for (name, counts) in zip(rules.variantNames, variants) where counts.sums.assigned > 0 {
            var variant = counts.sums
            for (place, units) in counts.arrivals.enumerated() where units > 0 {
                variant.arrivals[basis.days.first + Int32(place)] = units
            }
            variant.segments = zip(counts.segments, rules.dimensions).map { segments, dimension in
                Dictionary(
                    uniqueKeysWithValues: segments.map {
                        ($0.key < 0 ? nil : ByteString(dimension.names[Int($0.key)]), $0.value)
                    })
            }
            tally.variants[ByteString(name)] = variant
        }
        return tally
    }

    private func countFirstHistory(_ rows: EventRows) {
        for time in rows.times where firstHistory.contains(time) { counters.firstHistoryRows += 1 }
    }

    /// Reads the rows of the unit at hand.
    private func read(_ start: Int, _ end: Int, _ columns: ExposureColumns) {
        guard !(unit.isExcluded && unit.isActive) else { return }
        var row = start
        if unit.variant < 0 {
            while row < end, !rules.isExposure(row, columns) {
                if lookBack != nil {
                    if rules.isEarlyExposure(row, columns) { unit.metBefore = true }
                    remember(row, columns)
                }
                row += 1
            }
            guard row < end else { return }
            expose(row, columns)
        }
        if unit.isActive, totalsLayout.retentionDays.isEmpty {
            readWindow(row, end, columns)
        } else {
            readAll(row, end, columns)
        }
    }

    /// Reads the rows of a person device by device, each device a unit of its own. Devices that several persons use are left
    /// out; rows without a device belong to none.
    private func readDevices(_ span: PersonSpan, _ columns: ExposureColumns) {
        var row = span.start
        while row < span.end {
            guard let key = columns.device(row) else {
                if rules.isExposure(row, columns) { counters.unidentifiedRows += 1 }
                row += 1
                continue
            }
            var end = row + 1
            while end < span.end, columns.device(end) == key { end += 1 }
            if !given.sharedDevices.contains(key) {
                turn(to: key, span.kind)
                read(row, end, columns)
            }
            row = end
        }
    }

    private func turn(to key: Key128, _ kind: PersonKind) {
        guard device != key else { return }
        if let device {
            others[device] = Suspended(unit: unit, totals: totals, history: history, segments: unitSegments)
        }
        device = key
        resume(
            others.removeValue(forKey: key)
                ?? Suspended(
                    unit: Unit(kind: kind), totals: UnitTotals(totalsLayout), history: UnitHistory(keepsInstants: !totalsLayout.retentionDays.isEmpty),
                    segments: rules.dimensions.map { _ in -1 }))
    }

    private func resume(_ other: Suspended) {
        unit = other.unit
        totals = other.totals
        history = other.history
        unitSegments = other.segments
    }

    private func closePerson() {
        closeUnit()
        guard device != nil else { return }
        device = nil
        for other in others.values {
            resume(other)
            closeUnit()
        }
        others.removeAll(keepingCapacity: true)
    }

    private func expose(_ row: Int, _ columns: ExposureColumns) {
        unit.variant = columns.variants?[row] ?? 0
        unit.exposed = columns.times[row]
        for (index, dimension) in rules.dimensions.enumerated() {
            unitSegments[index] = dimension.slot.map { columns.code(row, $0) } ?? -1
        }
        if !rules.needsActivation { enter(at: unit.exposed) }
    }

    private func enter(at time: Int64) {
        unit.isActive = true
        unit.entered = time
        unit.last = basis.lastInstant(after: time)
    }

    /// Reads the rows of an active unit, up to one of another variant.
    private func readWindow(_ start: Int, _ end: Int, _ columns: ExposureColumns) {
        let variant = unit.variant
        let last = unit.last
        for row in start..<end {
            let time = columns.times[row]
            if time >= basis.horizon { return }
            if rules.isOtherVariant(row, than: variant, columns) {
                unit.isExcluded = true
                return
            }
            if time <= last {
                let mask = rules.mask(row, columns)
                if mask != 0 { add(row, mask, columns) }
            }
        }
    }

    /// The same with activation and retention; a unit in two variants is read on as long as it may be activated.
    private func readAll(_ start: Int, _ end: Int, _ columns: ExposureColumns) {
        for row in start..<end {
            let time = columns.times[row]
            if time >= basis.horizon { return }
            if rules.isOtherVariant(row, than: unit.variant, columns) { unit.isExcluded = true }
            if !unit.isActive, rules.isActivation(row, columns) { enter(at: time) }
            guard unit.isActive else { continue }
            if unit.isExcluded { return }
            for (place, day) in totalsLayout.retentionDays.enumerated() {
                let first = unit.entered + Int64(day) * Self.day
                if time >= first, time < first + Self.day { totals.retained[place] = true }
            }
            if time <= unit.last {
                let mask = rules.mask(row, columns)
                if mask != 0 { add(row, mask, columns) }
            }
        }
    }

    private static let day: Int64 = 86_400_000_000

    private func remember(_ row: Int, _ columns: ExposureColumns) {
        let time = columns.times[row]
        guard let lookBack, time < min(basis.ends ?? .max, basis.horizon) else { return }
        history.sawRow(at: time)
        history.forget(before: time - lookBack)
        let mask = rules.mask(row, columns)
        guard mask != 0 else { return }
        let amount: Int64? = if case .number(let number) = columns.amount(row, rules.currency) { number } else { nil }
        let marks = marks(of: mask, hasAmount: amount != nil)
        if marks.isEmpty {
            history.add(at: time, mask, amount: amount ?? 0, marks, order: UnsafeRawBufferPointer(start: nil, count: 0))
        } else {
            columns.withOrder(row, rules.orderType) { history.add(at: time, mask, amount: amount ?? 0, marks, order: $0) }
        }
    }

    /// What a row does to its order; nothing where no metric reads orders.
    private func marks(of mask: UInt32, hasAmount: Bool) -> OrderLedger.Marks {
        guard totalsLayout.readsOrders else { return [] }
        var marks = OrderLedger.Marks()
        if mask & purchaseMask != 0 { marks.insert(.purchased) }
        if mask & refundMask != 0 { marks.insert(.refunded) }
        if hasAmount, mask & totalsLayout.pricedMask != 0 { marks.insert(.priced) }
        return marks
    }

    private func add(_ row: Int, _ mask: UInt32, _ columns: ExposureColumns) {
        var amount: Int64?
        var leavesMoneyOut = false
        switch columns.amount(row, rules.currency) {
        case .number(let number): amount = number
        case .none: break
        case .leftOut: leavesMoneyOut = true
        }
        totals.add(mask, amount: amount ?? 0)
        let marks = marks(of: mask, hasAmount: amount != nil)
        if !marks.isEmpty { columns.withOrder(row, rules.orderType) { totals.orders.add($0, marks) } }
        for (place, wanted) in totalsLayout.eventValues.enumerated() where mask & wanted.mask != 0 {
            switch columns.value(row, place, rules.currency) {
            case .number(let value): totals.values[place].append(value)
            case .none: break
            case .leftOut: leavesMoneyOut = true
            }
        }
        if leavesMoneyOut { totals.foreignAmounts += 1 }
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
        if unit.isActive, rules.needsActivation { variant.sums.activated += 1 }
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
        if unit.metBefore { counters.earlyUnits += 1 }
        let known = boundHistory()
        addUnit(to: &variant.sums.statistics, variant.thresholds, known)
        for (dimension, code) in unitSegments.enumerated() {
            let thresholds = variant.segmentThresholds.isEmpty ? [] : variant.segmentThresholds[dimension][code] ?? []
            var segment = variant.segments[dimension].removeValue(forKey: code) ?? .init(statistics: emptyStatistics)
            segment.units += 1
            addUnit(to: &segment.statistics, thresholds, known)
            variant.segments[dimension][code] = segment
        }
    }

    /// Lists the unit where the figure that is asked for counts it.
    private func list(_ listing: ExperimentListing) {
        let (entered, horizon) = (unit.entered, basis.horizon)
        let fate = ExperimentListing.Fate(
            variant: ByteString(rules.variantNames[Int(unit.variant)]),
            segments: zip(unitSegments, rules.dimensions).map { $0 < 0 ? nil : ByteString($1.names[Int($0)]) },
            isActive: unit.isActive, needsActivation: rules.needsActivation, isExcluded: unit.isExcluded,
            isOpen: unit.last >= horizon, leavesOutOpen: basis.leavesOutOpen
        ) { metric in
            self.totals.outcome(of: metric, self.totalsLayout) { place in
                entered + Int64(self.totalsLayout.retentionDays[place] + 1) * Self.day <= horizon
            }
        }
        if listing.includes(fate) { counters.listed.append(device.map { ListedPerson($0, .device) } ?? ListedPerson(person, unit.kind)) }
    }

    private func addUnit(
        to statistics: inout [MetricStatistic], _ thresholds: [Int128?], _ history: UnitTotals.BoundTotals?
    ) {
        let entered = unit.entered
        let horizon = basis.horizon
        totals.add(to: &statistics, totalsLayout, bounds: given.bounds, thresholds: thresholds, before: history) { place in
            entered + Int64(totalsLayout.retentionDays[place] + 1) * Self.day <= horizon
        }
    }

    /// What the unit did in the look-back; nil where it was not there.
    private func boundHistory() -> UnitTotals.BoundTotals? {
        guard let lookBack, !unit.metBefore, history.isKnown(before: unit.exposed, lookBack: lookBack) else { return nil }
        before.reset()
        history.add(to: &before, before: unit.exposed, lookBack: lookBack)
        return before.bind(totalsLayout, activeDays: history.activeDays(before: unit.exposed, lookBack: lookBack))
    }
}

extension Int64 {
    /// A day later.
    fileprivate var addingDay: Int64 {
        let (sum, overflow) = addingReportingOverflow(86_400_000_000)
        return overflow ? .max : sum
    }
}
