import Chronology
import EventStore
import Manifest
import Metrics
import Vocabulary

/// What a person did before the row at hand; it goes on from batch to batch.
struct PersonHistory {
    private let plan: MetricsPlan
    /// Per occasion the time of the first row that it looks for; `.max` before it came.
    private var firstTimes: [Int64]
    /// Per occasion the time of the last row that it looks for; `.min` before it came.
    private var lastTimes: [Int64]
    /// The same before the time cell at hand, and before the period.
    private var beforeCell: [Int64]
    private var beforePeriod: [Int64]
    private var lastCells: [Int32]
    private let cellIndex: TimeIndex
    private var sessions = SessionCutter()
    /// The time of the last click; `.min` without one.
    private var touchTime = Int64.min
    /// The codes of the last click, one a dimension.
    private var touch: [Int32]
    /// Where a sale's own codes are changed into credited ones.
    private var credited: [Int32]
    /// Those of the touch columns alone.
    private var creditedTouch: [Int32]
    /// True where somebody clicked within reach of the period.
    private(set) var hasClicks = false
    /// Where orders are, for refunds to find.
    private(set) var places: OrderPlaces
    private let earliestTouch: Int64

    init(_ plan: MetricsPlan, _ layout: MetricsLayout) {
        self.plan = plan
        firstTimes = Array(repeating: .max, count: layout.occasions.count)
        lastTimes = Array(repeating: .min, count: layout.occasions.count)
        beforeCell = lastTimes
        beforePeriod = lastTimes
        lastCells = Array(repeating: -1, count: layout.occasions.count)
        cellIndex = TimeIndex(plan.cells, seen: plan.seen)
        touch = Array(repeating: -1, count: plan.dimensions.count)
        credited = touch
        creditedTouch = Array(repeating: -1, count: plan.touchDimensions.count)
        places = OrderPlaces(width: plan.touchDimensions.count)
        let (earliest, underflow) = plan.seen.start.subtractingReportingOverflow(MetricsPlan.touchWindow)
        earliestTouch = underflow ? .min : earliest
    }

    /// Marks first rows and newcomers, and finds where credited sales belong.
    mutating func lookBack(
        _ rows: EventRows, _ codes: UnsafeBufferPointer<UnsafePointer<Int32>?>, _ scratch: BatchScratch,
        _ layout: MetricsLayout, _ space: inout CellSpace
    ) {
        let bases = layout.firstBases
        let sales = layout.movedBits | (layout.keepsOrderPlaces ? layout.purchaseBit : 0)
        let click = plan.movesSales ? layout.click : -2
        for (index, span) in rows.persons.enumerated() {
            let isPerson = span.kind != .nobody
            if !span.continues { begin() }
            scratch.periodBits[index] = 0
            for row in span.start..<span.end {
                let mask = scratch.masks[row]
                if isPerson, mask & bases != 0 { markOccasions(rows.times[row], row, index, scratch, layout) }
                if isPerson, mask & layout.sessionBases != 0 { markSession(rows, row, scratch, layout) }
                if rows.events[row] == click { noteClick(rows.times[row], row, codes, isPerson) }
                if mask & sales != 0 { place(rows, row, codes, isPerson, scratch, layout, &space) }
            }
        }
    }

    private mutating func begin() {
        for index in firstTimes.indices {
            firstTimes[index] = .max
            lastTimes[index] = .min
            beforeCell[index] = .min
            beforePeriod[index] = .min
            lastCells[index] = -1
        }
        touchTime = .min
        sessions.reset()
    }

    private mutating func markOccasions(
        _ time: Int64, _ row: Int, _ span: Int, _ scratch: BatchScratch, _ layout: MetricsLayout
    ) {
        let cell = scratch.times[row]
        for index in layout.occasions.indices where scratch.masks[row] & layout.occasions[index].base != 0 {
            let occasion = layout.occasions[index]
            let isFirst = firstTimes[index] == .max
            if isFirst { firstTimes[index] = time }
            if occasion.kind == .newcomer { noteAbsence(before: time, index) }
            guard cell >= 0 else { continue }
            switch occasion.kind {
            case .every, .sessionStart, .anotherOrder: break
            case .first:
                if isFirst { scratch.masks[row] |= occasion.bit }
            case .newcomer:
                if wasAway(before: plan.cells.spans[Int(cell)].start, since: beforeCell[index]) { scratch.masks[row] |= occasion.bit }
                if wasAway(before: plan.period.span.start, since: beforePeriod[index]) { scratch.periodBits[span] |= occasion.bit }
            }
        }
    }

    /// Remembers the last row before the time cell, and before the period, in which the present one lies.
    private mutating func noteAbsence(before time: Int64, _ index: Int) {
        let cell = cellIndex.cell(time)
        if cell != lastCells[index] {
            beforeCell[index] = lastTimes[index]
            lastCells[index] = cell
        }
        if lastTimes[index] < plan.period.span.start { beforePeriod[index] = lastTimes[index] }
        lastTimes[index] = time
    }

    /// True where the last row before an instant is too old to count.
    private func wasAway(before start: Int64, since last: Int64) -> Bool {
        guard last != .min, let lookBack = plan.newBuyerLookBack else { return last == .min }
        let (earliest, underflow) = start.subtractingReportingOverflow(lookBack)
        return !underflow && last < earliest
    }

    private mutating func markSession(_ rows: EventRows, _ row: Int, _ scratch: BatchScratch, _ layout: MetricsLayout) {
        let campaign = layout.campaignSlot.map { rows.codes($0)[row] } ?? -1
        guard sessions.begins(rows.times[row], campaign: campaign), scratch.times[row] >= 0 else { return }
        for occasion in layout.occasions where occasion.kind == .sessionStart { scratch.masks[row] |= occasion.bit }
    }

    private mutating func noteClick(
        _ time: Int64, _ row: Int, _ codes: UnsafeBufferPointer<UnsafePointer<Int32>?>, _ isPerson: Bool
    ) {
        if time >= earliestTouch, time < plan.seen.end { hasClicks = true }
        guard isPerson else { return }
        touchTime = time
        for index in touch.indices { touch[index] = codes[index]?[row] ?? -1 }
    }

    /// The cell of a sale by the credit rule, and the place of its order for refunds.
    private mutating func place(
        _ rows: EventRows, _ row: Int, _ codes: UnsafeBufferPointer<UnsafePointer<Int32>?>, _ isPerson: Bool,
        _ scratch: BatchScratch, _ layout: MetricsLayout, _ space: inout CellSpace
    ) {
        let time = rows.times[row]
        let (age, overflow) = time.subtractingReportingOverflow(touchTime)
        let hasTouch = isPerson && touchTime != .min && !overflow && age <= MetricsPlan.touchWindow
        for index in credited.indices {
            if !plan.movesSales || !layout.isTouch[index] {
                credited[index] = codes[index]?[row] ?? -1
            } else {
                credited[index] = hasTouch ? touch[index] : space.unassigned[index]
            }
        }
        let mask = scratch.masks[row]
        if layout.keepsOrderPlaces, mask & layout.purchaseBit != 0, time < plan.seen.end,
            let order = layout.order?.entity(rows, row)
        {
            var place = 0
            for index in credited.indices where layout.isTouch[index] {
                creditedTouch[place] = credited[index]
                place += 1
            }
            places.add(order, at: time, creditedTouch)
        }
        if scratch.times[row] >= 0, mask & layout.movedBits != 0 {
            scratch.movedCells[row] = space.cell(scratch.times[row]) { credited[$0] }
        }
    }
}
