import Chronology
import EventLog
import EventStore
import Expressions
import Manifest
import Marts
import StageKit
import Stages
import Testing
import Vocabulary

enum FunnelFixture {
    static let columns = [
        Column("channel", .category), Column("page", .text), Column("amount", .decimal), Column("quantity", .integer),
        Column("is_member", .boolean), Column("user_id", .key), Column("experiment", .category), Column("variant", .category), Column("item_id", .text), Column("number", .integer),
        Column("user", .category),
    ]

    static func context(
        _ date: String = "2026-11-30", newest: Int64?, oldest: Int64? = nil, channels: Manifest.ChannelRules? = nil
    ) -> StageContext {
        StageContext(
            manifest: .test(sources: [.test("web", columns: columns)], channels: channels),
            date: CivilDate(date) ?? CivilDate(daysSinceEpoch: 0), tables: [], newestEvent: newest, oldestEvent: oldest)
    }

    static func run(
        _ options: KeyValuePairs<String, Value.Content>, over events: [TestEvent], newest: Int64? = nil, seed: UInt64 = 0,
        accumulators: Int = 1
    ) throws -> Mart {
        let marts = try marts(options, over: events, newest: newest, seed: seed, accumulators: accumulators)
        #expect(marts.count == 1)
        return marts[0]
    }

    /// All marts of a node, or the persons of one figure.
    static func marts(
        _ options: KeyValuePairs<String, Value.Content>, over events: [TestEvent], newest: Int64? = nil, seed: UInt64 = 0,
        accumulators: Int = 1, persons: String? = nil
    ) throws -> [Mart] {
        try marts(.options(options), over: events, newest: newest, seed: seed, accumulators: accumulators, persons: persons)
    }

    static func marts(
        _ options: Value, over events: [TestEvent], newest: Int64? = nil, seed: UInt64 = 0, accumulators: Int = 1,
        persons: String? = nil
    ) throws -> [Mart] {
        let node = Manifest.Node(stage: "funnel", name: "test", options: options, place: .test)
        let computation = try FunnelStage.prepare(node, in: context(newest: newest ?? events.map(\.time).max(), oldest: events.map(\.time).min()))
        if let persons {
            let selection = try #require(PersonSelection(argument: persons))
            try #require(computation as? any PersonListing).listPersons(selection)
        }
        let marts = try InMemoryScan(events: events, seed: seed, accumulators: accumulators).run(computation)
        for mart in marts { try mart.checkShape() }
        return marts
    }

    static func condition(_ text: String) throws -> Value.Content { .condition(try Condition.parse(text)) }

    /// The problem that a node with these options is refused with.
    static func refusal(_ options: KeyValuePairs<String, Value.Content>) -> (any Error)? {
        let node = Manifest.Node(stage: "funnel", name: "test", options: .options(options), place: .test)
        do {
            _ = try FunnelStage.prepare(node, in: context(newest: nil))
            return nil
        } catch {
            return error
        }
    }
}

extension Mart {
    /// A column of the rows of one kind, in order.
    func values(_ column: String, kind: String = "total") -> [MartValue] {
        records(where: ["row_kind": .string(kind)]).map { $0[column] ?? .null }
    }

    func integers(_ column: String, kind: String = "total") -> [Int64?] {
        values(column, kind: kind).map { if case .integer(let number) = $0 { number } else { nil } }
    }

    func numbers(_ column: String, kind: String = "total") -> [Double?] {
        values(column, kind: kind).map { if case .number(let number) = $0 { number } else { nil } }
    }

    func hasNote(_ code: String) -> Bool { notes.contains { $0.code == code } }

    /// What two marts must share to be the same.
    func isSame(as other: Mart) -> Bool {
        rows == other.rows && columns == other.columns && notes == other.notes && asOf == other.asOf
            && provisional == other.provisional && id == other.id
    }
}
