import Metrics
import StageKit
import Vocabulary

extension MetricsTally {
    /// Puts the accumulators of a round together. The result does not depend on how persons were shared out.
    mutating func add(_ accumulators: [MetricsAccumulator]) throws {
        guard let layout = accumulators.first?.layout else { return }
        let cellMaps = accumulators.map { map($0.space) }
        for (accumulator, cells) in zip(accumulators, cellMaps) {
            addFlat(accumulator, layout, cells)
            rowsOfNobody += accumulator.counters.rowsOfNobody
            foreignRows += accumulator.counters.foreignRows
            hasClicks = hasClicks || accumulator.history.hasClicks
        }
        addRefunds(accumulators, layout)
        addEntities(accumulators, layout, cellMaps)
        sumAdditive(layout)
        try balance(accumulators, layout)
    }

    /// Per cell of an accumulator the cell here.
    private mutating func map(_ space: CellSpace) -> [Int] {
        var known = plan.dimensions.map { _ in [Int32: Int32]() }
        var map: [Int] = []
        map.reserveCapacity(space.count)
        for cell in 0..<space.count {
            guard space.keys[cell] != CellSpace.rest else {
                map.append(rest(space.times[cell]))
                continue
            }
            let tuple = space.codes(of: space.keys[cell]).enumerated().map { dimension, code -> Int32 in
                if let index = known[dimension][code] { return index }
                let index = index(of: space.value(code, of: dimension), in: dimension)
                known[dimension][code] = index
                return index
            }
            map.append(self.cell(space.times[cell], tuple))
        }
        return map
    }

    private mutating func addFlat(_ accumulator: MetricsAccumulator, _ layout: MetricsLayout, _ cells: [Int]) {
        let (counts, numbers, persons) = (layout.counts.count, layout.numbers.count, layout.persons.count)
        for (own, cell) in cells.enumerated() {
            for (index, count) in layout.counts.enumerated() {
                let value = Int128(accumulator.counters.counts.base[own * counts + index])
                for measure in count.measures { detail.add(value, cell, measure) }
            }
            for (index, number) in layout.numbers.enumerated() {
                let place = own * numbers + index
                detail.merge(
                    number.operation, accumulator.counters.numbers.base[place], accumulator.counters.filled.base[place], cell,
                    number.measure)
            }
            guard !plan.dimensions.isEmpty else { continue }
            for (index, kind) in layout.persons.enumerated() {
                detail.add(Int128(accumulator.counters.persons.base[own * persons + index]), cell, kind.measure)
            }
        }
        for time in 0..<plan.cells.count {
            for (index, kind) in layout.persons.enumerated() {
                let count = Int128(accumulator.counters.timePersons.base[time * persons + index])
                byTime.add(count, time, kind.measure)
                if plan.dimensions.isEmpty, count != 0 {
                    detail.add(count, cell(Int32(time), []), kind.measure)
                }
            }
        }
        for (index, kind) in layout.persons.enumerated() {
            total.add(Int128(accumulator.counters.totalPersons.base[index]), 0, kind.measure)
        }
    }

    /// Adds refunds where their orders are, or where they stand themselves when nobody knows the order.
    private mutating func addRefunds(_ accumulators: [MetricsAccumulator], _ layout: MetricsLayout) {
        guard layout.waitingBits != 0, var places = accumulators.first?.history.places else { return }
        for other in accumulators.dropFirst() { places.merge(other.history.places) }
        let touch = plan.touchDimensions
        for accumulator in accumulators {
            for refund in accumulator.waiting {
                var codes = refund.codes
                if let order = refund.order, let place = places[order] {
                    for (dimension, code) in zip(touch, place) { codes[dimension] = code }
                }
                let tuple = codes.enumerated().map { index(of: accumulator.space.value($1, of: $0), in: $0) }
                let cell = cell(refund.time, tuple)
                for count in layout.counts where refund.mask & count.bit != 0 {
                    for measure in count.measures { detail.add(1, cell, measure) }
                }
                for (number, value) in zip(layout.numbers, refund.values) {
                    guard refund.mask & number.bit != 0, let value else { continue }
                    detail.merge(
                        number.operation, number.operation.isAdditive ? number.operation.addend(value) : Int128(value),
                        1, cell, number.measure)
                }
            }
        }
    }

    private mutating func addEntities(
        _ accumulators: [MetricsAccumulator], _ layout: MetricsLayout, _ cellMaps: [[Int]]
    ) {
        var refunded = EntitySet()
        for accumulator in accumulators { accumulator.refunded.forEach { refunded.insert($0.entity, 0) } }
        for (index, kind) in layout.entities.enumerated() {
            var inCells = EntitySet()
            var inTimes = EntitySet()
            var inPeriod = EntitySet()
            for (number, (accumulator, cells)) in zip(accumulators, cellMaps).enumerated() {
                func add(_ entity: Key128, _ ownCell: Int32) {
                    let cell = cells[Int(ownCell)]
                    let isRefunded = refunded.contains(entity, 0)
                    func count(_ grid: inout Grid, _ row: Int) {
                        for measure in kind.measures { grid.add(1, row, measure) }
                        for measure in kind.refundedMeasures where isRefunded { grid.add(1, row, measure) }
                    }
                    if inCells.insert(entity, Int32(truncatingIfNeeded: cell)) { count(&detail, cell) }
                    if inTimes.insert(entity, times[cell]) { count(&byTime, Int(times[cell])) }
                    if inPeriod.insert(entity, 0) { count(&total, 0) }
                }
                accumulator.counters.pairs[index].forEach { cell, code in
                    add(Key128(high: 0, low: UInt64(truncatingIfNeeded: code)), cell)
                }
                accumulator.counters.entities[index].forEach { entry in
                    var entity = entry.entity
                    // Orders without an id are numbered by each accumulator on its own.
                    if kind.nullIsOwn, entity.high == .max { entity.low |= UInt64(number) << 48 }
                    add(entity, entry.cell)
                }
            }
        }
    }

    /// Totals of sums, counts, least and greatest values follow from the cells.
    private mutating func sumAdditive(_ layout: MetricsLayout) {
        for cell in 0..<count {
            let time = Int(times[cell])
            for measure in layout.counts.flatMap(\.measures) {
                let value = detail.value(cell, measure)
                byTime.add(value, time, measure)
                total.add(value, 0, measure)
            }
            for number in layout.numbers {
                let (value, state) = (detail.value(cell, number.measure), detail.state(cell, number.measure))
                byTime.merge(number.operation, value, state, time, number.measure)
                total.merge(number.operation, value, state, 0, number.measure)
            }
        }
    }
}
