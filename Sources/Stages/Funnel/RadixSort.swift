extension [Int64] {
    /// The values in increasing order: a counting sort by 11 bits at a time, so that time grows with their number alone.
    package func radixSorted() -> [Int64] {
        if count < 512 { return sorted() }
        guard let least = self.min(), let greatest = self.max(), least < greatest else { return self }
        let span = UInt64(bitPattern: greatest &- least)
        var (from, to) = (self, self)
        var places = [Int](repeating: 0, count: 1 << 11)
        for shift in stride(from: UInt64(0), to: UInt64(64 - span.leadingZeroBitCount), by: 11) {
            func digit(_ value: Int64) -> Int { Int(UInt64(bitPattern: value &- least) >> shift & 0x7FF) }
            for i in places.indices { places[i] = 0 }
            for value in from { places[digit(value)] += 1 }
            var next = 0
            for i in places.indices {
                let count = places[i]
                places[i] = next
                next += count
            }
            for value in from {
                let part = digit(value)
                to[places[part]] = value
                places[part] += 1
            }
            swap(&from, &to)
        }
        return from
    }
}
