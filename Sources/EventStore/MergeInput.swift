import Vocabulary

/// What the merge reads of a segment.
struct MergeInput: @unchecked Sendable {
    let persons: UnsafePointer<Key128>
    let personCount: Int
    let personOfRow: UnsafePointer<Int32>
    let rows: Int
    let times: UnsafePointer<Int64>
    /// A bit a row, 1 where the row is asked for; nil where all are.
    let wanted: UnsafePointer<UInt64>?

    /// - Parameter wanted: must outlive the input.
    init(_ segment: Segment, wanted: WantedRows?) {
        persons = segment.persons
        personCount = segment.personCount
        personOfRow = segment.personOfRow
        rows = segment.rows
        times = segment.times
        self.wanted = wanted.flatMap { UnsafePointer($0.words.baseAddress) }
    }

    @inline(__always)
    func wants(_ row: Int) -> Bool { wanted.map { $0[row >> 6] >> UInt64(row & 63) & 1 == 1 } ?? true }

    /// The first person whose key's high half is at least `high`.
    /// - Parameter start: a person that is not behind it; the nearer, the sooner it is found.
    func lowerBound(_ high: UInt64, from start: Int = 0) -> Int {
        Self.firstIndex(in: start..<personCount) { persons[$0].high.bigEndian >= high }
    }

    /// The first row of a person, or the row count for the person after the last.
    /// - Parameter start: a row that is not behind it.
    func firstRow(of person: Int, from start: Int = 0) -> Int {
        Self.firstIndex(in: start..<rows) { Int(personOfRow[$0]) >= person }
    }

    /// The first index from which on a condition holds: by steps that double, then by halves.
    @inline(__always)
    static func firstIndex(in range: Range<Int>, where holds: (Int) -> Bool) -> Int {
        var (low, step) = (range.lowerBound, 1)
        while low + step <= range.upperBound, !holds(low + step - 1) {
            low += step
            step *= 2
        }
        var end = min(low + step - 1, range.upperBound)
        while low < end {
            let middle = (low + end) / 2
            if holds(middle) { end = middle } else { low = middle + 1 }
        }
        return low
    }

    /// Persons and their rows.
    struct Part {
        var persons: Range<Int>
        var rows: Range<Int>

        static var none: Part { Part(persons: 0..<0, rows: 0..<0) }
    }

    /// The persons whose keys begin with the `bits` bits of `bucket`.
    /// - Parameter before: the part of a bucket before it, from which it is found sooner.
    func part(ofBucket bucket: Int, bits: Int, after before: Part = .none) -> Part {
        part(ofBuckets: bucket..<bucket + 1, bits: bits, after: before)
    }

    func part(of buckets: PersonBuckets) -> Part {
        part(ofBuckets: buckets.first..<buckets.last + 1, bits: PersonBuckets.bits, after: .none)
    }

    private func part(ofBuckets buckets: Range<Int>, bits: Int, after before: Part) -> Part {
        guard bits > 0 else { return Part(persons: 0..<personCount, rows: 0..<rows) }
        let shift = UInt64(64 - bits)
        let first = lowerBound(UInt64(buckets.lowerBound) << shift, from: before.persons.upperBound)
        let isLast = buckets.upperBound == 1 << bits
        let end = isLast ? personCount : lowerBound(UInt64(buckets.upperBound) << shift, from: first)
        let firstRow = firstRow(of: first, from: before.rows.upperBound)
        return Part(persons: first..<end, rows: firstRow..<(isLast ? rows : self.firstRow(of: end, from: firstRow)))
    }
}
