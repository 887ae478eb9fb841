import EventStore
import Manifest
import Marts
import StageKit
import Stages
import TestSupport
import Testing

/// A computation that keeps the accumulators it makes.
private final class WatchedComputation<Base: Computation>: Computation {
    private let base: Base
    private(set) var accumulators: [any ScanConsumer] = []

    init(_ base: Base) { self.base = base }

    var reach: NodeReach { base.reach }
    func nextRequest() -> ScanRequest? { base.nextRequest() }
    func makeAccumulator(_ layout: any ScanLayout) -> any ScanConsumer {
        accumulators.append(base.makeAccumulator(layout))
        return accumulators[accumulators.count - 1]
    }
    func partial(of accumulators: [any ScanConsumer]) throws -> Base.Partial { try base.partial(of: accumulators) }
    func readPartial(_ reader: inout PartialReader) throws -> Base.Partial { try base.readPartial(&reader) }
    func absorb(_ partial: Base.Partial) throws { try base.absorb(partial) }
    func writeGiven(_ writer: inout PartialWriter) { base.writeGiven(&writer) }
    func readGiven(_ reader: inout PartialReader) throws { try base.readGiven(&reader) }
    func finish() throws -> [Mart] { try base.finish() }
}

@Suite("A person with very many events", .timeLimit(.minutes(10)))
struct FunnelLongJourneyTests {
    @Test("each option, over journeys of hundreds of events, is what its definition says", arguments: 0..<12)
    func singleOptions(option: Int) throws {
        for seed in 0..<(option == 4 ? 60 : 20) {
            let trial = FunnelOptionTrial(seed: UInt64(seed * 100 + option) &+ 900_000, single: option, journeys: .long)
            try trial.check(UInt64(seed), listing: true)
        }
    }

    @Test("any options together, over journeys of hundreds of events", arguments: 0..<240)
    func combinations(seed: UInt64) throws {
        for part in 0..<2 {
            let trial = FunnelOptionTrial(seed: seed &+ UInt64(part * 10_000) &+ 700_000, single: nil, journeys: .long)
            try trial.check(seed, listing: true)
        }
    }

    /// - Parameter journey: events with the second at which they come.
    private func mart(_ journey: String, _ steps: [Value]) throws -> Mart {
        let origin = TestTime.at("2026-11-02")
        let events = journey.split(separator: " ").map { word in
            TestEvent(person: "p", time: origin + (Int64(word.dropFirst()) ?? 0) * TestTime.second, event: String(word.prefix(1)))
        }
        let period = Value.Content.period(.between(origin, TestTime.at("2026-12-01")))
        return try FunnelFixture.run(["period": period, "steps": .list(steps), "within": .duration(TestTime.hour)], over: events)
    }

    @Test("which of those that wait together may take the next step is told from the repeats that each of them counts")
    func repeatsWhileOthersWait() throws {
        func persons(_ journey: String, _ steps: [Value]) throws -> [Int64?] { try mart(journey, steps).integers("persons") }
        let steps = [Self.step("a"), Self.step("b"), Self.step("c", within: 5), Self.step("d", within: 3)]
        // For the older one c follows b at 5, since b at 1 is too long ago, so c at 10 repeats it; for the newer one c follows b at 3.
        #expect(try persons("a0 b1 a2 b3 b5 c8 c10 d13", steps) == [1, 1, 1, 1])
        #expect(try persons("a0 b1 a2 b3 b5 c8 c11 d14", steps) == [1, 1, 1, 0])
        // The newer one takes b and c of one instant, so its c repeats until 13.
        let short = [Self.step("a"), Self.step("b"), Self.step("c", within: 3), Self.step("d", within: 2)]
        #expect(try persons("a0 b5 c6 a7 b10 c10 c12 d14", short) == [1, 1, 1, 1])
        // Nobody counts c at 9: the first to reach c is chosen.
        #expect(try mart("a0 b1 c2 a3 b5 c6 c9 d10", short).numbers("mean_seconds") == [nil, 1, 1, nil])
        // Five seconds of c at 97: not for who began at 44.
        let optional = [Self.step("a"), Self.step("b"), Self.step("o", isOptional: true), Self.step("c", within: 50), Self.step("d", within: 3)]
        #expect(try persons("a0 b1 o2 a3 b10 a12 b43 a44 b45 b60 c90 o92 c93 c94 c97 d99", optional) == [1, 1, 0, 1, 1])
    }

    @Test("whether somebody may go on is told from the newest repeat that counts for anyone who waits")
    func openWhileOthersWait() throws {
        let steps = [Self.step("a"), Self.step("b", within: 8), Self.step("c", within: 3)]
        #expect(try mart("a0 b1 a2 b3 b9 z11", steps).integers("open_persons") == [0, 1, 0])
        #expect(try mart("a0 b1 a2 b3 b8 z12", steps).integers("open_persons") == [0, 0, 0])
    }

    // MARK: Work

    private struct Funnel {
        let name: String
        let options: KeyValuePairs<String, Value.Content>

        init(_ name: String, _ options: KeyValuePairs<String, Value.Content>) {
            self.name = name
            self.options = options
        }
    }

    private static func step(_ name: String, within seconds: Int64? = nil, isOptional: Bool = false) -> Value {
        var keys: [(key: String, value: Value)] = [("event", Value(.string(name), at: .test))]
        if let seconds { keys.append(("within", Value(.duration(seconds * TestTime.second), at: .test))) }
        if isOptional { keys.append(("optional", Value(.boolean(true), at: .test))) }
        return Value(.map(keys), at: .test)
    }

    private static let steps: Value.Content = .list(["a", "b", "c", "d"].map { step($0) })
    private static let withWindows: Value.Content = .list([step("a"), step("b", within: 40), step("c", within: 3), step("d")])
    private static let withOptional: Value.Content = .list([
        step("a"), step("b", within: 90, isOptional: true), step("c", within: 900, isOptional: true), step("d", within: 1),
    ])

    private static let funnels: [Funnel] = [
        Funnel("plain", ["steps": steps, "trend": .string("day")]),
        Funnel("exclude", ["steps": steps, "exclude": .strings(["x"])]),
        Funnel("exclude and keep", ["steps": steps, "exclude": .strings(["x"]), "on_exclude": .string("keep")]),
        Funnel("step windows", ["steps": withWindows]),
        Funnel("optional steps", ["steps": withOptional, "exclude": .strings(["y"])]),
        Funnel("any order", ["steps": steps, "order": .string("any")]),
        Funnel("an event a step", ["steps": steps, "order": .string("any"), "one_event": .string("one_step"), "exclude": .strings(["x"])]),
        Funnel("strict", ["steps": steps, "order": .string("strict")]),
        Funnel(
            "strict with repeats",
            ["steps": steps, "order": .string("strict"), "repeats": .string("ignore"), "same_instant": .string("increasing")]),
        Funnel("totals", ["steps": steps, "count": .string("attempts"), "next_events": .integer(2)]),
        Funnel("totals in any order", ["steps": steps, "count": .string("attempts"), "order": .string("any")]),
        Funnel("first", ["steps": steps, "attempt": .string("first"), "exclude": .strings(["x"])]),
        Funnel("latest", ["steps": steps, "attempt": .string("latest")]),
        Funnel("hold", ["steps": steps, "hold": .strings(["page"]), "exclude": .strings(["x"])]),
        Funnel("sessions", ["steps": steps, "count": .string("sessions"), "exclude": .strings(["x"])]),
    ]

    /// The events of a bot: very many of step 1, now and then one of another, hardly ever what completes or is excluded.
    private func bot(_ count: Int) -> [TestEvent] {
        var generator = SeededGenerator(seed: 5)
        return (0..<count).map { index in
            let draw = Int.random(in: 0..<1000, using: &generator)
            let name = draw < 700 ? "a" : draw < 900 ? "b" : draw < 960 ? "c" : draw < 961 ? "x" : "y"
            return TestEvent(
                person: "bot", time: TestTime.at("2026-11-02") + Int64(index / 2) * TestTime.second, event: name,
                values: ["item_id": .text("\(index)"), "page": .text(index % 3 == 0 ? "p" : "q"), "channel": .category("kol")])
        }
    }

    @Test("costs a look at each event for each step, whatever the options", arguments: funnels.indices)
    func workIsLinear(index: Int) throws {
        let funnel = Self.funnels[index]
        let events = bot(40_000)
        var options: [(key: String, value: Value)] = funnel.options.map { ($0.key, Value($0.value, at: .test)) }
        options.append(("period", Value(.period(.between(TestTime.at("2026-11-01"), TestTime.at("2026-12-01"))), at: .test)))
        options.append(("within", Value(.duration(30 * TestTime.day), at: .test)))
        let node = Manifest.Node(stage: "funnel", name: "test", options: Value(.map(options), at: .test), place: .test)
        func visits(_ computation: some Computation) throws -> Int64 {
            let watched = WatchedComputation(computation)
            _ = try InMemoryScan(events: events, seed: 3).run(watched)
            return watched.accumulators.reduce(0) { sum, accumulator in sum + ((accumulator as? any FunnelWork)?.visits ?? 0) }
        }
        let looks = try visits(FunnelStage.prepare(node, in: FunnelFixture.context(newest: events.map(\.time).max())))
        // An event meets the 3 steps at which attempts wait; an attempt is opened, ended, and for each of 4 steps taken and laid aside once;
        // the one that counts is walked.
        #expect(looks > 0 && looks <= Int64(events.count) * 13, "\(funnel.name): \(looks)")
    }
}
