import EventStore
import Marts
import StageKit
import TestSupport
import Testing
import Vocabulary

@Suite("The in-memory scan of the stage tests")
struct InMemoryScanTests {
    @Test("delivers every row once, persons whole and in canonical order, under any cut", arguments: 0..<40)
    func deliversWhole(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var events: [TestEvent] = []
        for number in 0..<60 {
            events.append(
                TestEvent(
                    person: ["a", "b", "c", nil].randomElement(using: &generator) ?? nil,
                    time: Int64.random(in: 0..<5, using: &generator),
                    event: ["click", "purchase", "own", "exposure"].randomElement(using: &generator) ?? "click",
                    values: [
                        "order_id": .text("o\(number)"), "channel": .category("c\(number % 3)"),
                        "amount": .decimal(Int64(number)), "user_id": .key("u\(number % 4)"),
                    ]))
        }
        let recorder = Recorder()
        _ = try InMemoryScan(events: events, seed: seed, accumulators: 3).run(recorder)
        #expect(recorder.problems == [])
        #expect(
            recorder.texts.sorted()
                == events.map { event in
                    guard case .text(let text)? = event.values["order_id"] else { return "" }
                    return text
                }.sorted())
        #expect(recorder.keysOfPersons == Set(["a", "b", "c"].map { keyedHash($0, seed: seed) }))
    }
}

/// Checks the promises of `EventRows` and notes what it saw.
private final class Recorder: Computation {
    private(set) var texts: [String] = []
    private(set) var problems: [String] = []
    private(set) var keysOfPersons: Set<Key128> = []
    private var rounds = 0

    var reach: NodeReach { NodeReach(DataReach(events: nil), asOf: nil) }

    func nextRequest() -> ScanRequest? {
        rounds == 0 ? ScanRequest(columns: ["order_id", "channel", "amount", "absent"], span: nil) : nil
    }

    func makeAccumulator(_ layout: any ScanLayout) -> any ScanConsumer { Accumulator(layout) }

    func partial(of accumulators: [any ScanConsumer]) -> Seen {
        var seen = Seen()
        for case let accumulator as Accumulator in accumulators {
            seen.merge(Seen(texts: accumulator.texts, problems: accumulator.problems, keys: accumulator.keys))
        }
        return seen
    }

    func readPartial(_ reader: inout PartialReader) throws -> Seen {
        func list<Element>(_ element: () throws -> Element) throws -> [Element] {
            try (0..<(try reader.elements())).map { _ in try element() }
        }
        return Seen(
            texts: try list { try reader.text() }, problems: try list { try reader.text() },
            keys: Set(try list { try reader.key() }))
    }

    func absorb(_ partial: Seen) {
        rounds += 1
        (texts, problems, keysOfPersons) = (partial.texts, partial.problems, partial.keys)
    }

    func finish() throws -> [Mart] { [] }

    struct Seen: PartialState {
        var texts: [String] = []
        var problems: [String] = []
        var keys: Set<Key128> = []

        mutating func merge(_ other: Seen) {
            texts += other.texts
            problems += other.problems
            if !keys.isDisjoint(with: other.keys) { problems.append("a person in two accumulators") }
            keys.formUnion(other.keys)
        }

        func write(_ writer: inout PartialWriter) {
            for list in [texts.sorted(), problems.sorted()] {
                writer.count(list.count)
                for text in list { writer.text(text) }
            }
            writer.count(keys.count)
            for key in keys.sorted() { writer.key(key) }
        }
    }

    private final class Accumulator: ScanConsumer {
        let layout: any ScanLayout
        var texts: [String] = []
        var problems: [String] = []
        var keys: Set<Key128> = []
        var last: (key: Key128, time: Int64, rank: Int)?

        init(_ layout: any ScanLayout) { self.layout = layout }

        func consume(_ rows: EventRows) {
            guard let order = layout.slot("order_id"), let channel = layout.slot("channel"),
                let amount = layout.slot("amount"), layout.slot("absent") == nil
            else {
                problems.append("slots")
                return
            }
            var next = 0
            for (person, key) in zip(rows.persons, rows.personKeys) {
                if person.start != next || person.end <= person.start { problems.append("gap") }
                if person.continues != (last?.key == key) { problems.append("continues") }
                if person.kind != .nobody { keys.insert(key) }
                for row in person.start..<person.end {
                    let rank = EventVocabulary.rank(of: layout.eventNames[Int(rows.events[row])])
                    if let last, last.key == key, (last.time, last.rank) > (rows.times[row], rank) {
                        problems.append("order")
                    }
                    last = (key, rows.times[row], rank)
                    let text = String(decoding: rows.texts(order)[row], as: UTF8.self)
                    texts.append(text)
                    if text != "o\(rows.integers(amount)[row])" || rows.valid(order)[row] != 1 {
                        problems.append("values")
                    }
                    let code = Int(rows.codes(channel)[row])
                    if layout.values(ofSlot: channel)[code] != "c\(rows.integers(amount)[row] % 3)" {
                        problems.append("codes")
                    }
                }
                next = person.end
            }
            if next != rows.count { problems.append("rows without a person") }
        }

        func endBucket() { last = nil }
    }
}
