import EventStore
import Manifest
import Marts
import StageKit
import Stages
import Testing
import Vocabulary

@Suite("Experiment: creatives as arms")
struct CreativeArmsTests {
    private let ads = Manifest.Source.test(
        "ads", kind: .adReport,
        columns: [
            Column("date", .date), Column("creative", .category), Column("impressions", .integer), Column("clicks", .integer),
        ])
    private let looks = Manifest.Source.test(
        "looks", kind: .creatives,
        columns: [Column("creative", .category), Column("element", .category), Column("value", .category)])
    private let first = Int64(20_758)

    private func table(_ rows: [(day: Int64, creative: String?, impressions: Int64?, clicks: Int64?)]) -> TableSnapshot {
        TableSnapshot(
            source: "ads", kind: "ad_report", rowCount: rows.count,
            columns: [
                TableColumn(column: Column("date", .date), integers: rows.map { first + $0.day }),
                TableColumn(column: Column("creative", .category), strings: rows.map(\.creative)),
                TableColumn(column: Column("impressions", .integer), integers: rows.map(\.impressions)),
                TableColumn(column: Column("clicks", .integer), integers: rows.map(\.clicks)),
            ])
    }

    private func run(
        _ tables: [TableSnapshot], _ more: KeyValuePairs<String, Value.Content> = [:], date: String = "2026-11-14"
    ) throws -> [Mart] {
        let context = StageContext.test(date, manifest: .test(sources: [ads, looks]), tables: tables)
        let options: [(key: String, value: Value)] =
            [("source", Value(.string("ads"), at: .test)), ("arms", Value(.string("creative"), at: .test))]
            + more.map { ($0.key, Value($0.value, at: .test)) }
        let marts = try ExperimentStage.run(Value(.map(options), at: .test), in: context, over: InMemoryScan(events: []))
        for mart in marts { try mart.checkShape() }
        return marts
    }

    private func steady(_ creative: String, _ clicks: Int64, days: Int64 = 10) -> [(Int64, String?, Int64?, Int64?)] {
        (0..<days).map { ($0, creative, 20_000, clicks + ($0 % 3) * 4) }
    }

    @Test("the best leads, a clearly worse arm is dropped, a close one is kept, and a young one is too early")
    func verdicts() throws {
        let mart = try run([
            table(steady("worse", 200) + steady("best", 400) + steady("close", 395) + steady("young", 900, days: 2))
        ])[0]
        let shown = mart.records.map { [$0["arm"], $0["verdict"]] }
        #expect(
            shown == [
                [.string("young"), .string("too_early")], [.string("best"), .string("leading")],
                [.string("close"), .string("keep")], [.string("worse"), .string("drop")],
            ])
        #expect(mart.records.allSatisfy { $0["randomised"] == .boolean(false) } && mart.hasNote("not_randomised"))
        #expect(mart.records[1]["clicks"] == .integer(4_036) && mart.records[1]["ctr"].isNear(4_036 / 200_000.0))
        let chances = mart.records.compactMap { $0["chance_to_be_best"].double }
        #expect(abs(chances.reduce(0, +) - 1) < 1e-6)
    }

    @Test("days that differ more than chance widen the bounds, so that nothing is dropped")
    func overdispersion() throws {
        let wild = (0..<10 as Range<Int64>).map { day -> (Int64, String?, Int64?, Int64?) in
            (day, "wild", 20_000, day % 2 == 0 ? 20 : 700)
        }
        let mart = try run([table(wild + steady("best", 400))])[0]
        #expect(mart.records.map { $0["verdict"] } == [.string("leading"), .string("keep")])
    }

    @Test("rows without a creative, impressions or within another time do not count; without any there are no rows")
    func rows() throws {
        let mart = try run(
            [table([(0, nil, 5, 1), (0, "a", nil, 1), (1, "a", 10, 2), (9, "a", 10, 9), (1, "b", 10, nil)])],
            ["ends": .instant(TestTime.at("2026-11-05"))])[0]
        #expect(mart.records.map { $0["impressions"] } == [.integer(10), .integer(10)])
        #expect(mart.records.map { $0["clicks"] } == [.integer(2), .integer(0)])
        #expect(try run([])[0].rows.isEmpty)
    }

    @Test("an element that goes with a fifth more clicks stands out, corrected over all elements")
    func elements() throws {
        let creatives = (0..<12).map { "c\($0)" }
        let rows = creatives.enumerated().flatMap { index, name in
            steady(name, index < 6 ? 400 + Int64(index) * 3 : 250 + Int64(index) * 3)
        }
        let described = creatives.enumerated().flatMap { index, name in
            [(name, "face", index < 6 ? "yes" : "no"), (name, "colour", index % 2 == 0 ? "red" : "blue")]
        }
        let looks = TableSnapshot(
            source: "looks", kind: "creatives", rowCount: described.count,
            columns: [
                TableColumn(column: Column("creative", .category), strings: described.map(\.0)),
                TableColumn(column: Column("element", .category), strings: described.map(\.1)),
                TableColumn(column: Column("value", .category), strings: described.map(\.2)),
            ])
        let marts = try run([table(rows), looks], ["elements": .string("looks")])
        #expect(marts.map(\.id) == ["experiment/test", "experiment/test_elements"])
        func row(_ element: String, _ value: String) -> [String: MartValue] {
            marts[1].records(where: ["element": .string(element), "element_value": .string(value)]).first ?? [:]
        }
        #expect(row("face", "yes")["stands_out"] == .boolean(true) && row("face", "yes")["creatives"] == .integer(6))
        #expect((row("face", "yes")["lift"].double ?? 0) > 0.2)
        #expect(row("colour", "red")["stands_out"] == .boolean(false))
    }

    @Test("options that say nothing about arms, and sources without the columns, are told so")
    func mistakes() {
        #expect(throws: Problems.self) { try run([], ["control": .string("A")]) }
        #expect(throws: Problems.self) { try run([], ["elements": .string("ads")]) }
        #expect(throws: Problems.self) { try run([], ["elements": .string("look")]) }
    }
}
