/// A signed 256-bit integer, as wide as exact sums of products of Int128 need: adding, subtracting, multiplying by a
/// count, and the nearest Double.
public struct Int256: Sendable, Hashable {
    /// The upper half, with the sign (two's complement).
    public let high: Int128
    public let low: UInt128

    public static let zero = Int256(high: 0, low: 0)

    public init(high: Int128, low: UInt128) {
        self.high = high
        self.low = low
    }

    public init(_ value: Int128) { self.init(high: value < 0 ? -1 : 0, low: UInt128(truncatingIfNeeded: value)) }

    /// The exact product; it always fits.
    @inlinable
    public static func product(_ a: Int128, _ b: Int128) -> Int256 {
        let (high, low) = a.multipliedFullWidth(by: b)
        return Int256(high: high, low: low)
    }

    /// The sum modulo 2^256. Sums of squares of per-person totals stay below 2^254 up to 2^63 stored rows.
    public static func + (a: Int256, b: Int256) -> Int256 {
        let (low, carry) = a.low.addingReportingOverflow(b.low)
        return Int256(high: a.high &+ b.high &+ (carry ? 1 : 0), low: low)
    }

    public static func - (a: Int256, b: Int256) -> Int256 {
        let (low, borrow) = a.low.subtractingReportingOverflow(b.low)
        return Int256(high: a.high &- b.high &- (borrow ? 1 : 0), low: low)
    }

    public static func += (a: inout Int256, b: Int256) { a = a + b }

    public static prefix func - (a: Int256) -> Int256 { .zero - a }

    public var isNegative: Bool { high < 0 }

    /// The product with a count; nil where it does not fit.
    public func multiplied(by count: Int64) -> Int256? {
        let magnitude = isNegative ? -self : self
        let factor = UInt128(count.magnitude)
        let (carry, low) = magnitude.low.multipliedFullWidth(by: factor)
        let (upper, overflow) = UInt128(bitPattern: magnitude.high).multipliedReportingOverflow(by: factor)
        let (high, carryOverflow) = upper.addingReportingOverflow(carry)
        guard !overflow, !carryOverflow, let signed = Int128(exactly: high) else { return nil }
        let product = Int256(high: signed, low: low)
        return isNegative == (count < 0) ? product : -product
    }

    /// The value as a Double, at most one unit in the last place away.
    public var double: Double {
        let magnitude = isNegative ? -self : self
        let upper = Double(UInt128(bitPattern: magnitude.high))
        let value = upper * 0x1p128 + Double(magnitude.low)
        return isNegative ? -value : value
    }
}
