import Vocabulary

/// What the merge reads of a segment.
struct MergeInput: @unchecked Sendable {
    let persons: UnsafePointer<Key128>
    let personCount: Int
    let personOfRow: UnsafePointer<Int32>
    let rows: Int
    let times: UnsafePointer<Int64>
    /// A bit a row, 1 where the row is not live; nil where all are.
    let dead: UnsafePointer<UInt64>?

    init(_ segment: Segment, dead: UnsafePointer<UInt64>?) {
        persons = segment.persons
        personCount = segment.personCount
        personOfRow = segment.personOfRow
        rows = segment.rows
        times = segment.times
        self.dead = dead
    }

    /// The first person whose key's high half is at least `high`.
    func lowerBound(_ high: UInt64) -> Int {
        var (low, end) = (0, personCount)
        while low < end {
            let middle = (low + end) / 2
            if persons[middle].high.bigEndian < high { low = middle + 1 } else { end = middle }
        }
        return low
    }

    /// The first row of a person, or the row count for the person after the last.
    func firstRow(of person: Int) -> Int {
        var (low, end) = (0, rows)
        while low < end {
            let middle = (low + end) / 2
            if Int(personOfRow[middle]) < person { low = middle + 1 } else { end = middle }
        }
        return low
    }
}

/// Persons of one bucket in the order of their keys, and of each the rows in canonical order, out of many segments.
///
/// A tournament tree of losers finds the next person; the runs of one person, one a segment, are strung together where
/// their times do not overlap and merged row by row where they do. Rows come as pieces: stretches of one segment.
struct PersonMerge: ~Copyable {
    struct Piece {
        var segment: Int
        var start: Int
        var end: Int
    }

    private struct Head {
        var high: UInt64
        var low: UInt64
        var person: Int
        var personEnd: Int
        var row: Int
    }

    private let inputs: UnsafeMutableBufferPointer<MergeInput>
    private let comparator: RowComparator
    private let span: ScanRequest.Span?
    private let heads: UnsafeMutableBufferPointer<Head>
    private let tree: UnsafeMutableBufferPointer<Int>
    /// The runs of the person, by the time of their first row.
    private let runs: UnsafeMutableBufferPointer<Piece>
    private var runCount = 0
    /// The runs that overlap in time and are being merged: `runs[group..<groupEnd]`.
    private var group = 0
    private var groupEnd = 0
    /// The stretch from which live pieces are being cut.
    private var stretch = Piece(segment: 0, start: 0, end: 0)
    /// The key of the person whose pieces come next.
    private(set) var key = Key128.zero

    init(_ inputs: [MergeInput], comparator: RowComparator, span: ScanRequest.Span?) {
        self.inputs = .allocate(capacity: inputs.count)
        _ = self.inputs.initialize(from: inputs)
        self.comparator = comparator
        self.span = span
        heads = .allocate(capacity: inputs.count)
        heads.initialize(repeating: Head(high: .max, low: .max, person: 0, personEnd: 0, row: 0))
        tree = .allocate(capacity: max(inputs.count, 1))
        tree.initialize(repeating: -1)
        runs = .allocate(capacity: max(inputs.count, 1))
        runs.initialize(repeating: Piece(segment: 0, start: 0, end: 0))
    }

    deinit {
        inputs.deinitialize()
        inputs.deallocate()
        heads.deallocate()
        tree.deallocate()
        runs.deallocate()
    }

    /// Begins with a bucket: the persons whose keys begin with the `bits` bits of `bucket`.
    mutating func start(bucket: Int, bits: Int) {
        let shift = UInt64(64 - bits)
        for (i, input) in inputs.enumerated() {
            let first = bits == 0 ? 0 : input.lowerBound(UInt64(bucket) << shift)
            let end = bits == 0 || bucket + 1 == 1 << bits
                ? input.personCount : input.lowerBound(UInt64(bucket + 1) << shift)
            heads[i] = Head(high: .max, low: .max, person: first, personEnd: end, row: 0)
            if first < end { heads[i].row = input.firstRow(of: first) }
            load(i)
        }
        tree.update(repeating: -1)
        for i in inputs.indices { settle(i) }
        runCount = 0
        group = 0
        groupEnd = 0
        stretch.end = stretch.start
    }

    @inline(__always)
    private func load(_ i: Int) {
        let person = heads[i].person
        if person < heads[i].personEnd {
            let key = inputs[i].persons[person]
            heads[i].high = key.high.bigEndian
            heads[i].low = key.low.bigEndian
        } else {
            heads[i].high = .max
            heads[i].low = .max
        }
    }

    /// Plays a head up to the root; losers stay on the way.
    @inline(__always)
    private func settle(_ contender: Int) {
        var winner = contender
        var node = (contender + inputs.count) / 2
        while node > 0 {
            let other = tree[node]
            if other < 0 {
                tree[node] = winner
                return
            }
            let (a, b) = (heads[other].high, heads[winner].high)
            if a < b || (a == b && comesFirst(other, winner)) {
                tree[node] = winner
                winner = other
            }
            node /= 2
        }
        tree[0] = winner
    }

    /// The order of two heads whose keys have the same high half.
    private func comesFirst(_ a: Int, _ b: Int) -> Bool {
        heads[a].low != heads[b].low ? heads[a].low < heads[b].low : a < b
    }

    /// Goes to the next person; false after the last of the bucket.
    mutating func nextPerson() -> Bool {
        guard inputs.count > 0 else { return false }
        let first = heads[tree[0]]
        if first.high == .max, first.low == .max { return false }
        key = Key128(high: first.high, low: first.low)
        runCount = 0
        while true {
            let i = tree[0]
            guard heads[i].high == key.high, heads[i].low == key.low else { break }
            takeRun(of: i)
            load(i)
            settle(i)
        }
        if runCount > 1 { sortRuns() }
        group = 0
        groupEnd = 0
        stretch.end = stretch.start
        return true
    }

    @inline(__always)
    private mutating func takeRun(of i: Int) {
        let person = Int32(truncatingIfNeeded: heads[i].person)
        let personOfRow = inputs[i].personOfRow
        let rows = inputs[i].rows
        var start = heads[i].row
        var end = start
        while end < rows, personOfRow[end] == person { end &+= 1 }
        heads[i].row = end
        heads[i].person &+= 1
        if let span {
            let times = inputs[i].times
            while start < end, times[start] < span.start { start &+= 1 }
            while start < end, times[end &- 1] >= span.end { end &-= 1 }
        }
        guard start < end else { return }
        runs[runCount] = Piece(segment: i, start: start, end: end)
        runCount &+= 1
    }

    private func sortRuns() {
        for i in 1..<runCount {
            let run = runs[i]
            let time = inputs[run.segment].times[run.start]
            var j = i
            while j > 0, inputs[runs[j - 1].segment].times[runs[j - 1].start] > time {
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
                guard let dead = inputs[stretch.segment].dead else {
                    let piece = stretch
                    stretch.start = stretch.end
                    return piece
                }
                if let piece = nextLive(dead) { return piece }
            }
            if group == groupEnd {
                guard groupEnd < runCount else { return nil }
                openGroup()
            }
            if group &+ 1 == groupEnd {
                stretch = runs[group]
                group = groupEnd
            } else {
                mergeStep()
            }
        }
    }

    /// The next stretch of live rows of the current one.
    private mutating func nextLive(_ dead: UnsafePointer<UInt64>) -> Piece? {
        func isDead(_ row: Int) -> Bool { dead[row >> 6] >> UInt64(row & 63) & 1 == 1 }
        while stretch.start < stretch.end, isDead(stretch.start) { stretch.start += 1 }
        guard stretch.start < stretch.end else { return nil }
        var piece = stretch
        var end = stretch.start
        while end < stretch.end, !isDead(end) { end += 1 }
        piece.end = end
        stretch.start = end
        return piece
    }

    /// The next runs whose times overlap, directly or through one another.
    private mutating func openGroup() {
        group = groupEnd
        var last = inputs[runs[group].segment].times[runs[group].end - 1]
        groupEnd += 1
        while groupEnd < runCount {
            let run = runs[groupEnd]
            let times = inputs[run.segment].times
            if times[run.start] > last { return }
            last = max(last, times[run.end - 1])
            groupEnd += 1
        }
    }

    /// Moves the leading rows of the group's first run, as far as they come before all others, to `stretch`.
    private mutating func mergeStep() {
        var best = group
        for i in (group + 1)..<groupEnd where precedes(runs[i], runs[best]) { best = i }
        let times = inputs[runs[best].segment].times
        // Every other run's first row bounds how far the best one may go; ties of time are looked at row by row.
        var bound = Int64.max
        for i in group..<groupEnd where i != best {
            bound = min(bound, inputs[runs[i].segment].times[runs[i].start])
        }
        var end = runs[best].start + 1
        while end < runs[best].end, times[end] < bound { end += 1 }
        stretch = Piece(segment: runs[best].segment, start: runs[best].start, end: end)
        runs[best].start = end
        if end == runs[best].end {
            runs[best] = runs[group]
            group += 1
        }
    }

    private func precedes(_ a: Piece, _ b: Piece) -> Bool {
        let (x, y) = (inputs[a.segment].times[a.start], inputs[b.segment].times[b.start])
        if x != y { return x < y }
        let order = comparator.compare(a.segment, a.start, b.segment, b.start)
        return order != 0 ? order < 0 : a.segment < b.segment
    }
}
