import Vocabulary

/// The distinct pairs of an entity (an order, a value of a column) and a cell: 20 bytes a slot, of which a third or more is taken.
package struct EntitySet {
    package struct Entry {
        package var entity: Key128
        package var cell: Int32
    }

    private var entities: [Key128]
    /// -1 marks an empty slot.
    private var cells: [Int32]
    package private(set) var count = 0

    /// - Parameter expected: there is room for so many pairs.
    package init(expecting expected: Int = 0) {
        var slots = 64
        while slots * 3 < expected * 4 { slots *= 2 }
        entities = Array(repeating: .zero, count: slots)
        cells = Array(repeating: -1, count: slots)
    }

    /// True where the pair is new.
    @discardableResult
    package mutating func insert(_ entity: Key128, _ cell: Int32) -> Bool {
        let place = self.place(of: entity, cell)
        if cells[place] >= 0 { return false }
        entities[place] = entity
        cells[place] = cell
        count += 1
        if count * 4 > cells.count * 3 { grow() }
        return true
    }

    package func contains(_ entity: Key128, _ cell: Int32) -> Bool { cells[place(of: entity, cell)] >= 0 }

    /// Every pair, in no order.
    package func forEach(_ body: (Entry) -> Void) {
        for place in cells.indices where cells[place] >= 0 { body(Entry(entity: entities[place], cell: cells[place])) }
    }

    /// The pairs of some of the entities, in no order: of one of `parts` parts, a power of two, which share no entity.
    package func forEach(ofPart part: Int, of parts: Int, _ body: (Entry) -> Void) {
        forEach { if Int(truncatingIfNeeded: mixed($0.entity.high ^ $0.entity.low)) & (parts - 1) == part { body($0) } }
    }

    private func place(of entity: Key128, _ cell: Int32) -> Int {
        let mask = cells.count - 1
        let salt = UInt64(truncatingIfNeeded: cell) &* 0x9E37_79B9_7F4A_7C15
        var place = Int(truncatingIfNeeded: mixed(entity.high ^ mixed(entity.low &+ salt))) & mask
        while cells[place] >= 0, cells[place] != cell || entities[place] != entity { place = (place + 1) & mask }
        return place
    }

    private mutating func grow() {
        let (oldEntities, oldCells) = (entities, cells)
        entities = Array(repeating: .zero, count: oldCells.count * 2)
        cells = Array(repeating: -1, count: oldCells.count * 2)
        for place in oldCells.indices where oldCells[place] >= 0 {
            let new = self.place(of: oldEntities[place], oldCells[place])
            entities[new] = oldEntities[place]
            cells[new] = oldCells[place]
        }
    }
}
