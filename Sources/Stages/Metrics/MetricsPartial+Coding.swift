import EventStore
import StageKit
import Vocabulary

/// Values, tuples and cells in their order, then the lists of numbers a cell, then the sets sorted by cell and key.
extension MetricsPartial: PartialState {
    mutating func merge(_ other: MetricsPartial) { add(other) }

    func write(_ writer: inout PartialWriter) {
        let order = CellOrder(cells)
        order.write(cells, &writer)
        for cell in order.cells { writeCell(cell, &writer) }
        for count in timePersonCounts + totalPersonCounts + totalCounts { writer.tally(count) }
        for number in totalNumbers { writer.sum(number) }
        writer.tally(rowsOfNobody)
        writer.tally(foreignRows)
        writer.flag(hasClicks)
        for flag in unassignedIsLast { writer.flag(flag) }
        for set in entities { write(set, order.ranks, &writer) }
        write(marked, Array(0..<max(1, plan.marks.count)), &writer)
        for values in values { write(values, order.ranks, &writer) }
        writeTickets(order, &writer)
        writeWaiting(order, &writer)
        writePlaces(order, &writer)
        writeListed(order, &writer)
    }

    private func writeCell(_ cell: Int, _ writer: inout PartialWriter) {
        let (width, numberWidth) = (layout.counts.count, layout.numbers.count)
        for index in 0..<width { writer.tally(counts[cell * width + index]) }
        for index in 0..<numberWidth {
            writer.byte(filled[cell * numberWidth + index])
            writer.sum(numbers[cell * numberWidth + index])
        }
        for index in 0..<cellPersons { writer.tally(personCounts[cell * cellPersons + index]) }
        for kind in entities.indices { writer.tally(anonymous[cell * entities.count + kind]) }
    }

    /// - Parameter ranks: per cell of the set its place.
    private func write(_ set: EntitySet, _ ranks: [Int], _ writer: inout PartialWriter) {
        var pairs: [(cell: Int32, key: Key128)] = []
        pairs.reserveCapacity(set.count)
        set.forEach { pairs.append((Int32(truncatingIfNeeded: ranks[Int($0.cell)]), $0.entity)) }
        pairs.sort { $0.cell != $1.cell ? $0.cell < $1.cell : $0.key < $1.key }
        writer.count(pairs.count)
        var before: Int32 = 0
        for pair in pairs {
            writer.count(Int(pair.cell - before))
            before = pair.cell
            writer.key(pair.key)
        }
    }

    private func write(_ values: CellValueCounts, _ ranks: [Int], _ writer: inout PartialWriter) {
        var all: [(cell: Int, value: Int64, count: Int64)] = []
        all.reserveCapacity(values.count)
        values.forEach { all.append((ranks[Int($0.cell)], $0.value, $0.count)) }
        all.sort { $0.cell != $1.cell ? $0.cell < $1.cell : $0.value < $1.value }
        writer.count(all.count)
        var before = 0
        for entry in all {
            writer.count(entry.cell - before)
            before = entry.cell
            writer.signed(entry.value)
            writer.tally(entry.count)
        }
    }

    private func writeTickets(_ order: CellOrder, _ writer: inout PartialWriter) {
        var all: [(Key128, Ticket)] = []
        tickets.forEach { all.append(($0, $1)) }
        all.sort { $0.0 < $1.0 }
        writer.count(all.count)
        for (key, ticket) in all {
            writer.key(key)
            for time in [ticket.opened, ticket.responded, ticket.resolved] { writer.signed(time) }
            writer.count(Int(ticket.time) + 1)
            for (dimension, code) in ticket.codes.enumerated() { writer.count(order.rank(code, of: dimension) + 1) }
        }
    }

    private func writeWaiting(_ order: CellOrder, _ writer: inout PartialWriter) {
        let all = waiting.map { refund in
            var own = PartialWriter()
            own.flag(refund.order != nil)
            own.key(refund.order ?? .zero)
            own.count(Int(refund.time))
            own.unsigned(refund.mask)
            for (dimension, code) in refund.codes.enumerated() { own.count(order.rank(code, of: dimension) + 1) }
            for value in refund.values {
                own.flag(value != nil)
                if let value { own.signed(value) }
            }
            return own.bytes
        }.sorted { $0.lexicographicallyPrecedes($1) }
        writer.count(all.count)
        for refund in all { writer.append(refund) }
    }

    private func writeListed(_ order: CellOrder, _ writer: inout PartialWriter) {
        let all = listed.map { (person: $0.person, rank: $0.cell < 0 ? 0 : order.ranks[Int($0.cell)] + 1) }
            .sorted { ($0.person, $0.rank) < ($1.person, $1.rank) }
        writer.count(all.count)
        for entry in all {
            entry.person.write(&writer)
            writer.count(entry.rank)
        }
    }

    private func writePlaces(_ order: CellOrder, _ writer: inout PartialWriter) {
        var all: [(order: Key128, time: Int64, touch: ArraySlice<Int32>)] = []
        all.reserveCapacity(places.count)
        places.forEach { all.append(($0, $1, $2)) }
        all.sort { $0.order < $1.order }
        writer.count(all.count)
        let touch = plan.touchDimensions
        for place in all {
            writer.key(place.order)
            writer.signed(place.time)
            for (dimension, code) in zip(touch, place.touch) { writer.count(order.rank(code, of: dimension) + 1) }
        }
    }
}

/// The order in which cells, and the values that cut them, are written.
private struct CellOrder {
    /// Cells by time, then by tuple; the rest of a time comes last.
    let cells: [Int]
    /// Per cell its place among them.
    let ranks: [Int]
    let tuples: [Int]
    let tupleRanks: [Int]
    let valueRanks: [[Int]]

    init(_ source: MetricsCells) {
        let ranks = source.tupleRanks
        func place(_ cell: Int) -> UInt64 {
            let tuple = source.isRest(cell) ? Int(UInt32.max) : ranks[Int(source.tupleOfCell[cell])]
            return UInt64(truncatingIfNeeded: source.times[cell]) << 32 | UInt64(tuple)
        }
        let places = (0..<source.count).map(place)
        cells = places.indices.sorted { places[$0] < places[$1] }
        self.ranks = cells.inverse
        tupleRanks = ranks
        tuples = ranks.inverse
        valueRanks = source.valueRanks
    }

    /// The place of a value; -1 for null.
    func rank(_ code: Int32, of dimension: Int) -> Int { code < 0 ? -1 : valueRanks[dimension][Int(code)] }

    func write(_ source: MetricsCells, _ writer: inout PartialWriter) {
        for (values, ranks) in zip(source.values, valueRanks) {
            writer.count(values.count)
            for index in ranks.inverse { values[index].write(&writer) }
        }
        writer.count(tuples.count)
        for tuple in tuples {
            for (dimension, code) in source.tupleList[tuple].enumerated() { writer.count(rank(code, of: dimension) + 1) }
        }
        writer.count(cells.count)
        for cell in cells {
            writer.count(Int(source.times[cell]))
            writer.count(source.isRest(cell) ? 0 : tupleRanks[Int(source.tupleOfCell[cell])] + 1)
        }
    }
}

extension [Int] {
    /// Of a permutation the place of each number.
    fileprivate var inverse: [Int] {
        var result = [Int](repeating: 0, count: count)
        for (place, number) in enumerated() { result[number] = place }
        return result
    }
}

extension MetricsPartial {
    /// - Throws: `Problem` `partial.damaged`.
    init(_ plan: MetricsPlan, reading reader: inout PartialReader) throws {
        self.init(plan)
        try readCells(&reader)
        let width = layout.counts.count + 2 * layout.numbers.count + cellPersons + entities.count
        try reader.require(cells.count <= reader.remaining / max(1, width))
        reserve()
        for cell in 0..<cells.count { try readCell(cell, &reader) }
        for place in timePersonCounts.indices { timePersonCounts[place] = try reader.tally() }
        for index in totalPersonCounts.indices { totalPersonCounts[index] = try reader.tally() }
        for index in totalCounts.indices { totalCounts[index] = try reader.tally() }
        for index in totalNumbers.indices { totalNumbers[index] = try reader.sum() }
        rowsOfNobody = try reader.tally()
        foreignRows = try reader.tally()
        hasClicks = try reader.flag()
        for dimension in unassignedIsLast.indices { unassignedIsLast[dimension] = try reader.flag() }
        for kind in entities.indices { entities[kind] = try readSet(cells: cells.count, &reader) }
        marked = try readSet(cells: max(1, plan.marks.count), &reader)
        for kind in values.indices { values[kind] = try readValues(&reader) }
        try readTickets(&reader)
        try readWaiting(&reader)
        try readPlaces(&reader)
        for _ in 0..<(try reader.elements(ofBytes: 18)) {
            let person = try ListedPerson(reading: &reader)
            listed.append((person, Int32(truncatingIfNeeded: try reader.count(upTo: cells.count) - 1)))
        }
    }

    private mutating func readCells(_ reader: inout PartialReader) throws {
        for dimension in plan.dimensions.indices {
            for place in 0..<(try reader.elements(ofBytes: 2)) {
                let value = try DimensionValue(plan.dimensions[dimension].type, reading: &reader)
                try reader.require(value != .null && cells.index(of: value, in: dimension) == Int32(place))
            }
        }
        let tuples = try (0..<(try reader.elements(ofBytes: plan.dimensions.count))).map { _ in
            try plan.dimensions.indices.map { try readCode(of: $0, &reader) }
        }
        for place in 0..<(try reader.elements(ofBytes: 2)) {
            let time = Int32(try reader.count(upTo: plan.cells.count - 1))
            let tuple = try reader.count(upTo: tuples.count)
            let cell = tuple == 0 ? cells.rest(time) : cells.cell(time, tuples[tuple - 1])
            try reader.require(cell == place)
        }
    }

    /// The number of a value that was read; -1 for null.
    private func readCode(of dimension: Int, _ reader: inout PartialReader) throws -> Int32 {
        Int32(truncatingIfNeeded: try reader.count(upTo: cells.values[dimension].count) - 1)
    }

    private mutating func readCell(_ cell: Int, _ reader: inout PartialReader) throws {
        let (width, numberWidth) = (layout.counts.count, layout.numbers.count)
        for index in 0..<width { counts[cell * width + index] = try reader.tally() }
        for index in 0..<numberWidth {
            filled[cell * numberWidth + index] = try reader.flag() ? 1 : 0
            numbers[cell * numberWidth + index] = try reader.sum()
        }
        for index in 0..<cellPersons { personCounts[cell * cellPersons + index] = try reader.tally() }
        for kind in entities.indices { anonymous[cell * entities.count + kind] = try reader.tally() }
    }

    private func readSet(cells: Int, _ reader: inout PartialReader) throws -> EntitySet {
        var set = EntitySet()
        var cell = 0
        for _ in 0..<(try reader.elements(ofBytes: 17)) {
            cell += try reader.count(upTo: cells - 1 - cell)
            try reader.require(cell < cells && set.insert(try reader.key(), Int32(truncatingIfNeeded: cell)))
        }
        return set
    }

    private func readValues(_ reader: inout PartialReader) throws -> CellValueCounts {
        var values = CellValueCounts()
        var cell = 0
        for place in 0..<(try reader.elements(ofBytes: 3)) {
            cell += try reader.count(upTo: cells.count - 1 - cell)
            let value = try reader.signed()
            let count = try reader.tally()
            try reader.require(cell < cells.count && count > 0)
            values.add(value, Int32(truncatingIfNeeded: cell), count)
            try reader.require(values.count == place + 1)
        }
        return values
    }

    private mutating func readTickets(_ reader: inout PartialReader) throws {
        for place in 0..<(try reader.elements(ofBytes: 20 + plan.dimensions.count)) {
            let key = try reader.key()
            let times = try (0..<3).map { _ in try reader.signed() }
            let time = Int32(try reader.count(upTo: plan.cells.count)) - 1
            let codes = try plan.dimensions.indices.map { try readCode(of: $0, &reader) }
            tickets.add(key, Ticket(opened: times[0], responded: times[1], resolved: times[2], time: time, codes: codes))
            try reader.require(tickets.count == place + 1)
        }
    }

    private mutating func readWaiting(_ reader: inout PartialReader) throws {
        for _ in 0..<(try reader.elements(ofBytes: 19)) {
            let hasOrder = try reader.flag()
            let order = try reader.key()
            let time = Int32(try reader.count(upTo: plan.cells.count - 1))
            let mask = try reader.unsigned()
            let codes = try plan.dimensions.indices.map { try readCode(of: $0, &reader) }
            let values = try layout.numbers.map { _ in try reader.flag() ? try reader.signed() : nil }
            waiting.append(WaitingRefund(order: hasOrder ? order : nil, time: time, mask: mask, codes: codes, values: values))
        }
    }

    private mutating func readPlaces(_ reader: inout PartialReader) throws {
        let touch = plan.touchDimensions
        for place in 0..<(try reader.elements(ofBytes: 17 + touch.count)) {
            let order = try reader.key()
            let time = try reader.signed()
            places.add(order, at: time, try touch.map { try readCode(of: $0, &reader) })
            try reader.require(places.count == place + 1)
        }
    }
}

extension DimensionValue {
    private enum Tag {
        static let null: UInt8 = 0
        static let string: UInt8 = 1
        static let integer: UInt8 = 2
    }

    fileprivate func write(_ writer: inout PartialWriter) {
        switch self {
        case .null: writer.byte(Tag.null)
        case .string(let text):
            writer.byte(Tag.string)
            writer.text(text)
        case .integer(let number):
            writer.byte(Tag.integer)
            writer.signed(number)
        }
    }

    /// A value that a column of a type may have.
    fileprivate init(_ type: ColumnType, reading reader: inout PartialReader) throws {
        switch try reader.byte() {
        case Tag.null: self = .null
        case Tag.string: self = .string(try reader.text())
        case Tag.integer:
            let number = try reader.signed()
            try reader.require(type != .date || Int32(exactly: number) != nil)
            self = .integer(number)
        default: throw reader.damaged()
        }
    }
}

/// The cells that `top` keeps, in order: what the second round must know.
extension Set<KeptCell> {
    func write(_ writer: inout PartialWriter) {
        let all = sorted { a, b in
            if a.time != b.time { return a.time < b.time }
            for (x, y) in zip(a.values, b.values) where x != y { return DimensionValue.precedes(x, y) }
            return false
        }
        writer.count(all.count)
        for cell in all {
            writer.count(Int(cell.time))
            for value in cell.values { value.write(&writer) }
        }
    }

    init(_ plan: MetricsPlan, reading reader: inout PartialReader) throws {
        self.init()
        for _ in 0..<(try reader.elements()) {
            let time = Int32(try reader.count(upTo: plan.cells.count - 1))
            insert(KeptCell(time: time, values: try plan.dimensions.map { try DimensionValue($0.type, reading: &reader) }))
        }
    }
}
