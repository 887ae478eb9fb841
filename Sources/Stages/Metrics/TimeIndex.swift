import Chronology

/// Finds the time cell of an instant in a few steps: a table over equal stretches of the period, each naming the first
/// cell that it may lie in.
package struct TimeIndex {
    private let start: Int64
    private let end: Int64
    private let shift: UInt64
    private let firstCells: [Int32]
    private let starts: [Int64]
    private let ends: [Int64]

    /// - Parameter seen: Instants outside have no cell.
    package init(_ cells: TimeCells, seen: TimeSpan) {
        starts = cells.spans.map(\.start)
        ends = cells.spans.map(\.end)
        start = max(seen.start, starts.first ?? seen.end)
        end = max(start, min(seen.end, ends.last ?? seen.end))
        let length = UInt64(bitPattern: end &- start)
        var shift: UInt64 = 0
        while length >> shift >= 8192 { shift += 1 }
        self.shift = shift
        var firstCells: [Int32] = []
        var cell = 0
        for stretch in 0...(length >> shift) {
            let from = start &+ Int64(bitPattern: stretch << shift)
            while cell < ends.count - 1, ends[cell] <= from { cell += 1 }
            firstCells.append(Int32(truncatingIfNeeded: cell))
        }
        self.firstCells = firstCells
    }

    /// The number of the cell; -1 where there is none.
    @inline(__always)
    package func cell(_ time: Int64) -> Int32 {
        guard time >= start, time < end else { return -1 }
        var cell = Int(firstCells[Int(truncatingIfNeeded: UInt64(bitPattern: time &- start) >> shift)])
        while ends[cell] <= time { cell &+= 1 }
        return time >= starts[cell] ? Int32(truncatingIfNeeded: cell) : -1
    }
}
