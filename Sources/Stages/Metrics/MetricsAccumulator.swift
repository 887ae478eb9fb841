import EventStore
import StageKit
import Vocabulary

/// One thread's share of a scan: flat numbers per cell, bits per person.
///
/// A batch goes through passes over its rows: time cells and masks, the condition, what persons did before (first rows,
/// touches), cells, and the counting. Nothing is allocated for a row or a person.
final class MetricsAccumulator: ScanConsumer {
    let plan: MetricsPlan
    let layout: MetricsLayout
    private let filter: RowFilter?
    private let timeIndex: TimeIndex
    private(set) var space: CellSpace
    private(set) var history: PersonHistory
    private(set) var counters: MetricsCounters
    private(set) var marked = EntitySet()
    private(set) var waiting: [WaitingRefund] = []
    private(set) var values: [CellValueCounts]
    private(set) var tickets = TicketTable()
    private var trails: PersonTrails
    private var scratch: BatchScratch

    /// - Parameters:
    ///   - kept: Cells that stand for themselves; nil: all.
    ///   - selection: The figure whose persons are listed; nil: none.
    init(_ plan: MetricsPlan, _ scan: any ScanLayout, kept: Set<KeptCell>?, listing selection: MetricsSelection? = nil) {
        self.plan = plan
        layout = MetricsLayout(plan, scan)
        filter = plan.condition.map { RowFilter($0, layout: scan) }
        timeIndex = TimeIndex(plan.cells, seen: plan.seen)
        space = CellSpace(plan, scan, kept: kept)
        history = PersonHistory(plan, layout)
        counters = MetricsCounters(layout, timeCells: plan.cells.count, cutsCells: !plan.dimensions.isEmpty)
        counters.listing = selection.map { [layout] in MetricsListing($0, layout) }
        values = layout.values.map { _ in CellValueCounts() }
        trails = PersonTrails(plan, layout)
        scratch = BatchScratch(dimensions: plan.dimensions.count)
    }

    deinit {
        counters.deallocate()
        scratch.deallocate()
    }

    func consume(_ rows: EventRows) {
        scratch.reserve(max(rows.count, rows.persons.count))
        let scratch = scratch
        markRows(rows)
        for condition in layout.conditions {
            let passes = UnsafeMutableBufferPointer(start: scratch.passes, count: rows.count)
            condition.filter.evaluate(rows, into: passes)
            for row in 0..<rows.count where passes[row] == 0 && (condition.source ?? rows.sources[row]) == rows.sources[row] {
                scratch.masks[row] &= ~condition.bits
            }
        }
        if layout.amountBits != 0 { leaveOutRowsWithoutAmount(rows) }
        if let filter {
            let passes = UnsafeMutableBufferPointer(start: scratch.passes, count: rows.count)
            filter.evaluate(rows, into: passes)
            for row in 0..<rows.count where passes[row] == 0 { scratch.times[row] = -1 }
        }
        let codes = space.codes(rows) { scratch.codes[$0] }
        codes.withUnsafeBufferPointer { codes in
            if layout.looksBack { history.lookBack(rows, codes, scratch, layout, &space) }
            space.place(rows.count, codes, scratch, wanted: layout.ownBits)
        }
        counters.reserve(cells: space.count)
        if layout.keepsMarks { noteMarks(rows) }
        if layout.valueBits != 0 { noteValues(rows) }
        if plan.tickets != nil { noteTickets(rows, codes) }
        if layout.trailBits != 0 { trails.note(rows, scratch, layout, &counters) }
        if layout.waitingBits != 0 { setRefundsAside(rows, codes) }
        counters.count(rows, scratch, layout)
    }

    func endBucket() {
        counters.endPerson(layout)
        if layout.trailBits != 0 { trails.endPerson(layout, &counters) }
    }

    /// Per row its time cell and what it is, as bits.
    private func markRows(_ rows: EventRows) {
        let horizon = plan.period.asOf
        let (times, masks) = (scratch.times, scratch.masks)
        layout.eventBits.withUnsafeBufferPointer { eventBits in
            layout.sourceBits.withUnsafeBufferPointer { sourceBits in
                for row in 0..<rows.count {
                    let time = rows.times[row]
                    times[row] = timeIndex.cell(time)
                    masks[row] =
                        time < horizon ? eventBits[Int(rows.events[row])] & sourceBits[Int(rows.sources[row])] : 0
                }
            }
        }
    }

    /// Takes the bits of selections that need an amount from rows without one.
    private func leaveOutRowsWithoutAmount(_ rows: EventRows) {
        let (masks, bits) = (scratch.masks, layout.amountBits)
        for row in 0..<rows.count where masks[row] & bits != 0 && !layout.hasAmount(rows, row) { masks[row] &= ~bits }
    }

    private func noteMarks(_ rows: EventRows) {
        let masks = scratch.masks
        for (number, mark) in layout.marks.enumerated() {
            for row in 0..<rows.count where masks[row] & mark.bit != 0 && mark.span.contains(rows.times[row]) {
                if let order = layout.order?.entity(rows, row) { marked.insert(order, Int32(truncatingIfNeeded: number)) }
            }
        }
    }

    private func noteValues(_ rows: EventRows) {
        let (times, masks) = (scratch.times, scratch.masks)
        for (kind, all) in layout.values.enumerated() {
            for row in 0..<rows.count where times[row] >= 0 && masks[row] & all.bit != 0 {
                if let value = all.isMoney ? layout.money(all.column, rows, row) : all.column.value(rows, row) {
                    let isMoved = all.bit & layout.movedBits != 0
                    values[kind].add(value, isMoved ? scratch.movedCells[row] : scratch.cells[row], 1)
                }
            }
        }
    }

    /// Rows without a ticket's id tell of none.
    private func noteTickets(_ rows: EventRows, _ codes: [UnsafePointer<Int32>?]) {
        let (times, masks, bits) = (scratch.times, scratch.masks, layout.ticketBits)
        let any = bits.opened | bits.responded | bits.resolved
        let start = plan.period.span.start
        for row in 0..<rows.count where masks[row] & any != 0 && rows.times[row] >= start {
            guard let key = layout.ticket?.entity(rows, row) else { continue }
            let (mask, time) = (masks[row], rows.times[row])
            let isOpening = mask & bits.opened != 0
            tickets.add(
                key,
                Ticket(
                    opened: isOpening ? time : .max, responded: mask & bits.responded != 0 ? time : .max,
                    resolved: mask & bits.resolved != 0 ? time : .max, time: isOpening ? times[row] : -1,
                    codes: isOpening ? codes.map { $0?[row] ?? -1 } : codes.map { _ in -1 }))
        }
    }

    /// Keeps refunds for the end, when the place of every order is known.
    private func setRefundsAside(_ rows: EventRows, _ codes: [UnsafePointer<Int32>?]) {
        let (times, masks, bits) = (scratch.times, scratch.masks, layout.waitingBits)
        for row in 0..<rows.count where times[row] >= 0 && masks[row] & bits != 0 {
            let mask = masks[row] & bits
            waiting.append(
                WaitingRefund(
                    order: layout.order?.entity(rows, row), time: times[row], mask: mask,
                    codes: codes.map { $0?[row] ?? -1 },
                    values: layout.numbers.map { mask & $0.bit == 0 ? nil : layout.value($0, rows, row) }))
        }
    }
}

/// A refund row whose place is known only when all orders are.
struct WaitingRefund {
    var order: Key128?
    let time: Int32
    let mask: UInt64
    /// The row's own codes, one a dimension.
    var codes: [Int32]
    /// One a column operation; nil where the row has no value or is in another currency.
    let values: [Int64?]
}
