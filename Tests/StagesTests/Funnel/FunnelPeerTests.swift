import Manifest
import Marts
import Stages
import Testing

/// Figures of peers' tests that need an option.
@Suite("The funnel's options agree with its peers")
struct FunnelPeerTests {
    private let period = Value.Content.period(.between(TestTime.at("2026-11-01"), TestTime.at("2026-12-01")))

    /// Events a second apart; in each history a letter is an event.
    private func events(_ histories: [String]) -> [TestEvent] {
        histories.enumerated().flatMap { person, history in
            history.enumerated().map { second, letter in
                TestEvent(
                    person: "p\(person)", time: TestTime.at("2026-11-02") + Int64(second) * TestTime.second, event: String(letter))
            }
        } + [TestEvent(person: "later", time: TestTime.at("2026-11-29"), event: "later")]
    }

    private func level(_ history: String, _ options: KeyValuePairs<String, Value.Content>) throws -> Int {
        try FunnelFixture.run(options, over: events([history])).integers("persons").filter { $0 == 1 }.count
    }

    @Test("ClickHouse 00632_aggregation_window_funnel, strict_order: 3, 1, 3, 3, 2, 1")
    func clickHouseStrictOrder() throws {
        let levels = try ["abc", "adbc", "aabbcc", "aaaabbcc", "aabbdcc", "ccbbaa"].map { history in
            try level(
                history,
                [
                    "period": period, "steps": .strings(["a", "b", "c"]), "order": .string("strict"), "repeats": .string("ignore"),
                    "within": .duration(TestTime.day),
                ])
        }
        #expect(levels == [3, 1, 3, 3, 2, 1])
    }

    @Test("PostHog test_funnel_strict: every event interrupts, 7, 2, 1")
    func postHogStrict() throws {
        // s: user signed up, p: pageview, i: insight viewed, x: anything else.
        let histories = ["s", "ps", "spxi", "ixps", "psxpi", "xsxp", "xspix", "ip"]
        let mart = try FunnelFixture.run(
            ["period": period, "steps": .strings(["s", "p", "i"]), "order": .string("strict")], over: events(histories))
        #expect(mart.integers("persons") == [7, 2, 1])
    }

    @Test("PostHog: a repeated step needs distinct events")
    func postHogRepeatedStep() throws {
        let options: KeyValuePairs<String, Value.Content> = [
            "period": period, "steps": .strings(["a", "a", "b"]), "one_event": .string("different_steps"),
        ]
        #expect(try level("ab", options) == 1)
        #expect(try level("aab", options) == 3)
        #expect(try level("ab", ["period": period, "steps": .strings(["a", "a", "b"])]) == 3)
    }

    @Test("PostHog conversion_time_cases: mean and median 6000 and 7200, 5400 and 5400 seconds")
    func postHogConversionTimes() throws {
        func at(_ day: Int, _ hour: Int64) -> Int64 { TestTime.at("2026-11-0\(day)") + hour * TestTime.hour }
        func event(_ person: String, _ name: String, _ time: Int64) -> TestEvent { TestEvent(person: person, time: time, event: name) }
        let events = [
            event("1", "sign up", at(1, 12)), event("1", "play movie", at(1, 13)), event("1", "buy", at(1, 15)),
            event("2", "sign up", at(2, 14)), event("2", "play movie", at(2, 16)),
            event("3", "sign up", at(2, 14)), event("3", "play movie", at(2, 16)), event("3", "buy", at(2, 17)),
        ]
        let mart = try FunnelFixture.run(
            ["period": period, "steps": .strings(["sign up", "play movie", "buy"]), "within": .duration(7 * TestTime.day)],
            over: events, newest: TestTime.at("2026-11-29"))
        #expect(mart.numbers("mean_seconds") == [nil, 6000, 5400])
        #expect(mart.numbers("median_seconds") == [nil, 7200, 5400])
    }

    @Test("PostHog conversion_time_cases: a window of 5 minutes is inclusive, 3 and 1; incomplete tries are disregarded")
    func postHogWindowAndTries() throws {
        func event(_ person: String, _ name: String, _ minutes: Int64) -> TestEvent {
            TestEvent(person: person, time: TestTime.at("2026-11-02") + minutes * TestTime.minute, event: name)
        }
        let short = try FunnelFixture.run(
            ["period": period, "steps": .strings(["s", "p"]), "within": .duration(5 * TestTime.minute)],
            over: [event("1", "s", 840), event("1", "p", 845), event("2", "s", 843), event("3", "s", 720), event("3", "p", 735)],
            newest: TestTime.at("2026-11-29"))
        #expect(short.integers("persons") == [3, 1])
        #expect(short.numbers("mean_seconds") == [nil, 300])
        let tries = try FunnelFixture.run(
            ["period": period, "steps": .strings(["s", "p", "o"]), "within": .duration(TestTime.day)],
            over: [
                event("1", "s", 60), event("1", "p", 120), event("1", "o", 180), event("1", "s", 3120), event("1", "p", 3180),
                event("1", "s", 4740), event("1", "p", 4920),
            ], newest: TestTime.at("2026-11-29"))
        #expect(tries.numbers("mean_seconds") == [nil, 3600, 3600])
    }
}
