import Vocabulary

/// Persons of one bucket in the order of their keys, and of each the wanted rows in canonical order, out of many segments.
///
/// A bucket's wanted rows are listed segment by segment and cut into runs: the rows of one person in one segment. Runs
/// are sorted by key. Those of one person are strung together where their times do not overlap, and merged row by row
/// where they do. Rows come as pieces, stretches of the lists; of each segment's list the pieces come in order and
/// without a gap.
struct PersonMerge: ~Copyable {
    /// Rows of one segment: `row(start)`..., `row(end - 1)`.
    struct Piece {
        var segment: Int
        var start: Int
        var end: Int
    }

    /// What is left of a run.
    private struct Rest {
        var segment: Int
        var start: Int
        var end: Int
        /// The time of its first row.
        var time: Int64

        init(_ run: RowLists.Run) {
            (segment, start, end, time) = (Int(run.segment), Int(run.start), Int(run.end), run.time)
        }

        var piece: Piece { Piece(segment: segment, start: start, end: end) }
    }

    private let inputs: UnsafeMutableBufferPointer<MergeInput>
    private let comparator: RowComparator
    private var lists = RowLists()
    /// The bucket's runs in the order of keys, and where the next person's begin.
    private var order: RunOrder
    private var next = 0
    /// The runs of the person, by the time of their first row.
    private let runs: UnsafeMutableBufferPointer<Rest>
    private var runCount = 0
    /// The runs that overlap in time and are being merged: `runs[group..<groupEnd]`.
    private var group = 0
    private var groupEnd = 0
    /// Rows that come before those of the group.
    private var stretch = Piece(segment: 0, start: 0, end: 0)
    /// The key of the person whose pieces come next.
    private(set) var key = Key128.zero

    init(_ inputs: [MergeInput], comparator: RowComparator) {
        self.inputs = .allocate(capacity: inputs.count)
        _ = self.inputs.initialize(from: inputs)
        self.comparator = comparator
        order = RunOrder()
        runs = .allocate(capacity: max(inputs.count, 1))
    }

    deinit {
        inputs.deinitialize()
        inputs.deallocate()
        runs.deallocate()
    }

    /// The bucket's lists, in which pieces are places.
    var rows: UnsafePointer<Int32> { UnsafePointer(lists.rows) }

    /// Begins with a bucket: the persons whose keys begin with the `bits` bits of `bucket`.
    mutating func start(bucket: Int, bits: Int) {
        lists.removeAll()
        for (i, input) in inputs.enumerated() {
            lists.append(input, segment: Int32(truncatingIfNeeded: i), persons: input.persons(ofBucket: bucket, bits: bits))
        }
        order.sort(lists, bits: bits)
        next = 0
        runCount = 0
        group = 0
        groupEnd = 0
        stretch.end = stretch.start
    }

    /// Goes to the next person; false after the last of the bucket.
    @inline(__always)
    mutating func nextPerson() -> Bool {
        let (sorted, count) = (order.sorted, order.count)
        guard next < count else { return false }
        let first = sorted[next]
        key = Key128(high: first.high, low: low(first))
        stretch = Rest(first).piece
        next &+= 1
        if next < count, sorted[next].high == first.high {
            takeRuns(from: next &- 1)
        } else {
            runCount = 0
            group = 0
            groupEnd = 0
        }
        return true
    }

    private func low(_ run: RowLists.Run) -> UInt64 {
        inputs[Int(run.segment)].persons[Int(run.person)].low.bigEndian
    }

    /// Takes all runs of a person that may have several.
    private mutating func takeRuns(from first: Int) {
        let sorted = order.sorted
        var end = first + 1
        while end < order.count, sorted[end].high == sorted[first].high { end += 1 }
        // Two keys hardly ever have one high half; where they do, their low halves tell the order.
        for i in (first + 1)..<end {
            let run = sorted[i]
            var j = i
            while j > first, low(sorted[j - 1]) > low(run) {
                sorted[j] = sorted[j - 1]
                j -= 1
            }
            sorted[j] = run
        }
        key = Key128(high: sorted[first].high, low: low(sorted[first]))
        runCount = 0
        next = first
        while next < end, low(sorted[next]) == key.low, runCount < runs.count {
            runs[runCount] = Rest(sorted[next])
            runCount += 1
            next += 1
        }
        sortRuns()
        group = 0
        groupEnd = 0
        stretch.end = stretch.start
    }

    /// The time of a place in a segment's list.
    @inline(__always)
    private func time(_ segment: Int, _ place: Int) -> Int64 { inputs[segment].times[Int(lists.rows[place])] }

    private func sortRuns() {
        for i in 1..<max(runCount, 1) {
            let run = runs[i]
            var j = i
            while j > 0, runs[j - 1].time > run.time {
                runs[j] = runs[j - 1]
                j -= 1
            }
            runs[j] = run
        }
    }

    /// The next rows of the person; nil after the last.
    @inline(__always)
    mutating func nextPiece() -> Piece? {
        while true {
            if stretch.start < stretch.end {
                let piece = stretch
                stretch.start = stretch.end
                return piece
            }
            if group == groupEnd {
                guard groupEnd < runCount else { return nil }
                openGroup()
            }
            if group &+ 1 == groupEnd {
                stretch = runs[group].piece
                group = groupEnd
            } else {
                mergeStep()
            }
        }
    }

    /// The next runs whose times overlap, directly or through one another.
    private mutating func openGroup() {
        group = groupEnd
        var last = time(runs[group].segment, runs[group].end - 1)
        groupEnd += 1
        while groupEnd < runCount {
            let run = runs[groupEnd]
            if run.time > last { return }
            last = max(last, time(run.segment, run.end - 1))
            groupEnd += 1
        }
    }

    /// Moves the leading rows of the group's first run, as far as they come before all others, to `stretch`.
    private mutating func mergeStep() {
        var best = group
        for i in (group + 1)..<groupEnd where precedes(runs[i], runs[best]) { best = i }
        // Every other run's first row bounds how far the best one may go; ties of time are looked at row by row.
        var bound = Int64.max
        for i in group..<groupEnd where i != best { bound = min(bound, runs[i].time) }
        let segment = runs[best].segment
        var end = runs[best].start + 1
        while end < runs[best].end, time(segment, end) < bound { end += 1 }
        stretch = Piece(segment: segment, start: runs[best].start, end: end)
        runs[best].start = end
        if end == runs[best].end {
            runs[best] = runs[group]
            group += 1
        } else {
            runs[best].time = time(segment, end)
        }
    }

    private func precedes(_ a: Rest, _ b: Rest) -> Bool {
        if a.time != b.time { return a.time < b.time }
        let order = comparator.compare(a.segment, Int(lists.rows[a.start]), b.segment, Int(lists.rows[b.start]))
        return order != 0 ? order < 0 : a.segment < b.segment
    }
}
