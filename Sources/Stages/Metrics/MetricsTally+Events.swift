import EventStore
import Metrics
import StageKit
import Vocabulary

extension MetricsTally {
    /// Adds what was counted of all persons.
    /// - Throws: `Problem` `metrics.unbalanced`.
    mutating func add(_ partial: MetricsPartial) throws {
        let map = map(partial)
        addFlat(partial, map)
        rowsOfNobody += partial.rowsOfNobody
        foreignRows += partial.foreignRows
        hasClicks = hasClicks || partial.hasClicks
        addRefunds(partial)
        addEntities(partial, map)
        addValues(partial, map)
        addTickets(partial)
        sumAdditive(partial.layout)
        try balance(partial)
    }

    private mutating func addFlat(_ partial: MetricsPartial, _ map: [Int]) {
        let layout = partial.layout
        let (counts, numbers, persons) = (layout.counts.count, layout.numbers.count, layout.persons.count)
        for (own, cell) in map.enumerated() {
            for (index, count) in layout.counts.enumerated() {
                let value = Int128(partial.counts[own * counts + index])
                for measure in count.measures { detail.add(value, cell, measure) }
            }
            for (index, number) in layout.numbers.enumerated() {
                let place = own * numbers + index
                detail.merge(number.operation, partial.numbers[place], partial.filled[place], cell, number.measure)
            }
            guard partial.cellPersons > 0 else { continue }
            for (index, kind) in layout.persons.enumerated() {
                detail.add(Int128(partial.personCounts[own * persons + index]), cell, kind.measure)
            }
        }
        for time in 0..<plan.cells.count {
            for (index, kind) in layout.persons.enumerated() {
                let count = Int128(partial.timePersonCounts[time * persons + index])
                byTime.add(count, time, kind.measure)
                if plan.dimensions.isEmpty, count != 0 {
                    detail.add(count, cell(Int32(time), []), kind.measure)
                }
            }
        }
        for (index, kind) in layout.persons.enumerated() {
            total.add(Int128(partial.totalPersonCounts[index]), 0, kind.measure)
        }
    }

    /// Adds refunds where their orders are, or where they stand themselves when nobody knows the order.
    private mutating func addRefunds(_ partial: MetricsPartial) {
        let layout = partial.layout
        guard layout.waitingBits != 0 else { return }
        let touch = plan.touchDimensions
        for refund in partial.waiting {
            var codes = refund.codes
            if let order = refund.order, let place = partial.places[order] {
                for (dimension, code) in zip(touch, place) { codes[dimension] = code }
            }
            let tuple = codes.enumerated().map { index(of: partial.value($1, of: $0), in: $0) }
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

    private mutating func addEntities(_ partial: MetricsPartial, _ map: [Int]) {
        for (index, kind) in partial.layout.entities.enumerated() {
            partial.forEachAnonymous(index) { ownCell, number in
                let cell = map[ownCell]
                for measure in kind.measures {
                    detail.add(Int128(number), cell, measure)
                    byTime.add(Int128(number), Int(times[cell]), measure)
                    total.add(Int128(number), 0, measure)
                }
            }
            addEntities(partial.entities[index], kind, marked: partial.marked, map)
        }
    }

    private mutating func addEntities(_ entities: EntitySet, _ kind: MetricsLayout.Entities, marked: EntitySet, _ map: [Int]) {
        // Cells that go to the rest may share entities; others are those of the partial, whose pairs are distinct.
        let isDistinct = cells.kept == nil
        var (inCells, inTimes, inPeriod) = (EntitySet(), EntitySet(), EntitySet())
        for part in entities.parts(of: 1 << 11) where !part.isEmpty {
            inCells.removeAll()
            inTimes.removeAll()
            inPeriod.removeAll()
            for place in part {
                let entity = entities[place].entity
                let cell = map[Int(entities[place].cell)]
                func count(_ grid: inout Grid, _ row: Int) {
                    for measure in kind.measures { grid.add(1, row, measure) }
                    for (measure, mark) in kind.markedMeasures where marked.contains(entity, Int32(truncatingIfNeeded: mark)) {
                        grid.add(1, row, measure)
                    }
                }
                let time = times[cell]
                if isDistinct || inCells.insert(entity, Int32(truncatingIfNeeded: cell)) { count(&detail, cell) }
                if inTimes.insert(entity, time) { count(&byTime, Int(time)) }
                if inPeriod.insert(entity, 0) { count(&total, 0) }
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
