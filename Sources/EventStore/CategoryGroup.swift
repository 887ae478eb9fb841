import ArrowIPC
import EventLog
import Vocabulary

/// Categories whose fields lie side by side in the lines of a log, such as source, medium and campaign: few of their
/// combinations occur, so they are looked up together, and one code a row stands for all of them until they are written.
///
/// Where fields do not lie so, as of a record with quotes, each is looked up for itself.
final class CategoryGroup {
    /// A column's share in its group.
    struct Membership {
        unowned let group: CategoryGroup
        let place: Int

        /// The column's own code of a row; 0 is null.
        @inline(__always)
        func code(_ row: Int) -> Int { Int(group.combinations[group.codes[row]][place]) }

        /// - Parameter codes: the column's, which lend the memory.
        func ordered(
            _ order: UnsafeBufferPointer<UInt32>, _ places: [Int32], _ index: ArrowIndex, into codes: inout RowCodes
        ) -> ArrowArray {
            let own = group.combinations.map { places[Int($0[place])] }
            let all = group.inOrder(order)
            return codes.ordered(order.count, own, index, hasNulls: own.contains(-1)) { Int(truncatingIfNeeded: all[$0]) }
        }
    }

    /// A group with more combinations is not worth its tables.
    private static let mostCombinations = 1 << 12

    private let columns: [CategoryColumn]
    /// The places of the columns' inputs among those of the draft.
    private let inputs: [Int]
    private let pool: StoragePool
    private var codes: RowCodes
    /// The codes of the columns, in their order; the first are nulls alone.
    private var combinations: [SIMD4<UInt32>] = [.zero]
    private var places: [SIMD4<UInt32>: UInt32] = [.zero: 0]
    private var spans = SpanTable()
    /// Rows whose fields were looked up one by one.
    private var strays = 0
    private var ordered: RowStorage?

    private init(_ columns: [CategoryColumn], inputs: [Int], pool: StoragePool) {
        self.columns = columns
        self.inputs = inputs
        self.pool = pool
        codes = RowCodes(pool)
        for (place, column) in columns.enumerated() { column.join(Membership(group: self, place: place)) }
    }

    /// The groups of a draft without rows, as the lines of its first batch have them.
    /// - Parameter typed: the columns of the batch, in the order of the draft's.
    static func found(
        among columns: [any SegmentColumn], _ typed: [TypedColumn], rows: Range<Int>, pool: StoragePool
    ) -> [CategoryGroup] {
        let categories = columns.indices.filter {
            columns[$0] is CategoryColumn && columns[$0].column.name != SegmentFile.event && !rows.isEmpty
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
            fields, count: range.count, text: text, into: &codes, at: row, newCode: { combination(fields, $0, text) },
            stray: { strays += 1; return combination(fields, $0, text) })
        let rows = row + range.count
        guard combinations.count > Self.mostCombinations || strays * 4 > rows + TypedBatch.capacity else { return true }
        for column in columns { column.leaveGroup(rows: rows) }
        return false
    }

    /// The code of a row's values, looked up one by one.
    @inline(never)
    private func combination(_ fields: [UnsafePointer<Field>], _ i: Int, _ text: UnsafeRawBufferPointer) -> UInt32 {
        var combination = SIMD4<UInt32>.zero
        for (place, column) in columns.enumerated() {
            combination[place] = column.code(of: fields[place][i].bytes(in: text))
        }
        if let known = places[combination] { return known }
        let code = UInt32(truncatingIfNeeded: combinations.count)
        combinations.append(combination)
        places[combination] = code
        return code
    }

    /// All rows' codes in an order, gathered once for all columns.
    private func inOrder(_ order: UnsafeBufferPointer<UInt32>) -> UnsafeMutablePointer<UInt16> {
        if let ordered { return ordered.of(UInt16.self) }
        let room = pool.take(width: 4)
        ordered = room
        codes.gather(order, to: room.of(UInt16.self))
        return room.of(UInt16.self)
    }

    /// Forgets the rows; called after the columns have.
    func removeAll() {
        codes.removeAll()
        if let ordered { pool.give(ordered) }
        ordered = nil
        combinations = [.zero]
        places = [.zero: 0]
        spans.removeAll()
        strays = 0
    }
}

extension Field {
    /// Whether another field begins behind the one delimiter that follows this one.
    fileprivate func endsBefore(_ next: Field) -> Bool { next.start == start &+ (isNull ? 0 : length) &+ 1 }
}
