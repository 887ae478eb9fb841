import EventStore
import Manifest
import Marts
import StageKit
import Stages
import TestSupport
import Testing
import Vocabulary

/// One mart of each kind of experiment, byte for byte: a change of any figure, column or note shows.
@Suite("Experiment: golden marts")
struct ExperimentGoldenTests {
    private static let start = TestTime.at("2026-11-03")

    private func expect(_ mart: Mart, _ name: String) throws {
        let difference = try Golden.difference(MartJSON.write(mart), from: "Experiments/\(name).json")
        #expect(difference == nil)
        #expect(mart.columns.filter { $0.definition == nil }.map(\.name) == [])
    }

    /// Visits, page loads, purchases and refunds of 120 persons around their exposures.
    private func shop() -> [TestEvent] {
        var generator = SeededGenerator(seed: 1111)
        var events = [
            TestEvent(person: "first", time: Self.start - 3 * TestTime.day, event: "login"),
            TestEvent(person: "last", time: Self.start + 20 * TestTime.day, event: "login"),
        ]
        for number in 0..<120 {
            let person = "p\(number)"
            let isTreated = number % 2 == 1
            let exposed = Self.start + Int64.random(in: 0..<48, using: &generator) * TestTime.hour
            var exposure = Shop.exposure(person, isTreated ? "B" : "A", at: exposed)
            exposure.values["city"] = .category(number % 3 == 0 ? "Paris" : "上海")
            exposure.values["device_id"] = .key("d\(number)")
            events.append(exposure)
            let taste = Double(Int.random(in: 1...40, using: &generator))
            for index in 0..<Int.random(in: 2...9, using: &generator) {
                let time = exposed + Int64.random(in: -70...100, using: &generator) * TestTime.hour
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: events.append(Shop.purchase(person, taste, at: time, order: "\(person).\(index)"))
                case 1: events.append(Shop.refund(person, taste, at: time, order: "\(person).\(index - 1)"))
                case 2: events.append(TestEvent(person: person, time: time, event: "page_view"))
                default:
                    let load = TestValue.integer(Int64(taste * 40) + Int64.random(in: 0...300, using: &generator))
                    events.append(TestEvent(person: person, time: time, event: "page_load", values: ["duration_ms": load]))
                }
            }
        }
        return events.map { event in
            var event = event
            if let person = event.person, person.hasPrefix("p") { event.values["device_id"] = .key("d\(person.dropFirst())") }
            return event
        }
    }

    private let web = Manifest.Source.test(
        "web", columns: Shop.columns + [Column("city", .category), Column("duration_ms", .integer), Column("device_id", .key)])

    @Test("every kind of metric, read every night")
    func kinds() throws {
        let mart = try experiment(
            [
                "experiment": .string("x"), "control": .string("A"), "starts": .instant(Self.start),
                "ends": .instant(Self.start + 2 * TestTime.day), "window": .duration(3 * TestTime.day),
                "primary": .string("conversion_rate"),
                "metrics": .strings(["orders", "gmv_paid", "gmv_paid_p75", "page_load_p75", "aov", "retention_1"]),
                "guardrails": .strings(["refund_rate"]), "margin": .fraction(0.1), "tuning": .integer(120),
            ], over: shop(), manifest: .test(sources: [web]))
        try expect(mart, "kinds")
    }

    @Test("devices, adjusted within strata, in segments, read once at the end")
    func adjusted() throws {
        let mart = try experiment(
            [
                "experiment": .string("x"), "control": .string("A"), "unit": .string("device"), "starts": .instant(Self.start),
                "ends": .instant(Self.start + 2 * TestTime.day), "window": .duration(3 * TestTime.day), "engine": .string("fixed"),
                "primary": .string("gmv_paid"), "by": .string("city"), "stratify": .string("city"), "cuped": .duration(3 * TestTime.day),
                "winsorize": .object(["upper": .fraction(0.95)]),
            ], over: shop(), manifest: .test(sources: [web]))
        try expect(mart, "adjusted")
    }

    @Test("a table of units")
    func table() throws {
        let source = Manifest.Source.test(
            "cats", kind: .units,
            columns: [Column("unit", .integer), Column("variant", .category), Column("rounds", .integer), Column("retained", .boolean)])
        let rows = (0..<40 as Range<Int64>).map { ($0, $0 % 2 == 0 ? "gate_30" : "gate_40", $0 * $0 % 13 + $0 % 2, $0 % 3 == 0 ? 1 : 0) as (Int64, String, Int64, Int64) }
        let table = TableSnapshot(
            source: "cats", kind: "units", rowCount: rows.count,
            columns: [
                TableColumn(column: Column("unit", .integer), integers: rows.map { Optional($0.0) }),
                TableColumn(column: Column("variant", .category), strings: rows.map { Optional($0.1) }),
                TableColumn(column: Column("rounds", .integer), integers: rows.map { Optional($0.2) }),
                TableColumn(column: Column("retained", .boolean), integers: rows.map { Optional($0.3) }),
            ])
        let options = Value.options([
            "source": .string("cats"), "control": .string("gate_30"), "primary": .string("retained"), "metrics": .strings(["rounds"]),
            "engine": .string("fixed"),
        ])
        let context = StageContext.test("2026-11-30", manifest: .test(sources: [source]), tables: [table])
        try expect(try ExperimentStage.run(options, name: "gate", in: context, over: InMemoryScan(events: []))[0], "table")
    }

    @Test("creatives as arms, within allocation epochs, and their elements")
    func arms() throws {
        let ads = Manifest.Source.test(
            "ads", kind: .adReport,
            columns: [Column("date", .date), Column("creative", .category), Column("impressions", .integer), Column("clicks", .integer)])
        let looks = Manifest.Source.test(
            "looks", kind: .creatives,
            columns: [Column("creative", .category), Column("element", .category), Column("value", .category)])
        let rows = (0..<12 as Range<Int64>).flatMap { day in
            (0..<5 as Range<Int64>).filter { $0 < 4 || day > 7 }.map { arm -> (Int64, String, Int64, Int64) in
                let shown: Int64 = (day < 6) == (arm < 2) ? 20_000 : 4_000
                return (20_758 + day, "c\(arm)", shown, shown * (10 + arm * 3 + day % 4) / 1000)
            }
        }
        let tables = [
            TableSnapshot(
                source: "ads", kind: "ad_report", rowCount: rows.count,
                columns: [
                    TableColumn(column: Column("date", .date), integers: rows.map { Optional($0.0) }),
                    TableColumn(column: Column("creative", .category), strings: rows.map { Optional($0.1) }),
                    TableColumn(column: Column("impressions", .integer), integers: rows.map { Optional($0.2) }),
                    TableColumn(column: Column("clicks", .integer), integers: rows.map { Optional($0.3) }),
                ]),
            TableSnapshot(
                source: "looks", kind: "creatives", rowCount: 5,
                columns: [
                    TableColumn(column: Column("creative", .category), strings: (0..<5).map { Optional("c\($0)") }),
                    TableColumn(column: Column("element", .category), strings: (0..<5).map { _ in Optional("face") }),
                    TableColumn(column: Column("value", .category), strings: (0..<5).map { Optional($0 % 2 == 0 ? "yes" : "no") }),
                ]),
        ]
        let context = StageContext.test("2026-11-30", manifest: .test(sources: [ads, looks]), tables: tables)
        let options = Value.options([
            "source": .string("ads"), "arms": .string("creative"), "elements": .string("looks"), "epochs": .string("found"),
            "min_days": .integer(3),
        ])
        let marts = try ExperimentStage.run(options, name: "creatives", in: context, over: InMemoryScan(events: []))
        try expect(marts[0], "arms")
        try expect(marts[1], "elements")
    }
}
