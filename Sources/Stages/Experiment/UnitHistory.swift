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
    private var ids: [UInt8] = []
    /// The newest two instants of any rows, selected or not.
    private var newest: Int64?
    private var beforeNewest: Int64?

    mutating func reset() {
        rows.removeAll(keepingCapacity: true)
        ids.removeAll(keepingCapacity: true)
        newest = nil
        beforeNewest = nil
    }

    /// Notes that the unit had a row of any kind.
    mutating func sawRow(at time: Int64) {
        guard newest != time else { return }
        beforeNewest = newest
        newest = time
    }

    mutating func add(
        at time: Int64, _ mask: UInt32, amount: Int64, _ marks: OrderLedger.Marks, order: UnsafeRawBufferPointer
    ) {
        rows.append(
            Row(time: time, mask: mask, amount: amount, marks: marks, idStart: ids.count, idLength: order.count))
        ids.append(contentsOf: order)
    }

    /// Whether the unit had any row in `[exposure - lookBack, exposure)`.
    func isKnown(before exposure: Int64, lookBack: Int64) -> Bool {
        guard let last = newest == exposure ? beforeNewest : newest else { return false }
        return last < exposure && last >= exposure - lookBack
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
