import Chronology
import EventStore
import Manifest
import Metrics
import StageKit
import Vocabulary

/// The plan in the terms of one scan: bits of a row's mask, slots of columns, codes of values.
struct MetricsLayout {
    /// A column operation over rows with a bit.
    struct Number {
        let bit: UInt64
        let operation: NumberOperation
        let column: NumberColumn
        let isMoney: Bool
        let measure: Int
    }
    struct Persons {
        let mask: UInt64
        let measure: Int
    }
    /// Distinct entities over rows with a bit.
    struct Entities {
        let bit: UInt64
        let column: ColumnReader?
        /// A row without a value is an entity of its own.
        let nullIsOwn: Bool
        var isCategory: Bool { !nullIsOwn && column?.type == .category }
        var measures: [Int]
        /// Measures of those entities alone that are refunded orders.
        var refundedMeasures: [Int]
    }
    /// A slot whose rows are found by what the person did before.
    struct Occasion {
        /// The bit of the plain selection that it is looked for in.
        let base: UInt64
        let bit: UInt64
        let kind: Selection.Occasion
    }

    let plan: MetricsPlan
    let layout: any ScanLayout
    let eventBits: [UInt64]
    let sourceBits: [UInt64]
    let click: Int32

    let counts: [(bit: UInt64, measures: [Int])]
    /// Per bit the index in `counts`, -1 where the bit is not counted.
    let countOfBit: [Int32]
    let numbers: [Number]
    let persons: [Persons]
    let entities: [Entities]
    let occasions: [Occasion]

    let countBits: UInt64
    let numberBits: UInt64
    let personBits: UInt64
    let entityBits: UInt64
    /// Rows whose order is counted.
    let orderBits: UInt64
    /// Rows that go where the credit rule says.
    let movedBits: UInt64
    /// Sums and counts of refunds that wait for the place of their order.
    let waitingBits: UInt64
    /// Every bit that a plain row may have in its own cell.
    let ownBits: UInt64
    let identifiedBits: UInt64
    let purchaseBit: UInt64
    let refundBit: UInt64
    /// Bits of rows that are found by what the person did before.
    let occasionBits: UInt64
    /// Rows whose first one matters.
    let firstBases: UInt64
    /// Rows that make sessions.
    let sessionBases: UInt64
    /// Rows of orders that may be another one than the first.
    let repeatBases: UInt64
    /// Occasions that are a question of one time cell, and asked anew for the period.
    let cellOnlyBits: UInt64

    /// Per dimension whether the credit rule says its value.
    let isTouch: [Bool]
    let order: ColumnReader?
    let campaignSlot: Int?
    let currencySlot: Int?
    /// Codes of the currency column that are not the report currency.
    let foreignCurrency: [Bool]

    init(_ plan: MetricsPlan, _ layout: any ScanLayout) {
        self.plan = plan
        self.layout = layout
        func bit(_ slot: Int) -> UInt64 { 1 << UInt64(truncatingIfNeeded: slot) }
        func bits(_ condition: (MetricsPlan.Slot) -> Bool) -> UInt64 {
            plan.slots.indices.reduce(0) { condition(plan.slots[$1]) ? $0 | bit($1) : $0 }
        }
        eventBits = layout.eventNames.map { name in
            bits { $0.selection.occasion == .every && $0.selection.events?.contains(name) ?? true }
        }
        sourceBits = layout.sourceNames.map { name in bits { $0.sources?.contains(name) ?? true } }
        click = Int32(layout.eventNames.firstIndex(of: "click") ?? -2)
        identifiedBits = bits(\.identified)
        isTouch = plan.dimensions.map(\.isTouch)
        order = ColumnReader("order_id", layout)
        campaignSlot = layout.slot("campaign").flatMap { layout.type(ofSlot: $0) == .category ? $0 : nil }
        currencySlot = layout.slot("currency").flatMap { layout.type(ofSlot: $0) == .category ? $0 : nil }
        foreignCurrency = currencySlot.map { layout.values(ofSlot: $0).map { $0 != plan.manifest.currency } } ?? []

        var counts: [(bit: UInt64, measures: [Int])] = []
        var numbers: [Number] = []
        var persons: [Persons] = []
        var entities: [Entities] = []
        for (measure, planned) in plan.measures.enumerated() {
            switch planned.counting {
            case .rows(let slot):
                if let same = counts.firstIndex(where: { $0.bit == bit(slot) }) {
                    counts[same].measures.append(measure)
                } else {
                    counts.append((bit(slot), [measure]))
                }
            case .number(let operation, let column, let slot):
                numbers.append(
                    Number(
                        bit: bit(slot), operation: operation, column: NumberColumn(column, layout),
                        isMoney: Measure.moneyColumns.contains(column), measure: measure))
            case .persons(let mask): persons.append(Persons(mask: mask, measure: measure))
            case .distinct(let column, let slot):
                entities.append(
                    Entities(
                        bit: bit(slot), column: ColumnReader(column, layout), nullIsOwn: false,
                        measures: [measure], refundedMeasures: []))
            case .orders(let slot, let refunded):
                let same = entities.firstIndex { $0.bit == bit(slot) && $0.nullIsOwn }
                let index = same ?? entities.count
                if same == nil {
                    entities.append(
                        Entities(bit: bit(slot), column: order, nullIsOwn: true, measures: [], refundedMeasures: []))
                }
                if refunded {
                    entities[index].refundedMeasures.append(measure)
                } else {
                    entities[index].measures.append(measure)
                }
            case .report, .absent: break
            }
        }
        self.counts = counts
        self.numbers = numbers
        self.persons = persons
        self.entities = entities
        let occasions = plan.slots.enumerated().compactMap { index, slot -> Occasion? in
            guard slot.selection.occasion != .every else { return nil }
            let base = plan.slots.firstIndex {
                $0.selection == slot.selection.on(.every) && $0.sources == slot.sources && !$0.identified
            }
            return base.map { Occasion(base: bit($0), bit: bit(index), kind: slot.selection.occasion) }
        }
        self.occasions = occasions
        var countOfBit = [Int32](repeating: -1, count: 64)
        for (index, count) in counts.enumerated() { countOfBit[count.bit.trailingZeroBitCount] = Int32(index) }
        self.countOfBit = countOfBit
        countBits = counts.reduce(0) { $0 | $1.bit }
        numberBits = numbers.reduce(0) { $0 | $1.bit }
        entityBits = entities.reduce(0) { $0 | $1.bit }
        orderBits = entities.reduce(0) { $1.nullIsOwn ? $0 | $1.bit : $0 }
        func joined(_ bit: KeyPath<Occasion, UInt64>, _ kinds: Set<Selection.Occasion>) -> UInt64 {
            occasions.reduce(0) { kinds.contains($1.kind) ? $0 | $1[keyPath: bit] : $0 }
        }
        occasionBits = joined(\.bit, [.first, .newcomer, .sessionStart, .anotherOrder])
        cellOnlyBits = joined(\.bit, [.newcomer, .anotherOrder])
        firstBases = joined(\.base, [.first, .newcomer])
        sessionBases = joined(\.base, [.sessionStart])
        repeatBases = joined(\.base, [.anotherOrder])
        personBits = persons.reduce(repeatBases) { $0 | $1.mask }
        movedBits = plan.movesSales ? bits { $0.selection.credited && !$0.selection.followsOrder } : 0
        let refunds = bits(\.selection.followsOrder)
        waitingBits = plan.touchDimensions.isEmpty ? 0 : refunds & (countBits | numberBits)
        // A base bit that only history needs makes no cell; the occasion's own bit does.
        ownBits = (countBits | numberBits | entityBits | personBits | occasionBits) & ~movedBits & ~waitingBits
        purchaseBit = bits { $0.selection == .purchases }
        refundBit = bits { $0.selection == .refunds }
    }

    /// The value of a column operation; nil where the row has none, or has money in another currency.
    @inline(__always)
    func value(_ number: Number, _ rows: EventRows, _ row: Int) -> Int64? {
        number.isMoney && isForeign(rows, row) ? nil : number.column.value(rows, row)
    }

    @inline(__always)
    func isForeign(_ rows: EventRows, _ row: Int) -> Bool {
        guard let slot = currencySlot else { return false }
        let code = rows.codes(slot)[row]
        return code >= 0 && foreignCurrency[Int(code)]
    }

    /// True where rows depend on what their person did before.
    var looksBack: Bool { firstBases != 0 || sessionBases != 0 || plan.movesSales || keepsOrderPlaces }
    /// True where the places of orders must be kept, for refunds to find.
    var keepsOrderPlaces: Bool { waitingBits != 0 }
    /// True where refunded orders are counted.
    var keepsRefunds: Bool { entities.contains { !$0.refundedMeasures.isEmpty } }
}
