import Manifest
import Marts
import StageKit
import Stages
import Testing
import Vocabulary

private let start = TestTime.at("2026-11-10")

private func event(_ person: String, _ seconds: Int64, _ name: String, _ values: [String: TestValue] = [:]) -> TestEvent {
    TestEvent(person: person, time: start + seconds * TestTime.second, event: name, values: values)
}

@Suite("The further tables of a funnel")
struct FunnelTablesTests {
    private let november = Value.Content.period(.between(start, TestTime.at("2026-11-20")))
    private let newest = TestTime.at("2026-11-29")

    private func mart(_ id: String, _ options: KeyValuePairs<String, Value.Content>, over events: [TestEvent]) throws -> Mart {
        try #require(FunnelFixture.marts(options, over: events, newest: newest).first { $0.id == "funnel/\(id)" })
    }

    @Test("trend: by the day of step 1, later steps count for it")
    func trend() throws {
        let day: Int64 = 86_400
        let events = [
            event("p", 0, "a"), event("p", day, "b"), event("q", 10, "a"), event("r", day + 1, "a"), event("r", day + 2, "b"),
        ]
        let table = try mart("test.trend", ["period": november, "steps": .strings(["a", "b"]), "trend": .string("day")], over: events)
        #expect(table.columns[0].role == .time)
        #expect(table.integers("persons") == [2, 1, 1, 1])
        #expect(table.numbers("conversion_from_first") == [1, 0.5, 1, 1])
    }

    @Test("comparison: independent shares, and pairs of the persons of both periods")
    func comparison() throws {
        let before: Int64 = -10 * 86_400
        var events: [TestEvent] = []
        // Nine persons of both: four change to conversion, one away from it, two and two stay.
        let pairs = [(false, true), (false, true), (false, true), (false, true), (true, false), (true, true), (true, true), (false, false), (false, false)]
        for (index, pair) in pairs.enumerated() {
            events += [event("p\(index)", before + 100, "a"), event("p\(index)", 100, "a")]
            if pair.0 { events.append(event("p\(index)", before + 200, "b")) }
            if pair.1 { events.append(event("p\(index)", 200, "b")) }
        }
        events += [event("old", before + 5, "a"), event("new", 5, "a"), event("new", 6, "b")]
        let table = try mart(
            "test.comparison",
            ["period": november, "steps": .strings(["a", "b"]), "within": .duration(TestTime.day), "compare": .string("previous")], over: events)
        let all = try #require(table.records(where: ["sample": .string("all"), "step": .integer(2)]).first)
        #expect(all["conversion__num"] == .integer(7) && all["conversion__den"] == .integer(10))
        #expect(all["conversion_before__num"] == .integer(3) && all["conversion_before__den"] == .integer(10))
        #expect(all["method"] == .string("newcombe, fisher"))
        let both = try #require(table.records(where: ["sample": .string("both"), "step": .integer(2)]).first)
        #expect(both["conversion__num"] == .integer(6) && both["conversion_before__num"] == .integer(3))
        #expect(both["difference"] == .number(3.0 / 9))
        // Five changed, one of them away: 2 * (1 + 5) / 32.
        guard case .number(let p)? = both["p_value"] else { return #expect(Bool(false)) }
        #expect(abs(p - 0.375) < 1e-12)
        let first = try #require(table.records(where: ["sample": .string("all"), "step": .integer(1)]).first)
        #expect(first["difference"] == .null && first["reason"] == .string("always_one"))
    }

    @Test("a comparison without anybody gives nulls with a reason")
    func emptyComparison() throws {
        let table = try mart(
            "test.comparison", ["period": november, "steps": .strings(["a", "b"]), "compare": .string("year_before")],
            over: [event("p", 0, "a")])
        let rows = table.records(where: ["step": .integer(2)])
        #expect(rows.map { $0["reason"] } == [.string("no_units"), .string("no_units")])
        #expect(rows.allSatisfy { $0["difference_low"] == .null && $0["p_value"] == .null })
    }

    @Test("a comparison with time from before the store begins says so, and older events end that")
    func shortHistory() throws {
        let options: KeyValuePairs<String, Value.Content> = ["period": november, "steps": .strings(["a", "b"]), "compare": .string("previous")]
        func isShort(_ oldest: Int64) throws -> Bool {
            let table = try mart("test.comparison", options, over: [event("p", 5, "a"), TestEvent(person: "q", time: oldest, event: "a")])
            let note = table.notes.first { $0.code == "history_too_short" }
            #expect(note == nil || note?.column == "conversion_before")
            return note != nil
        }
        // The ten days before begin with 2026-10-31: a day is covered once an event of it is there.
        let first = TestTime.at("2026-10-31")
        #expect(try isShort(first + TestTime.day))
        #expect(try !isShort(first + TestTime.day - 1))
        #expect(try !isShort(first - 40 * TestTime.day))
        // Such events lie outside of the reach, so that it is told beside the data.
        func further(_ stage: any Stage.Type, _ options: KeyValuePairs<String, Value.Content>, _ oldest: Int64) throws -> String? {
            let node = Manifest.Node(stage: stage.name, name: "test", options: .options(options), place: .test)
            let events = [TestEvent(person: "q", time: oldest, event: "a"), TestEvent(person: "q", time: newest, event: "a")]
            return try stage.prepare(node, in: .test("2026-11-29", events: events)).reach.further
        }
        let metrics: KeyValuePairs<String, Value.Content> = [
            "period": november, "metrics": .strings(["events"]), "compare": .strings(["previous"]),
        ]
        for (stage, options) in [(FunnelStage.self as any Stage.Type, options), (MetricsStage.self, metrics)] {
            #expect(try further(stage, options, first - 40 * TestTime.day) == further(stage, options, first))
            #expect(try further(stage, options, first + TestTime.day) != further(stage, options, first))
        }
    }

    @Test("histogram: classes of time from step 1, inclusive above")
    func histogram() throws {
        let events = [(0, 10), (0, 11), (0, 60), (0, 61), (0, 0)].enumerated().flatMap { index, pair in
            [event("p\(index)", Int64(pair.0), "a"), event("p\(index)", Int64(pair.1), "b")]
        }
        let options: KeyValuePairs<String, Value.Content> = [
            "period": november, "steps": .strings(["a", "b"]), "within": .duration(TestTime.hour),
            "histogram": .list([Value(.duration(10 * TestTime.second), at: .test), Value(.duration(TestTime.minute), at: .test)]),
        ]
        let table = try mart("test.times", options, over: events)
        #expect(table.integers("persons") == [2, 2, 1])
        #expect(table.numbers("to_seconds") == [10, 60, 3600])
        let main = try mart("test", options, over: events)
        #expect(main.numbers("median_seconds_from_first") == [nil, 11])
    }

    @Test("next events: the commonest of those who drop off, the rest, and nothing")
    func nextEvents() throws {
        let events = [
            event("p", 0, "a"), event("p", 1, "help"), event("q", 0, "a"), event("q", 5, "help"), event("r", 0, "a"), event("r", 1, "search"),
            event("s", 0, "a"), event("t", 0, "a"), event("t", 1, "b"), event("u", 0, "a"), event("u", 3, "login"),
        ]
        let table = try mart(
            "test.next_events", ["period": november, "steps": .strings(["a", "b"]), "next_events": .integer(2)], over: events)
        #expect(table.records.map { $0["next_event"] } == [.string("help"), .string("login"), .null, .null])
        #expect(table.records.map { $0["what"] } == [.string("event"), .string("event"), .string("rest"), .string("nothing")])
        #expect(table.records.map { $0["persons"] } == [.integer(2), .integer(1), .integer(1), .integer(1)])
    }

    @Test("variant: the first exposure at or before step 1")
    func variants() throws {
        func exposed(_ person: String, _ seconds: Int64, _ variant: String, _ experiment: String = "x") -> TestEvent {
            event(person, seconds, "exposure", ["experiment": .category(experiment), "variant": .category(variant)])
        }
        let events = [
            exposed("p", -90_000, "A"), event("p", 0, "a"), event("p", 1, "b"), exposed("q", 0, "B"), exposed("q", 1, "A"), event("q", 2, "a"),
            event("r", 0, "a"), exposed("r", 1, "A"), exposed("s", -5, "A", "y"), event("s", 0, "a"),
        ]
        let main = try mart("test", ["period": november, "steps": .strings(["a", "b"]), "variant_of": .string("x")], over: events)
        let rows = main.records(where: ["row_kind": .string("detail"), "step": .integer(1)])
        #expect(rows.map { $0["variant"] } == [.string("A"), .string("B"), .null])
        #expect(rows.map { $0["persons"] } == [.integer(1), .integer(1), .integer(2)])
    }

    @Test("a person with very many attempts costs no more than its events", .timeLimit(.minutes(1)))
    func manyAttempts() throws {
        let events = (0..<30_000).map { event("p", Int64($0), $0 % 2 == 0 ? "a" : "b") }
        let marts = try FunnelFixture.marts(
            ["period": november, "steps": .strings(["a", "b", "c"]), "trend": .string("day")], over: events, newest: newest)
        #expect(marts[0].integers("persons") == [1, 1, 0])
    }

    @Test("who is listed must be counted: a figure that is not there is refused")
    func listingIsChecked() {
        func code(_ persons: String) -> String? {
            do {
                _ = try FunnelFixture.marts(["steps": .strings(["a", "b"]), "by": .strings(["channel"])], over: [], persons: persons)
                return nil
            } catch { return (error as? Problem)?.code.name }
        }
        #expect(code("step=2,dropped") == nil)
        #expect(code("step=b,open") == nil)
        for wrong in ["dropped", "step=b,channel=kol,open", "step=3", "step=1,dropped", "step=1,page=x", "step=1,lost"] { #expect(code(wrong) == "usage.persons", "\(wrong)") }
    }

    @Test("options that do not go together are refused with a place")
    func contradictionsAreRefused() throws {
        func code(_ options: KeyValuePairs<String, Value.Content>) -> String? {
            guard let problem = FunnelFixture.refusal(options) as? Problem else { return nil }
            return problem.place == nil ? "no place" : problem.code.name
        }
        let steps = Value.Content.strings(["a", "b"])
        let optional = Value.Content.list([Value(.string("a"), at: .test), Value(.object(["event": .string("b"), "optional": .boolean(true)]), at: .test)])
        #expect(code(["steps": optional]) == "funnel.wrong-steps")
        #expect(code(["steps": steps, "count": .string("attempts"), "attempt": .string("best")]) == "funnel.wrong-policy")
        #expect(code(["steps": steps, "repeats": .string("ignore")]) == "funnel.wrong-policy")
        #expect(code(["steps": steps, "on_exclude": .string("keep")]) == "funnel.wrong-policy")
        #expect(code(["steps": steps, "order": .string("any"), "attempt": .string("latest")]) == "funnel.wrong-policy")
        #expect(code(["steps": steps, "by_step": .string("last")]) == "funnel.wrong-policy")
        #expect(code(["steps": steps, "hold": .strings(["amount"])]) == "funnel.wrong-policy")
        #expect(code(["steps": steps, "compare": .string("campaign")]) == "funnel.wrong-policy")
        #expect(code(["steps": steps, "compare": .string("previous"), "count": .string("attempts")]) == "funnel.wrong-policy")
        #expect(code(["steps": steps, "histogram": .list([Value(.duration(TestTime.day * 30), at: .test)])]) == "funnel.wrong-window")
        let exclusion = Value.Content.list([Value(.object(["event": .string("x"), "after": .string("b"), "before": .string("a")]), at: .test)])
        #expect(code(["steps": steps, "exclude": exclusion]) == "funnel.wrong-steps")
        #expect(code(["steps": steps, "hold": .strings(["session", "page", "user_id"])]) == nil)
    }
}
