import Dispatch
import Synchronization
import Vocabulary

extension Liveness {
    /// By segment, the live rows whose id another live row of their bucket of persons has.
    func shared(_ ids: [EventIDs], _ live: [WantedRows?], threads: Int) -> [WantedRows] {
        let inputs = zip(segments, live).map { MergeInput($0, wanted: $1) }
        let rows = segments.reduce(0) { $0 + $1.rows }
        return sharing(bits: Self.bits(rows, perBucket: 1 << 14), threads: threads) { bits in
            BucketSearch(parts: inputs.count) { bucket, table, parts in
                for (i, input) in inputs.enumerated() {
                    parts[i] = input.part(ofBucket: bucket, bits: bits, after: parts[i])
                }
                table.start(expecting: parts.reduce(0) { $0 + $1.rows.count })
                for (i, input) in inputs.enumerated() {
                    table.add(ids[i].start, parts[i].rows, live: input.wanted, segment: i)
                }
            }
        }
    }

    /// The same, but only of ids of which a row came or went: of these all live rows, if there are several or one was lost.
    func shared(_ ids: [EventIDs], _ live: [WantedRows?], since before: Before, threads: Int) throws -> [WantedRows] {
        let gone = before.gone.map { MergeInput($0.segment, wanted: $0.rows) }
        let goneIDs = try before.gone.map { try EventIDs($0.segment) }
        let inputs = zip(segments, live).map { MergeInput($0, wanted: $1) }
        let changed = zip(segments, before.changed).map { segment, rows in rows.map { MergeInput(segment, wanted: $0) } }
        let rows = before.changed.reduce(0) { $0 + ($1?.count ?? 0) } + before.gone.reduce(0) { $0 + ($1.rows?.count ?? $1.segment.rows) }
        let count = inputs.count
        // Few rows may have come: all threads look for what shares their ids all the same.
        let bits = max(Self.bits(rows, perBucket: 1 << 14), Self.bits(4 * threads, perBucket: 1))
        return sharing(bits: bits, threads: threads) { bits in
            BucketSearch(parts: count + gone.count) { bucket, table, parts in
                func find(_ i: Int, _ input: MergeInput) -> Range<Int> {
                    parts[i] = input.part(ofBucket: bucket, bits: bits, after: parts[i])
                    return parts[i].rows
                }
                let came = changed.indices.filter { changed[$0] != nil }
                let expected = came.reduce(0) { $0 + Self.count(changed[$1]?.wanted, find($1, inputs[$1])) }
                let lost = gone.indices.reduce(0) { $0 + find(count + $1, gone[$1]).count }
                table.start(expecting: expected + lost)
                for i in gone.indices {
                    Self.each(of: gone[i].wanted, parts[count + i].rows) { table.add(goneIDs[i].start[$0], .lost) }
                }
                for i in came {
                    Self.each(of: changed[i]?.wanted, parts[i].rows) { row in
                        let isLive = inputs[i].wants(row)
                        let place = SharedIDs.Place(segment: Int32(truncatingIfNeeded: i), row: Int32(truncatingIfNeeded: row))
                        table.add(ids[i].start[row], isLive ? place : .lost)
                    }
                }
                if table.isEmpty { return }
                for i in 0..<count where before.repeats[i] != nil {
                    let (input, changed) = (inputs[i], changed[i])
                    table.mark(ids[i].start, changed == nil ? find(i, input) : parts[i].rows, segment: i) { row in
                        input.wants(row) && !(changed?.wants(row) ?? false)
                    }
                }
            }
        }
    }

    /// So many leading bits of keys that a bucket has at most `perBucket` of the rows, about; their ids fit the cache.
    private static func bits(_ rows: Int, perBucket: Int) -> Int {
        var bits = 0
        while bits < 20, rows >> bits > perBucket { bits += 1 }
        return bits
    }

    /// The rows of a range whose bit is set; nil: all.
    @inline(__always)
    private static func each(of bits: UnsafePointer<UInt64>?, _ rows: Range<Int>, _ body: (Int) -> Void) {
        guard let bits else { return rows.forEach(body) }
        guard !rows.isEmpty else { return }
        let last = (rows.upperBound - 1) >> 6
        for word in (rows.lowerBound >> 6)...last {
            var left = bits[word]
            if word == rows.lowerBound >> 6 { left &= ~0 &<< UInt64(rows.lowerBound & 63) }
            if word == last { left &= ~0 &>> UInt64(63 - (rows.upperBound - 1) & 63) }
            while left != 0 {
                body(word << 6 + left.trailingZeroBitCount)
                left &= left &- 1
            }
        }
    }

    private static func count(_ bits: UnsafePointer<UInt64>?, _ rows: Range<Int>) -> Int {
        var count = 0
        each(of: bits, rows) { _ in count += 1 }
        return count
    }

    /// What a thread does with one bucket after the other.
    private struct BucketSearch {
        /// How many parts of segments it remembers from one bucket to the next.
        let parts: Int
        let run: (_ bucket: Int, _ table: inout SharedIDs, _ parts: inout [MergeInput.Part]) -> Void
    }

    /// Goes through all buckets on some threads, and gathers the rows that share their ids.
    private func sharing(bits: Int, threads: Int, _ search: @Sendable (_ bits: Int) -> BucketSearch) -> [WantedRows] {
        let workers = max(1, min(threads, 1 << bits))
        let next = Atomic<Int>(0)
        let sharing = segments.map { WantedRows(rows: $0.rows, all: false) }
        // Buckets meet in the words of their first and last rows.
        let marking = Mutex<Void>(())
        @Sendable func work(_: Int) {
            var table = SharedIDs()
            let search = search(bits)
            var parts = [MergeInput.Part](repeating: .none, count: search.parts)
            while true {
                let bucket = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard bucket < 1 << bits else { break }
                search.run(bucket, &table, &parts)
                let found = table.found
                marking.withLock { _ in
                    for place in found { sharing[Int(place.segment)].insert(Int(place.row)) }
                }
            }
        }
        if workers == 1 { work(0) } else { DispatchQueue.concurrentPerform(iterations: workers, execute: work) }
        return sharing
    }
}

/// The event ids of a segment, 0 for none.
struct EventIDs: @unchecked Sendable {
    let start: UnsafePointer<UInt64>

    init(_ segment: Segment) throws {
        guard let data = segment.reader(SegmentFile.eventID)?.array.data, data.count >= segment.rows * 8,
            let start = data.baseAddress
        else { throw Segment.damaged(segment.file.path, "the event ids are missing") }
        self.start = start.assumingMemoryBound(to: UInt64.self)
    }
}
