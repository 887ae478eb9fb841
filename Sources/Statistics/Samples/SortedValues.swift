/// The values of a histogram in ascending order, each as often as it was seen, without a copy of any.
public struct SortedValues: RandomAccessCollection, Sendable {
    private let values: [Int64]
    /// Behind the last index of each value.
    private let ends: [Int]

    fileprivate init(_ counts: [Int128: Int64]) {
        var values: [Int64] = []
        var ends: [Int] = []
        for (value, count) in counts.sorted(by: { $0.key < $1.key }) where count > 0 {
            values.append(Int64(clamping: value))
            ends.append((ends.last ?? 0) + Int(count))
        }
        self.values = values
        self.ends = ends
    }

    public var startIndex: Int { 0 }
    public var endIndex: Int { ends.last ?? 0 }

    public subscript(position: Int) -> Int64 {
        var (low, high) = (0, ends.count)
        while low < high {
            let middle = (low + high) / 2
            if ends[middle] > position { high = middle } else { low = middle + 1 }
        }
        return values[low]
    }
}

extension ValueCounts {
    /// All values in ascending order.
    public var sorted: SortedValues { SortedValues(counts) }
}
