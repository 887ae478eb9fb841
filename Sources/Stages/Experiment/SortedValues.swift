import Statistics

/// The values of a histogram in ascending order, each as often as it was seen, without a copy of any.
struct SortedValues: RandomAccessCollection {
    private let values: [Int64]
    /// Behind the last index of each value.
    private let ends: [Int]

    init(_ histogram: ValueCounts) {
        var values: [Int64] = []
        var ends: [Int] = []
        for (value, count) in histogram.counts.sorted(by: { $0.key < $1.key }) where count > 0 {
            values.append(Int64(clamping: value))
            ends.append((ends.last ?? 0) + Int(count))
        }
        self.values = values
        self.ends = ends
    }

    var startIndex: Int { 0 }
    var endIndex: Int { ends.last ?? 0 }

    subscript(position: Int) -> Int64 {
        var (low, high) = (0, ends.count)
        while low < high {
            let middle = (low + high) / 2
            if ends[middle] > position { high = middle } else { low = middle + 1 }
        }
        return values[low]
    }
}
