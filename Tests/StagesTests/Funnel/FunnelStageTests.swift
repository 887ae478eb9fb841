import Manifest
import Marts
import StageKit
import Stages
import Testing
import Vocabulary

private let start = TestTime.at("2026-11-01")

private func event(
    _ person: String?, _ seconds: Int64, _ name: String, _ values: [String: TestValue] = [:]
) -> TestEvent {
    TestEvent(person: person, time: start + seconds * TestTime.second, event: name, values: values)
}

@Suite("The funnel stage")
struct FunnelStageTests {
    private let november = Value.Content.period(.between(start, TestTime.at("2026-12-01")))

    @Test("counts persons, conversion, drop-off and times a step")
    func countsEachStep() throws {
        let events = [
            event("p", 0, "view"), event("p", 10, "cart"), event("p", 40, "buy"),
            event("q", 0, "view"), event("q", 20, "cart"),
            event("r", 0, "view"), event("r", 60, "cart"), event("r", 65, "buy"),
            event("s", 5, "view"), event("t", 5, "cart"), event("t", 6, "buy"),
            event("z", 90 * 86_400, "later"),
        ]
        let mart = try FunnelFixture.run(["period": november, "steps": .strings(["view", "cart", "buy"])], over: events)
        #expect(mart.id == "funnel/test")
        #expect(mart.integers("step") == [1, 2, 3])
        #expect(mart.values("step_name") == [.string("view"), .string("cart"), .string("buy")])
        #expect(mart.integers("persons") == [4, 3, 2])
        #expect(mart.numbers("conversion_from_previous") == [nil, 0.75, 2.0 / 3])
        #expect(mart.integers("conversion_from_previous__num") == [nil, 3, 2])
        #expect(mart.integers("conversion_from_previous__den") == [nil, 4, 3])
        #expect(mart.numbers("conversion_from_first") == [1, 0.75, 0.5])
        #expect(mart.integers("drop_off") == [nil, 1, 1])
        #expect(mart.numbers("drop_off_rate") == [nil, 0.25, 1.0 / 3])
        #expect(mart.numbers("median_seconds") == [nil, 20, 17.5])
        #expect(mart.numbers("p90_seconds") == [nil, 60, 30])
        #expect(mart.integers("open_persons") == [0, 0, 0])
        #expect(!mart.provisional)
        #expect(mart.period.name == "2026-11-01T00:00:00Z/2026-12-01T00:00:00Z")
    }

    @Test("the window is inclusive and begins at step 1")
    func windowIsInclusive() throws {
        let events = [
            event("in", 0, "a"), event("in", 5, "b"), event("in", 10, "c"),
            event("out", 0, "a"), event("out", 5, "b"), event("out", 11, "c"), event("z", 100, "z"),
        ]
        let options: KeyValuePairs<String, Value.Content> = [
            "period": november, "steps": .strings(["a", "b", "c"]), "within": .duration(10 * TestTime.second),
        ]
        #expect(try FunnelFixture.run(options, over: events).integers("persons") == [2, 2, 1])
    }

    @Test("step 1 lies in the period; later steps may follow after its end, but not after the run's date")
    func lateConvertersCount() throws {
        let end = TestTime.at("2026-11-02")
        let events = [
            event("before", -1, "a"), event("before", 10, "b"),
            event("late", 86_399, "a"), event("late", 86_399 + 3600, "b"),
            event("after", 86_400, "a"), event("after", 86_401, "b"), event("z", 30 * 86_400, "z"),
        ]
        let options: KeyValuePairs<String, Value.Content> = [
            "period": .period(.between(start, end)), "steps": .strings(["a", "b"]), "within": .duration(TestTime.day),
        ]
        #expect(try FunnelFixture.run(options, over: events).integers("persons") == [1, 1])

        let node = Manifest.Node(stage: "funnel", name: "test", options: .options(options), place: .test)
        let early = FunnelFixture.context("2026-11-01", newest: TestTime.at("2026-12-01"))
        let mart = try InMemoryScan(events: events).run(FunnelStage.prepare(node, in: early))[0]
        #expect(mart.integers("persons") == [1, 0])
        #expect(mart.integers("open_persons") == [1, 0])
        #expect(mart.asOf == "2026-11-02T00:00:00Z")
        #expect(mart.provisional)
    }

    @Test("who may still convert is counted at the step where they stand")
    func openWindowsAreFlagged() throws {
        let events = [
            event("done", 0, "a"), event("done", 1, "b"), event("done", 2, "c"),
            event("closed", 0, "a"), event("closed", 1, "b"),
            event("open", 50, "a"), event("open", 51, "b"),
            event("again", 0, "a"), event("again", 1, "b"), event("again", 95, "a"),
            event("edge", 90, "a"), event("shut", 89, "a"), event("z", 100, "z"),
        ]
        let options: KeyValuePairs<String, Value.Content> = [
            "period": november, "steps": .strings(["a", "b", "c"]), "within": .duration(60 * TestTime.second),
        ]
        let mart = try FunnelFixture.run(options, over: events)
        #expect(mart.integers("persons") == [6, 4, 1])
        #expect(mart.integers("open_persons") == [2, 2, 0])
        #expect(mart.provisional)
        #expect(mart.hasNote("open_windows"))
        // One that ends with the newest instant is closed: everything up to it is seen.
        let short: KeyValuePairs<String, Value.Content> = [
            "period": november, "steps": .strings(["a", "b", "c"]), "within": .duration(10 * TestTime.second),
        ]
        #expect(try FunnelFixture.run(short, over: events).integers("open_persons") == [0, 1, 0])
    }

    @Test("a breakdown takes the value at step 1 of the attempt that counts, and its parts sum to the total")
    func breakdownIsTakenAtStepOne() throws {
        let kol: [String: TestValue] = ["channel": .category("kol")]
        let tmall: [String: TestValue] = ["channel": .category("tmall")]
        let events = [
            event("p", 0, "a", kol), event("p", 1, "b", tmall),
            event("q", 0, "a", tmall), event("q", 100, "a", kol), event("q", 101, "b"),
            event("r", 0, "a"), event("s", 0, "a", kol), event("s", 1, "a", tmall), event("z", 1000, "z"),
        ]
        let mart = try FunnelFixture.run(
            [
                "period": november, "steps": .strings(["a", "b"]), "within": .duration(10 * TestTime.second),
                "by": .strings(["channel"]),
            ], over: events)
        #expect(mart.values("channel", kind: "detail") == [.string("kol"), .string("kol"), .null, .null])
        #expect(mart.integers("persons", kind: "detail") == [3, 2, 1, 0])
        #expect(mart.integers("persons") == [4, 2])
        #expect(mart.values("channel") == [.null, .null])
    }

    @Test("groups are ordered by value, null last, by their own type")
    func groupsAreOrdered() throws {
        let values: [[String: TestValue]] = [
            ["quantity": .integer(10), "is_member": .boolean(true), "page": .text("/b")],
            ["quantity": .integer(-3), "is_member": .boolean(false)], ["quantity": .integer(9)], [:],
        ]
        let events = values.enumerated().map { event("p\($0.offset)", 0, "a", $0.element) } + [event("z", 9_000_000, "z")]
        let mart = try FunnelFixture.run(
            ["period": november, "steps": .strings(["a", "b"]), "by": .strings(["quantity", "is_member", "page"])],
            over: events)
        let first = mart.records(where: ["step": .integer(1), "row_kind": .string("detail")])
        #expect(first.map { $0["quantity"] } == [.integer(-3), .integer(9), .integer(10), .null])
        #expect(first.map { $0["is_member"] } == [.boolean(false), .null, .boolean(true), .null])
        #expect(first.map { $0["page"] } == [.null, .null, .string("/b"), .null])
    }

    @Test("steps and the whole funnel have conditions")
    func conditionsHold() throws {
        func buy(_ person: String, _ seconds: Int64, _ amount: Double, _ channel: String) -> TestEvent {
            event(person, seconds, "buy", ["amount": .money(amount), "channel": .category(channel)])
        }
        let events = [
            buy("p", 0, 5, "kol"), buy("p", 1, 500, "kol"), buy("q", 0, 5, "kol"), buy("q", 1, 50, "kol"),
            buy("r", 0, 5, "kol"), buy("r", 1, 500, "tmall"), buy("s", 0, 500, "kol"), event("z", 9_000_000, "z"),
        ]
        let large: Value.Content = .object([
            "event": .string("buy"), "where": try FunnelFixture.condition("amount >= 100"), "name": .string("large"),
        ])
        let steps: Value.Content = .list([Value(.string("buy"), at: .test), Value(large, at: .test)])
        let mart = try FunnelFixture.run(
            ["period": november, "steps": steps, "where": try FunnelFixture.condition("channel = 'kol'")], over: events)
        #expect(mart.values("step_name") == [.string("buy"), .string("large")])
        // One event may serve two steps: s bought once, for 500.
        #expect(mart.integers("persons") == [4, 2])
    }

    @Test("rows of nobody are counted in a note alone")
    func nobodyIsNoPerson() throws {
        let events = [
            event(nil, 0, "a"), event(nil, 1, "b"), event(nil, 2, "other"), event("p", 0, "a"), event("z", 9_000_000, "z"),
        ]
        let mart = try FunnelFixture.run(["period": november, "steps": .strings(["a", "b"])], over: events)
        #expect(mart.integers("persons") == [1, 0])
        #expect(mart.notes.first { $0.code == "rows_without_person" }?.message.hasPrefix("2 events ") == true)
    }

    @Test("no events: a row a step, zeros and nulls", arguments: [[], ["channel"]])
    func nothingGivesZeros(breakdown: [String]) throws {
        let mart = try FunnelFixture.run(
            ["period": november, "steps": .strings(["a", "b", "c"]), "by": .strings(breakdown)], over: [])
        #expect(mart.rows.count == 3)
        #expect(mart.integers("persons") == [0, 0, 0])
        #expect(mart.numbers("conversion_from_first") == [nil, nil, nil])
        #expect(mart.integers("conversion_from_first__den") == [0, 0, 0])
        #expect(mart.numbers("median_seconds") == [nil, nil, nil])
        #expect(mart.notes.filter { $0.code == "zero_denominator" }.count == 3)
        #expect(!mart.provisional)
    }

    @Test("the default is the last 30 days and a window of 7 days")
    func defaults() throws {
        let events = [
            event("p", 0, "a"), event("p", 7 * 86_400, "b"), event("q", 0, "a"), event("q", 7 * 86_400 + 1, "b"),
            event("z", 20 * 86_400, "z"),
        ]
        let mart = try FunnelFixture.run(["steps": .strings(["a", "b"])], over: events)
        #expect(mart.period.name == "last 30d")
        #expect(mart.period.from == "2026-11-01T00:00:00Z")
        #expect(mart.integers("persons") == [2, 1])
        #expect(mart.notes.contains { $0.code == "window" && $0.message.contains("7d") })
    }

    @Test("32 steps and the longest window work")
    func extremesWork() throws {
        let names = (1...32).map { "s\($0)" }
        let events = names.enumerated().map { event("p", Int64($0.offset), $0.element) }
        let mart = try FunnelFixture.run(
            ["period": november, "steps": .strings(names), "within": .duration(.max)], over: events)
        #expect(mart.integers("persons") == Array(repeating: 1, count: 32))
        #expect(!mart.provisional)
    }
}

@Suite("Options of a funnel")
struct FunnelOptionTests {
    private let steps = Value.Content.strings(["a", "b"])

    private func code(_ options: KeyValuePairs<String, Value.Content>) -> String? {
        switch FunnelFixture.refusal(options) {
        case let problem as Problem: problem.place == .test ? problem.code.name : "no place"
        case let problems as Problems: problems.all.first?.code.name
        default: nil
        }
    }

    @Test("are refused with a place where they are wrong")
    func wrongOptionsAreRefused() throws {
        #expect(code(["steps": .strings(["a"])]) == "funnel.wrong-steps")
        #expect(code(["steps": .strings((0..<33).map { "s\($0)" })]) == "funnel.wrong-steps")
        #expect(code(["steps": steps, "within": .duration(0)]) == "funnel.wrong-window")
        #expect(code(["steps": steps, "by": .strings(["chanel"])]) == "manifest.unknown-column")
        #expect(code(["steps": steps, "by": .strings(["user_id"])]) == "funnel.wrong-breakdown")
        #expect(code(["steps": steps, "by": .strings(["amount"])]) == "funnel.wrong-breakdown")
        #expect(code(["steps": steps, "by": .strings(["event"])]) == "funnel.wrong-breakdown")
        #expect(code(["steps": steps, "by": .strings(["channel", "channel"])]) == "funnel.wrong-breakdown")
        #expect(code(["steps": steps, "by": .strings(["step"])]) == "funnel.wrong-breakdown")
        #expect(code(["steps": steps, "where": try FunnelFixture.condition("chanel = 'x'")]) == "manifest.wrong-condition")
        #expect(code(["steps": steps, "by": .strings(["channel", "page"])]) == nil)
    }

    @Test("name the nearest column")
    func nearestColumnIsNamed() {
        let problem = FunnelFixture.refusal(["steps": steps, "by": .strings(["chanel"])]) as? Problem
        #expect(problem?.help == "did you mean 'channel'?")
    }
}
