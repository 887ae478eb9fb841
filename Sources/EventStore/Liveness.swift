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
    /// What the snapshot before says, where it still holds; nil: all rows are judged.
    var before: Before?

    init(segments: [Segment], windows: [Int64], dead: [DeadRows?]) {
        (self.segments, self.windows, self.dead) = (segments, windows, dead)
    }

    /// The repeats of the snapshot before, and what changed since: a verdict can be another one only where a row of the same
    /// person and id came or went.
    struct Before: Sendable {
        /// Of each segment that it had, the rows that were repeats; nil for those that arrived.
        let repeats: [DeletionVector?]
        /// Of each segment the rows that count now and did not, or did and do not now; nil where there are none.
        let changed: [WantedRows?]
        /// Segments that are gone, with the rows that counted; nil: all.
        let gone: [(segment: Segment, rows: WantedRows?)]

        /// - Parameters:
        ///   - now: segments, and rows that do not count for another reason.
        ///   - known: of each of these segments the vector that the snapshot before has; nil for those that it has not.
        ///   - gone: the segments of the space that only it has, with their vectors.
        init(_ now: Liveness, known: [DeletionVector?], gone: [(Segment, DeletionVector)], threads: Int) throws {
            let found = ParallelResults<(repeats: DeletionVector?, changed: WantedRows?)>(known.count)
            try inParallel(known.count, threads: threads) { i in
                found.set(i, (known[i]?.only(.duplicate), Self.changed(now.segments[i].rows, known[i], now.dead[i])))
            }
            repeats = found.all.map(\.repeats)
            changed = found.all.map(\.changed)
            self.gone = gone.map { ($0, WantedRows(except: DeadRows($1.ofPersons, of: $0.rows), of: $0.rows)) }
        }

        private static func changed(_ rows: Int, _ known: DeletionVector?, _ dead: DeadRows?) -> WantedRows? {
            guard let known else { return WantedRows(except: dead, of: rows) ?? WantedRows(rows: rows, all: true) }
            let before = DeadRows(known.ofPersons, of: rows)
            guard before != nil || dead != nil else { return nil }
            let changed = WantedRows(rows: rows, all: false)
            if let before { changed.toggle(before) }
            if let dead { changed.toggle(dead) }
            return changed.isEmpty ? nil : changed
        }
    }

    /// One vector a segment.
    func repeats(threads: Int) throws -> [DeletionVector] {
        try verify([nil, SegmentFile.eventID], of: segments + (before?.gone ?? []).map(\.segment), threads: threads)
        // Only rows with an id that another row has can be repeats, or make them: these few are put in order.
        let live = zip(segments, dead).map { WantedRows(except: $1, of: $0.rows) }
        let ids = try segments.map(EventIDs.init)
        let sharing = try withExtendedLifetime((live, before)) {
            try before.map { try shared(ids, live, since: $0, threads: threads) } ?? shared(ids, live, threads: threads)
        }
        let places = segments.indices.filter { !sharing[$0].isEmpty }
        let judged = places.map { segments[$0] }
        try verify([SegmentFile.time, SegmentFile.event], of: judged, threads: threads)
        let (judgedIDs, windows) = (places.map { ids[$0] }, places.map { self.windows[$0] })
        let times = judged.map { RowTimes(start: $0.times) }
        let longest = self.windows.max() ?? 0
        let found = mergePersons(
            judged, wanted: places.map { sharing[$0] }, threads: threads, state: { RepeatedRows(places.count, longestWindow: longest) }
        ) { merge, found in
            found.table.removeAll()
            while let piece = merge.nextPiece() {
                let (id, time, window) = (judgedIDs[piece.segment].start, times[piece.segment].start, windows[piece.segment])
                for place in piece.start..<piece.end {
                    let row = Int(merge.rows[place])
                    if found.table.isRepeat(id[row], time: time[row], window: window) {
                        found.rows[piece.segment].append(Int32(truncatingIfNeeded: row))
                    }
                }
            }
        }
        let vectors = ParallelResults<DeletionVector>(segments.count)
        let number = Dictionary(uniqueKeysWithValues: places.enumerated().map { ($0.element, $0.offset) })
        try inParallel(segments.count, threads: threads) { i in
            let old = before?.repeats[i].map { $0.filter { row, _ in (live[i]?.contains(row) ?? true) && !sharing[i].contains(row) } }
            var new = DeletionVector()
            if let judged = number[i] {
                for row in found.flatMap({ $0.rows[judged] }).sorted() { new.append(Int(row), .duplicate) }
            }
            vectors.set(i, (old ?? DeletionVector()) + new)
        }
        return vectors.all
    }

    private func verify(_ names: [String?], of segments: [Segment], threads: Int) throws {
        try inParallel(segments.count * names.count, threads: threads) {
            try segments[$0 / names.count].verify(names[$0 % names.count])
        }
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

    /// The same, where it is known which times another vector left: only rows of which the two say otherwise are looked at, unless the first or the
    /// last one left is among them.
    func times(without vector: DeletionVector, known: (min: Int64, max: Int64)?, without before: DeletionVector) -> (min: Int64, max: Int64)? {
        guard let known, vector.rows.count < rows else { return times(without: vector) }
        var span = known
        var (i, j) = (0, 0)
        while i < before.rows.count || j < vector.rows.count {
            let revived = i < before.rows.count ? before.rows[i] : .max
            let died = j < vector.rows.count ? vector.rows[j] : .max
            if revived <= died { i += 1 }
            if died <= revived { j += 1 }
            if revived == died { continue }
            let time = times[Int(min(revived, died))]
            if died < revived, time == known.min || time == known.max { return times(without: vector) }
            span = (min(span.min, time), max(span.max, time))
        }
        return span
    }
}
