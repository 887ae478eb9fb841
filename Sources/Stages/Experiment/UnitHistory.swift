/// The rows of one unit before its exposure, as far as the look-back may reach: which of them count is known only when the
/// exposure comes.
struct UnitHistory {
    private struct Row {
        let time: Int64
        let mask: UInt32
        let amount: Int64
        let marks: OrderLedger.Marks
        let idStart: Int
        let idLength: Int
    }

    private var rows: [Row] = []
    /// The distinct instants of all rows, selected or not, in order; empty where they are not kept.
    private var instants: [Int64] = []
    private let keepsInstants: Bool
    private var instantLimit = Self.smallLimit
    private var ids: [UInt8] = []
    /// The number of rows at which those that are too old are let go.
    private var limit = Self.smallLimit

    private static let smallLimit = 4096
    /// The newest two instants of any rows, selected or not.
    private var newest: Int64?
    private var beforeNewest: Int64?

    /// - Parameter keepsInstants: So that days can be counted.
    init(keepsInstants: Bool = false) { self.keepsInstants = keepsInstants }

    mutating func reset() {
        instants.removeAll(keepingCapacity: true)
        instantLimit = Self.smallLimit
        rows.removeAll(keepingCapacity: true)
        ids.removeAll(keepingCapacity: true)
        limit = Self.smallLimit
        newest = nil
        beforeNewest = nil
    }

    /// Notes that the unit had a row of any kind.
    mutating func sawRow(at time: Int64) {
        guard newest != time else { return }
        beforeNewest = newest
        newest = time
        if keepsInstants { instants.append(time) }
    }

    mutating func add(
        at time: Int64, _ mask: UInt32, amount: Int64, _ marks: OrderLedger.Marks, order: UnsafeRawBufferPointer
    ) {
        rows.append(
            Row(time: time, mask: mask, amount: amount, marks: marks, idStart: ids.count, idLength: order.count))
        ids.append(contentsOf: order)
    }

    /// Lets rows go that no later exposure can look back to, once there are many.
    mutating func forget(before time: Int64) {
        if instants.count >= instantLimit {
            instants.removeAll { $0 < time }
            instantLimit = max(Self.smallLimit, instants.count * 2)
        }
        guard rows.count >= limit else { return }
        let old = ids
        let kept = rows.filter { $0.time >= time }
        rows.removeAll(keepingCapacity: true)
        ids.removeAll(keepingCapacity: true)
        for row in kept {
            rows.append(
                Row(
                    time: row.time, mask: row.mask, amount: row.amount, marks: row.marks, idStart: ids.count,
                    idLength: row.idLength))
            ids += old[row.idStart..<row.idStart + row.idLength]
        }
        limit = max(Self.smallLimit, kept.count * 2)
    }

    /// Whether the unit had any row in `[exposure - lookBack, exposure)`.
    func isKnown(before exposure: Int64, lookBack: Int64) -> Bool {
        guard let last = newest == exposure ? beforeNewest : newest else { return false }
        return last < exposure && last >= exposure - lookBack
    }

    /// On how many of the look-back's days (of 24 hours, counted back from the exposure) the unit had a row.
    func activeDays(before exposure: Int64, lookBack: Int64) -> Int64 {
        var days: Int64 = 0
        var last: Int64?
        for time in instants where time < exposure && time >= exposure - lookBack {
            let day = (exposure - 1 - time) / 86_400_000_000
            if day != last { days += 1 }
            last = day
        }
        return days
    }

    /// Adds the rows in `[exposure - lookBack, exposure)`.
    func add(to totals: inout UnitTotals, before exposure: Int64, lookBack: Int64) {
        for row in rows where row.time < exposure && row.time >= exposure - lookBack {
            totals.add(row.mask, amount: row.amount)
            guard !row.marks.isEmpty else { continue }
            ids.withUnsafeBytes {
                totals.orders.add(UnsafeRawBufferPointer(rebasing: $0[row.idStart..<row.idStart + row.idLength]), row.marks)
            }
        }
    }
}
