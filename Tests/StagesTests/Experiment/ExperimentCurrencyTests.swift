import Chronology
import EventStore
import Manifest
import Marts
import StageKit
import Stages
import TestSupport
import Testing
import Vocabulary

@Suite("Experiment: money in several currencies")
struct ExperimentCurrencyTests {
    private static let start = TestTime.at("2026-11-01")
    private static let zone = (try? Zone(named: "Asia/Shanghai")) ?? .utc
    private static func manifest() -> Manifest {
        .test(
            zone: zone,
            sources: [
                .test("web", columns: Shop.columns + [Column("discount", .decimal)]), TestRates.source,
            ])
    }

    private static func mart(_ options: [(String, Value.Content)], _ events: [TestEvent], _ rates: TestRates, seed: UInt64 = 1) throws -> Mart {
        let context = StageContext.test("2026-12-31", events: events, manifest: manifest(), tables: [rates.table])
        let all: [(String, Value.Content)] = [("experiment", .string("x")), ("control", .string("A"))] + options
        let scan = InMemoryScan(events: events, seed: seed, accumulators: 1 + Int(seed % 3))
        let marts = try ExperimentStage.run(
            Value(.map(all.map { (key: $0.0, value: Value($0.1, at: .test)) }), at: .test), in: context, over: scan)
        return marts[0]
    }

    private static func journeys(_ generator: inout SeededGenerator) -> (events: [TestEvent], rates: TestRates) {
        var events: [TestEvent] = []
        for number in 0..<Int.random(in: 20...60, using: &generator) {
            let person = "p\(number)"
            let variant = Bool.random(using: &generator) ? "A" : "B"
            events.append(Shop.exposure(person, variant, at: start + Int64.random(in: 0..<2 * TestTime.day, using: &generator)))
            for _ in 0..<Int.random(in: 0...8, using: &generator) {
                var values: [String: TestValue] = [:]
                if Int.random(in: 0..<6, using: &generator) > 0 {
                    values["amount"] = .decimal(Int64.random(in: -3_000_000...99_000_000, using: &generator))
                }
                if Bool.random(using: &generator) { values["discount"] = .decimal(Int64.random(in: 0...9_000_000, using: &generator)) }
                values["currency"] = TestRates.randomCurrency(&generator)
                if Int.random(in: 0..<4, using: &generator) > 0 {
                    values["order_id"] = .text("\(person) \(Int.random(in: 0..<4, using: &generator))")
                }
                events.append(
                    TestEvent(
                        person: person, time: start + Int64.random(in: -2 * TestTime.day..<6 * TestTime.day, using: &generator),
                        event: ["purchase", "purchase", "purchase", "refund"].randomElement(using: &generator) ?? "purchase", values: values))
            }
        }
        return (events, .random(days: 30...37, zone: zone, &generator))
    }

    @Test("every figure is that of the log in one currency, converted row by row", arguments: 0..<40)
    func conversion(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let (events, rates) = Self.journeys(&generator)
        let plain = ["gmv_paid", "refund_flow", "net_revenue", "aov", "orders", "refund_rate"]
        var options: [(String, Value.Content)] = [("metrics", .strings(plain + ["gmv_paid_p50", "p90(amount)", "p50(discount)"]))]
        let isAdjusted = Bool.random(using: &generator)
        if isAdjusted {
            options += [
                ("starts", .instant(Self.start)), ("cuped", .duration(2 * TestTime.day)),
                ("winsorize", .object(["upper": .fraction(0.9)])),
            ]
        }
        let window = Bool.random(using: &generator) ? 3 * TestTime.day : nil
        if let window { options.append(("window", .duration(window))) }
        let twin = rates.inOneCurrency(events)
        let found = try Self.mart(options, events, rates, seed: seed)
        let expected = try Self.mart(options, twin, TestRates(), seed: seed + 1)
        #expect(found.rows == expected.rows)
        guard !isAdjusted else { return }
        let naive = NaiveExperiment(
            twin, ExperimentRules(window: window, usersOnly: false, horizon: (events.map(\.time).max() ?? 0) + 1))
        for variant in naive.units.keys.sorted() {
            for metric in plain {
                let sample = naive.sample(metric, variant)
                #expect(found.row(metric, variant)["value__num"].isNear(sample.numerator), "\(metric) \(variant)")
                #expect(found.row(metric, variant)["value__den"].isNear(sample.denominator), "\(metric) \(variant)")
            }
        }
    }

    @Test("an amount counts at the rate of its own day in the report's zone, halves away from zero; what has none is told")
    func byHand() throws {
        // The day of Shanghai begins at 16:00 UTC.
        let midnight = TestTime.at("2026-11-01", plus: 16 * TestTime.hour)
        func paid(_ micros: Int64, _ time: Int64, _ currency: String) -> TestEvent {
            TestEvent(person: "u", time: time, event: "purchase", values: ["amount": .decimal(micros), "currency": .category(currency)])
        }
        let events = [
            Shop.exposure("u", "A", at: Self.start), Shop.exposure("v", "B", at: Self.start),
            paid(10_000_000, midnight - 1, "USD"), paid(10_000_000, midnight, "USD"), paid(1, midnight + 1, "HKD"),
            paid(3, midnight + 2, "HKD"), paid(-1, midnight + 3, "HKD"), paid(5_000_000, midnight + 4, "CNY"),
            paid(9_000_000, midnight - 2, "EUR"), paid(9_000_000, midnight, "EUR"), paid(1_000_000, midnight, "JPY"),
        ]
        let mart = try Self.mart(
            [("metrics", .strings(["gmv_paid", "aov", "p50(amount)"]))], events,
            TestRates(
                rates: [
                    .init(currency: "USD", day: "2026-11-01", rate: 7), .init(currency: "USD", day: "2026-11-02", rate: 7.1),
                    .init(currency: "HKD", day: "2026-11-01", rate: 0.5), .init(currency: "EUR", day: "2026-11-02", rate: 8),
                ], zone: Self.zone))
        // 70 + 71 + 0.000001 + 0.000002 - 0.000001 + 5 + 72; the first EUR amount and the JPY amount have no rate.
        #expect(mart.row("gmv_paid", "A")["value__num"].isNear(218.000002, 1e-15))
        #expect(mart.row("aov", "A")["value__den"] == .integer(7))
        #expect(mart.row("p50(amount)", "A")["value"] == .number(5))
        let note = try #require(mart.notes.first { $0.code == "foreign_currency" })
        #expect(note.message.hasPrefix("2 amounts in another currency than CNY, without a rate on their day or too large at it,"))
    }

    @Test("an amount too large at its rate is left out, and told")
    func tooLarge() throws {
        let events = [
            Shop.exposure("u", "A", at: Self.start), Shop.exposure("v", "B", at: Self.start),
            Shop.purchase("u", 8_000_000, at: Self.start + 1, currency: "USD"), Shop.purchase("u", 5, at: Self.start + 2, currency: "CNY"),
        ]
        let mart = try Self.mart(
            [("metrics", .strings(["gmv_paid", "aov"]))], events,
            TestRates(rates: [.init(currency: "USD", day: "2026-10-01", rate: 9_000_000)], zone: Self.zone))
        #expect(mart.row("gmv_paid", "A")["value"] == .number(5) && mart.row("aov", "A")["value__den"] == .integer(1))
        #expect(mart.notes.filter { $0.code == "foreign_currency" }.map { $0.message.hasPrefix("1 amounts") } == [true])
    }

    @Test("only a metric of money reads the rates")
    func reach() throws {
        let events = [Shop.exposure("u", "A", at: Self.start)]
        let context = StageContext.test("2026-12-31", events: events, manifest: Self.manifest())
        func tables(_ metric: String) throws -> Set<String> {
            let options = Value.options(["experiment": .string("x"), "control": .string("A"), "metrics": .strings([metric])])
            return try ExperimentStage.prepare(Manifest.Node(stage: "experiment", name: "n", options: options, place: .test), in: context).reach.data.tables
        }
        for metric in ["gmv_paid", "aov", "net_revenue_p90", "p95(amount)", "p95(discount)"] { #expect(try tables(metric) == ["fx"]) }
        for metric in ["conversion_rate", "orders", "refund_rate", "retention_7"] { #expect(try tables(metric).isEmpty) }
    }
}
