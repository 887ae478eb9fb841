/// The hours (UTC) that hold rows of a segment, as runs of hours: a small map of where in time its rows lie.
public struct OccupiedHours: Sendable, Hashable, Codable {
    /// First hour and hour after the last of each run, in increasing order; hours since 1970.
    private var bounds: [Int64]

    /// Rows that lie scattered over more runs than this are told of as one run.
    private static let runLimit = 512
    /// A span of more hours than this is not looked at hour by hour.
    private static let hourLimit: Int64 = 1 << 20
    private static let hour: Int64 = 3_600_000_000

    /// - Parameters:
    ///   - times: microseconds UTC, in any order.
    ///   - span: from the least to the greatest of them.
    package init(_ times: UnsafeBufferPointer<Int64>, in span: ClosedRange<Int64>) {
        let (first, last) = (Self.hour(of: span.lowerBound), Self.hour(of: span.upperBound))
        bounds = [first, last + 1]
        guard last - first > 1, last - first < Self.hourLimit else { return }
        var occupied = [Bool](repeating: false, count: Int(last - first) + 1)
        for time in times where span.contains(time) { occupied[Int(Self.hour(of: time) - first)] = true }
        var runs: [Int64] = []
        for (place, isOccupied) in occupied.enumerated() where isOccupied != (runs.count % 2 == 1) {
            runs.append(first + Int64(place))
            if runs.count > 2 * Self.runLimit { return }
        }
        if runs.count % 2 == 1 { runs.append(last + 1) }
        bounds = runs
    }

    public init(from decoder: any Decoder) throws { bounds = try [Int64](from: decoder) }
    public func encode(to encoder: any Encoder) throws { try bounds.encode(to: encoder) }

    /// Whether an hour that holds rows meets a span of time.
    func meet(_ span: ScanRequest.Span) -> Bool {
        guard span.start < span.end else { return false }
        let (first, last) = (Self.hour(of: span.start), Self.hour(of: span.end - 1))
        for run in stride(from: 0, to: bounds.count - 1, by: 2) where bounds[run] <= last && first < bounds[run + 1] {
            return true
        }
        return false
    }

    /// Whether an hour that a span of time meets holds rows; nil where that was not kept: rows that lie scattered are told
    /// of as one run.
    public func hold(_ span: Range<Int64>) -> Bool? {
        guard meet(ScanRequest.Span(start: span.lowerBound, end: span.upperBound)) else { return false }
        let isOneLongRun = bounds.count == 2 && bounds[1] - bounds[0] > 2 * Int64(Self.runLimit)
        let (first, last) = (Self.hour(of: span.lowerBound), Self.hour(of: span.upperBound - 1))
        let touchesEnd = first <= bounds[0] || last >= bounds[bounds.count - 1] - 1
        return isOneLongRun && !touchesEnd ? nil : true
    }

    private static func hour(of time: Int64) -> Int64 {
        let (quotient, remainder) = time.quotientAndRemainder(dividingBy: hour)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
