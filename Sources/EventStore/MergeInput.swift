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

    /// The persons whose keys begin with the `bits` bits of `bucket`.
    func persons(ofBucket bucket: Int, bits: Int) -> Range<Int> {
        guard bits > 0 else { return 0..<personCount }
        let shift = UInt64(64 - bits)
        let first = lowerBound(UInt64(bucket) << shift)
        let end = bucket + 1 == 1 << bits ? personCount : lowerBound(UInt64(bucket + 1) << shift)
        return first..<max(first, end)
    }

    /// The rows of the persons whose keys begin with the `bits` bits of `bucket`.
    func rows(ofBucket bucket: Int, bits: Int) -> Range<Int> {
        let persons = persons(ofBucket: bucket, bits: bits)
        return firstRow(of: persons.lowerBound)..<firstRow(of: persons.upperBound)
    }
}
