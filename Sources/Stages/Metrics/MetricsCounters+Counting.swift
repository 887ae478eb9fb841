import EventStore
import Metrics
import StageKit
import Vocabulary

extension MetricsCounters {
    /// Adds the rows of a batch to their cells.
    mutating func count(_ rows: EventRows, _ scratch: BatchScratch, _ layout: MetricsLayout) {
        let (times, masks, cells, movedCells) = (scratch.times, scratch.masks, scratch.cells, scratch.movedCells)
        let (own, moved, money) = (layout.ownBits, layout.movedBits, layout.moneyBits)
        let asksForOrder = layout.repeatBases | layout.orderBits
        let ofNobody = ~(layout.identifiedBits | layout.occasionBits)
        let hasOccasions = layout.firstBases != 0
        for (index, span) in rows.persons.enumerated() {
            if !span.continues {
                endPerson(layout)
                person = ListedPerson(rows.personKeys[index], span.kind)
            }
            let isPerson = span.kind != .nobody
            if hasOccasions, isPerson { periodBits |= scratch.periodBits[index] }
            for row in span.start..<span.end {
                let rowTime = times[row]
                if rowTime < 0 { continue }
                var mask = masks[row]
                if !isPerson {
                    rowsOfNobody &+= 1
                    mask &= ofNobody
                }
                if mask == 0 { continue }
                if isPerson, rowTime != time {
                    endTime(layout)
                    time = rowTime
                }
                var order = Key128.zero
                if mask & asksForOrder != 0 {
                    order = orderKey(rows, row, layout)
                    if isPerson, mask & layout.repeatBases != 0 { markRepeats(&mask, order, layout) }
                }
                if mask & money != 0, layout.leavesMoneyOut(mask, rows, row) { foreignRows &+= 1 }
                if mask & own != 0 { add(mask & own, rows, row, order, Int(cells[row]), isPerson, layout) }
                if mask & moved != 0 { add(mask & moved, rows, row, order, Int(movedCells[row]), isPerson, layout) }
                timeBits |= isPerson ? mask : 0
            }
        }
    }

    @inline(__always)
    private mutating func add(
        _ mask: UInt64, _ rows: EventRows, _ row: Int, _ order: Key128, _ cell: Int, _ isPerson: Bool,
        _ layout: MetricsLayout
    ) {
        var counted = mask & layout.countBits
        let base = counts.base + cell &* countWidth
        while counted != 0 {
            let index = Int(countOfBit.base[counted.trailingZeroBitCount])
            base[index] &+= 1
            totalCounts.base[index] &+= 1
            counted &= counted &- 1
        }
        if mask & layout.numberBits != 0 { addNumbers(mask, rows, row, cell, layout) }
        if mask & layout.entityBits != 0 { addEntities(mask, rows, row, order, Int32(truncatingIfNeeded: cell), layout) }
        if cutsCells, isPerson, mask & layout.personBits != 0 { touch(cell, mask, order, layout) }
    }

    private mutating func addNumbers(_ mask: UInt64, _ rows: EventRows, _ row: Int, _ cell: Int, _ layout: MetricsLayout) {
        layout.numbers.withUnsafeBufferPointer { all in
            for index in all.indices where mask & all[index].bit != 0 {
                guard let value = layout.value(all[index], rows, row) else { continue }
                let operation = all[index].operation
                let place = cell &* numberWidth &+ index
                operation.add(value, to: &numbers.base[place], &filled.base[place])
                if operation.isAdditive { totalNumbers.base[index] &+= operation.addend(value) }
            }
        }
    }

    private mutating func addEntities(
        _ mask: UInt64, _ rows: EventRows, _ row: Int, _ order: Key128, _ cell: Int32, _ layout: MetricsLayout
    ) {
        layout.entities.withUnsafeBufferPointer { all in
            for index in all.indices where mask & all[index].bit != 0 {
                if all[index].nullIsOwn {
                    entities[index].insert(order, cell)
                } else if let entity = all[index].column?.entity(rows, row) {
                    if all[index].isCategory {
                        pairs[index].insert(cell: cell, code: Int32(truncatingIfNeeded: entity.low))
                    } else {
                        entities[index].insert(entity, cell)
                    }
                }
            }
        }
    }

    /// Marks a person's order as another one than the first of the time cell, or of the period.
    private mutating func markRepeats(_ mask: inout UInt64, _ order: Key128, _ layout: MetricsLayout) {
        for index in layout.occasions.indices {
            let occasion = layout.occasions[index]
            guard occasion.kind == .anotherOrder, mask & occasion.base != 0 else { continue }
            if timeBits & occasion.base == 0 {
                timeOrders.base[index] = order
            } else if timeOrders.base[index] != order {
                mask |= occasion.bit
            }
            if (periodBits | timeBits) & occasion.base == 0 {
                periodOrders.base[index] = order
            } else if periodOrders.base[index] != order {
                periodBits |= occasion.bit
            }
        }
    }

    /// Adds a person's bits to a cell; whether an order is another one is the cell's own question.
    @inline(__always)
    private mutating func touch(_ cell: Int, _ mask: UInt64, _ order: Key128, _ layout: MetricsLayout) {
        var mask = mask
        if mask & layout.repeatBases != 0 { markRepeats(inCell: cell, &mask, order, layout) }
        if bits.base[cell] == 0 {
            touched.base[touchedCount] = Int32(truncatingIfNeeded: cell)
            touchedCount &+= 1
        }
        bits.base[cell] |= mask
    }

    private mutating func markRepeats(inCell cell: Int, _ mask: inout UInt64, _ order: Key128, _ layout: MetricsLayout) {
        for index in layout.occasions.indices {
            let occasion = layout.occasions[index]
            guard occasion.kind == .anotherOrder, mask & occasion.base != 0 else { continue }
            mask &= ~occasion.bit
            let first = cell &* occasionCount &+ index
            if bits.base[cell] & occasion.base == 0 {
                firstOrders.base[first] = order
            } else if firstOrders.base[first] != order {
                mask |= occasion.bit
            }
        }
    }

    /// Counts the person in the cells of the time at hand.
    @inline(__always)
    private mutating func endTime(_ layout: MetricsLayout) {
        guard timeBits != 0 else { return }
        let masks = personMasks.base
        if let kind = listing?.kind { listPresent(masks[kind]) }
        let ofTime = timePersons.base + Int(time) &* kinds
        for kind in 0..<kinds where timeBits & masks[kind] == masks[kind] { ofTime[kind] &+= 1 }
        for index in 0..<touchedCount {
            let cell = Int(touched.base[index])
            let found = bits.base[cell]
            bits.base[cell] = 0
            let ofCell = persons.base + cell &* kinds
            for kind in 0..<kinds where found & masks[kind] == masks[kind] { ofCell[kind] &+= 1 }
        }
        touchedCount = 0
        periodBits |= timeBits & ~layout.cellOnlyBits
        timeBits = 0
    }

    /// Lists the person where the time at hand, or one of its cells, counts it.
    @inline(never)
    private mutating func listPresent(_ mask: UInt64) {
        if timeBits & mask == mask { listing?.note(person, time: time) }
        for index in 0..<touchedCount where bits.base[Int(touched.base[index])] & mask == mask {
            listing?.note(person, cell: touched.base[index], time: time)
        }
    }

    /// Counts the person in the period.
    mutating func endPerson(_ layout: MetricsLayout) {
        endTime(layout)
        if periodBits != 0 {
            let masks = personMasks.base
            for kind in 0..<kinds where periodBits & masks[kind] == masks[kind] { totalPersons.base[kind] &+= 1 }
            if let kind = listing?.kind, periodBits & masks[kind] == masks[kind] { listing?.noteInPeriod(person) }
        }
        periodBits = 0
        time = -1
    }
}

extension NumberOperation {
    var isAdditive: Bool {
        switch self {
        case .sum, .values, .trueValues: true
        case .minimum, .maximum: false
        }
    }

    /// What a value adds to a sum or count.
    @inline(__always)
    func addend(_ value: Int64) -> Int128 {
        switch self {
        case .sum: Int128(value)
        case .values: 1
        case .trueValues: value != 0 ? 1 : 0
        case .minimum, .maximum: 0
        }
    }

    @inline(__always)
    func add(_ value: Int64, to number: inout Int128, _ filled: inout UInt8) {
        switch self {
        case .sum, .values, .trueValues: number &+= addend(value)
        case .minimum: if filled == 0 || Int128(value) < number { number = Int128(value) }
        case .maximum: if filled == 0 || Int128(value) > number { number = Int128(value) }
        }
        filled = 1
    }

    /// Puts two cells' results together.
    func merge(_ other: Int128, _ otherFilled: UInt8, into number: inout Int128, _ filled: inout UInt8) {
        guard otherFilled != 0 else { return }
        switch self {
        case .sum, .values, .trueValues: number &+= other
        case .minimum: if filled == 0 || other < number { number = other }
        case .maximum: if filled == 0 || other > number { number = other }
        }
        filled = 1
    }
}
