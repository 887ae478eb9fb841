import Chronology
import EventStore
import Manifest
import Marts
import StageKit
import Stages
import TestSupport
import Testing
import Vocabulary

@Suite("Experiment: creatives as arms, by events")
struct EventArmsTests {
    private static let origin = TestTime.at("2026-11-01")
    private let web = Manifest.Source.test("web", columns: [Column("creative", .category)])

    private func run(
        _ events: [TestEvent], _ more: [(key: String, value: Value)] = [], seed: UInt64 = 1, accumulators: Int = 2
    ) throws -> Mart {
        let context = StageContext.test("2026-11-20", events: events, manifest: .test(sources: [web]))
        let options = [(key: "arms", value: Value(.string("creative"), at: .test))] + more
        let scan = InMemoryScan(events: events, seed: seed, accumulators: accumulators)
        let mart = try ExperimentStage.run(Value(.map(options), at: .test), in: context, over: scan)[0]
        try mart.checkShape()
        return mart
    }

    private func option(_ key: String, _ content: Value.Content) -> (key: String, value: Value) { (key, Value(content, at: .test)) }

    @Test("agree with plain counts by creative and day, in every cut", arguments: 0..<20)
    func differential(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var events = [TestEvent(person: nil, time: Self.origin + 20 * TestTime.day, event: "login")]
        for _ in 0..<Int.random(in: 300...900, using: &generator) {
            let name = ["impression", "impression", "impression", "click", "page_view"].randomElement(using: &generator) ?? ""
            let person = Int.random(in: 0..<3, using: &generator) == 0 ? nil : "p\(Int.random(in: 0..<20, using: &generator))"
            var event = TestEvent(
                person: person, time: Self.origin + Int64.random(in: 0..<10 * 24, using: &generator) * TestTime.hour, event: name)
            if Int.random(in: 0..<9, using: &generator) > 0 {
                event.values["creative"] = .category(["a", "b", "c"].randomElement(using: &generator) ?? "")
            }
            events.append(event)
        }
        let starts = Self.origin + 2 * TestTime.day
        let marts = try (0..<3).map { cut in
            try run(
                events.shuffled(using: &generator), [option("starts", .instant(starts))], seed: seed &* 7 &+ UInt64(cut),
                accumulators: 1 + cut)
        }
        #expect(marts[1].rows == marts[0].rows && marts[2].rows == marts[0].rows && marts[1].notes == marts[0].notes)
        for name in ["a", "b", "c"] {
            let own = events.filter { $0.values["creative"] == .category(name) && $0.time >= starts }
            let (shown, clicked) = (own.filter { $0.event == "impression" }, own.filter { $0.event == "click" })
            let row = marts[0].records(where: ["arm": .string(name)]).first ?? [:]
            #expect(row["impressions"] == .integer(Int64(shown.count)) && row["clicks"] == .integer(Int64(clicked.count)))
            #expect(row["ctr"].isNear(Double(clicked.count) / Double(shown.count)))
            #expect(row["randomised"] == .boolean(false))
        }
    }

    @Test("without impressions there are no rows, and a column that is no category is told so")
    func absent() throws {
        #expect(try run([TestEvent(person: "a", time: 5, event: "click", values: ["creative": .category("x")])]).rows.isEmpty)
        let node = Manifest.Node(
            stage: "experiment", name: "test", options: Value(.map([option("arms", .string("creativ"))]), at: .test), place: .test)
        do {
            _ = try ExperimentStage.prepare(node, in: .test("2026-11-20", manifest: .test(sources: [web])))
            Issue.record("accepted")
        } catch {
            #expect(String(describing: error).contains("did you mean 'creative'?"))
        }
    }
}
