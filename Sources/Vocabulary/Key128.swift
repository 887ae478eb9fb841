/// A 128-bit keyed hash that stands for a person, user, device or event id; ordered as an unsigned number.
public struct Key128: Sendable, Hashable, Comparable {
    public var high: UInt64
    public var low: UInt64

    @inlinable
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    @inlinable
    public static func < (left: Key128, right: Key128) -> Bool {
        left.high != right.high ? left.high < right.high : left.low < right.low
    }

    @inlinable
    public static func == (left: Key128, right: Key128) -> Bool { left.high == right.high && left.low == right.low }

    @inlinable
    public func hash(into hasher: inout Hasher) { hasher.combine(low) }

    @inlinable public static var zero: Key128 { Key128(high: 0, low: 0) }
}
