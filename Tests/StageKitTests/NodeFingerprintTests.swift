import Chronology
import EventStore
import Manifest
import Marts
import StageKit
import Testing
import Vocabulary

@Suite("Whether a node is due")
struct NodeFingerprintTests {
    private func fingerprint(
        _ options: [(key: String, value: Value.Content)], date: String = "2026-03-31"
    ) throws -> NodeFingerprint {
        let place = Place.path("m.yaml")
        let node = Manifest.Node(
            stage: "still", name: "f",
            options: Value(.map(options.map { ($0.key, Value($0.value, at: place)) }), at: place), place: place)
        return try NodeFingerprints(.at(date), nil).fingerprint(of: node, stage: StillStage.self)
    }

    @Test("the order of options and where they stand do not matter")
    func sameOptions() throws {
        let a = try fingerprint([("within", .duration(5)), ("top", .integer(1))])
        let b = try fingerprint([("top", .integer(1)), ("within", .duration(5))])
        #expect(a.changes(since: b).isEmpty)
    }

    @Test("each part that changed is named")
    func changes() throws {
        let before = try fingerprint([("top", .integer(1))])
        func changes(_ now: NodeFingerprint) -> [String] { now.changes(since: before) }
        #expect(changes(try fingerprint([("top", .string("1"))])) == ["its options"])
        #expect(changes(try fingerprint([("top", .integer(1))], date: "2026-04-01")) == ["the period"])
        for (part, name) in [(0, "the stage's version"), (2, "the manifest's settings"), (4, "the data")] {
            var parts = before.parts
            parts[part] += "x"
            #expect(changes(try #require(NodeFingerprint(parts: parts))) == [name])
        }
    }

    @Test("what follows from other rules is not said to have changed by itself")
    func consequences() throws {
        let before = try fingerprint([("top", .integer(1))])
        var parts = try fingerprint([("top", .integer(2))]).parts
        parts[3] += "x"
        parts[4] += "x"
        let now = try #require(NodeFingerprint(parts: parts))
        #expect(now.changes(since: before) == ["its options", "the period", "the data"])
        #expect(now.changes(since: before, hasSameView: true) == ["its options"])
        parts[1] = before.parts[1]
        #expect(try #require(NodeFingerprint(parts: parts)).changes(since: before, hasSameView: true) == ["the period", "the data"])
    }

    @Test("an override is a part of what a node follows from, as an option of its own or as a setting of all")
    func overrides() throws {
        let place = Place.path("m.yaml")
        func fingerprint(_ key: String, _ name: String = "f") throws -> NodeFingerprint {
            var context = try StageContext.at("2026-03-31")
            var manifest = context.manifest
            if !key.isEmpty { manifest.overrides = [Manifest.Override(key: key, value: "x")] }
            context = StageContext(manifest: manifest, date: context.date, tables: [], newestEvent: nil, oldestEvent: nil)
            let node = Manifest.Node(stage: "still", name: name, options: Value(.map([]), at: place), place: place)
            return try NodeFingerprints(context, nil).fingerprint(of: node, stage: StillStage.self)
        }
        let plain = try fingerprint("")
        #expect(try fingerprint("stages.still.f.top").changes(since: plain) == ["its options"])
        #expect(try fingerprint("stages.still.g.top").changes(since: plain).isEmpty)
        #expect(try fingerprint("timezone").changes(since: plain) == ["the manifest's settings"])
        #expect(try fingerprint("output").changes(since: plain).isEmpty)
    }

    @Test("a period that ends with the run's date follows it")
    func movingPeriod() throws {
        func at(_ date: String) throws -> NodeFingerprint {
            try fingerprint([("period", .period(.last(1, .day)))], date: date)
        }
        #expect(try at("2026-03-31") == at("2026-03-31"))
        #expect(try at("2026-03-31") != at("2026-03-30"))
    }

    @Test("the parts read back as they were written, and those of another version as none")
    func parts() throws {
        let fingerprint = try fingerprint([])
        #expect(NodeFingerprint(parts: fingerprint.parts) == fingerprint)
        #expect(NodeFingerprint(parts: fingerprint.parts + ["more"]) == nil)
    }
}

/// A stage whose nodes know the data of their period, and compute nothing.
private enum StillStage: Stage {
    static let name = "still"
    static let version = 1
    static let doc = "Computes nothing."
    static let options: [Shape.Key] = []

    static func prepare(_ node: Manifest.Node, in context: StageContext) throws -> any Computation {
        StillComputation(try context.span(of: node.options["period"]?.period ?? .usual))
    }
}

private final class StillComputation: Computation {
    let reach: NodeReach

    init(_ period: ResolvedPeriod) {
        let span = ScanRequest.Span(start: period.span.start, end: period.span.end)
        reach = NodeReach(DataReach(events: span), asOf: period.asOf(lookingAhead: 0))
    }

    func nextRequest() -> ScanRequest? { nil }
    func makeAccumulator(_ layout: any ScanLayout) -> any ScanConsumer { NoConsumer() }
    func finish() throws -> [Mart] { [] }
}

private final class NoConsumer: ScanConsumer {
    func consume(_ rows: EventRows) {}
    func endBucket() {}
}
