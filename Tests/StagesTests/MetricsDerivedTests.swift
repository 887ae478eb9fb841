import Chronology
import EventStore
import Manifest
import Marts
import Metrics
import StageKit
import Stages
import TestSupport
import Testing
import Vocabulary

@Suite("Growth, shares, running figures, targets and totals at each level")
struct MetricsDerivedTests {
    private func sale(_ person: String, _ day: Int, _ channel: String, _ campaign: String, _ amount: Double) -> TestEvent {
        SmallShop.event(
            person, day, 12, "purchase",
            [
                "channel": .category(channel), "campaign": .category(campaign), "amount": .money(amount),
                "order_id": .text("\(person) \(day) \(channel) \(amount)"),
            ])
    }

    private var sales: [TestEvent] {
        [
            sale("a", -40, "x", "c1", 1), sale("a", 1, "x", "c1", 10), sale("a", 1, "x", "c2", 30), sale("b", 1, "y", "c1", 60),
            sale("a", 2, "y", "c1", 20), sale("b", 3, "x", "c1", 50), sale("a", 4, "x", "c1", 15), sale("b", 4, "x", "c2", 15),
            sale("c", 4, "y", "c1", 90), SmallShop.event(nil, 4, 23, "request"),
        ]
    }

    private func run(
        _ options: [(String, Value.Content)], over events: [TestEvent]? = nil, date: String = "2026-11-04", manifest: Manifest? = nil,
        tables: [TableSnapshot] = [], seed: UInt64 = 1
    ) throws -> Mart {
        let usual: [(String, Value.Content)] = [
            ("period", .period(.between(TestTime.at("2026-11-03"), TestTime.at("2026-11-05")))), ("credit", .string("event")),
        ]
        let entries = options + usual.filter { own in !options.contains { $0.0 == own.0 } }
        return try MetricsFixture.run(
            Value(.map(entries.map { (key: $0.0, value: Value($0.1, at: .test)) }), at: .test), over: events ?? sales, date: date,
            manifest: manifest ?? .test(sources: [MetricsFixture.web]), tables: tables, seed: seed, accumulators: 3)
    }

    @Test("growth compares with the previous equal period, cell by cell and as a whole", arguments: [1, 2, 3, 4] as [UInt64])
    func growth(seed: UInt64) throws {
        let mart = try run(
            [
                ("metrics", .strings(["gmv_paid", "buyers", "aov"])), ("by", .strings(["channel"])),
                ("compare", .strings(["previous"])),
            ], seed: seed)
        let total = try #require(mart.records.last)
        #expect(total["gmv_paid"] == .money(170_000_000))
        #expect(total["gmv_paid__previous"] == .money(120_000_000))
        #expect(total["gmv_paid__growth_previous"] == .number(170.0 / 120 - 1))
        // Two persons bought before, however many days they came on.
        #expect(total["buyers__previous"] == .integer(2))
        #expect(total["buyers__growth_previous"] == .number(0.5))
        #expect(total["aov__previous"] == .number(30))
        let second = mart.records(where: ["day": .date(CivilDate("2026-11-04") ?? CivilDate(daysSinceEpoch: 0)), "channel": .string("y")])[0]
        #expect(second["gmv_paid__growth_previous"] == .number(90.0 / 20 - 1))
        let other = mart.records(where: ["day": .date(CivilDate("2026-11-04") ?? CivilDate(daysSinceEpoch: 0)), "channel": .string("x")])[0]
        #expect(other["gmv_paid__previous"] == .null)
        #expect(mart.notes.contains { $0.code == "no_counterpart" && $0.column == "gmv_paid__previous" })
    }

    @Test("a day that is over is compared with the whole day before, and growth has the sign of the change")
    func wholeDays() throws {
        func event(_ day: Int, _ hour: Int64, _ name: String, _ order: String, _ amount: Double) -> TestEvent {
            SmallShop.event("a", day, hour, name, ["amount": .money(amount), "order_id": .text(order)])
        }
        // The newest event is two hours earlier in its day than the last of the day before.
        let mart = try run(
            [
                ("period", .period(.between(TestTime.at("2026-11-04"), TestTime.at("2026-11-05")))), ("grain", .string("period")),
                ("metrics", .strings(["orders", "net_revenue"])), ("compare", .strings(["previous"])),
            ],
            over: [
                event(3, 10, "purchase", "1", 100), event(3, 22, "purchase", "2", 100), event(3, 22, "refund", "2", 300),
                event(4, 10, "purchase", "3", 60), event(4, 20, "purchase", "4", 40),
            ])
        #expect(mart.records[0]["orders__previous"] == .integer(2))
        #expect(mart.records[0]["net_revenue__previous"] == .money(-100_000_000))
        #expect(mart.records[0]["net_revenue"] == .money(100_000_000))
        #expect(mart.records[0]["net_revenue__growth_previous"] == .number(2))
    }

    @Test("a month that is over is compared with the whole of a longer one")
    func months() throws {
        // A purchase a day from 2026-08-01 to 2026-10-04.
        let events = (-91...(-27)).map { SmallShop.event("a", $0, 12, "purchase", ["amount": .money(1), "order_id": .text("\($0)")]) }
        let mart = try run(
            [
                ("period", .period(.last(1, .month))), ("grain", .string("period")), ("metrics", .strings(["orders"])),
                ("compare", .strings(["previous"])),
            ], over: events, date: "2026-10-04")
        #expect(mart.records[0]["orders"] == .integer(30))
        #expect(mart.records[0]["orders__previous"] == .integer(31))
    }

    @Test("growth against a year before is null where history is shorter")
    func year() throws {
        let mart = try run([("metrics", .strings(["gmv_paid"])), ("compare", .strings(["year"]))])
        #expect(mart.records.last?["gmv_paid__growth_year"] == .null)
        #expect(mart.notes.contains { $0.code == "history_too_short" && $0.column == "gmv_paid__growth_year" })
    }

    @Test("growth against the campaign's own comparison")
    func campaign() throws {
        let campaigns = [
            Manifest.Campaign(name: "new", span: TimeSpan(start: TestTime.at("2026-11-03"), end: TestTime.at("2026-11-05")), compare: "old"),
            Manifest.Campaign(name: "old", span: TimeSpan(start: TestTime.at("2026-11-01"), end: TestTime.at("2026-11-02"))),
        ]
        let manifest = Manifest.test(sources: [MetricsFixture.web], campaigns: campaigns)
        let mart = try run(
            [
                ("period", .period(.campaign("new"))), ("grain", .string("period")), ("metrics", .strings(["gmv_paid"])),
                ("compare", .strings(["campaign"])),
            ], manifest: manifest)
        #expect(mart.records[0]["gmv_paid__campaign"] == .money(100_000_000))
        #expect(mart.records[0]["gmv_paid__growth_campaign"] == .number(0.7))
    }

    @Test("shares, cumulative and moving figures are made of sums; persons are not added")
    func derived() throws {
        let mart = try run([
            ("period", .period(.between(TestTime.at("2026-11-01"), TestTime.at("2026-11-05")))),
            ("metrics", .strings(["gmv_paid", "aov", "buyers", "orders"])), ("by", .strings(["channel"])),
            ("derive", .strings(["share", "cumulative", "moving_2"])),
        ])
        func row(_ day: Int, _ channel: String?) -> [String: MartValue] {
            mart.records(where: [
                "day": .date(CivilDate("2026-11-0\(day)") ?? CivilDate(daysSinceEpoch: 0)), "channel": channel.map { .string($0) } ?? .null,
            ])[0]
        }
        #expect(row(1, "x")["gmv_paid__share"] == .number(0.4))
        #expect(row(1, nil)["gmv_paid__share"] == .number(1))
        #expect(row(4, "x")["gmv_paid__cumulative"] == .money(120_000_000))
        #expect(row(4, nil)["gmv_paid__cumulative"] == .money(290_000_000))
        #expect(row(1, nil)["gmv_paid__moving_2"] == .null)
        #expect(row(2, nil)["gmv_paid__moving_2"] == .money(60_000_000))
        #expect(row(3, nil)["buyers__moving_2"] == .number(1))
        #expect(row(3, nil)["buyers__cumulative"] == .null)
        #expect(row(3, nil)["aov__cumulative"] == .null)
        #expect(mart.notes.contains { $0.code == "not_summable" && $0.column == "buyers__cumulative" })
    }

    @Test("totals at each level are counted anew: persons of a channel are not those of its campaigns added")
    func subtotals() throws {
        let mart = try run([
            ("period", .period(.between(TestTime.at("2026-11-01"), TestTime.at("2026-11-05")))), ("grain", .string("period")),
            ("metrics", .strings(["buyers", "gmv_paid"])), ("by", .strings(["channel", "campaign"])), ("subtotals", .boolean(true)),
            ("compare", .strings(["previous"])),
        ])
        let subtotals = mart.records(where: ["row_kind": .string("subtotal")])
        #expect(subtotals.map { $0["channel"] } == [.string("x"), .string("y")])
        #expect(subtotals[0]["campaign"] == .null)
        #expect(subtotals[0]["buyers"] == .integer(2))
        #expect(subtotals[0]["gmv_paid"] == .money(120_000_000))
        #expect(mart.records(where: ["row_kind": .string("detail"), "channel": .string("x")]).count == 2)
        #expect(mart.records.last?["row_kind"] == .string("total"))
    }

    @Test("a target holds for the cells that it names, and says how much of it is attained")
    func targets() throws {
        let columns = [
            Column("metric", .category), Column("value", .decimal), Column("from", .date), Column("to", .date), Column("channel", .category),
        ]
        let table = TableSnapshot.test(
            "goals", kind: "targets", columns: columns,
            rows: [
                ["metric": "gmv_paid", "value": 80, "from": "2026-11-01", "to": "2026-11-04"],
                ["metric": "gmv_paid", "value": 40, "from": "2026-11-01", "to": "2026-11-04", "channel": "x"],
            ])
        let manifest = Manifest.test(sources: [MetricsFixture.web, .test("goals", kind: .targets, columns: columns)])
        let mart = try run(
            [("metrics", .strings(["gmv_paid"])), ("by", .strings(["channel"])), ("targets", .string("goals"))], manifest: manifest,
            tables: [table])
        #expect(mart.records[0]["gmv_paid__target"] == .money(40_000_000))
        #expect(mart.records[0]["gmv_paid__attainment"] == .number(1.25))
        #expect(mart.records[1]["gmv_paid__target"] == .money(80_000_000))
        #expect(mart.records.last?["gmv_paid__target"] == .null)
    }

    @Test("a target of another grain than the mart's is none, and the mart says so")
    func targetsOfOtherGrains() throws {
        let columns = [Column("metric", .category), Column("value", .decimal), Column("grain", .category)]
        func mart(_ grain: String, _ targets: [(value: Double, grain: String?)]) throws -> Mart {
            let table = TableSnapshot.test(
                "goals", kind: "targets", columns: columns,
                rows: targets.map { target in
                    var row: [String: TableCell] = ["metric": "gmv_paid", "value": .number(target.value)]
                    row["grain"] = target.grain.map { .string($0) }
                    return row
                })
            let manifest = Manifest.test(sources: [MetricsFixture.web, .test("goals", kind: .targets, columns: columns)])
            return try run(
                [("metrics", .strings(["gmv_paid"])), ("grain", .string(grain)), ("targets", .string("goals"))], manifest: manifest, tables: [table])
        }
        func targets(_ mart: Mart) -> [MartValue] { mart.records(where: ["row_kind": .string("detail")]).compactMap { $0["gmv_paid__target"] } }
        let mixed: [(value: Double, grain: String?)] = [(80, nil), (500, "week"), (9, "weekly")]
        #expect(Set(targets(try mart("day", mixed))) == [.money(80_000_000)])
        let weekly = try mart("week", mixed)
        #expect(!targets(weekly).isEmpty && Set(targets(weekly)) == [.money(500_000_000)])
        #expect(!weekly.notes.contains { $0.code == "target_of_other_grain" })
        for grain in ["hour", "week", "month"] {
            let other = try mart(grain, [(80, nil), (9, "weekly")])
            #expect(!targets(other).isEmpty && Set(targets(other)) == [.null], "\(grain)")
            #expect(Set(other.records.compactMap { $0["gmv_paid__attainment"] }) == [.null])
            #expect(other.notes.contains { $0.code == "target_of_other_grain" && $0.column == "gmv_paid__target" })
        }
        #expect(try mart("period", [(700, "period"), (80, nil)]).records[0]["gmv_paid__target"] == .money(700_000_000))
    }

    @Test("money in another currency counts at the rate of its day; without one it is left out and told of")
    func rates() throws {
        let columns = [Column("date", .date), Column("currency", .category), Column("rate", .decimal)]
        let table = TableSnapshot.test(
            "fx", kind: "rates", columns: columns,
            rows: [
                ["date": "2026-11-03", "currency": "USD", "rate": 7.1], ["date": "2026-11-01", "currency": "USD", "rate": 7],
            ])
        let manifest = Manifest.test(sources: [MetricsFixture.web, .test("fx", kind: .rates, columns: columns)])
        func paid(_ day: Int, _ amount: Double, _ currency: String) -> TestEvent {
            SmallShop.event("a", day, 1, "purchase", ["amount": .money(amount), "currency": .category(currency)])
        }
        let mart = try MetricsFixture.run(
            ["period": MetricsFixture.november, "grain": .string("period"), "metrics": .strings(["gmv_paid", "p50(amount)"])],
            over: [paid(2, 10, "USD"), paid(3, 10, "USD"), paid(3, 5, "CNY"), paid(3, 9, "EUR"), paid(-3, 9, "USD")], manifest: manifest,
            tables: [table])
        #expect(mart.records[0]["gmv_paid"] == .money(146_000_000))
        #expect(mart.records[0]["p50(amount)"] == .money(70_000_000))
        #expect(mart.notes.contains { $0.code == "foreign_currency" })
    }

    @Test("platform sales are what the reports claim; blended ones have no split")
    func credit() throws {
        let ads = MetricsReports.ads([
            ["date": "2026-11-03", "channel": "x", "campaign": "c1", "spend": 10, "platform_conversions": 3, "platform_revenue": 120]
        ])
        let manifest = Manifest.test(sources: [MetricsReports.web(), MetricsReports.source()])
        func mart(_ credit: String) throws -> Mart {
            try run(
                [
                    ("metrics", .strings(["gmv_paid", "orders", "roas", "buyers"])), ("by", .strings(["channel"])), ("grain", .string("period")),
                    ("credit", .string(credit)),
                ], manifest: manifest, tables: [ads])
        }
        let platform = try mart("platform").records(where: ["channel": .string("x")])[0]
        #expect(platform["gmv_paid"] == .money(120_000_000))
        #expect(platform["orders"] == .integer(3))
        #expect(platform["roas"] == .number(12))
        #expect(platform["buyers"] == .null)
        let blended = try mart("blended")
        #expect(blended.records(where: ["channel": .string("x")])[0]["roas"] == .null)
        #expect(blended.records.last?["roas"] == .number(17))
    }

    @Test("figures of another system are summed, or taken on the newest day, or averaged")
    func figures() throws {
        let columns = [Column("date", .date), Column("metric", .category), Column("value", .decimal), Column("channel", .category)]
        let table = TableSnapshot.test(
            "social", kind: "measures", columns: columns,
            rows: [
                ["date": "2026-11-03", "metric": "followers", "value": 100, "channel": "x"],
                ["date": "2026-11-04", "metric": "followers", "value": 130, "channel": "x"],
                ["date": "2026-11-04", "metric": "followers", "value": 20, "channel": "y"],
                ["date": "2026-11-04", "metric": "footfall", "value": 9, "channel": "y"],
            ])
        let manifest = Manifest.test(sources: [MetricsFixture.web, .test("social", kind: .measures, columns: columns)])
        let mart = try run(
            [
                ("metrics", .strings(["figure(followers)", "figure_last(followers)", "figure_mean(followers)", "figure(nothing)"])),
                ("by", .strings(["channel"])), ("grain", .string("period")),
            ], manifest: manifest, tables: [table])
        #expect(mart.records[0]["figure(followers)"] == .number(230))
        #expect(mart.records[0]["figure_last(followers)"] == .number(130))
        #expect(mart.records[0]["figure_mean(followers)"] == .number(115))
        #expect(mart.records.last?["figure_last(followers)"] == .number(150))
        #expect(mart.records.last?["figure(nothing)"] == .null)
    }

    @Test("metrics of the manifest: a count under a condition, a percentile, a ratio of them")
    func custom() throws {
        let yaml = """
            pipeline: small
            timezone: UTC
            currency: CNY
            store: store
            output: out
            sources:
              web: { kind: events, files: log, columns: { event_time: ts, event: event, amount: amount } }
            metrics:
              large: { measure: events, events: purchase, where: amount >= 50, zh: 大额, direction: up }
              typical: { measure: p50(amount), events: [purchase] }
              large_share: { numerator: large, denominator: orders, unit: fraction }
              large_buyers: { measure: persons, events: purchase, where: amount >= 50 }
              wrong: { numerator: aov, denominator: orders }
              wrong_too: { measure: p50(amonut) }
              gmv: { measure: events }
            """
        var manifest = Manifest.test(sources: [MetricsFixture.web])
        manifest.metrics = try Manifest.parse(
            yaml: yaml, path: "m.yaml", folder: "/", stages: [MetricsStage.declaration], overrides: []).metrics
        for (name, code) in [("wrong", "metrics.wrong-option"), ("wrong_too", "metrics.unknown-column"), ("gmv", "metrics.taken-name")] {
            #expect(throws: (any Error).self, "\(code)") { try run([("metrics", .strings([name]))], manifest: manifest) }
        }
        let mart = try run([("metrics", .strings(["large", "typical", "large_share", "large_buyers"])), ("grain", .string("period"))], manifest: manifest)
        #expect(mart.records[0]["large"] == .integer(2))
        #expect(mart.records[0]["typical"] == .money(15_000_000))
        #expect(mart.records[0]["large_share"] == .number(0.5))
        #expect(mart.records[0]["large_buyers"] == .integer(2))
        #expect(mart.columns.first { $0.name == "large" }?.label == Label(en: "large", zh: "大额"))
    }
}
