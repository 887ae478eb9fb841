import EventStore
import StageKit
import Vocabulary

/// What a round has counted of some of the persons, free of the codes of a scan: exact, and mergeable in any order.
struct MetricsPartial {
    let plan: MetricsPlan
    /// The plan's bits and widths, of no scan.
    let layout: MetricsLayout
    var cells: MetricsCells
    // Flat lists, `cell * width + index`.
    var counts: [Int64] = []
    var numbers: [Int128] = []
    var filled: [UInt8] = []
    var personCounts: [Int64] = []
    /// Orders without an id, by cell and kind of entity.
    var anonymous: [Int64] = []

    var timePersonCounts: [Int64]
    var totalCounts: [Int64]
    var totalNumbers: [Int128]
    var totalPersonCounts: [Int64]
    var rowsOfNobody: Int64 = 0
    var foreignRows: Int64 = 0
    var hasClicks = false

    /// One a kind of entity.
    var entities: [EntitySet]
    /// Orders by the numbers of their marks.
    var marked = EntitySet()
    /// One a kind of values.
    var values: [CellValueCounts]
    /// Their codes are numbers of values in `cells`.
    var tickets: TicketTable
    /// Their codes are numbers of values in `cells`.
    var waiting: [WaitingRefund] = []
    var places: OrderPlaces
    var unassignedIsLast: [Bool]
    /// The persons behind a figure; the cell is -1 where the row is no cell.
    var listed: [(person: ListedPerson, cell: Int32)] = []

    init(_ plan: MetricsPlan) {
        self.plan = plan
        layout = MetricsLayout(plan, NoLayout())
        cells = MetricsCells(dimensions: plan.dimensions.count)
        timePersonCounts = Array(repeating: 0, count: plan.cells.count * layout.persons.count)
        totalCounts = Array(repeating: 0, count: layout.counts.count)
        totalNumbers = Array(repeating: 0, count: layout.numbers.count)
        totalPersonCounts = Array(repeating: 0, count: layout.persons.count)
        entities = layout.entities.map { _ in EntitySet() }
        places = OrderPlaces(width: plan.touchDimensions.count)
        values = layout.values.map { _ in CellValueCounts() }
        tickets = TicketTable()
        unassignedIsLast = plan.dimensions.map { _ in false }
    }

    /// Persons are counted in cells only where dimensions cut them.
    var cellPersons: Int { plan.dimensions.isEmpty ? 0 : layout.persons.count }

    /// Adds what was counted of other persons.
    mutating func add(_ part: some MetricsPart) {
        let map = cells.map(part)
        reserve()
        addFlat(part, map)
        for kind in entities.indices {
            let width = entities.count
            part.forEachEntity(kind) { entity, cell, count in
                if let entity {
                    entities[kind].insert(entity, Int32(truncatingIfNeeded: map[cell]))
                } else {
                    anonymous[map[cell] * width + kind] += count
                }
            }
        }
        part.forEachMarked { marked.insert($0, $1) }
        unassignedIsLast = zip(unassignedIsLast, part.unassignedIsLast).map { $0 || $1 }
        for kind in values.indices {
            part.forEachValue(kind) { values[kind].add($0, Int32(truncatingIfNeeded: map[$1]), $2) }
        }
        part.forEachListed { person, cell in listed.append((person, cell < 0 ? -1 : Int32(truncatingIfNeeded: map[cell]))) }
        addOrders(part)
        addTickets(part)
    }

    mutating func reserve() {
        func grow<Element>(_ list: inout [Element], _ width: Int, _ zero: Element) {
            list.append(contentsOf: repeatElement(zero, count: cells.count * width - list.count))
        }
        grow(&counts, layout.counts.count, 0)
        grow(&numbers, layout.numbers.count, 0)
        grow(&filled, layout.numbers.count, 0)
        grow(&personCounts, cellPersons, 0)
        grow(&anonymous, entities.count, 0)
    }

    private mutating func addFlat(_ part: some MetricsPart, _ map: [Int]) {
        let (width, numberWidth) = (layout.counts.count, layout.numbers.count)
        for (own, cell) in map.enumerated() {
            for index in 0..<width { counts[cell * width + index] += part.count(own * width + index) }
            for (index, number) in layout.numbers.enumerated() {
                let (from, to) = (own * numberWidth + index, cell * numberWidth + index)
                number.operation.merge(part.number(from), part.isFilled(from), into: &numbers[to], &filled[to])
            }
            for index in 0..<cellPersons { personCounts[cell * cellPersons + index] += part.persons(own * cellPersons + index) }
        }
        for place in timePersonCounts.indices { timePersonCounts[place] += part.timePersons(place) }
        for index in totalCounts.indices { totalCounts[index] += part.totalCount(index) }
        for index in totalNumbers.indices { totalNumbers[index] &+= part.totalNumber(index) }
        for index in totalPersonCounts.indices { totalPersonCounts[index] += part.totalPersons(index) }
        // A node that counts no persons does not tell of them, and which of them it sees depends on the other nodes.
        if plan.countsPersons { rowsOfNobody += part.rowsOfNobody }
        foreignRows += part.foreignRows
        hasClicks = hasClicks || part.hasClicks
    }

    /// Refunds that wait, and where orders are.
    private mutating func addOrders(_ part: some MetricsPart) {
        var translation = ValueTranslation(dimensions: plan.dimensions.count)
        part.forEachWaiting { refund in
            var refund = refund
            refund.codes = translation.tuple(refund.codes, of: part, in: &cells)
            waiting.append(refund)
        }
        let touch = plan.touchDimensions
        // Taken out while it grows: a second hold on it would copy all orders for each part.
        var all = places
        places = OrderPlaces(width: touch.count)
        part.forEachPlace { order, time, codes in
            let indices = zip(touch, codes).map { translation.index($1, of: $0, part, in: &cells) }
            all.add(order, at: time, indices) { precedes($0, $1, touch) }
        }
        places = all
    }

    private mutating func addTickets(_ part: some MetricsPart) {
        guard plan.tickets != nil else { return }
        var translation = ValueTranslation(dimensions: plan.dimensions.count)
        let all = Array(plan.dimensions.indices)
        // Taken out while it grows, as the orders are.
        var table = tickets
        tickets = TicketTable()
        part.forEachTicket { key, ticket in
            var ticket = ticket
            ticket.codes = translation.tuple(ticket.codes, of: part, in: &cells)
            table.add(key, ticket) { precedes($0, $1[...], all) }
        }
        tickets = table
    }

    /// The order of touches that codes of a scan have: null, stored values by their bytes, an `unassigned` that is none.
    private func precedes(_ a: [Int32], _ b: ArraySlice<Int32>, _ touch: [Int]) -> Bool {
        for (dimension, (x, y)) in zip(touch, zip(a, b)) where x != y {
            if x < 0 || y < 0 { return x < 0 }
            let (x, y) = (cells.value(x, of: dimension), cells.value(y, of: dimension))
            if unassignedIsLast[dimension] {
                let unassigned = DimensionValue.string(MetricsPlan.unassigned)
                if x == unassigned || y == unassigned { return y == unassigned }
            }
            return DimensionValue.precedes(x, y)
        }
        return false
    }
}

extension MetricsPartial: MetricsPart {
    var cellCount: Int { cells.count }
    func time(ofCell cell: Int) -> Int32 { cells.times[cell] }
    func codes(ofCell cell: Int) -> [Int32]? {
        cells.isRest(cell) ? nil : cells.tupleList[Int(cells.tupleOfCell[cell])]
    }
    func value(_ code: Int32, of dimension: Int) -> DimensionValue { cells.value(code, of: dimension) }

    func count(_ place: Int) -> Int64 { counts[place] }
    func number(_ place: Int) -> Int128 { numbers[place] }
    func isFilled(_ place: Int) -> UInt8 { filled[place] }
    func persons(_ place: Int) -> Int64 { personCounts[place] }
    func timePersons(_ place: Int) -> Int64 { timePersonCounts[place] }
    func totalCount(_ index: Int) -> Int64 { totalCounts[index] }
    func totalNumber(_ index: Int) -> Int128 { totalNumbers[index] }
    func totalPersons(_ index: Int) -> Int64 { totalPersonCounts[index] }

    func forEachEntity(_ kind: Int, _ body: (_ entity: Key128?, _ cell: Int, _ count: Int64) -> Void) {
        entities[kind].forEach { body($0.entity, Int($0.cell), 1) }
        forEachAnonymous(kind) { body(nil, $0, $1) }
    }

    /// The orders without an id, by cell.
    func forEachAnonymous(_ kind: Int, _ body: (_ cell: Int, _ count: Int64) -> Void) {
        for cell in 0..<cells.count {
            let count = anonymous[cell * entities.count + kind]
            if count > 0 { body(cell, count) }
        }
    }

    func forEachMarked(_ body: (_ order: Key128, _ mark: Int32) -> Void) { marked.forEach { body($0.entity, $0.cell) } }
    func forEachValue(_ kind: Int, _ body: (_ value: Int64, _ cell: Int, _ count: Int64) -> Void) {
        values[kind].forEach { body($0.value, Int($0.cell), $0.count) }
    }
    func forEachListed(_ body: (_ person: ListedPerson, _ cell: Int) -> Void) { for (person, cell) in listed { body(person, Int(cell)) } }
    func forEachTicket(_ body: (Key128, Ticket) -> Void) { tickets.forEach(body) }
    func forEachWaiting(_ body: (WaitingRefund) -> Void) { waiting.forEach(body) }
    func forEachPlace(_ body: (_ order: Key128, _ time: Int64, _ touch: ArraySlice<Int32>) -> Void) { places.forEach(body) }
}

/// The layout of a scan that has no rows.
private struct NoLayout: ScanLayout {
    var eventNames: [String] { [] }
    var sourceNames: [String] { [] }
    func slot(_ column: String) -> Int? { nil }
    func type(ofSlot slot: Int) -> ColumnType { .category }
    func values(ofSlot slot: Int) -> [String] { [] }
}
