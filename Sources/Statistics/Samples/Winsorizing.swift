/// How often each value was seen: an exact histogram, from which percentiles follow that no order of the units changes.
public struct ValueCounts: Sendable, Hashable {
    public private(set) var counts: [Int128: Int64]

    public init(_ counts: [Int128: Int64] = [:]) { self.counts = counts }

    public mutating func add(_ value: Int128, count: Int64 = 1) { counts[value, default: 0] += count }

    public static func + (a: ValueCounts, b: ValueCounts) -> ValueCounts {
        ValueCounts(a.counts.merging(b.counts, uniquingKeysWith: +))
    }

    public static func += (a: inout ValueCounts, b: ValueCounts) { a.counts.merge(b.counts, uniquingKeysWith: +) }

    /// The nearest-rank percentile; nil of no values.
    /// - Parameter ignoringZeros: Among units that have a value at all.
    public func percentile(_ percent: Double, ignoringZeros: Bool = false) -> Int128? {
        let kept = counts.filter { $0.value > 0 && !(ignoringZeros && $0.key == 0) }
        return Quantile.nearestRank(percent: percent, ofSorted: kept.map { (value: $0.key, count: $0.value) }.sorted { $0.value < $1.value })
    }
}

/// Bounds that values are clamped to, so that a few extreme units do not decide; no unit is dropped.
///
/// One pair of bounds holds for all variants, from the values of all of them: bounds a variant would hide an effect.
public struct WinsorizingBounds: Sendable, Hashable {
    public let lower: Int128?
    public let upper: Int128?

    public init(lower: Int128? = nil, upper: Int128? = nil) {
        self.lower = lower
        self.upper = upper
    }

    /// The nearest-rank percentiles of the values of all variants; a side without a percentile, or without values, has no bound.
    public init(
        of values: ValueCounts, lowerPercent: Double? = nil, upperPercent: Double? = nil, ignoringZeros: Bool = false
    ) {
        lower = lowerPercent.flatMap { values.percentile($0, ignoringZeros: ignoringZeros) }
        upper = upperPercent.flatMap { values.percentile($0, ignoringZeros: ignoringZeros) }
    }

    public func clamp(_ value: Int128) -> Int128 {
        let raised = lower.map { max($0, value) } ?? value
        return upper.map { min($0, raised) } ?? raised
    }
}
