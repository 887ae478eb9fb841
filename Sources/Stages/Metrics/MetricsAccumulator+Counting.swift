import EventStore
import Metrics
import Vocabulary

extension MetricsAccumulator {
    /// Adds the rows of a batch to their cells.
    func count(_ rows: EventRows) {
        let moved = layout.movedBits
        let special = layout.occasions.reduce(0) { $0 | $1.bit }
        let repeats = layout.occasions.reduce(0) { $1.kind == .anotherOrder ? $0 | $1.base : $0 }
        let notOfNobody = ~(layout.identifiedBits | special)
        let cutsCells = !plan.dimensions.isEmpty
        let counted = layout.countBits & ~layout.waitingBits
        let summed = layout.numberBits & ~layout.waitingBits
        let (times, masks) = (scratch.times, scratch.masks)
        for (index, span) in rows.persons.enumerated() {
            if !span.continues { endPerson() }
            let isPerson = span.kind != .nobody
            if isPerson, !layout.occasions.isEmpty { person.periodBits |= scratch.periodBits[index] }
            for row in span.start..<span.end {
                let time = times[row]
                if time < 0 { continue }
                var mask = masks[row]
                if !isPerson {
                    rowsOfNobody += 1
                    mask &= notOfNobody
                }
                if mask == 0 { continue }
                if isPerson, time != person.time {
                    endTime()
                    person.time = time
                }
                var order = Key128.zero
                if mask & (repeats | layout.entityBits) != 0 { order = orderKey(rows, row) }
                if isPerson, mask & repeats != 0 { markRepeats(&mask, order) }
                let own = mask & layout.ownBits
                if own != 0 {
                    let cell = Int(scratch.cells[row])
                    add(own & counted, to: cell)
                    if own & summed != 0 { addNumbers(own, rows, row, to: cell) }
                    if own & layout.entityBits != 0 { addEntities(own, rows, row, order, to: cell) }
                    if cutsCells, isPerson { touch(cell, own, order) }
                }
                let credited = mask & moved
                if credited != 0 {
                    let cell = Int(scratch.movedCells[row])
                    add(credited & counted, to: cell)
                    if credited & summed != 0 { addNumbers(credited, rows, row, to: cell) }
                    if credited & layout.entityBits != 0 { addEntities(credited, rows, row, order, to: cell) }
                    if isPerson { touch(cell, credited, order) }
                }
                if isPerson { person.timeBits |= mask }
            }
        }
    }

    @inline(__always)
    private func add(_ mask: UInt64, to cell: Int) {
        var rest = mask
        let base = counts.base + cell * layout.counts.count
        while rest != 0 {
            let index = Int(layout.countOfBit[rest.trailingZeroBitCount])
            base[index] &+= 1
            totalCounts[index] &+= 1
            rest &= rest &- 1
        }
    }

    private func addNumbers(_ mask: UInt64, _ rows: EventRows, _ row: Int, to cell: Int) {
        for (index, number) in layout.numbers.enumerated()
        where mask & number.bit != 0 && layout.waitingBits & number.bit == 0 {
            guard let value = value(number, rows, row) else {
                if number.isMoney, isForeign(rows, row) { foreignRows += 1 }
                continue
            }
            let place = cell * layout.numbers.count + index
            number.operation.add(value, to: &numbers.base[place], &filled.base[place])
            if number.operation.isAdditive { totalNumbers[index] &+= number.operation.addend(value) }
        }
    }

    private func addEntities(_ mask: UInt64, _ rows: EventRows, _ row: Int, _ order: Key128, to cell: Int) {
        for index in layout.entities.indices where mask & layout.entities[index].bit != 0 {
            if layout.entities[index].nullIsOwn {
                entities[index].insert(order, Int32(truncatingIfNeeded: cell))
            } else if let entity = layout.entities[index].column?.entity(rows, row) {
                entities[index].insert(entity, Int32(truncatingIfNeeded: cell))
            }
        }
    }

    /// Marks a person's order as another one than the first of the time cell, or of the period.
    private func markRepeats(_ mask: inout UInt64, _ order: Key128) {
        for (index, occasion) in layout.occasions.enumerated()
        where occasion.kind == .anotherOrder && mask & occasion.base != 0 {
            if person.timeBits & occasion.base == 0 {
                person.timeOrders[index] = order
            } else if person.timeOrders[index] != order {
                mask |= occasion.bit
            }
            if (person.periodBits | person.timeBits) & occasion.base == 0 {
                person.periodOrders[index] = order
            } else if person.periodOrders[index] != order {
                person.periodBits |= occasion.bit
            }
        }
    }

    /// Adds a person's bits to a cell; whether an order is another one is the cell's own question.
    @inline(__always)
    private func touch(_ cell: Int, _ mask: UInt64, _ order: Key128) {
        var mask = mask
        for (index, occasion) in layout.occasions.enumerated()
        where occasion.kind == .anotherOrder && mask & occasion.base != 0 {
            mask &= ~occasion.bit
            let first = cell * layout.occasions.count + index
            if bits.base[cell] & occasion.base == 0 {
                firstOrders.base[first] = order
            } else if firstOrders.base[first] != order {
                mask |= occasion.bit
            }
        }
        if bits.base[cell] == 0 { person.touched.append(Int32(truncatingIfNeeded: cell)) }
        bits.base[cell] |= mask
    }

    /// Counts the person in the cells of the time at hand.
    private func endTime() {
        let kinds = layout.persons.count
        if person.time >= 0, person.timeBits != 0 {
            for index in 0..<kinds where person.timeBits & layout.persons[index].mask == layout.persons[index].mask {
                timePersons[Int(person.time) * kinds + index] += 1
            }
            for cell in person.touched {
                let found = bits.base[Int(cell)]
                bits.base[Int(cell)] = 0
                for index in 0..<kinds where found & layout.persons[index].mask == layout.persons[index].mask {
                    persons.base[Int(cell) * kinds + index] += 1
                }
            }
            person.touched.removeAll(keepingCapacity: true)
            let cellOnly = layout.occasions.reduce(0) { $1.kind == .first ? $0 : $0 | $1.bit }
            person.periodBits |= person.timeBits & ~cellOnly
        }
        person.timeBits = 0
    }

    /// Counts the person in the period.
    func endPerson() {
        guard person.time >= 0 || person.periodBits != 0 else { return }
        endTime()
        for index in layout.persons.indices
        where person.periodBits & layout.persons[index].mask == layout.persons[index].mask {
            totalPersons[index] += 1
        }
        person.periodBits = 0
        person.time = -1
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
