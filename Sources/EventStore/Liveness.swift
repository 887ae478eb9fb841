import Dispatch
import Synchronization
import Vocabulary

/// Which rows of one space of event ids are repeats.
///
/// Per person, in canonical order over all segments of the space: a row is a repeat where a kept row with its id lies
/// at most the window of the row's source before (inclusive). Rows without an id are all distinct. Persons are resolved
/// before: of a row that moved, the copy is judged, among the rows of the person it moved to.
struct Liveness: Sendable {
    /// The segments of the space that have event ids.
    let segments: [Segment]
    /// Microseconds, one a segment.
    let windows: [Int64]
    /// Rows that are not live for another reason: one a segment, nil where there are none.
    let dead: [DeadRows?]

    /// One vector a segment.
    func repeats(threads: Int) throws -> [DeletionVector] {
        let names: [String?] = [nil, SegmentFile.time, SegmentFile.event, SegmentFile.eventID]
        let segments = self.segments
        try inParallel(segments.count * names.count, threads: threads) {
            try segments[$0 / names.count].verify(names[$0 % names.count])
        }
        let ids = try segments.map { segment -> EventIDs in
            guard let data = segment.reader(SegmentFile.eventID)?.array.data, data.count >= segment.rows * 8,
                let start = data.baseAddress
            else { throw Segment.damaged(segment.file.path, "the event ids are missing") }
            return EventIDs(start: start.assumingMemoryBound(to: UInt64.self))
        }
        // Only rows with an id that another row has can be repeats, or make them: these few are put in order.
        let sharing = shared(ids, threads: threads)
        let windows = self.windows
        let times = segments.map { RowTimes(start: $0.times) }
        let longest = windows.max() ?? 0
        let found = mergePersons(
            segments, wanted: sharing, threads: threads, state: { RepeatedRows(segments.count, longestWindow: longest) }
        ) { merge, found in
            found.table.removeAll()
            while let piece = merge.nextPiece() {
                let (id, time, window) = (ids[piece.segment].start, times[piece.segment].start, windows[piece.segment])
                for place in piece.start..<piece.end {
                    let row = Int(merge.rows[place])
                    if found.table.isRepeat(id[row], time: time[row], window: window) {
                        found.rows[piece.segment].append(Int32(truncatingIfNeeded: row))
                    }
                }
            }
        }
        return segments.indices.map { segment in
            var vector = DeletionVector()
            for row in found.flatMap({ $0.rows[segment] }).sorted() { vector.append(Int(row), .duplicate) }
            return vector
        }
    }

    /// By segment, the live rows whose id another live row of their bucket of persons has.
    private func shared(_ ids: [EventIDs], threads: Int) -> [WantedRows] {
        let live = zip(segments, dead).map { WantedRows(except: $1, of: $0.rows) }
        let inputs = zip(segments, live).map { MergeInput($0, wanted: $1) }
        let rows = segments.reduce(0) { $0 + $1.rows }
        var bits = 0
        // The ids of so many rows fit the cache.
        while bits < 20, rows >> bits > 1 << 14 { bits += 1 }
        let bucketBits = bits
        let workers = max(1, min(threads, 1 << bits))
        let next = Atomic<Int>(0)
        let sharing = segments.map { WantedRows(rows: $0.rows, all: false) }
        // Buckets meet in the words of their first and last rows.
        let marking = Mutex<Void>(())
        @Sendable func work(_: Int) {
            var table = SharedIDs()
            var parts = [MergeInput.Part](repeating: .none, count: inputs.count)
            while true {
                let bucket = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard bucket < 1 << bucketBits else { break }
                for (i, input) in inputs.enumerated() {
                    parts[i] = input.part(ofBucket: bucket, bits: bucketBits, after: parts[i])
                }
                table.start(expecting: parts.reduce(0) { $0 + $1.rows.count })
                for (i, input) in inputs.enumerated() {
                    table.add(ids[i].start, parts[i].rows, live: input.wanted, segment: i)
                }
                let found = table.found
                marking.withLock { _ in
                    for place in found { sharing[Int(place.segment)].insert(Int(place.row)) }
                }
            }
        }
        if workers == 1 { work(0) } else { DispatchQueue.concurrentPerform(iterations: workers, execute: work) }
        return withExtendedLifetime(live) { sharing }
    }

    /// What a thread finds.
    private final class RepeatedRows: @unchecked Sendable {
        var table: RepeatTable
        /// By segment.
        var rows: [[Int32]]

        init(_ segments: Int, longestWindow: Int64) {
            table = RepeatTable(longestWindow: longestWindow)
            rows = Array(repeating: [], count: segments)
        }
    }

    private struct RowTimes: @unchecked Sendable {
        let start: UnsafePointer<Int64>
    }

    private struct EventIDs: @unchecked Sendable {
        let start: UnsafePointer<UInt64>
    }
}

extension Segment {
    /// The times of the rows that a deletion vector leaves; nil when it leaves none.
    func times(without vector: DeletionVector) -> (min: Int64, max: Int64)? {
        var (first, last) = (Int64.max, Int64.min)
        var start = 0
        func take(to end: Int) {
            for row in start..<max(start, end) {
                first = Swift.min(first, times[row])
                last = Swift.max(last, times[row])
            }
            start = end + 1
        }
        for row in vector.rows { take(to: Int(row)) }
        take(to: rows)
        return vector.rows.count < rows ? (first, last) : nil
    }
}
