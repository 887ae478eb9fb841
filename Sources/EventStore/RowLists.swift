import Vocabulary

/// The wanted rows of one bucket, segment after segment, and the runs of persons in them. The memory serves bucket after
/// bucket: 4 bytes a row and 32 a run.
struct RowLists: ~Copyable {
    /// The rows of one person in one segment.
    struct Run {
        /// The high half of the person's key.
        var high: UInt64
        /// The time of its first row.
        var time: Int64
        var segment: Int32
        /// The number of the person in the segment.
        var person: Int32
        /// Places in `rows`.
        var start: Int32
        var end: Int32
    }

    private(set) var rows: UnsafeMutablePointer<Int32>
    private var rowCapacity = 1024
    private(set) var runs: UnsafeMutablePointer<Run>
    private var runCapacity = 1024
    private(set) var rowCount = 0
    private(set) var runCount = 0

    init() {
        rows = .allocate(capacity: rowCapacity)
        runs = .allocate(capacity: runCapacity)
    }

    deinit {
        rows.deallocate()
        runs.deallocate()
    }

    mutating func removeAll() {
        rowCount = 0
        runCount = 0
    }

    /// Appends the wanted rows of some persons of a segment.
    mutating func append(_ input: MergeInput, segment: Int32, persons: Range<Int>) {
        guard !persons.isEmpty else { return }
        let all = input.firstRow(of: persons.lowerBound)..<input.firstRow(of: persons.upperBound)
        guard !all.isEmpty else { return }
        Self.reserve(rowCount + all.count, &rows, &rowCapacity, used: rowCount)
        // One more than there can be: the place behind the last is written before it is known to be needed.
        Self.reserve(runCount + min(persons.count, all.count) + 1, &runs, &runCapacity, used: runCount)
        let first = rowCount
        appendRows(all, input.wanted)
        cut(from: first, input, segment)
    }

    private mutating func appendRows(_ all: Range<Int>, _ wanted: UnsafePointer<UInt64>?) {
        let rows = self.rows
        var count = rowCount
        if let wanted {
            let last = (all.upperBound &- 1) >> 6
            var word = all.lowerBound >> 6
            var bits = wanted[word] & (~0 &<< UInt64(truncatingIfNeeded: all.lowerBound & 63))
            while true {
                if word == last { bits &= ~0 &>> UInt64(truncatingIfNeeded: 63 &- (all.upperBound &- 1) & 63) }
                let base = Int32(truncatingIfNeeded: word << 6)
                while bits != 0 {
                    rows[count] = base &+ Int32(truncatingIfNeeded: bits.trailingZeroBitCount)
                    count &+= 1
                    bits &= bits &- 1
                }
                if word == last { break }
                word &+= 1
                bits = wanted[word]
            }
        } else {
            for row in all {
                rows[count] = Int32(truncatingIfNeeded: row)
                count &+= 1
            }
        }
        rowCount = count
    }

    /// Cuts the rows from `first` on into runs, without a branch a row.
    private mutating func cut(from first: Int, _ input: MergeInput, _ segment: Int32) {
        let (rows, runs, personOfRow) = (self.rows, self.runs, input.personOfRow)
        let firstRun = runCount
        var run = runCount
        var last: Int32 = -1
        for place in first..<rowCount {
            let person = personOfRow[Int(rows[place])]
            // Written again and again over the run after the last one, and kept where the person changes.
            runs[run].person = person
            runs[run].start = Int32(truncatingIfNeeded: place)
            run &+= person != last ? 1 : 0
            last = person
        }
        var end = Int32(truncatingIfNeeded: rowCount)
        for i in stride(from: run - 1, through: firstRun, by: -1) {
            runs[i].time = input.times[Int(rows[Int(runs[i].start)])]
            runs[i].high = input.persons[Int(runs[i].person)].high.bigEndian
            runs[i].segment = segment
            runs[i].end = end
            end = runs[i].start
        }
        runCount = run
    }

    private static func reserve<T>(_ count: Int, _ memory: inout UnsafeMutablePointer<T>, _ capacity: inout Int, used: Int) {
        guard count > capacity else { return }
        let larger = max(count, capacity * 2)
        let moved = UnsafeMutablePointer<T>.allocate(capacity: larger)
        moved.moveInitialize(from: memory, count: used)
        memory.deallocate()
        (memory, capacity) = (moved, larger)
    }
}

/// Sorts the runs of a bucket by the high half of their keys; runs with one key stay in the order of segments.
///
/// Keys are spread evenly, so that a counting sort by their next bits leaves a run or two in each part.
struct RunOrder: ~Copyable {
    private(set) var sorted: UnsafeMutablePointer<RowLists.Run>
    private var capacity = 1024
    private var places: UnsafeMutablePointer<Int32>
    private var placeCapacity = 1024
    private(set) var count = 0

    init() {
        sorted = .allocate(capacity: capacity)
        places = .allocate(capacity: placeCapacity)
    }

    deinit {
        sorted.deallocate()
        places.deallocate()
    }

    /// - Parameter bits: the leading bits that all keys share.
    mutating func sort(_ lists: borrowing RowLists, bits: Int) {
        count = lists.runCount
        var width = 1
        while width < 20, 1 << width < count { width += 1 }
        reserve(runs: count, places: 1 << width)
        let (runs, sorted, places, count) = (lists.runs, self.sorted, self.places, self.count)
        let (left, right) = (UInt64(bits), UInt64(64 - width))
        places.update(repeating: 0, count: 1 << width)
        for i in 0..<count { places[Int(truncatingIfNeeded: (runs[i].high &<< left) &>> right)] &+= 1 }
        var place: Int32 = 0
        for part in 0..<(1 << width) {
            let size = places[part]
            places[part] = place
            place &+= size
        }
        for i in 0..<count {
            let part = Int(truncatingIfNeeded: (runs[i].high &<< left) &>> right)
            sorted[Int(places[part])] = runs[i]
            places[part] &+= 1
        }
        // Within the parts, which are short.
        for i in 1..<max(count, 1) where sorted[i &- 1].high > sorted[i].high {
            let run = sorted[i]
            var j = i
            while j > 0, sorted[j &- 1].high > run.high {
                sorted[j] = sorted[j &- 1]
                j &-= 1
            }
            sorted[j] = run
        }
    }

    private mutating func reserve(runs: Int, places: Int) {
        if runs > capacity {
            sorted.deallocate()
            capacity = max(runs, capacity * 2)
            sorted = .allocate(capacity: capacity)
        }
        if places > placeCapacity {
            self.places.deallocate()
            placeCapacity = places
            self.places = .allocate(capacity: places)
        }
    }
}
