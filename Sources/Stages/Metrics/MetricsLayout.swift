import Chronology
import EventStore
import Expressions
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
        /// `never` where trails say who counts.
        let mask: UInt64
        let measure: Int
        let trail: MetricsPlan.Trail?
        /// More bits than a row has.
        static let never = UInt64.max
    }
    /// The values of a column over rows with a bit, each with how often it was met.
    struct Values {
        let bit: UInt64
        let column: NumberColumn
        let isMoney: Bool
        let name: String
        var measures: [(measure: Int, thousandths: Int)]
    }
    /// A condition of selections, and the bits that it decides on.
    struct Condition {
        let filter: RowFilter
        let bits: UInt64
        /// The one source whose rows it is asked of; nil: all.
        let source: Int32?
    }
    /// Distinct entities over rows with a bit.
    struct Entities {
        let bit: UInt64
        let column: ColumnReader?
        /// A row without a value is an entity of its own.
        let nullIsOwn: Bool
        var isCategory: Bool { !nullIsOwn && column?.type == .category }
        var measures: [Int]
        /// Measures of those entities alone that are orders with a mark.
        var markedMeasures: [(measure: Int, mark: Int)]
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
    let values: [Values]
    let conditions: [Condition]
    /// Bits of rows whose amount must count.
    let amountBits: UInt64
    private let amount: NumberColumn
    /// Bits of rows that mark orders, and the time in which they do.
    let marks: [(bit: UInt64, span: TimeSpan)]
    let trailBits: UInt64
    let valueBits: UInt64
    let ticketBits: (opened: UInt64, responded: UInt64, resolved: UInt64)
    let ticket: ColumnReader?
    let question: ColumnReader?
    let score: NumberColumn

    let countBits: UInt64
    let numberBits: UInt64
    /// Rows whose money is added up, or ranked.
    let moneyBits: UInt64
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
    let currency: CurrencyColumn

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
        currency = CurrencyColumn(report: plan.manifest.currency, plan.rates, layout)
        func numberColumn(_ name: String) -> NumberColumn {
            guard Measure.workedOutColumns.contains(name) else { return NumberColumn(name, layout) }
            return MarginColumn(subtracts: name == Measure.marginColumn, plan.costs, layout).map { .margin($0) } ?? .none
        }

        amountBits = bits(\.selection.needsAmount)
        amount = NumberColumn("amount", layout)
        var counts: [(bit: UInt64, measures: [Int])] = []
        var numbers: [Number] = []
        var persons: [Persons] = []
        var entities: [Entities] = []
        var values: [Values] = []
        for (measure, planned) in plan.measures.enumerated() {
            switch planned.counting {
            case .rows(let slot), .rowsAndReport(let slot, _):
                if let same = counts.firstIndex(where: { $0.bit == bit(slot) }) {
                    counts[same].measures.append(measure)
                } else {
                    counts.append((bit(slot), [measure]))
                }
            case .number(let operation, let column, let slot):
                numbers.append(
                    Number(
                        bit: bit(slot), operation: operation, column: numberColumn(column),
                        isMoney: Measure.moneyColumns.contains(column), measure: measure))
            case .persons(let mask), .personDays(let mask): persons.append(Persons(mask: mask, measure: measure, trail: nil))
            case .trail(let trail): persons.append(Persons(mask: Persons.never, measure: measure, trail: trail))
            case .percentile(let thousandths, let column, let slot):
                if let same = values.firstIndex(where: { $0.bit == bit(slot) && $0.name == column }) {
                    values[same].measures.append((measure, thousandths))
                } else {
                    values.append(
                        Values(
                            bit: bit(slot), column: numberColumn(column),
                            isMoney: Measure.moneyColumns.contains(column), name: column, measures: [(measure, thousandths)]))
                }
            case .distinct(let column, let slot):
                entities.append(
                    Entities(
                        bit: bit(slot), column: ColumnReader(column, layout), nullIsOwn: false,
                        measures: [measure], markedMeasures: []))
            case .orders(let slot, let mark):
                let same = entities.firstIndex { $0.bit == bit(slot) && $0.nullIsOwn }
                let index = same ?? entities.count
                if same == nil {
                    entities.append(
                        Entities(bit: bit(slot), column: order, nullIsOwn: true, measures: [], markedMeasures: []))
                }
                if let mark {
                    entities[index].markedMeasures.append((measure, mark))
                } else {
                    entities[index].measures.append(measure)
                }
            case .report, .tickets, .whole, .fixed, .absent: break
            }
        }
        self.values = values
        var conditions: [(condition: Expressions.Condition, bits: UInt64)] = []
        for (index, slot) in plan.slots.enumerated() where slot.selection.occasion == .every {
            guard let condition = slot.condition else { continue }
            if let same = conditions.firstIndex(where: { $0.condition == condition }) {
                conditions[same].bits |= bit(index)
            } else {
                conditions.append((condition, bit(index)))
            }
        }
        var scopes: [Condition] = []
        for (index, slot) in plan.slots.enumerated() where slot.selection.occasion == .every {
            for (source, scope) in slot.scopes.sorted(by: { $0.key < $1.key }) {
                guard let code = layout.sourceNames.firstIndex(of: source) else { continue }
                scopes.append(Condition(filter: RowFilter(scope, layout: layout), bits: bit(index), source: Int32(code)))
            }
        }
        self.conditions = conditions.map { Condition(filter: RowFilter($0.condition, layout: layout), bits: $0.bits, source: nil) } + scopes
        marks = plan.marks.map { mark in
            let (start, underflow) = plan.period.span.start.subtractingReportingOverflow(mark.mark.lookBack)
            let end = mark.mark.looksAhead ? plan.period.asOf : plan.seen.end
            return (bit(mark.slot), TimeSpan(start: underflow ? .min : start, end: end))
        }
        trailBits = persons.reduce(0) { $0 | ($1.trail.map { bit($0.first) | bit($0.second) } ?? 0) }
        valueBits = values.reduce(0) { $0 | $1.bit }
        ticketBits = (
            plan.tickets.map { bit($0.opened) } ?? 0, plan.tickets?.responded.map(bit) ?? 0, plan.tickets?.resolved.map(bit) ?? 0)
        ticket = plan.tickets == nil ? nil : ColumnReader("ticket_id", layout)
        question = ColumnReader("question", layout)
        score = NumberColumn("score", layout)
        self.counts = counts
        self.numbers = numbers
        self.persons = persons
        self.entities = entities
        let occasions = plan.slots.enumerated().compactMap { index, slot -> Occasion? in
            guard slot.selection.occasion != .every else { return nil }
            let base = plan.slots.firstIndex {
                $0.selection == slot.selection.on(.every) && $0.sources == slot.sources && $0.scopes == slot.scopes && !$0.identified
            }
            return base.map { Occasion(base: bit($0), bit: bit(index), kind: slot.selection.occasion) }
        }
        self.occasions = occasions
        var countOfBit = [Int32](repeating: -1, count: 64)
        for (index, count) in counts.enumerated() { countOfBit[count.bit.trailingZeroBitCount] = Int32(index) }
        self.countOfBit = countOfBit
        countBits = counts.reduce(0) { $0 | $1.bit }
        numberBits = numbers.reduce(0) { $0 | $1.bit }
        moneyBits =
            numbers.reduce(0) { $1.isMoney ? $0 | $1.bit : $0 } | values.reduce(0) { $1.isMoney ? $0 | $1.bit : $0 }
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
        personBits = persons.reduce(repeatBases) { $1.trail == nil ? $0 | $1.mask : $0 }
        movedBits = plan.movesSales ? bits { $0.selection.credited && !$0.selection.followsOrder } : 0
        let refunds = bits(\.selection.followsOrder)
        waitingBits = plan.touchDimensions.isEmpty ? 0 : refunds & (countBits | numberBits)
        // A base bit that only history needs makes no cell; the occasion's own bit does.
        ownBits =
            (countBits | numberBits | entityBits | personBits | occasionBits | trailBits | valueBits) & ~movedBits & ~waitingBits
        purchaseBit = bits { $0.selection == .purchases }
    }

    /// The value of a column operation; nil where the row has none, or money that is left out.
    @inline(__always)
    func value(_ number: Number, _ rows: EventRows, _ row: Int) -> Int64? {
        number.isMoney ? money(number.column, rows, row) : number.column.value(rows, row)
    }

    /// Money in the report currency; nil where the row has none, or it is left out.
    @inline(__always)
    func money(_ column: NumberColumn, _ rows: EventRows, _ row: Int) -> Int64? {
        switch currency.worth(rows, row) {
        case .own: column.value(rows, row)
        case .rate(let rate): column.value(rows, row, at: rate)
        case .unknown: nil
        }
    }

    /// True where the row adds to sums of amounts.
    @inline(__always)
    func hasAmount(_ rows: EventRows, _ row: Int) -> Bool { money(amount, rows, row) != nil }

    /// True where a row with such a mask has money that no figure has: in a currency without a rate on its day, or beyond
    /// 64 bits at its rate.
    func leavesMoneyOut(_ mask: UInt64, _ rows: EventRows, _ row: Int) -> Bool {
        if case .own = currency.worth(rows, row) { return false }
        func isLeftOut(_ column: NumberColumn) -> Bool { money(column, rows, row) == nil && column.value(rows, row) != nil }
        return numbers.contains { $0.isMoney && mask & $0.bit != 0 && isLeftOut($0.column) }
            || values.contains { $0.isMoney && mask & $0.bit != 0 && isLeftOut($0.column) }
    }

    /// True where rows depend on what their person did before.
    var looksBack: Bool { firstBases != 0 || sessionBases != 0 || plan.movesSales || keepsOrderPlaces }
    /// True where the places of orders must be kept, for refunds to find.
    var keepsOrderPlaces: Bool { waitingBits != 0 }
    /// True where orders with a mark are counted.
    var keepsMarks: Bool { !marks.isEmpty }
}
