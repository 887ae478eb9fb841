import ArrowIPC
import Digests
import Vocabulary

/// The rows of a segment that are not live, with the reason of each.
struct DeletionVector: Sendable, Hashable {
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

    func contains(_ row: Int) -> Bool {
        let place = MergeInput.firstIndex(in: 0..<rows.count) { Int(rows[$0]) >= row }
        return place < rows.count && Int(rows[place]) == row
    }

    /// The rows that fulfil a condition.
    @inline(__always)
    func filter(_ isKept: (_ row: Int, _ reason: Int8) -> Bool) -> DeletionVector {
        var some = DeletionVector()
        for (row, reason) in zip(rows, reasons) where isKept(Int(row), reason) {
            some.rows.append(row)
            some.reasons.append(reason)
        }
        return some
    }

    /// What is left without some rows.
    /// - Parameter ranges: in the order of rows, without overlap.
    func without(_ ranges: [Range<Int>]) -> DeletionVector {
        guard !ranges.isEmpty else { return self }
        var next = 0
        return filter { row, _ in
            while next < ranges.count, ranges[next].upperBound <= row { next += 1 }
            return next == ranges.count || !ranges[next].contains(row)
        }
    }

    /// The rows with one reason.
    func only(_ reason: DeletionReason) -> DeletionVector { filter { $1 == Int8(reason.rawValue) } }

    /// The rows that moved or were erased: what their persons decide.
    var ofPersons: DeletionVector {
        filter { $1 == Int8(DeletionReason.moved.rawValue) || $1 == Int8(DeletionReason.erased.rawValue) }
    }

    private var filteredCounts: FilteredCounts {
        var counts = FilteredCounts()
        counts.testUser = count(.testUser)
        counts.crawler = count(.crawler)
        counts.rate = count(.rate)
        return counts
    }

    /// Without the rows that a filter took.
    var unfiltered: DeletionVector {
        filter { DeletionReason(rawValue: UInt8(bitPattern: $1)).map { !$0.isFilter } ?? false }
    }

    func count(_ reason: DeletionReason) -> Int {
        reasons.reduce(0) { $0 + ($1 == Int8(reason.rawValue) ? 1 : 0) }
    }

    /// Writes the vector of a segment under a name that its content determines. Each row comes with its time, so that what
    /// changed in a span of time shows without the segment.
    /// - Parameters:
    ///   - known: the vector that the snapshot before has of the segment; empty where it has none, nil where nobody looked.
    ///   - before: what the catalogue before says of that vector; nil where all rows were live.
    func write(for segment: Segment, known: DeletionVector?, _ before: DeletionEntry?, folder: StoreFolder) throws -> DeletionEntry {
        try segment.verify(SegmentFile.time)
        let entry = segment.entry
        let times = rows.map { segment.times[Int($0)] }
        let (sum, name) = try rows.withUnsafeBytes { rowBytes in
            try reasons.withUnsafeBytes { reasonBytes in
                try times.withUnsafeBytes { timeBytes in
                    let columns = [
                        ArrowColumn(ArrowField("row", .int32, nullable: false), ArrowArray(count: rows.count, data: rowBytes)),
                        ArrowColumn(
                            ArrowField("reason", .int8, nullable: false), ArrowArray(count: rows.count, data: reasonBytes)),
                        ArrowColumn(
                            ArrowField(SegmentFile.time, .timestamp, nullable: false),
                            ArrowArray(count: rows.count, data: timeBytes)),
                    ]
                    let sum = SegmentFile.combined([entry.hash] + columns.map { $0.checksum() ?? "" })
                    let name = "\(entry.name.dropLast(".arrow".count))-\(sum.prefix(16)).arrow"
                    try SegmentFile.writeWhole(
                        rows: rows.count, columns: columns, source: entry.source, to: folder.deletion(name),
                        in: folder.deletions)
                    return (sum, name)
                }
            }
        }
        let live =
            if let known {
                segment.times(without: self, known: before.map(\.times) ?? (entry.minTime, entry.maxTime), without: known)
            } else {
                segment.times(without: self)
            }
        return DeletionEntry(
            name: name, segment: entry.name, rows: rows.count, duplicate: count(.duplicate),
            superseded: count(.superseded), filtered: filteredCounts, erased: count(.erased), moved: count(.moved),
            minTime: live?.min, maxTime: live?.max, checksum: sum)
    }
}

extension DeletionEntry {
    /// Those of the segment's live rows; nil when none is live.
    fileprivate var times: (min: Int64, max: Int64)? {
        guard let minTime, let maxTime else { return nil }
        return (minTime, maxTime)
    }
}

/// A deletion vector as a bit a row, as the scan asks for it.
final class DeadRows: @unchecked Sendable {
    let words: UnsafeMutableBufferPointer<UInt64>
    let count: Int
    /// nil for rows that were never written.
    private let file: ArrowFile?

    /// - Throws: `Problem` where the file is missing, damaged, or does not fit the segment.
    convenience init(_ entry: DeletionEntry, segment: SegmentEntry, path: String) throws {
        try self.init(entry, segment: segment, MappedFile(path: path))
    }

    /// - Throws: `Problem` where the file is damaged, or does not fit the segment.
    init(_ entry: DeletionEntry, segment: SegmentEntry, _ mapped: MappedFile) throws {
        let file = try ArrowFile(mapped)
        let path = mapped.path
        guard let rows = file.column("row"), let reasons = file.column("reason"), let times = file.column(SegmentFile.time),
            rows.field.type == .int32, reasons.field.type == .int8, times.field.type == .timestamp,
            file.rowCount == entry.rows, rows.array.data.count >= entry.rows * 4,
            reasons.array.data.count >= entry.rows, times.array.data.count >= entry.rows * 8,
            SegmentFile.combined([segment.hash] + [rows, reasons, times].map { $0.checksum() ?? "" }) == entry.checksum
        else { throw Segment.damaged(path, "the deletion vector is not what was written") }
        self.file = file
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
        file = nil
    }

    /// The rows with their reasons, as they were written.
    var vector: DeletionVector {
        var vector = DeletionVector()
        guard let rows = file?.column("row")?.array.data, let reasons = file?.column("reason")?.array.data else { return vector }
        for i in 0..<count {
            vector.rows.append(rows.loadUnaligned(fromByteOffset: i * 4, as: Int32.self))
            vector.reasons.append(reasons.loadUnaligned(fromByteOffset: i, as: Int8.self))
        }
        return vector
    }

    /// Adds the rows in a span of time and their reasons to a digest.
    func add(in span: ScanRequest.Span, to digest: BLAKE2b.Stream) {
        guard let rows = file?.column("row")?.array.data, let reasons = file?.column("reason")?.array.data,
            let times = file?.column(SegmentFile.time)?.array.data
        else { return }
        var found: [Int32] = []
        for i in 0..<count {
            let time = times.loadUnaligned(fromByteOffset: i * 8, as: Int64.self)
            guard time >= span.start, time < span.end else { continue }
            found.append(rows.loadUnaligned(fromByteOffset: i * 4, as: Int32.self))
            found.append(Int32(reasons.loadUnaligned(fromByteOffset: i, as: Int8.self)))
        }
        found.withUnsafeBytes(digest.update)
    }

    deinit { words.deallocate() }
}
