import EventStore
import TestSupport
import Testing

@Suite struct OccupiedHoursTests {
    private static let hour: Int64 = 3_600_000_000

    private func hours(_ times: [Int64]) throws -> OccupiedHours {
        let (first, last) = (try #require(times.min()), try #require(times.max()))
        return times.withUnsafeBufferPointer { OccupiedHours($0, in: first...last) }
    }

    @Test func whetherASpanHoldsRowsIsSaidAsTheRowsSay() throws {
        var generator = SeededGenerator(seed: 71)
        for _ in 0..<40 {
            let times = (0..<Int.random(in: 1...30, using: &generator)).map { _ in Int64.random(in: -200..<200, using: &generator) * Self.hour + 7 }
            let hours = try hours(times)
            for _ in 0..<40 {
                let start = Int64.random(in: -220..<220, using: &generator) * Self.hour
                let span = start..<(start + Int64.random(in: 1...40, using: &generator) * Self.hour)
                #expect(hours.hold(span) == times.contains(where: span.contains))
            }
        }
    }

    /// Rows in over 512 runs of hours are told of as one run: of its middle nothing is said, of its ends and of what lies outside all is.
    @Test func whatWasNotKeptIsNotSaid() throws {
        let times = (0..<600).map { Int64($0) * 2 * Self.hour }
        let hours = try hours(times)
        #expect(hours.hold(101 * Self.hour..<102 * Self.hour) == nil)
        #expect(hours.hold(0..<Self.hour) == true)
        #expect(hours.hold(1198 * Self.hour..<1199 * Self.hour) == true)
        #expect(hours.hold(-Self.hour..<0) == false)
        #expect(hours.hold(1199 * Self.hour..<1300 * Self.hour) == false)
    }
}
