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

    @Test(
        "an arm with more clicks than impressions, or fewer than none, on a day has a reason, and takes nothing from the others",
        arguments: [6, -1, -300])
    func impossibleArm(clicks: Int64) throws {
        let sound = steady("worse", 200) + steady("best", 400)
        let alone = try run([table(sound)])[0]
        let onADay: [(Int64, String?, Int64?, Int64?)] = clicks > 0 ? [(0, "broken", 5, clicks)] : steady("broken", 900) + [(10, "broken", 5, clicks)]
        let mart = try run([table(sound + onADay)])[0]
        let broken = try #require(mart.records(where: ["arm": .string("broken")]).first)
        #expect(broken["rank"] == .null && broken["verdict"] == .null && broken["reason"] == .string("out_of_range"))
        #expect(broken["ctr_low"] == .null && broken["ctr_high"] == .null)
        for arm in ["best", "worse"] {
            let (with, without) = (mart.records(where: ["arm": .string(arm)])[0], alone.records(where: ["arm": .string(arm)])[0])
            #expect(with["chance_to_be_best"] == without["chance_to_be_best"] && with["chance_to_be_best"] != .null)
            #expect(with["verdict"] == without["verdict"])
        }
        #expect(mart.notes.first { $0.code == "overdispersion" } == alone.notes.first { $0.code == "overdispersion" })
    }

    @Test("arms are provisional as long as days are to come")
    func running() throws {
        let rows = table(steady("best", 400))
        #expect(try run([rows], ["ends": .instant(TestTime.at("2026-12-31"))])[0].provisional)
        #expect(try !run([rows], ["ends": .instant(TestTime.at("2026-11-15"))])[0].provisional)
    }

    @Test("impressions beyond 64 bits in sum are an error with a name, and never a crash")
    func tooMany() throws {
        for rows in [[("a", Int64.max, Int64(0)), ("a", 1, 0)], [("a", Int64.max, 0), ("b", Int64.max, 0)], [("a", 1, Int64.max), ("a", 1, 1)], [("a", 1, Int64.min), ("a", 1, 1)]] {
            let days = table(rows.enumerated().map { (Int64($0), $1.0, $1.1, $1.2) })
            let error = #expect(throws: Problem.self) { try run([days]) }
            #expect(error?.code.name == "experiment.too-many-impressions", "\(rows)")
        }
        #expect(try run([table([(0, "a", Int64.max, 5)])]).count == 1)
    }

    @Test("the best leads, a clearly worse arm is dropped, a close one is kept, and a young one is too early")
    func verdicts() throws {
        let mart = try run([
            table(steady("worse", 200) + steady("best", 400) + steady("close", 395) + steady("young", 900, days: 2))
        ])[0]
        let shown = mart.records.map { [$0["arm"], $0["verdict"]] }
        #expect(
            shown == [
                [.string("best"), .string("leading")], [.string("close"), .string("keep")], [.string("worse"), .string("drop")],
                [.string("young"), .string("too_early")],
            ])
        #expect(mart.records.allSatisfy { $0["randomised"] == .boolean(false) } && mart.hasNote("not_randomised"))
        #expect(mart.records[0]["clicks"] == .integer(4_036) && mart.records[0]["ctr"].isNear(4_036 / 200_000.0))
        #expect(mart.records.map { $0["rank"] } == (1...4).map { .integer($0) })
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

    /// Rates rise tenfold in the second half, when the worse arm gets most of the traffic.
    private func simpson() -> [(Int64, String?, Int64?, Int64?)] {
        (0..<20 as Range<Int64>).flatMap { day -> [(Int64, String?, Int64?, Int64?)] in
            let (good, bad): (Int64, Int64) = day < 10 ? (90_000, 10_000) : (10_000, 90_000)
            let rate: Int64 = day < 10 ? 10 : 100
            return [
                (day, "good", good, good * rate * 12 / 10_000 + day % 2), (day, "bad", bad, bad * rate * 10 / 10_000 + day % 2),
            ]
        }
    }

    @Test("Simpson: an arm that was shown more at the better time leads overall, and loses within the allocation epochs")
    func epochs() throws {
        let plain = try run([table(simpson())], date: "2026-11-25")[0]
        #expect(plain.records.first?["arm"] == .string("bad") && plain.records.first?["adjusted_ctr"] == .null)
        #expect(plain.notes.first { $0.code == "allocation_changed" }?.message.contains("2026-11-11") == true)
        let found = try run([table(simpson())], ["epochs": .string("found")], date: "2026-11-25")[0]
        let declared = try run([table(simpson())], ["epochs": .instant(TestTime.at("2026-11-11"))], date: "2026-11-25")[0]
        #expect(found.rows == declared.rows)
        #expect(found.records.map { [$0["arm"], $0["verdict"]] } == [[.string("good"), .string("leading")], [.string("bad"), .string("drop")]])
        // Half of all impressions lie in each epoch: (1.2 % + 12 %) / 2 against (1 % + 10 %) / 2, and half a click a day.
        #expect(found.records[0]["adjusted_ctr"].isNear(0.066, 1e-4) && found.records[1]["adjusted_ctr"].isNear(0.055, 1e-4))
        #expect(found.records.allSatisfy { $0["epochs"] == .integer(2) } && found.hasNote("allocation_epochs"))
        #expect(abs(found.records.compactMap { $0["chance_to_be_best"].double }.reduce(0, +) - 1) < 1e-6)
        #expect(!found.hasNote("allocation_changed"))
    }

    @Test("an arm that lacks an epoch has no rank, and is given up only by the epochs that it shares with the best")
    func missingEpoch() throws {
        let late = (10..<20 as Range<Int64>).flatMap { day -> [(Int64, String?, Int64?, Int64?)] in
            [(day, "late", 20_000, 1_000 + day % 2), (day, "bright", 20_000, 3_000 + day % 2)]
        }
        let rows = try run([table(simpson() + late)], ["epochs": .instant(TestTime.at("2026-11-11"))], date: "2026-11-25")[0].records
        let byArm = Dictionary(uniqueKeysWithValues: rows.map { ($0["arm"], $0) })
        // 5 % overall beats the leader's adjusted rate by nothing: in the epoch that they share the leader has 12 %.
        #expect(byArm[.string("late")]?["verdict"] == .string("drop") && byArm[.string("late")]?["rank"] == .null)
        #expect(byArm[.string("late")]?["reason"] == .string("missing_epoch") && byArm[.string("late")]?["epochs"] == .integer(1))
        // 15 % there: better than the leader, but never seen in the first epoch.
        #expect(byArm[.string("bright")]?["verdict"] == .string("keep") && byArm[.string("bright")]?["rank"] == .null)
        #expect(byArm[.string("good")]?["verdict"] == .string("leading") && byArm[.string("good")]?["rank"] == .integer(1))
    }

    @Test("options that say nothing about arms, and sources without the columns, are told so")
    func mistakes() {
        #expect(throws: Problems.self) { try run([], ["control": .string("A")]) }
        #expect(throws: Problems.self) { try run([], ["elements": .string("ads")]) }
        #expect(throws: Problems.self) { try run([], ["elements": .string("look")]) }
        let day = Value(.instant(TestTime.at("2026-11-11")), at: .test)
        #expect(throws: Problems.self) { try run([], ["epochs": .list([day, day])]) }
    }
}
