import ArrowIPC
import Vocabulary

/// The rows of a segment that are not live, with the reason of each.
struct DeletionVector {
    /// In increasing order.
    var rows: [Int32] = []
    /// Raw values of `DeletionReason`.
    var reasons: [Int8] = []

    mutating func append(_ row: Int, _ reason: DeletionReason) {
        rows.append(Int32(truncatingIfNeeded: row))
        reasons.append(Int8(truncatingIfNeeded: Int(reason.rawValue)))
    }

    /// Both together; no row may be in both.
    static func + (a: DeletionVector, b: DeletionVector) -> DeletionVector {
        if a.rows.isEmpty { return b }
        if b.rows.isEmpty { return a }
        var sum = DeletionVector()
        sum.rows.reserveCapacity(a.rows.count + b.rows.count)
        sum.reasons.reserveCapacity(a.rows.count + b.rows.count)
        var (i, j) = (0, 0)
        while i < a.rows.count || j < b.rows.count {
            if j == b.rows.count || (i < a.rows.count && a.rows[i] < b.rows[j]) {
                sum.rows.append(a.rows[i])
                sum.reasons.append(a.reasons[i])
                i += 1
            } else {
                sum.rows.append(b.rows[j])
                sum.reasons.append(b.reasons[j])
                j += 1
            }
        }
        return sum
    }

    func count(_ reason: DeletionReason) -> Int {
        reasons.reduce(0) { $0 + ($1 == Int8(reason.rawValue) ? 1 : 0) }
    }

    /// Writes the vector of a segment under a name that its content determines.
    func write(
        for segment: SegmentEntry, liveTimes: (min: Int64, max: Int64)?, folder: StoreFolder
    ) throws -> DeletionEntry {
        let (sum, name) = try rows.withUnsafeBytes { rowBytes in
            try reasons.withUnsafeBytes { reasonBytes in
                let columns = [
                    ArrowColumn(ArrowField("row", .int32, nullable: false), ArrowArray(count: rows.count, data: rowBytes)),
                    ArrowColumn(
                        ArrowField("reason", .int8, nullable: false), ArrowArray(count: rows.count, data: reasonBytes)),
                ]
                let sum = SegmentFile.combined([segment.hash] + columns.map { $0.checksum() ?? "" })
                let name = "\(segment.name.dropLast(".arrow".count))-\(sum.prefix(16)).arrow"
                try SegmentFile.writeWhole(
                    rows: rows.count, columns: columns, source: segment.source, to: folder.deletion(name),
                    in: folder.deletions)
                return (sum, name)
            }
        }
        return DeletionEntry(
            name: name, segment: segment.name, rows: rows.count, duplicate: count(.duplicate),
            superseded: count(.superseded), filtered: count(.filtered), erased: count(.erased), moved: count(.moved),
            minTime: liveTimes?.min, maxTime: liveTimes?.max, checksum: sum)
    }
}

/// A deletion vector as a bit a row, as the scan asks for it.
final class DeadRows: @unchecked Sendable {
    let words: UnsafeMutableBufferPointer<UInt64>
    let count: Int

    /// - Throws: `Problem` where the file is missing, damaged, or does not fit the segment.
    init(_ entry: DeletionEntry, segment: SegmentEntry, path: String) throws {
        let file = try ArrowFile(path: path)
        guard let rows = file.column("row"), let reasons = file.column("reason"), rows.field.type == .int32,
            reasons.field.type == .int8, file.rowCount == entry.rows, rows.array.data.count >= entry.rows * 4,
            SegmentFile.combined([segment.hash, rows.checksum() ?? "", reasons.checksum() ?? ""]) == entry.checksum
        else { throw Segment.damaged(path, "the deletion vector is not what was written") }
        words = .allocate(capacity: (segment.rows + 63) / 64)
        words.initialize(repeating: 0)
        count = entry.rows
        for i in 0..<entry.rows {
            let row = Int(rows.array.data.loadUnaligned(fromByteOffset: i * 4, as: Int32.self))
            guard row >= 0, row < segment.rows else {
                throw Segment.damaged(path, "the deletion vector points outside its segment")
            }
            words[row >> 6] |= 1 << UInt64(row & 63)
        }
    }

    /// nil where all rows are live.
    init?(_ vector: DeletionVector, of rows: Int) {
        guard !vector.rows.isEmpty else { return nil }
        words = .allocate(capacity: (rows + 63) / 64)
        words.initialize(repeating: 0)
        count = vector.rows.count
        for row in vector.rows { words[Int(row) >> 6] |= 1 << UInt64(row & 63) }
    }

    deinit { words.deallocate() }
}
