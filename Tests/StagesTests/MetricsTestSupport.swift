import Chronology
import EventStore
import Expressions
import Manifest
import Marts
import StageKit
import Stages
import TestSupport
import Testing
import Vocabulary

enum MetricsFixture {
    static let columns: [Column] = [
        Column("channel", .category), Column("campaign", .category), Column("product_id", .category),
        Column("order_id", .text), Column("page", .text), Column("amount", .decimal), Column("quantity", .integer),
        Column("is_member", .boolean), Column("currency", .category),
    ]
    static let web = Manifest.Source.test("web", columns: columns)

    static func condition(_ text: String) throws -> Value.Content { .condition(try Condition.parse(text)) }

    static func run(
        _ options: KeyValuePairs<String, Value.Content>, over events: [TestEvent], date: String = "2026-11-30",
        manifest: Manifest = .test(sources: [web]), tables: [TableSnapshot] = [], seed: UInt64 = 1,
        accumulators: Int = 2
    ) throws -> Mart {
        try run(.options(options), over: events, date: date, manifest: manifest, tables: tables, seed: seed, accumulators: accumulators)
    }

    static func run(
        _ options: Value, over events: [TestEvent], date: String = "2026-11-30",
        manifest: Manifest = .test(sources: [web]), tables: [TableSnapshot] = [], seed: UInt64 = 1,
        accumulators: Int = 2
    ) throws -> Mart {
        let context = StageContext.test(date, events: events, manifest: manifest, tables: tables)
        let scan = InMemoryScan(events: events, seed: seed, accumulators: accumulators)
        let marts = try MetricsStage.run(options, in: context, over: scan)
        try marts[0].checkShape()
        return marts[0]
    }

    /// The persons behind a figure.
    static func persons(
        _ figure: String, _ options: Value, over events: [TestEvent], date: String = "2026-11-30",
        manifest: Manifest = .test(sources: [web]), tables: [TableSnapshot] = [], seed: UInt64 = 1, accumulators: Int = 2
    ) throws -> Mart {
        let node = Manifest.Node(stage: MetricsStage.name, name: "test", options: options, place: .test)
        let context = StageContext.test(date, events: events, manifest: manifest, tables: tables)
        let computation = try MetricsStage.prepare(node, in: context)
        let selection = try #require(PersonSelection(argument: figure))
        try #require(computation as? any PersonListing).listPersons(selection)
        let marts = try InMemoryScan(events: events, seed: seed, accumulators: accumulators).run(computation)
        try marts[0].checkShape()
        return marts[0]
    }

    /// A day, and a time of it, as microseconds.
    static func at(_ day: Int, _ hour: Int64 = 12, plus micros: Int64 = 0) -> Int64 {
        TestTime.at("2026-11-01", plus: Int64(day - 1) * TestTime.day + hour * TestTime.hour + micros)
    }

    static let november = Value.Content.period(.between(TestTime.at("2026-11-01"), TestTime.at("2026-12-01")))
}

/// Random journeys of few persons over few values, so that everything meets everything.
struct MetricsJourneys {
    var events: [TestEvent] = []

    init(seed: UInt64, rows: Int) {
        var generator = SeededGenerator(seed: seed)
        let persons: [String?] = (0..<12).map { "person \($0)" } + [nil]
        let names = [
            "impression", "click", "click", "page_view", "product_view", "like", "share", "video_play", "video_complete",
            "campaign_join", "add_to_cart", "purchase", "purchase", "purchase", "refund", "donation", "own_event",
        ]
        func pick<T>(_ values: [T?]) -> T? { (values.randomElement(using: &generator) ?? nil) }
        for index in 0..<rows {
            let person = persons.randomElement(using: &generator) ?? nil
            let name = names.randomElement(using: &generator) ?? "click"
            var time = TestTime.at("2026-10-20")
                + Int64.random(in: 0..<(42 * 24), using: &generator) * TestTime.hour + Int64(index)
            if name == "purchase", Bool.random(using: &generator),
                let click = events.last(where: { $0.event == "click" && $0.person == person })
            {
                // At the click itself, at the last instant of its week, or just after.
                time = click.time + [0, TestTime.day, 7 * TestTime.day, 7 * TestTime.day + 1][Int.random(in: 0..<4, using: &generator)]
            }
            var values: [String: TestValue] = [:]
            values["channel"] = pick(["douyin", "tmall", "kol", nil]).map { .category($0) }
            values["campaign"] = pick(["c1", "c2", "活动", nil]).map { .category($0) }
            values["product_id"] = pick(["p1", "p2", "p3", "p4", "p5", nil]).map { .category($0) }
            values["page"] = pick(["/a", "/b", "/a-long-name-of-a-page", nil]).map { .text($0) }
            values["is_member"] = pick([true, false, nil]).map { .boolean($0) }
            values["quantity"] = pick([1, 2, -3, nil]).map { .integer($0) }
            if ["purchase", "refund", "donation"].contains(name) {
                let isNull = Int.random(in: 0..<8, using: &generator) == 0
                values["amount"] = isNull ? nil : .decimal(Int64.random(in: 1...9_999_999, using: &generator))
                values["order_id"] = pick((0..<14).map { "order \($0)" } + [nil, nil]).map { .text($0) }
            }
            events.append(
                TestEvent(
                    person: person, kind: Bool.random(using: &generator) && person == "person 0" ? .user : .user, time: time,
                    event: name, values: values))
        }
    }
}
