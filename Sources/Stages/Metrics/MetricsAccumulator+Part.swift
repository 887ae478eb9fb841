import EventStore
import StageKit
import Vocabulary

extension MetricsAccumulator: MetricsPart {
    var cellCount: Int { space.count }
    func time(ofCell cell: Int) -> Int32 { space.times[cell] }
    func codes(ofCell cell: Int) -> [Int32]? {
        space.keys[cell] == CellSpace.rest ? nil : space.codes(of: space.keys[cell])
    }
    func value(_ code: Int32, of dimension: Int) -> DimensionValue { space.value(code, of: dimension) }

    func count(_ place: Int) -> Int64 { counters.counts.base[place] }
    func number(_ place: Int) -> Int128 { counters.numbers.base[place] }
    func isFilled(_ place: Int) -> UInt8 { counters.filled.base[place] }
    func persons(_ place: Int) -> Int64 { counters.persons.base[place] }
    func timePersons(_ place: Int) -> Int64 { counters.timePersons.base[place] }
    func totalCount(_ index: Int) -> Int64 { counters.totalCounts.base[index] }
    func totalNumber(_ index: Int) -> Int128 { counters.totalNumbers.base[index] }
    func totalPersons(_ index: Int) -> Int64 { counters.totalPersons.base[index] }
    var rowsOfNobody: Int64 { counters.rowsOfNobody }
    var foreignRows: Int64 { counters.foreignRows }
    var hasClicks: Bool { history.hasClicks }

    func forEachEntity(_ kind: Int, _ body: (_ entity: Key128?, _ cell: Int, _ count: Int64) -> Void) {
        let entities = layout.entities[kind]
        let names = CategoryKeys(entities.column, layout.layout)
        counters.pairs[kind].forEach { cell, code in body(names.key(Int(code)), Int(cell), 1) }
        counters.entities[kind].forEach { entry in
            // Orders without an id are numbered by each accumulator on its own.
            let isAnonymous = entities.nullIsOwn && entry.entity.high == .max
            body(isAnonymous ? nil : names.key(entry.entity), Int(entry.cell), 1)
        }
    }

    func forEachMarked(_ body: (_ order: Key128, _ mark: Int32) -> Void) {
        let names = CategoryKeys(layout.order, layout.layout)
        marked.forEach { body(names.key($0.entity), $0.cell) }
    }

    func forEachWaiting(_ body: (WaitingRefund) -> Void) {
        let names = CategoryKeys(layout.order, layout.layout)
        for var refund in waiting {
            refund.order = refund.order.map(names.key)
            body(refund)
        }
    }

    func forEachValue(_ kind: Int, _ body: (_ value: Int64, _ cell: Int, _ count: Int64) -> Void) {
        values[kind].forEach { body($0.value, Int($0.cell), $0.count) }
    }

    func forEachListed(_ body: (_ person: ListedPerson, _ cell: Int) -> Void) {
        for (person, cell) in counters.listing?.found ?? [] { body(person, Int(cell)) }
    }

    func forEachTicket(_ body: (Key128, Ticket) -> Void) {
        let names = CategoryKeys(layout.ticket, layout.layout)
        tickets.forEach { body(names.key($0), $1) }
    }

    func forEachPlace(_ body: (_ order: Key128, _ time: Int64, _ touch: ArraySlice<Int32>) -> Void) {
        let names = CategoryKeys(layout.order, layout.layout)
        history.places.forEach { body(names.key($0), $1, $2) }
    }

    var unassignedIsLast: [Bool] {
        zip(space.columns, space.unassigned).map { column, code in
            if case .category(_, let values) = column { Int(code) == values.count } else { false }
        }
    }
}

/// Keys that stand for the values of a category column in every scan: its codes are those of one.
private final class CategoryKeys {
    /// nil where the column is of another type, whose keys stand for values already.
    private let values: [String]?
    private var keys: [Key128]

    init(_ column: ColumnReader?, _ layout: any ScanLayout) {
        values = column?.categories(layout)
        keys = Array(repeating: .zero, count: values?.count ?? 0)
    }

    func key(_ entity: Key128) -> Key128 { values == nil ? entity : key(Int(truncatingIfNeeded: entity.low)) }

    func key(_ code: Int) -> Key128 {
        guard let values, values.indices.contains(code) else { return .zero }
        if keys[code] == .zero {
            var value = values[code]
            keys[code] = value.withUTF8 { sipHash128(UnsafeRawBufferPointer($0)) }
        }
        return keys[code]
    }
}
