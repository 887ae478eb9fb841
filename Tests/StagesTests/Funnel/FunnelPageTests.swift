import Manifest
import Marts
import Stages
import Testing
import Vocabulary

/// What docs/FUNNELS.md says by an example, example by example: letters are events a minute apart.
@Suite("The funnel's page tells the truth")
struct FunnelPageTests {
    private static let start = TestTime.at("2026-11-02")

    private static func options(_ steps: String, _ more: KeyValuePairs<String, Value.Content>) -> Value {
        var entries: [(key: String, value: Value)] = [
            ("period", Value(.period(.between(TestTime.at("2026-11-01"), TestTime.at("2026-12-01"))), at: .test)),
            ("steps", Value(.strings(steps.split(separator: " ").map(String.init)), at: .test)),
        ]
        entries += more.map { ($0.key, Value($0.value, at: .test)) }
        return Value(.map(entries), at: .test)
    }

    private static func journey(_ letters: String, from minute: Int64 = 0, every step: Int64 = 1) -> [TestEvent] {
        letters.split(separator: " ").enumerated().map { place, letter in
            TestEvent(person: "p", time: start + (minute + Int64(place) * step) * TestTime.minute, event: String(letter))
        }
    }

    /// How many take each step.
    private func taken(_ events: [TestEvent], _ steps: String, _ more: KeyValuePairs<String, Value.Content> = [:], of unit: String = "persons") throws -> [Int64?] {
        let marts = try FunnelFixture.marts(Self.options(steps, more), over: events, newest: TestTime.at("2026-11-29"))
        return marts[0].integers(unit)
    }

    private func level(_ letters: String, _ steps: String, _ more: KeyValuePairs<String, Value.Content> = [:]) throws -> Int {
        try taken(Self.journey(letters), steps, more).filter { $0 == 1 }.count
    }

    @Test("order: ordered, strict and any")
    func order() throws {
        #expect(try level("a x b c", "a b c") == 3)
        #expect(try level("a b x c", "a b c", ["order": .string("strict")]) == 2)
        #expect(try level("c a b", "a b c", ["order": .string("any")]) == 3)
    }

    @Test("repeats in strict order")
    func repeats() throws {
        let ignoring = Value.Content.string("ignore")
        #expect(try level("a a b", "a b c", ["order": .string("strict")]) == 2)
        #expect(try level("a b b c", "a b c", ["order": .string("strict")]) == 2)
        #expect(try level("a b b c", "a b c", ["order": .string("strict"), "repeats": ignoring]) == 3)
    }

    @Test("events of one instant: in step order whatever their sequence, or each later than the one before")
    func sameInstant() throws {
        let events = ["c", "b", "a"].enumerated().map { place, name in
            TestEvent(person: "p", time: Self.start, event: name, values: ["sequence": .integer(Int64(place))])
        }
        #expect(try taken(events, "a b c") == [1, 1, 1])
        #expect(try taken(events, "a b c", ["same_instant": .string("increasing")]) == [1, 0, 0])
    }

    @Test("how many steps one event serves")
    func serving() throws {
        #expect(try level("a b", "a a b") == 3)
        for choice in ["different_steps", "one_step"] {
            #expect(try level("a b", "a a b", ["one_event": .string(choice)]) == 1)
            #expect(try level("a a b", "a a b", ["one_event": .string(choice)]) == 3)
        }
    }

    @Test("every step 1 opens another attempt: the best, the first, the latest, or all count")
    func attempts() throws {
        // The second attempt lies beyond the window of the first.
        let events = Self.journey("a b") + Self.journey("a b c", from: 600)
        let within = Value.Content.duration(5 * TestTime.minute)
        #expect(try taken(events, "a b c", ["within": within]) == [1, 1, 1])
        #expect(try taken(events, "a b c", ["within": within, "attempt": .string("best")]) == [1, 1, 1])
        #expect(try taken(events, "a b c", ["within": within, "attempt": .string("first")]) == [1, 1, 0])
        #expect(try taken(events, "a b c", ["within": within, "attempt": .string("latest")]) == [1, 1, 1])
        #expect(try taken(events, "a b c", ["within": within, "count": .string("attempts")], of: "attempts") == [2, 2, 1])
        #expect(try taken(events, "a b c", ["within": within, "count": .string("sessions")], of: "sessions") == [2, 2, 1])
    }

    @Test("a window of a step begins at the newest repeat of the step before")
    func stepWindow() throws {
        let events = Self.journey("view cart") + Self.journey("cart", from: 61) + Self.journey("buy", from: 71)
        func run(_ within: Int64) throws -> [Int64?] {
            let steps = Value.Content.list([
                Value(.string("view"), at: .test), Value(.string("cart"), at: .test),
                Value(.object(["event": .string("buy"), "within": .duration(within * TestTime.minute)]), at: .test),
            ])
            return try taken(events, "view cart", ["steps": steps])
        }
        func taken(_ events: [TestEvent], _ steps: String, _ more: KeyValuePairs<String, Value.Content>) throws -> [Int64?] {
            var entries = [(key: "period", value: Value(.period(.between(TestTime.at("2026-11-01"), TestTime.at("2026-12-01"))), at: .test))]
            entries += more.map { (key: $0.key, value: Value($0.value, at: .test)) }
            return try FunnelFixture.marts(Value(.map(entries), at: .test), over: events, newest: TestTime.at("2026-11-29"))[0].integers("persons")
        }
        #expect(try run(30) == [1, 1, 1])
        #expect(try run(10) == [1, 1, 1])
        #expect(try run(9) == [1, 1, 0])
    }

    @Test("an optional step: the first event that may come next decides, and what is behind is past")
    func optionalStep() throws {
        func run(_ letters: String) throws -> [Int64?] {
            let steps = Value.Content.list([
                Value(.string("a"), at: .test), Value(.object(["event": .string("b"), "optional": .boolean(true)]), at: .test),
                Value(.string("c"), at: .test),
            ])
            let entries: [(key: String, value: Value)] = [
                ("period", Value(.period(.between(TestTime.at("2026-11-01"), TestTime.at("2026-12-01"))), at: .test)), ("steps", Value(steps, at: .test)),
            ]
            return try FunnelFixture.marts(Value(.map(entries), at: .test), over: Self.journey(letters), newest: TestTime.at("2026-11-29"))[0].integers("persons")
        }
        #expect(try run("a c") == [1, 0, 1])
        #expect(try run("a c b") == [1, 0, 1])
        #expect(try run("a b c") == [1, 1, 1])
    }

    @Test("an exclusion at the instant of a step is not between")
    func exclusion() throws {
        let between = Self.journey("a x b")
        let atStep = Self.journey("a b") + [TestEvent(person: "p", time: Self.start + TestTime.minute, event: "x")]
        let exclude = Value.Content.strings(["x"])
        #expect(try taken(between, "a b", ["exclude": exclude]) == [0, 0])
        #expect(try taken(between, "a b", ["exclude": exclude, "on_exclude": .string("keep")]) == [1, 0])
        #expect(try taken(atStep, "a b", ["exclude": exclude]) == [1, 1])
    }

    @Test("a trend keeps the order of the steps, and counts late converters for the day on which they began")
    func trend() throws {
        let day = TestTime.day / TestTime.minute
        let events = Self.journey("b a", every: 10) + Self.journey("b", from: 2 * day)
        let trend = try #require(
            FunnelFixture.marts(Self.options("a b", ["trend": .string("day")]), over: events, newest: TestTime.at("2026-11-29")).last)
        #expect(trend.records.map { $0["persons"] } == [.integer(1), .integer(1)])
        #expect(trend.records.map { $0["day"]?.rowText } == ["2026-11-02", "2026-11-02"])
        let reversed = try #require(
            FunnelFixture.marts(Self.options("a b", ["trend": .string("day")]), over: Self.journey("b a"), newest: TestTime.at("2026-11-29")).last)
        #expect(reversed.records.map { $0["persons"] } == [.integer(1), .integer(0)])
    }
}

@Suite("The persons behind a funnel's figures")
struct FunnelListingTests {
    private func problem(_ figure: String) -> Problem? {
        let events = [
            TestEvent(person: "a", time: TestTime.at("2026-11-02"), event: "click", values: ["channel": .category("douyin")]),
            TestEvent(person: "b", time: TestTime.at("2026-11-02"), event: "click", values: ["channel": .category("tmall")]),
        ]
        do {
            _ = try FunnelFixture.marts(
                [
                    "period": .period(.between(TestTime.at("2026-11-01"), TestTime.at("2026-12-01"))), "steps": .strings(["click", "purchase"]),
                    "by": .strings(["channel"]),
                ], over: events, persons: figure)
            return nil
        } catch { return error as? Problem }
    }

    @Test("two columns are an error, not one of them")
    func twoColumns() {
        #expect(problem("step=2,dropped,open")?.message == "'step=2,dropped,open' names 2 columns: dropped, open")
        #expect(problem("step=2,dropped") == nil)
    }

    @Test("a value that no row has names the nearest one")
    func unknownValue() {
        #expect(problem("step=1,channel=duoyin")?.help == "did you mean 'channel=douyin'?")
        #expect(problem("step=1,channel=somewhere else")?.help == "there are douyin, tmall")
        #expect(problem("step=1,channel=null")?.message == "nobody of the funnel has channel=null")
        #expect(problem("step=1,channel=douyin") == nil)
    }
}
