import ArrowIPC
import EventLog
import Vocabulary

/// Categories whose fields lie side by side in the lines of a log, such as source, medium and campaign: few of their
/// combinations occur, so they are looked up together, and one code a row stands for all of them until they are written.
///
/// Where fields do not lie so, as of a record with quotes, each is looked up for itself.
final class CategoryGroup {
    /// A group with more combinations, or more spans that stand for them, is not worth its tables.
    private static let mostCombinations = 1 << 12

    private let columns: [CategoryColumn]
    /// The places of the columns' inputs among those of the draft.
    private let inputs: [Int]
    private let rows: CombinationCodes
    /// By combination its code.
    private var known: [SIMD4<UInt32>: UInt32] = [.zero: 0]
    private var spans = SpanTable()
    /// Rows whose fields were looked up one by one.
    private var strays = 0

    private init(_ columns: [CategoryColumn], inputs: [Int], pool: StoragePool) {
        self.columns = columns
        self.inputs = inputs
        rows = CombinationCodes(pool)
        for (place, column) in columns.enumerated() { column.join(rows, at: place) }
    }

    /// The groups of a draft without rows, as the lines of its first batch have them.
    /// - Parameter typed: the columns of the batch, in the order of the draft's.
    static func found(
        among columns: [any SegmentColumn], _ typed: [TypedColumn], rows: Range<Int>, pool: StoragePool
    ) -> [CategoryGroup] {
        guard !rows.isEmpty else { return [] }
        let categories = columns.indices.filter {
            columns[$0] is CategoryColumn && columns[$0].column.name != SegmentFile.event
        }.sorted { typed[$0].fields[rows.lowerBound].start < typed[$1].fields[rows.lowerBound].start }
        var runs: [[Int]] = []
        for place in categories {
            if let run = runs.last, let last = run.last, run.count < SpanTable.mostFields,
                rows.count(where: { typed[last].fields[$0].endsBefore(typed[place].fields[$0]) }) * 8 > rows.count * 7
            {
                runs[runs.count - 1].append(place)
            } else {
                runs.append([place])
            }
        }
        return runs.filter { $0.count > 1 }.map { run in
            CategoryGroup(run.compactMap { columns[$0] as? CategoryColumn }, inputs: run, pool: pool)
        }
    }

    func has(_ column: any SegmentColumn) -> Bool { columns.contains { $0 === column } }

    /// Takes rows in.
    /// - Parameter typed: the columns of the batch, in the order of the draft's.
    /// - Returns: false where the group has dissolved: the columns keep their codes themselves from here on.
    func append(_ typed: [TypedColumn], _ range: Range<Int>, text: UnsafeRawBufferPointer, at row: Int) -> Bool {
        let fields = inputs.compactMap { typed[$0].fields.baseAddress.map { UnsafePointer($0 + range.lowerBound) } }
        spans.encode(
            fields, count: range.count, text: text, into: &rows.codes, at: row, newCode: { combination(fields, $0, text) },
            stray: { strays += 1; return combination(fields, $0, text) })
        let count = row + range.count
        guard max(rows.combinations.count, spans.count) > Self.mostCombinations || strays * 4 > count + TypedBatch.capacity else { return true }
        for column in columns { column.leaveGroup(rows: count) }
        return false
    }

    /// The code of a row's values, looked up one by one.
    @inline(never)
    private func combination(_ fields: [UnsafePointer<Field>], _ i: Int, _ text: UnsafeRawBufferPointer) -> UInt32 {
        var combination = SIMD4<UInt32>.zero
        for (place, column) in columns.enumerated() {
            combination[place] = column.storedCode(of: fields[place][i].bytes(in: text))
        }
        if let code = known[combination] { return code }
        let code = UInt32(truncatingIfNeeded: rows.combinations.count)
        rows.combinations.append(combination)
        known[combination] = code
        return code
    }

    /// Forgets the rows; called after the columns have.
    func removeAll() {
        rows.removeAll()
        known = [.zero: 0]
        spans.removeAll()
        strays = 0
    }
}

/// One code a row for the values of a few columns.
final class CombinationCodes {
    fileprivate(set) var codes: RowCodes
    /// The codes of the columns, in their order; the first are nulls alone.
    fileprivate(set) var combinations: [SIMD4<UInt32>] = [.zero]
    private let pool: StoragePool
    private var inOrder: RowStorage?

    fileprivate init(_ pool: StoragePool) {
        self.pool = pool
        codes = RowCodes(pool)
    }

    /// What a column has in a row; 0 is null.
    @inline(__always)
    func code(_ row: Int, of column: Int) -> Int { Int(combinations[codes[row]][column]) }

    /// A column's rows in an order.
    /// - Parameter own: the column's codes, which lend the memory.
    func ordered(
        _ order: UnsafeBufferPointer<UInt32>, of column: Int, places: [Int32], index: ArrowIndex, into own: inout RowCodes
    ) -> ArrowArray {
        let table = combinations.map { places[Int($0[column])] }
        let all = gathered(order)
        // Every combination but the first stands in some row.
        let hasNulls = codes.hasNulls || table.dropFirst().contains(-1)
        return own.written(order.count, places: table, index: index, hasNulls: hasNulls) { Int(truncatingIfNeeded: all[$0]) }
    }

    /// All codes in an order, gathered once for all columns.
    private func gathered(_ order: UnsafeBufferPointer<UInt32>) -> UnsafeMutablePointer<UInt16> {
        if let inOrder { return inOrder.of(UInt16.self) }
        let room = pool.take(width: 4)
        inOrder = room
        codes.gather(order, to: room.of(UInt16.self))
        return room.of(UInt16.self)
    }

    fileprivate func removeAll() {
        codes.removeAll()
        combinations = [.zero]
        if let inOrder { pool.give(inOrder) }
        inOrder = nil
    }
}

extension Field {
    /// Whether another field begins behind the one delimiter that follows this one.
    fileprivate func endsBefore(_ next: Field) -> Bool { next.start == start &+ (isNull ? 0 : length) &+ 1 }
}
