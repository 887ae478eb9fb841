import ArrowIPC
import Vocabulary

/// A look at every byte of one segment, and of the deletion vector and the links that belong to it.
struct SegmentVerification {
    private(set) var problems: [Problem] = []

    init(_ entry: SegmentEntry, _ deletion: DeletionEntry?, _ folder: StoreFolder) {
        let path = folder.segment(entry.name)
        do {
            let segment = try Segment(entry, path: path)
            try Self.verifyContent(segment, path)
            try Self.verifyOrder(segment, path)
            if let deletion {
                do {
                    try Self.verify(deletion, of: segment, folder.deletion(deletion.name))
                } catch { add(error, folder.deletion(deletion.name)) }
            }
            do {
                try Self.verifyLinks(of: segment, folder)
            } catch { add(error, folder.links(entry.name)) }
        } catch { add(error, path) }
    }

    private mutating func add(_ error: any Error, _ path: String) {
        guard let problem = error as? Problem else {
            problems.append(Segment.damaged(path, "\(error)"))
            return
        }
        problems.append(
            Problem(
                problem.code, problem.message, at: problem.place ?? .path(path),
                help: problem.help ?? Segment.damaged(path, "").help))
    }

    /// Every column's checksum, and the segment's own over all of them.
    private static func verifyContent(_ segment: Segment, _ path: String) throws {
        let entry = segment.entry
        try segment.verify(nil)
        for column in entry.columns { try segment.verify(column.name) }
        let sums = [entry.personChecksum] + entry.columns.map(\.checksum)
        guard SegmentFile.combined([entry.source, "\(entry.rows)"] + sums) == entry.hash else {
            throw Segment.damaged(path, "its columns are not those that the catalogue names")
        }
        let times = UnsafeBufferPointer(start: segment.times, count: segment.rows)
        guard times.min() == entry.minTime, times.max() == entry.maxTime, entry.minTime <= entry.maxTime,
            OccupiedHours(times, in: entry.minTime...entry.maxTime) == entry.hours
        else { throw Segment.damaged(path, "its rows are of other times than the catalogue says") }
    }

    /// Rows by person, time and canonical content; persons in increasing order, each with a row.
    private static func verifyOrder(_ segment: Segment, _ path: String) throws {
        for index in 1..<max(segment.personCount, 1)
        where !(segment.persons[index - 1].bigEndian < segment.persons[index].bigEndian) {
            throw Segment.damaged(path, "its persons are out of order")
        }
        let comparator = RowComparator([segment])
        var before = -1
        for row in 0..<segment.rows {
            let person = Int(segment.personOfRow[row])
            guard person == before || person == before + 1, person >= 0, person < segment.personCount else {
                throw Segment.damaged(path, "row \(row) belongs to a person that is out of order")
            }
            if person == before {
                let (earlier, later) = (segment.times[row - 1], segment.times[row])
                guard earlier < later || (earlier == later && comparator.compare(0, row - 1, 0, row) <= 0) else {
                    throw Segment.damaged(path, "row \(row) is out of order")
                }
            }
            before = person
        }
        guard before == segment.personCount - 1 else { throw Segment.damaged(path, "persons without a row stand in it") }
    }

    private static func verify(_ deletion: DeletionEntry, of segment: Segment, _ path: String) throws {
        let dead = try DeadRows(deletion, segment: segment.entry, path: path)
        let file = try ArrowFile(path: path)
        guard let rows = file.column("row")?.array.data, let reasons = file.column("reason")?.array.data,
            let times = file.column(SegmentFile.time)?.array.data
        else { throw Segment.damaged(path, "the deletion vector is not what was written") }
        var counts = [DeletionReason: Int]()
        var before = -1
        for i in 0..<deletion.rows {
            let row = Int(rows.loadUnaligned(fromByteOffset: i * 4, as: Int32.self))
            guard row > before, row < segment.rows,
                times.loadUnaligned(fromByteOffset: i * 8, as: Int64.self) == segment.times[row],
                let reason = DeletionReason(rawValue: reasons[i])
            else { throw Segment.damaged(path, "entry \(i) of the deletion vector does not fit its segment") }
            counts[reason, default: 0] += 1
            before = row
        }
        let said: [DeletionReason: Int] = [
            .duplicate: deletion.duplicate, .superseded: deletion.superseded, .erased: deletion.erased,
            .moved: deletion.moved, .testUser: deletion.filtered.testUser, .crawler: deletion.filtered.crawler,
            .rate: deletion.filtered.rate,
        ]
        var (first, last): (Int64?, Int64?) = (nil, nil)
        for row in 0..<segment.rows where dead.words[row >> 6] >> UInt64(row & 63) & 1 == 0 {
            first = min(first ?? .max, segment.times[row])
            last = max(last ?? .min, segment.times[row])
        }
        guard said.allSatisfy({ counts[$0.key, default: 0] == $0.value }), said.values.reduce(0, +) == deletion.rows,
            first == deletion.minTime, last == deletion.maxTime
        else { throw Segment.damaged(path, "the deletion vector holds other rows than the catalogue says") }
    }

    private static func verifyLinks(of segment: Segment, _ folder: StoreFolder) throws {
        guard let entry = segment.entry.links, entry.count > 0 else { return }
        let written = try LinkTable(of: segment, folder: folder)
        let derived = LinkTable(derivedFrom: segment)
        let isEqual = withExtendedLifetime((written, derived)) {
            written.count == derived.count
                && (0..<written.count).allSatisfy {
                    written.devices[$0] == derived.devices[$0] && written.rows[$0] == derived.rows[$0]
                }
        }
        guard isEqual else {
            throw Segment.damaged(folder.links(segment.entry.name), "the table of links is not that of its segment")
        }
    }
}
