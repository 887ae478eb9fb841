import Vocabulary

/// The distinct pairs of an entity (an order, a value of a column) and a cell.
package struct EntitySet {
    package struct Entry {
        package var entity: Key128
        package var cell: Int32
    }

    private var slots: [Entry]
    package private(set) var count = 0

    package init() { slots = Array(repeating: Entry(entity: .zero, cell: -1), count: 64) }

    /// True where the pair is new.
    @discardableResult
    package mutating func insert(_ entity: Key128, _ cell: Int32) -> Bool {
        let place = self.place(of: entity, cell)
        if slots[place].cell >= 0 { return false }
        slots[place] = Entry(entity: entity, cell: cell)
        count += 1
        if count * 2 > slots.count { grow() }
        return true
    }

    package func contains(_ entity: Key128, _ cell: Int32) -> Bool { slots[place(of: entity, cell)].cell >= 0 }

    /// Every pair, in no order.
    package func forEach(_ body: (Entry) -> Void) {
        for entry in slots where entry.cell >= 0 { body(entry) }
    }

    private func place(of entity: Key128, _ cell: Int32) -> Int {
        let mask = slots.count - 1
        let salt = UInt64(truncatingIfNeeded: cell) &* 0x9E37_79B9_7F4A_7C15
        var place = Int(truncatingIfNeeded: mixed(entity.high ^ mixed(entity.low &+ salt))) & mask
        while slots[place].cell >= 0, slots[place].cell != cell || slots[place].entity != entity {
            place = (place + 1) & mask
        }
        return place
    }

    private mutating func grow() {
        let old = slots
        slots = Array(repeating: Entry(entity: .zero, cell: -1), count: old.count * 2)
        for entry in old where entry.cell >= 0 { slots[place(of: entry.entity, entry.cell)] = entry }
    }
}
