import EventStore
import Metrics
import StageKit
import Vocabulary

/// The numbers of all cells, and what the present person has done so far. All of it is flat memory.
struct MetricsCounters {
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
    /// The cells in which the present person has bits.
    var touched = GrowingBuffer<Int32>(zero: 0)
    var touchedCount = 0
    var entities: [EntitySet]
    /// The same for category columns.
    var pairs: [PairSet]

    /// The period as a whole, counted apart from the cells, so that the books can be compared.
    var totalCounts = GrowingBuffer<Int64>(zero: 0)
    var totalNumbers = GrowingBuffer<Int128>(zero: 0)
    /// Per time cell, one a measure of persons.
    var timePersons = GrowingBuffer<Int64>(zero: 0)
    var totalPersons = GrowingBuffer<Int64>(zero: 0)
    var rowsOfNobody: Int64 = 0
    var foreignRows: Int64 = 0

    /// Whom one column counts; nil where nobody is listed.
    var listing: MetricsListing?
    var person = ListedPerson(.zero, .nobody)

    // The present person: the time cell at hand (-1 before the first), bits in it and in the period, first orders.
    var time: Int32 = -1
    var timeBits: UInt64 = 0
    var periodBits: UInt64 = 0
    var timeOrders = GrowingBuffer<Key128>(zero: .zero)
    var periodOrders = GrowingBuffer<Key128>(zero: .zero)

    let cutsCells: Bool
    let kinds: Int
    let countWidth: Int
    let numberWidth: Int
    let occasionCount: Int
    /// Per measure of persons the bits that it asks for.
    var personMasks = GrowingBuffer<UInt64>(zero: 0)
    /// Per bit the index of its count.
    var countOfBit = GrowingBuffer<Int32>(zero: -1)
    /// Gives every order without an id a key of its own.
    private var anonymousOrders: UInt64 = 0

    init(_ layout: MetricsLayout, timeCells: Int, cutsCells: Bool) {
        self.cutsCells = cutsCells
        kinds = layout.persons.count
        countWidth = layout.counts.count
        numberWidth = layout.numbers.count
        occasionCount = layout.repeatBases == 0 ? 0 : layout.occasions.count
        entities = layout.entities.map { _ in EntitySet() }
        pairs = layout.entities.map { _ in PairSet() }
        totalCounts.reserve(countWidth)
        totalNumbers.reserve(numberWidth)
        timePersons.reserve(timeCells * kinds)
        totalPersons.reserve(kinds)
        timeOrders.reserve(layout.occasions.count)
        periodOrders.reserve(layout.occasions.count)
        personMasks.reserve(kinds)
        for (index, kind) in layout.persons.enumerated() { personMasks.base[index] = kind.mask }
        for (bit, count) in layout.countOfBit.enumerated() { countOfBit.base[bit] = count }
    }

    mutating func reserve(cells: Int) {
        counts.reserve(cells * countWidth)
        numbers.reserve(cells * numberWidth)
        filled.reserve(cells * numberWidth)
        persons.reserve(cells * kinds)
        bits.reserve(cells)
        touched.reserve(cells)
        firstOrders.reserve(cells * occasionCount)
    }

    func deallocate() {
        counts.deallocate()
        numbers.deallocate()
        filled.deallocate()
        persons.deallocate()
        bits.deallocate()
        firstOrders.deallocate()
        touched.deallocate()
        totalCounts.deallocate()
        totalNumbers.deallocate()
        timePersons.deallocate()
        totalPersons.deallocate()
        timeOrders.deallocate()
        periodOrders.deallocate()
        personMasks.deallocate()
        countOfBit.deallocate()
    }

    /// The key of the row's order; one that no other row has where it has no id.
    @inline(__always)
    mutating func orderKey(_ rows: EventRows, _ row: Int, _ layout: MetricsLayout) -> Key128 {
        if let key = layout.order?.entity(rows, row) { return key }
        anonymousOrders += 1
        return Key128(high: .max, low: anonymousOrders)
    }
}
