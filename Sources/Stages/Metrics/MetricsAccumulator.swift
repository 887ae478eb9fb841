import Chronology
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
    let filter: RowFilter?
    let condition: Bool
    var space: CellSpace
    var scratch: BatchScratch
    var history: PersonHistory
    var person: PersonTally

    /// Per cell, one a counted bit.
    var counts = GrowingBuffer<Int64>(zero: 0)
    /// Per cell, one a column operation.
    var numbers = GrowingBuffer<Int128>(zero: 0)
    /// 1 where an operation has met a value.
    var filled = GrowingBuffer<UInt8>(zero: 0)
    /// Per cell, one a measure of persons.
    var persons = GrowingBuffer<Int64>(zero: 0)
    /// Per cell the bits of the present person's rows.
    var bits = GrowingBuffer<UInt64>(zero: 0)
    /// Per cell and occasion the present person's first order.
    var firstOrders = GrowingBuffer<Key128>(zero: .zero)
    var entities: [EntitySet]
    var refunded = EntitySet()
    var places: OrderPlaces
    var waiting = WaitingRefunds()

    /// The period as a whole, counted apart from the cells, so that the books can be compared.
    var totalCounts: [Int64]
    var totalNumbers: [Int128]
    var timePersons: [Int64]
    var totalPersons: [Int64]
    var rowsOfNobody: Int64 = 0
    var foreignRows: Int64 = 0
    var hasClicks = false
    /// Gives every order without an id a key of its own.
    private var anonymousOrders: UInt64 = 0

    init(_ plan: MetricsPlan, _ scan: any ScanLayout, kept: Set<KeptCell>?) {
        self.plan = plan
        layout = MetricsLayout(plan, scan)
        filter = plan.condition.map { RowFilter($0, layout: scan) }
        condition = plan.condition != nil
        space = CellSpace(plan, scan, kept: kept)
        scratch = BatchScratch(dimensions: plan.dimensions.count)
        history = PersonHistory(dimensions: plan.dimensions.count, occasions: layout.occasions.count)
        person = PersonTally(occasions: layout.occasions.count)
        entities = layout.entities.map { _ in EntitySet() }
        places = OrderPlaces(width: plan.touchDimensions.count)
        totalCounts = Array(repeating: 0, count: layout.counts.count)
        totalNumbers = Array(repeating: 0, count: layout.numbers.count)
        timePersons = Array(repeating: 0, count: plan.cells.count * layout.persons.count)
        totalPersons = Array(repeating: 0, count: layout.persons.count)
    }

    deinit {
        counts.deallocate()
        numbers.deallocate()
        filled.deallocate()
        persons.deallocate()
        bits.deallocate()
        firstOrders.deallocate()
        scratch.deallocate()
    }

    func consume(_ rows: EventRows) {
        scratch.reserve(max(rows.count, rows.persons.count))
        markRows(rows)
        applyCondition(rows)
        let codes = space.codes(rows) { scratch.codes[$0] }
        if !layout.occasions.isEmpty || plan.movesSales || layout.keepsOrderPlaces { lookBack(rows, codes) }
        placeRows(rows, codes)
        reserveCells()
        if layout.keepsRefunds { noteRefunds(rows) }
        if layout.waitingBits != 0 { setRefundsAside(rows, codes) }
        count(rows)
    }

    func endBucket() { endPerson() }

    /// Per row its time cell and what it is, as bits.
    private func markRows(_ rows: EventRows) {
        let horizon = plan.period.asOf
        var span = TimeSpan(start: 0, end: 0)
        var cell: Int32 = -1
        let (times, masks) = (scratch.times, scratch.masks)
        layout.eventBits.withUnsafeBufferPointer { eventBits in
            layout.sourceBits.withUnsafeBufferPointer { sourceBits in
                for row in 0..<rows.count {
                    let time = rows.times[row]
                    if !span.contains(time) {
                        (cell, span) = timeCell(time)
                    }
                    times[row] = cell
                    let isSeen = time < horizon
                    masks[row] = isSeen ? eventBits[Int(rows.events[row])] & sourceBits[Int(rows.sources[row])] : 0
                }
            }
        }
    }

    /// The cell of an instant and the span over which the answer holds.
    @inline(never)
    private func timeCell(_ time: Int64) -> (Int32, TimeSpan) {
        let seen = plan.seen
        if time < seen.start { return (-1, TimeSpan(start: .min, end: seen.start)) }
        if time >= seen.end { return (-1, TimeSpan(start: seen.end, end: .max)) }
        guard let index = plan.cells.index(of: time) else { return (-1, TimeSpan(start: time, end: time + 1)) }
        return (Int32(index), plan.cells.spans[index].intersection(seen))
    }

    private func applyCondition(_ rows: EventRows) {
        guard let filter else { return }
        let passes = UnsafeMutableBufferPointer(start: scratch.passes, count: rows.count)
        filter.evaluate(rows, into: passes)
        for row in 0..<rows.count where passes[row] == 0 { scratch.times[row] = -1 }
    }

    /// Finds the cell of every row that counts where it stands.
    private func placeRows(_ rows: EventRows, _ codes: [UnsafePointer<Int32>?]) {
        let wanted = layout.ownBits
        codes.withUnsafeBufferPointer { codes in
            for row in 0..<rows.count where scratch.times[row] >= 0 && scratch.masks[row] & wanted != 0 {
                scratch.cells[row] = space.cell(scratch.times[row]) { codes[$0]?[row] ?? -1 }
            }
        }
    }

    private func reserveCells() {
        let cells = space.count
        counts.reserve(cells * layout.counts.count)
        numbers.reserve(cells * layout.numbers.count)
        filled.reserve(cells * layout.numbers.count)
        persons.reserve(cells * layout.persons.count)
        bits.reserve(cells)
        firstOrders.reserve(cells * layout.occasions.count)
    }

    /// The key of the row's order; one that no other row has where it has no id.
    func orderKey(_ rows: EventRows, _ row: Int) -> Key128 {
        if let key = layout.order?.entity(rows, row) { return key }
        anonymousOrders += 1
        return Key128(high: .max, low: anonymousOrders)
    }

    private func noteRefunds(_ rows: EventRows) {
        let (start, refund) = (plan.period.span.start, layout.refundBit)
        for row in 0..<rows.count where scratch.masks[row] & refund != 0 && rows.times[row] >= start {
            if let order = layout.order?.entity(rows, row) { refunded.insert(order, 0) }
        }
    }
}
