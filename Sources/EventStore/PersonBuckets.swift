/// A range of the buckets that persons are shared out to by the leading bits of their keys.
///
/// There are always 4,096 buckets, whatever the number of threads, segments or rows: so ranges that several processes were
/// given mean the same persons everywhere.
public struct PersonBuckets: Sendable, Hashable, CustomStringConvertible {
    /// The leading bits of a key that name its bucket.
    static let bits = 12
    public static let count = 1 << bits
    public static let all = PersonBuckets(first: 0, last: count - 1)

    public let first: Int
    /// The last bucket, which belongs to the range.
    public let last: Int

    private init(first: Int, last: Int) {
        self.first = first
        self.last = last
    }

    /// - Returns: nil where the range is empty, or reaches outside the buckets.
    public init?(_ first: Int, through last: Int) {
        guard first >= 0, first <= last, last < Self.count else { return nil }
        self.init(first: first, last: last)
    }

    /// Reads `A..B`, both included.
    public init?(_ text: String) {
        guard let dots = text.firstRange(of: ".."), let first = Int(text[..<dots.lowerBound]),
            let last = Int(text[dots.upperBound...])
        else { return nil }
        self.init(first, through: last)
    }

    /// The part of all buckets, 0 to 1.
    public var share: Double { Double(last - first + 1) / Double(Self.count) }

    public var description: String { "\(first)..\(last)" }

    /// The same range in buckets of a scan of its own.
    /// - Parameter bits: the leading bits of keys that the scan would like its buckets to have; it gets more where the range
    ///   begins or ends within one of them.
    package func refined(bits: Int) -> (range: Range<Int>, bits: Int) {
        let end = last + 1
        let whole = min(first == 0 ? Self.bits : first.trailingZeroBitCount, end.trailingZeroBitCount, Self.bits)
        let bits = max(bits, Self.bits - whole)
        let shift = bits - Self.bits
        return shift >= 0 ? (first << shift..<end << shift, bits) : (first >> -shift..<end >> -shift, bits)
    }
}

extension [PersonBuckets] {
    /// The ranges in order, those that touch put together.
    /// - Returns: nil where two of them share a bucket.
    public func joined() -> [PersonBuckets]? {
        var joined: [PersonBuckets] = []
        for range in sorted(by: { $0.first < $1.first }) {
            guard let before = joined.last else {
                joined.append(range)
                continue
            }
            guard before.last < range.first else { return nil }
            if before.last + 1 == range.first, let both = PersonBuckets(before.first, through: range.last) {
                joined[joined.count - 1] = both
            } else {
                joined.append(range)
            }
        }
        return joined
    }
}
