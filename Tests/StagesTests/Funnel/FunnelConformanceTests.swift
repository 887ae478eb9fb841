import Manifest
import Stages
import Testing

/// Figures of ClickHouse's tests of windowFunnel (00632_aggregation_window_funnel), default mode.
@Suite("The funnel agrees with ClickHouse's windowFunnel")
struct FunnelConformanceTests {
    private let origin = TestTime.at("2026-11-02")

    /// The level that one person's events reach.
    private func level(
        _ events: [(seconds: Int64, name: String)], steps: [Value.Content], window: Int64
    ) throws -> Int {
        let rows = events.map { event in
            TestEvent(
                person: "p", time: origin + event.seconds * TestTime.second, event: event.name,
                values: ["number": .integer(Int64(event.name) ?? 0)])
        }
        let mart = try FunnelFixture.run(
            [
                "period": .period(.between(TestTime.at("2026-11-01"), TestTime.at("2026-12-01"))),
                "steps": .list(steps.map { Value($0, at: .test) }), "within": .duration(window * TestTime.second),
            ], over: rows, newest: TestTime.at("2026-11-30"))
        return mart.integers("persons").filter { $0 == 1 }.count
    }

    private func level(_ events: [(seconds: Int64, name: String)], _ steps: [String], window: Int64) throws -> Int {
        try level(events, steps: steps.map { .string($0) }, window: window)
    }

    @Test("six users: 3, 3, 3, 3, 3, 1")
    func sixUsers() throws {
        let histories = ["abc", "adbc", "aabbcc", "aaaabbcc", "aabbdcc", "ccbbaa"]
        let levels = try histories.map { history in
            try level(
                history.enumerated().map { (Int64($0.offset + 1), String($0.element)) }, ["a", "b", "c"], window: 86_400)
        }
        #expect(levels == [3, 3, 3, 3, 3, 1])
    }

    @Test("nine events a second apart, and windows from 1 to 10,000 seconds")
    func nineEvents() throws {
        let events = (0..<9).map { (Int64($0), String(1000 + $0)) }
        #expect(try level(events, ["1000", "1001"], window: 10_000) == 2)
        #expect(try level(events, ["1000", "1001", "1002"], window: 10_000) == 3)
        #expect(try level(events, ["1000", "1001", "1002", "1008"], window: 10_000) == 4)
        let five = (1003...1007).map(String.init)
        #expect(try level(events, five, window: 2) == 3)
        #expect(try level(events, five, window: 3) == 4)
        #expect(try level(events, five, window: 4) == 5)
        #expect(try level(events, ["1001", "1008"], window: 10_000) == 2)
        #expect(try level(events, ["1008", "1001"], window: 10_000) == 1)
    }

    @Test("a repeated event does not end an attempt")
    func repeatedEvent() throws {
        let events: [(Int64, String)] = [
            (0, "1000"), (10, "1001"), (20, "1002"), (30, "1003"), (40, "1004"), (50, "1005"), (51, "1005"),
            (60, "1006"), (70, "1007"), (80, "1008"),
        ]
        #expect(try level(events, (1000...1006).map(String.init), window: 10_000) == 7)
    }

    @Test("events of one second advance in step order, and one event serves several steps")
    func sameSecond() throws {
        let events: [(Int64, String)] = [(0, "1000"), (1, "1003"), (1, "1002"), (1, "1001"), (2, "1004")]
        #expect(try level(events, (1000...1004).map(String.init), window: 10_000) == 5)
        #expect(try level(events, ["1004", "1004", "1004"], window: 10_000) == 3)
    }

    @Test("steps with conditions that overlap")
    func overlappingConditions() throws {
        // The events share one name here; the conditions tell them apart.
        let rows = (0..<8).map { index in
            TestEvent(
                person: "p", time: origin + Int64(index) * TestTime.second, event: "e",
                values: ["number": .integer(Int64(1001 + index))])
        }
        let steps = try ["number <= 1007", "number >= 1002", "number <= 1006", "number >= 1004"].map { text in
            Value(.object(["event": .string("e"), "where": try FunnelFixture.condition(text)]), at: .test)
        }
        let mart = try FunnelFixture.run(
            [
                "period": .period(.between(TestTime.at("2026-11-01"), TestTime.at("2026-12-01"))), "steps": .list(steps),
                "within": .duration(4 * TestTime.second),
            ], over: rows)
        #expect(mart.integers("persons") == [1, 1, 1, 1])
    }
}
