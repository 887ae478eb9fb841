import Chronology
import EventStore
import Manifest
import Marts
import StageKit
import Stages
import TestSupport
import Testing
import Vocabulary

/// A ratio uses only rows that provide both its parts: an order counts in aov where a part of gmv_paid is its own.
@Suite("Metrics: average order value")
struct MetricsAverageOrderTests {
    private static let november = MetricsFixture.november

    private func line(
        _ order: String?, _ product: String, _ amount: Double?, _ currency: String? = nil, source: String = "web", day: Int = 3
    ) -> TestEvent {
        var values: [String: TestValue] = ["product_id": .category(product)]
        values["order_id"] = order.map { .text($0) }
        values["amount"] = amount.map { .money($0) }
        values["currency"] = currency.map { .category($0) }
        return TestEvent(person: "a", time: MetricsFixture.at(day), event: "purchase", source: source, values: values)
    }

    @Test("a gift line takes no order away; an order without an amount, or without a rate, is none of its denominator")
    func byHand() throws {
        let rates = TestRates(rates: [.init(currency: "USD", day: "2026-11-02", rate: 7)])
        let events = [
            line("o1", "p1", 100), line("o1", "gift", nil), line("o2", "gift", nil), line("o3", "p1", 10, "USD"),
            line("o4", "p1", 10, "EUR"), line("o5", "p1", 10, "USD", day: 1), line(nil, "p2", 30), line(nil, "p2", nil), line("o6", "p2", 0),
        ]
        let mart = try MetricsFixture.run(
            [
                "period": Self.november, "grain": .string("period"), "by": .strings(["product_id"]),
                "metrics": .strings(["gmv_paid", "orders", "aov"]),
            ], over: events, manifest: .test(sources: [MetricsFixture.web, TestRates.source]), tables: [rates.table])
        func figures(_ product: String?) -> [MartValue?] {
            let row = mart.records(where: ["product_id": product.map { .string($0) } ?? .null]).first ?? [:]
            return ["gmv_paid", "orders", "aov__num", "aov__den", "aov"].map { row[$0] }
        }
        #expect(figures("p1") == [.money(170_000_000), .integer(4), .money(170_000_000), .integer(2), .number(85)])
        #expect(figures("p2") == [.money(30_000_000), .integer(3), .money(30_000_000), .integer(2), .number(15)])
        #expect(figures("gift") == [.money(0), .integer(2), .money(0), .integer(0), .null])
        #expect(figures(nil) == [.money(200_000_000), .integer(8), .money(200_000_000), .integer(4), .number(50)])
        #expect(mart.notes.contains { $0.code == "foreign_currency" && $0.message.hasPrefix("2 ") })
    }

    @Test("a currency is the same in small letters, in logs, reports and rates")
    func smallLetters() throws {
        let rates = TestRates(rates: [.init(currency: "Usd", day: "2026-11-02", rate: 7)])
        let adColumns = MetricsReports.adColumns + [Column("currency", .category)]
        let ads = TableSnapshot.test(
            "ads", kind: "ad_report", columns: adColumns, rows: [["date": "2026-11-03", "channel": "x", "spend": 2, "currency": "uSD"]])
        let mart = try MetricsFixture.run(
            ["period": Self.november, "grain": .string("period"), "metrics": .strings(["gmv_paid", "spend"])],
            over: [line("o1", "p1", 10, "usd"), line("o2", "p1", 1, "cny")],
            manifest: .test(sources: [MetricsFixture.web, .test("ads", kind: .adReport, columns: adColumns), TestRates.source]), tables: [ads, rates.table])
        #expect([mart.records[0]["gmv_paid"], mart.records[0]["spend"]] == [.money(71_000_000), .money(14_000_000)])
        #expect(!mart.notes.contains { $0.code == "foreign_currency" })
    }

    @Test("an amount too large at its rate is in no sum, its order and buyer in no denominator, and the note counts its row once")
    func tooLarge() throws {
        let rates = TestRates(rates: [.init(currency: "USD", day: "2026-11-02", rate: 9_000_000)])
        var huge = line("o2", "p1", 8_000_000, "USD")
        huge.person = "b"
        let mart = try MetricsFixture.run(
            [
                "period": Self.november, "grain": .string("period"),
                "metrics": .strings(["gmv_paid", "buyers", "orders", "aov", "revenue_per_buyer", "p50(amount)", "net_revenue"]),
            ], over: [line("o1", "p1", 100), huge], manifest: .test(sources: [MetricsFixture.web, TestRates.source]), tables: [rates.table])
        let row = mart.records[0]
        #expect([row["gmv_paid"], row["orders"], row["buyers"]] == [.money(100_000_000), .integer(2), .integer(2)])
        #expect(row["aov"] == .number(100) && row["revenue_per_buyer"] == .number(100) && row["p50(amount)"] == .money(100_000_000))
        #expect(mart.notes.filter { $0.code == "foreign_currency" }.map { $0.message.hasPrefix("1 rows") } == [true])
    }

    @Test("a sale that a click moves to its channel is counted once among the rows left out, whatever figures look at it")
    func movedOnce() throws {
        let manifest = Manifest.test(sources: [MetricsFixture.web, MetricsReports.source(), TestRates.source])
        let ads = MetricsReports.ads([["date": "2026-11-03", "channel": "x", "spend": 10]])
        let refund = TestEvent(
            person: "a", time: MetricsFixture.at(4), event: "refund",
            values: ["order_id": .text("o1"), "amount": .money(4), "currency": .category("EUR")])
        let metrics = ["gmv_paid", "roas", "net_revenue", "aov", "p50(amount)"]
        for count in 1...metrics.count {
            let mart = try MetricsFixture.run(
                [
                    "period": Self.november, "grain": .string("period"), "by": .strings(["channel"]), "credit": .string("last_touch"),
                    "metrics": .strings(Array(metrics.prefix(count))),
                ], over: [line("o1", "p1", 10, "EUR"), refund], manifest: manifest, tables: [ads, TestRates(rates: []).table])
            let rows = count < 3 ? 1 : 2
            #expect(mart.notes.filter { $0.code == "foreign_currency" }.map { $0.message.hasPrefix("\(rows) rows") } == [true], "\(count) metrics")
        }
    }

    @Test("the authority for gmv_paid says which orders have an amount, and a platform's claims stay its own")
    func authority() throws {
        var erp = Manifest.Source.test("erp", columns: MetricsFixture.columns)
        erp.provides = ["gmv_paid"]
        let events = [line("o1", "p1", 100), line("o2", "p1", 100), line("o3", "p1", 50, source: "erp"), line("o3", "p2", nil, source: "erp")]
        let options: KeyValuePairs<String, Value.Content> = [
            "period": Self.november, "grain": .string("period"), "metrics": .strings(["orders", "aov"]),
        ]
        let row = try MetricsFixture.run(options, over: events, manifest: .test(sources: [MetricsFixture.web, erp])).records[0]
        #expect(row["orders"] == .integer(3))
        #expect([row["aov__num"], row["aov__den"], row["aov"]] == [.money(50_000_000), .integer(1), .number(50)])

        let ads = MetricsReports.ads([["date": "2026-11-03", "channel": "x", "platform_conversions": 4, "platform_revenue": 120]])
        let claimed = try MetricsFixture.run(
            [
                "period": Self.november, "grain": .string("period"), "credit": .string("platform"), "metrics": .strings(["aov"]),
            ], over: events, manifest: .test(sources: [MetricsReports.web(), MetricsReports.source()]), tables: [ads])
        #expect(claimed.records[0]["aov"] == .number(30))
    }

    @Test("is that of the log in one currency, whoever takes the credit and wherever it is cut", arguments: 0..<30)
    func conversion(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed &* 7_919 &+ 3)
        let events = MetricsJourneys(seed: seed, rows: 250).events.map { event in
            var event = event
            if event.values["amount"] != nil { event.values["currency"] = TestRates.randomCurrency(&generator) }
            return event
        }
        let zone = try Zone(named: "Asia/Shanghai")
        let rates = TestRates.random(days: 20...60, zone: zone, &generator)
        let manifest = Manifest.test(zone: zone, sources: [MetricsFixture.web, TestRates.source])
        let by = Array(["channel", "product_id", "campaign"].shuffled(using: &generator).prefix(Int.random(in: 0...2, using: &generator)))
        func mart(_ events: [TestEvent], _ rates: TestRates, seed: UInt64) throws -> Mart {
            try MetricsFixture.run(
                [
                    "period": Self.november, "grain": .string(seed % 2 == 0 ? "day" : "period"), "by": .strings(by),
                    "credit": .string(seed % 4 < 2 ? "event" : "last_touch"),
                    "metrics": .strings(["aov", "gmv_paid", "orders", "p50(amount)", "net_revenue", "revenue_per_buyer"]),
                ], over: events, manifest: manifest, tables: [rates.table], seed: seed, accumulators: 1 + Int(seed % 3))
        }
        let twin = rates.inOneCurrency(events)
        let found = try mart(events, rates, seed: seed)
        #expect(try found.rows == mart(twin, TestRates(), seed: seed + 4).rows)

        // The grand total once more by sets.
        // November in UTC, seen up to the end of its last day in Shanghai.
        let (start, end) = (TestTime.at("2026-11-01"), TestTime.at("2026-11-30", plus: 16 * TestTime.hour))
        var (amount, orders) = (Int128(0), Set<String>())
        for (number, event) in twin.enumerated() where event.event == "purchase" && event.time >= start && event.time < end {
            guard let own = event.number("amount") else { continue }
            amount += Int128(own)
            orders.insert(event.text("order_id") ?? "row \(number)")
        }
        #expect(found.records.last?["aov__num"] == .money(amount))
        #expect(found.records.last?["aov__den"] == .integer(Int64(orders.count)))
    }
}
