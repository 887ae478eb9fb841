import EventStore
import Testing

@Suite("Sessions")
struct SessionTests {
    private static let minute: Int64 = 60_000_000

    /// Per row, in minutes and with its campaign, whether it begins a session.
    private func cut(_ rows: [(minute: Int64, campaign: Int32)]) -> [Bool] {
        var sessions = SessionCutter()
        return rows.map { sessions.begins($0.minute * Self.minute, campaign: $0.campaign) }
    }

    @Test("thirty minutes without a row still belong to a session, and no more")
    func pause() {
        #expect(cut([(0, -1), (30, -1), (60, -1), (91, -1)]) == [true, false, false, true])
        #expect(starts([0, 30 * Self.minute, 60 * Self.minute + 1]) == [true, false, true])
    }

    @Test("another campaign begins a session, also in one that had none; a row without a campaign goes on")
    func campaign() {
        #expect(cut([(0, -1), (1, 4), (2, -1), (3, 4), (4, 5), (5, -1), (6, 4)]) == [true, true, false, false, true, false, true])
    }

    @Test("a session lasts 24 hours at most")
    func longest() {
        let starts = cut((0...150).map { ($0 * 20, -1) })
        #expect(starts.indices.filter { starts[$0] } == [0, 73, 146])
    }

    @Test("times at the ends of the range do no harm")
    func ends() { #expect(starts([.min, 0, .max]) == [true, true, true]) }

    @Test("every person begins anew")
    func reset() {
        var sessions = SessionCutter()
        let first = sessions.begins(5, campaign: 1)
        sessions.reset()
        let second = sessions.begins(6, campaign: 1)
        #expect(first && second)
    }

    private func starts(_ times: [Int64]) -> [Bool] {
        var sessions = SessionCutter()
        return times.map { sessions.begins($0, campaign: -1) }
    }
}
