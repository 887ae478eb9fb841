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

    package init() {
        entities = Array(repeating: .zero, count: 64)
        cells = Array(repeating: -1, count: 64)
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

    /// The places of all pairs in parts of some `size` pairs that share no entity, so that what is kept of a part fits the processor's cache.
    package func parts(of size: Int) -> [ArraySlice<Int32>] {
        var count = 1
        while self.count / count > size { count *= 2 }
        func part(_ place: Int) -> Int { Int(truncatingIfNeeded: mixed(entities[place].high ^ entities[place].low)) & (count - 1) }
        var bounds = [Int](repeating: 0, count: count + 1)
        for place in cells.indices where cells[place] >= 0 { bounds[part(place) + 1] += 1 }
        for part in 0..<count { bounds[part + 1] += bounds[part] }
        var next = bounds
        var places = [Int32](repeating: 0, count: self.count)
        for place in cells.indices where cells[place] >= 0 {
            let part = part(place)
            places[next[part]] = Int32(truncatingIfNeeded: place)
            next[part] += 1
        }
        return (0..<count).map { places[bounds[$0]..<bounds[$0 + 1]] }
    }

    /// The pair at a place.
    package subscript(place: Int32) -> Entry { Entry(entity: entities[Int(place)], cell: cells[Int(place)]) }

    /// Forgets all pairs, and keeps the room for some thousands.
    package mutating func removeAll() {
        if count == 0 { return }
        if cells.count > 1 << 13 {
            self = EntitySet()
        } else {
            for place in cells.indices { cells[place] = -1 }
            count = 0
        }
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
