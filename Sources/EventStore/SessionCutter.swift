/// Cuts a person's rows, which come in the order of time, into sessions.
///
/// A row begins a session where more than 30 minutes passed since the row before, where it names another campaign than the
/// session, or where the session would last more than 24 hours.
public struct SessionCutter: Sendable {
    /// Microseconds.
    public static let longestPause: Int64 = 30 * 60_000_000
    public static let longestSession: Int64 = 24 * 3_600_000_000
    /// How far before a span its sessions are looked for: only somebody who makes no pause for so long is cut otherwise.
    public static let lookBack: Int64 = 2 * longestSession

    private var first: Int64?
    private var last: Int64 = 0
    private var campaign: Int32 = -1

    public init() {}

    /// Forgets the person.
    public mutating func reset() { first = nil }

    /// Takes the person's next row in.
    /// - Parameter campaign: the code of the campaign that the row names; -1 where it names none.
    /// - Returns: true where the row is the first one of a session.
    public mutating func begins(_ time: Int64, campaign named: Int32) -> Bool {
        defer { last = time }
        if let first, !exceeds(time, last, Self.longestPause), !exceeds(time, first, Self.longestSession),
            named == -1 || named == campaign
        {
            return false
        }
        first = time
        campaign = named
        return true
    }

    private func exceeds(_ time: Int64, _ earlier: Int64, _ limit: Int64) -> Bool {
        let (age, overflow) = time.subtractingReportingOverflow(earlier)
        return overflow || age > limit
    }
}
