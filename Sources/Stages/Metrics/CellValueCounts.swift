import Vocabulary

/// How often each cell has each value: what percentiles follow from, exactly and however rows were shared out.
package struct CellValueCounts {
    package struct Entry {
        package var value: Int64
        package var cell: Int32
        /// 0 is a free slot.
        package var count: Int64
    }

    private var slots: [Entry]
    /// Distinct pairs of a value and a cell.
    package private(set) var count = 0

    package init() { slots = Array(repeating: Entry(value: 0, cell: 0, count: 0), count: 64) }

    package mutating func add(_ value: Int64, _ cell: Int32, _ times: Int64) {
        let place = self.place(of: value, cell)
        if slots[place].count == 0 {
            slots[place] = Entry(value: value, cell: cell, count: times)
            count += 1
            if count * 2 > slots.count { grow() }
        } else {
            slots[place].count += times
        }
    }

    /// Every pair, in no order.
    package func forEach(_ body: (Entry) -> Void) {
        for entry in slots where entry.count > 0 { body(entry) }
    }

    private func place(of value: Int64, _ cell: Int32) -> Int {
        let mask = slots.count - 1
        let salt = UInt64(truncatingIfNeeded: cell) &* 0x9E37_79B9_7F4A_7C15
        var place = Int(truncatingIfNeeded: mixed(UInt64(bitPattern: value) ^ salt)) & mask
        while slots[place].count > 0, slots[place].value != value || slots[place].cell != cell { place = (place + 1) & mask }
        return place
    }

    private mutating func grow() {
        let old = slots
        slots = Array(repeating: Entry(value: 0, cell: 0, count: 0), count: old.count * 2)
        for entry in old where entry.count > 0 { slots[place(of: entry.value, entry.cell)] = entry }
    }
}
