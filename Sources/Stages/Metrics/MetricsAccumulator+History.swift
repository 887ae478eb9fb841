import EventStore
import Metrics
import Vocabulary

extension MetricsAccumulator {
    /// Marks first rows and newcomers, and finds where credited sales belong.
    func lookBack(_ rows: EventRows, _ codes: [UnsafePointer<Int32>?]) {
        let bases = layout.occasions.reduce(0) { $1.kind == .anotherOrder ? $0 : $0 | $1.base }
        let sales = (plan.movesSales ? layout.movedBits : 0) | (layout.keepsOrderPlaces ? layout.purchaseBit : 0)
        let clicks = plan.movesSales
        let click = layout.click
        for (index, span) in rows.persons.enumerated() {
            let isPerson = span.kind != .nobody
            if !span.continues { history.begin() }
            scratch.periodBits[index] = 0
            for row in span.start..<span.end {
                let mask = scratch.masks[row]
                if isPerson, mask & bases != 0 { markOccasions(rows.times[row], row, span: index) }
                if clicks, rows.events[row] == click { noteClick(rows, row, codes, isPerson) }
                if mask & sales != 0 { place(rows, row, codes, isPerson) }
            }
        }
    }

    private func markOccasions(_ time: Int64, _ row: Int, span: Int) {
        let cell = scratch.times[row]
        for (index, occasion) in layout.occasions.enumerated() where scratch.masks[row] & occasion.base != 0 {
            let isFirst = history.firstTimes[index] == .max
            if isFirst { history.firstTimes[index] = time }
            guard cell >= 0 else { continue }
            switch occasion.kind {
            case .every, .anotherOrder: break
            case .first:
                if isFirst { scratch.masks[row] |= occasion.bit }
            case .newcomer:
                let first = history.firstTimes[index]
                if first >= plan.cells.spans[Int(cell)].start { scratch.masks[row] |= occasion.bit }
                if first >= plan.period.span.start { scratch.periodBits[span] |= occasion.bit }
            }
        }
    }

    private func noteClick(
        _ rows: EventRows, _ row: Int, _ codes: [UnsafePointer<Int32>?], _ isPerson: Bool
    ) {
        let time = rows.times[row]
        let (earliest, underflow) = plan.seen.start.subtractingReportingOverflow(MetricsPlan.touchWindow)
        if time < plan.seen.end, underflow || time >= earliest { hasClicks = true }
        guard isPerson else { return }
        history.touchTime = time
        for index in codes.indices { history.touch[index] = codes[index]?[row] ?? -1 }
    }

    /// The cell of a sale by the credit rule, and the place of its order for refunds.
    private func place(_ rows: EventRows, _ row: Int, _ codes: [UnsafePointer<Int32>?], _ isPerson: Bool) {
        let time = rows.times[row]
        let (age, overflow) = time.subtractingReportingOverflow(history.touchTime)
        let hasTouch = isPerson && history.touchTime != .min && !overflow && age <= MetricsPlan.touchWindow
        for (index, dimension) in plan.dimensions.enumerated() {
            if !plan.movesSales || !dimension.isTouch {
                history.codes[index] = codes[index]?[row] ?? -1
            } else {
                history.codes[index] = hasTouch ? history.touch[index] : space.unassigned[index]
            }
        }
        if layout.keepsOrderPlaces, scratch.masks[row] & layout.purchaseBit != 0, time < plan.seen.end,
            let order = layout.order?.entity(rows, row)
        {
            places.add(order, at: time, plan.touchDimensions.map { history.codes[$0] })
        }
        if scratch.times[row] >= 0, scratch.masks[row] & layout.movedBits != 0 {
            scratch.movedCells[row] = history.codes.withUnsafeBufferPointer { own in
                space.cell(scratch.times[row]) { own[$0] }
            }
        }
    }

    /// Keeps refunds for the end, when the place of every order is known.
    func setRefundsAside(_ rows: EventRows, _ codes: [UnsafePointer<Int32>?]) {
        for row in 0..<rows.count where scratch.times[row] >= 0 && scratch.masks[row] & layout.waitingBits != 0 {
            let mask = scratch.masks[row] & layout.waitingBits
            if isForeign(rows, row) { foreignRows += 1 }
            waiting.rows.append(
                WaitingRefunds.Row(
                    order: layout.order?.entity(rows, row), time: scratch.times[row], mask: mask,
                    codes: codes.map { $0?[row] ?? -1 },
                    values: layout.numbers.map { number in
                        mask & number.bit == 0 ? nil : value(number, rows, row)
                    }))
        }
    }

    /// The value of a column operation; nil where the row has none, or has money in another currency.
    @inline(__always)
    func value(_ number: MetricsLayout.Number, _ rows: EventRows, _ row: Int) -> Int64? {
        if number.isMoney, isForeign(rows, row) { return nil }
        return number.column.value(rows, row)
    }

    @inline(__always)
    func isForeign(_ rows: EventRows, _ row: Int) -> Bool {
        guard let slot = layout.currencySlot else { return false }
        let code = rows.codes(slot)[row]
        return code >= 0 && layout.foreignCurrency[Int(code)]
    }
}
