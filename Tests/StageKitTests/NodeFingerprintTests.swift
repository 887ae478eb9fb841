import Chronology
import Manifest
import StageKit
import Testing
import Vocabulary

@Suite("Whether a node is due")
struct NodeFingerprintTests {
    private func fingerprint(
        _ options: [(key: String, value: Value.Content)], date: String = "2026-03-31", version: Int = 1, data: String = "a"
    ) throws -> NodeFingerprint {
        let place = Place.path("m.yaml")
        let node = Manifest.Node(
            stage: "funnel", name: "f",
            options: Value(.map(options.map { ($0.key, Value($0.value, at: place)) }), at: place), place: place)
        return try StageContext.at(date).fingerprint(of: node, stageVersion: version, snapshot: data)
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
        #expect(changes(try fingerprint([("top", .integer(1))], version: 2)) == ["the stage's version"])
        #expect(changes(try fingerprint([("top", .integer(1))], data: "b")) == ["the data"])
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
