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
        let inputs = zip(segments, dead).map { MergeInput($0, dead: $1.flatMap { UnsafePointer($0.words.baseAddress) }) }
        let comparator = RowComparator(segments)
        let rows = segments.reduce(0) { $0 + $1.rows }
        var bits = 0
        while bits < 20, rows >> bits > 1 << 16 { bits += 1 }
        let (buckets, bucketBits) = (1 << bits, bits)
        let windows = self.windows
        let next = Atomic<Int>(0)
        let found = Mutex<[[Int32]]>(Array(repeating: [], count: segments.count))
        @Sendable func work(_: Int) {
            var merge = PersonMerge(inputs, comparator: comparator, span: nil)
            var table = RepeatTable(longestWindow: windows.max() ?? 0)
            var repeats: [[Int32]] = Array(repeating: [], count: inputs.count)
            while true {
                let bucket = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard bucket < buckets else { break }
                merge.start(bucket: bucket, bits: bucketBits)
                while merge.nextPerson() {
                    table.removeAll()
                    while let piece = merge.nextPiece() {
                        let (id, time) = (ids[piece.segment].start, inputs[piece.segment].times)
                        let window = windows[piece.segment]
                        for row in piece.start..<piece.end where id[row] != 0 {
                            if table.isRepeat(id[row], time: time[row], window: window) {
                                repeats[piece.segment].append(Int32(truncatingIfNeeded: row))
                            }
                        }
                    }
                }
            }
            found.withLock { all in for i in repeats.indices { all[i] += repeats[i] } }
        }
        if threads <= 1 { work(0) } else { DispatchQueue.concurrentPerform(iterations: threads, execute: work) }
        return withExtendedLifetime(dead) { found.withLock { $0 } }.map { rows in
            var vector = DeletionVector()
            for row in rows.sorted() { vector.append(Int(row), .duplicate) }
            return vector
        }
    }

    private struct EventIDs: @unchecked Sendable {
        let start: UnsafePointer<UInt64>
    }
}

extension Segment {
    /// The times of the rows that a deletion vector leaves; nil when it leaves none.
    func times(without vector: DeletionVector) -> (min: Int64, max: Int64)? {
        var bounds: (min: Int64, max: Int64)?
        var next = 0
        for row in 0..<rows {
            if next < vector.rows.count, Int(vector.rows[next]) == row {
                next += 1
                continue
            }
            let time = times[row]
            bounds = bounds.map { (Swift.min($0.min, time), Swift.max($0.max, time)) } ?? (time, time)
        }
        return bounds
    }
}
