import EventStore
import Manifest
import Marts
import Metrics
import StageKit
import Stages
import Testing

@Suite("Experiment: metrics")
struct ExperimentMetricTests {
    private let start = TestTime.at("2026-11-01")

    @Test("orders are distinct ids, a purchase without one is an order, and refunds meet their orders by id")
    func orders() throws {
        var events = [Shop.exposure("u", "A", at: start), Shop.exposure("v", "B", at: start)]
        events += [
            Shop.purchase("u", 10, at: start + 1, order: "o1"), Shop.purchase("u", 20, at: start + 2, order: "o2"),
            Shop.purchase("u", 5, at: start + 3, order: "o1"), Shop.purchase("u", 1, at: start + 4),
            Shop.purchase("u", 2, at: start + 4), Shop.refund("u", 5, at: start + 5, order: "o1"),
            Shop.refund("u", 5, at: start + 6, order: "o1"), Shop.refund("u", 1, at: start + 7, order: "elsewhere"),
            Shop.refund("u", 0.5, at: start + 8),
        ]
        let mart = try experiment(
            [
                "experiment": .string("x"), "control": .string("A"),
                "metrics": .strings([
                    "orders", "purchases", "gmv", "refund_flow", "net_revenue", "arpu", "aov", "refund_rate",
                ]),
            ],
            over: events)
        #expect(mart.row("orders", "A")["value"].isNear(4))
        #expect(mart.row("purchases", "A")["value"].isNear(5))
        #expect(mart.row("gmv_paid", "A")["value"].isNear(38))
        #expect(mart.row("refund_flow", "A")["value"].isNear(11.5))
        #expect(mart.row("net_revenue", "A")["value"].isNear(26.5))
        #expect(mart.row("arpu", "A")["value"].isNear(26.5))
        #expect(mart.row("aov", "A")["value"].isNear(9.5))
        #expect(mart.row("refund_rate", "A")["value"].isNear(0.25))
        #expect(mart.row("aov", "B")["value"] == .null)
        #expect(mart.row("aov", "B")["reason"] == .string("zero_denominator"))
        #expect(mart.row("refund_rate", "A")["direction"] == .integer(-1))
        #expect(mart.row("gmv_paid", "A")["value_unit"] == .string("CNY"))
    }

    @Test("a unit with thousands of repeated orders has them counted exactly")
    func manyOrders() throws {
        var events = [Shop.exposure("u", "A", at: start), Shop.exposure("v", "B", at: start)]
        for number in 0..<6000 {
            events.append(Shop.purchase("u", 1, at: start + Int64(number), order: "order \(number % 1700)"))
        }
        for number in 0..<30 { events.append(Shop.refund("u", 1, at: start + 9000, order: "order \(number)")) }
        let mart = try experiment(
            ["experiment": .string("x"), "control": .string("A"), "metrics": .strings(["orders", "refund_rate"])],
            over: events)
        #expect(mart.row("orders", "A")["value"].isNear(1700))
        #expect(mart.row("refund_rate", "A")["value"].isNear(30.0 / 1700))
    }

    @Test("amounts in another currency are left out of money, and counted in a note")
    func foreignCurrency() throws {
        let events = [
            Shop.exposure("u", "A", at: start), Shop.purchase("u", 10, at: start + 1, currency: "CNY"),
            Shop.purchase("u", 7, at: start + 2, currency: "USD"), Shop.purchase("u", 1, at: start + 3),
        ]
        let mart = try experiment(
            ["experiment": .string("x"), "control": .string("A"), "metrics": .strings(["gmv_paid", "purchases"])],
            over: events)
        #expect(mart.row("gmv_paid", "A")["value"].isNear(11))
        #expect(mart.row("purchases", "A")["value"].isNear(3))
        #expect(mart.notes.first { $0.code == "foreign_currency" }?.message.hasPrefix("1 amounts") == true)
    }

    @Test("aov is over orders with an amount: a gift line takes none away, an order without any amount is none")
    func averageOrder() throws {
        func line(_ person: String, _ order: String?, _ amount: Double?, _ time: Int64, source: String = "web") -> TestEvent {
            var values: [String: TestValue] = [:]
            values["order_id"] = order.map { .text($0) }
            values["amount"] = amount.map { .money($0) }
            return TestEvent(person: person, time: time, event: "purchase", source: source, values: values)
        }
        let events = [
            Shop.exposure("u", "A", at: start), line("u", "o1", 90, start + 1), line("u", "o1", nil, start + 2),
            line("u", "o2", nil, start + 3), line("u", nil, nil, start + 4), line("u", nil, 10, start + 5),
            line("u", "o3", nil, start + 6), line("u", "o3", 0, start + 7), Shop.purchase("u", 5, at: start + 8, order: "o4", currency: "USD"),
            Shop.refund("u", 1, at: start + 9, order: "o5"),
        ]
        let metrics: Value.Content = .strings(["aov", "orders"])
        let row = try experiment(["experiment": .string("x"), "control": .string("A"), "metrics": metrics], over: events)
        #expect(row.row("orders", "A")["value__num"].isNear(6))
        #expect(row.row("aov", "A")["value__num"].isNear(100))
        #expect(row.row("aov", "A")["value__den"].isNear(3))

        // The authority for paid amounts says which orders have one, whoever tells of orders.
        var erp = Manifest.Source.test("erp")
        erp.provides = ["gmv_paid"]
        let both = events + [line("u", "o9", 50, start + 9, source: "erp")]
        let mart = try experiment(
            ["experiment": .string("x"), "control": .string("A"), "metrics": metrics], over: both, manifest: .test(sources: [Shop.web, erp]))
        #expect(mart.row("orders", "A")["value__num"].isNear(7))
        #expect(mart.row("aov", "A")["value__num"].isNear(50))
        #expect(mart.row("aov", "A")["value__den"].isNear(1))
    }

    @Test("where one source provides orders and revenue, another log's purchases do not count again")
    func providers() throws {
        var erp = Manifest.Source.test("erp")
        erp.provides = ["orders", "gmv_paid"]
        let events = [
            Shop.exposure("u", "A", at: start), Shop.purchase("u", 10, at: start + 1, source: "erp"),
            Shop.purchase("u", 10, at: start + 1), Shop.exposure("v", "B", at: start),
            Shop.purchase("v", 3, at: start + 1),
        ]
        let mart = try experiment(
            [
                "experiment": .string("x"), "control": .string("A"),
                "metrics": .strings(["gmv_paid", "conversion_rate"]),
            ],
            over: events, manifest: .test(sources: [Shop.web, erp]))
        #expect(mart.row("gmv_paid", "A")["value"].isNear(10))
        #expect(mart.row("conversion_rate", "A")["value"].isNear(1))
        #expect(mart.row("conversion_rate", "B")["value"].isNear(0))
    }

    @Test("the largest amounts neither trap nor overflow")
    func extremes() throws {
        var events: [TestEvent] = []
        for (index, person) in ["a", "b", "c", "d"].enumerated() {
            events.append(Shop.exposure(person, index < 2 ? "A" : "B", at: start))
            for amount in [Int64.max, .max, .min, .max - Int64(index)] {
                events.append(
                    TestEvent(person: person, time: start + 1, event: "purchase", values: ["amount": .decimal(amount)]))
            }
        }
        let mart = try experiment(
            [
                "experiment": .string("x"), "control": .string("A"), "window": .duration(.max),
                "metrics": .strings(["gmv_paid", "aov"]),
            ], over: events)
        #expect(mart.row("gmv_paid", "B")["value"].isNear(2 * 0x1p63 / 1e6))
    }

    @Test("metrics of the catalogue keep its direction and its Chinese name")
    func catalogue() {
        for metric in ExperimentMetric.all {
            guard let catalogued = MetricCatalogue.metric(metric.id) else { continue }
            #expect(metric.label.zh.hasSuffix(catalogued.zh), "\(metric.id)")
            if metric.id != "refund_flow" { #expect(metric.direction == catalogued.direction, "\(metric.id)") }
        }
        #expect(Set(ExperimentMetric.all.map(\.id)).count == ExperimentMetric.all.count)
        #expect(ExperimentMetric.selectionCount <= 32)
    }
}
