import EventStore
import Manifest
import Marts
import StageKit
import Stages
import TestSupport
import Testing

@Suite("Experiment: random journeys")
struct ExperimentOracleTests {
    private static let metrics = [
        "conversion_rate", "add_to_cart_rate", "orders", "purchases", "gmv_paid", "net_revenue", "aov", "refund_rate",
    ]
    static let origin = TestTime.at("2026-11-01")

    @Test("agree with a naive computation, and no byte depends on key, cuts or threads", arguments: 0..<60)
    func differential(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let events = journeys(&generator)
        let rules = ExperimentRules(
            starts: Bool.random(using: &generator) ? Self.origin + 10 : nil,
            ends: Bool.random(using: &generator) ? Self.origin + 60 : nil,
            window: [nil, 0, 5, 40].randomElement(using: &generator).flatMap { $0 }.map { $0 + 1 },
            usersOnly: Bool.random(using: &generator), horizon: Self.origin + 101)
        // The newest event that the run knows of lies at the horizon: later rows must not be looked at.
        let context = StageContext.test(
            "2026-11-01", events: events.filter { $0.time < rules.horizon }, manifest: .test(sources: [Shop.web]))
        var marts: [Mart] = []
        for cut in 0..<3 {
            let scan = InMemoryScan(
                events: events.shuffled(using: &generator), seed: seed &* 7 &+ UInt64(cut), accumulators: 1 + cut)
            let node = Manifest.Node(
                stage: "experiment", name: "test", options: rules.options(Self.metrics), place: .test)
            marts += try scan.run(ExperimentStage.prepare(node, in: context))
        }
        for mart in marts.dropFirst() {
            #expect(mart.rows == marts[0].rows)
            #expect(mart.notes == marts[0].notes)
            #expect(mart.provisional == marts[0].provisional)
        }
        let expected = NaiveExperiment(events, rules)
        for variant in expected.units.keys.sorted() {
            for metric in Self.metrics {
                let row = marts[0].row(metric, variant)
                let naive = expected.sample(metric, variant)
                #expect(row["units"] == .integer(Int64(naive.count)))
                #expect(row["value__num"].isNear(naive.numerator), "\(metric) \(variant)")
                #expect(row["value__den"].isNear(naive.denominator), "\(metric) \(variant)")
                if naive.denominator != 0, naive.count > 1 {
                    #expect(row["value"].isNear(naive.numerator / naive.denominator))
                    #expect(row["standard_deviation"].isNear(naive.standardDeviation, 1e-7), "\(metric) \(variant)")
                }
                #expect(row["excluded_units"] == .integer(expected.excluded))
                #expect(row["open_units"] == (rules.window == nil ? .null : .integer(expected.open[variant] ?? 0)))
            }
        }
        let seen = Set(marts[0].records.compactMap { $0["units"] == .integer(0) ? nil : $0["variant"] })
        #expect(seen == Set(expected.units.keys.map { .string($0) }))
    }

    func journeys(_ generator: inout SeededGenerator) -> [TestEvent] {
        var events = [TestEvent(person: nil, time: Self.origin + 100, event: "login")]
        for number in 0..<Int.random(in: 0...40, using: &generator) {
            let isDevice = Int.random(in: 0..<4, using: &generator) == 0
            let person = Int.random(in: 0..<12, using: &generator) == 0 ? nil : "p\(number)"
            let home = ["A", "B", "C"].randomElement(using: &generator) ?? "A"
            for _ in 0..<Int.random(in: 1...25, using: &generator) {
                events.append(event(person, isDevice ? .device : .user, home, &generator))
            }
        }
        return events
    }

    private func event(
        _ person: String?, _ kind: PersonKind, _ home: String, _ generator: inout SeededGenerator
    ) -> TestEvent {
        let name =
            ["exposure", "purchase", "purchase", "add_to_cart", "refund", "page_view", "own"]
            .randomElement(using: &generator) ?? "own"
        var values: [String: TestValue] = [:]
        if name == "exposure" || Int.random(in: 0..<8, using: &generator) == 0 {
            values["experiment"] = .category(["x", "x", "y"].randomElement(using: &generator) ?? "x")
            let strays = Int.random(in: 0..<40, using: &generator) == 0
            if Int.random(in: 0..<6, using: &generator) > 0 { values["variant"] = .category(strays ? "B" : home) }
        }
        if name == "purchase" || name == "refund" {
            if Int.random(in: 0..<8, using: &generator) > 0 {
                values["amount"] = .decimal(Int64.random(in: -1_000_000...99_000_000, using: &generator))
            }
            if Int.random(in: 0..<4, using: &generator) > 0 {
                values["order_id"] = .text("o\(Int.random(in: 0..<4, using: &generator))")
            }
            if Int.random(in: 0..<6, using: &generator) == 0 { values["currency"] = .category("USD") }
        }
        if Int.random(in: 0..<5, using: &generator) == 0 {
            values["sequence"] = .integer(Int64.random(in: 0..<3, using: &generator))
        }
        return TestEvent(
            person: person, kind: kind, time: Self.origin + Int64.random(in: 0..<130, using: &generator), event: name,
            values: values)
    }
}

struct ExperimentRules {
    var starts: Int64?
    var ends: Int64?
    var window: Int64?
    var usersOnly: Bool
    /// The first instant that is not seen.
    var horizon: Int64

    func options(_ metrics: [String]) -> Value {
        var entries: [(key: String, value: Value)] = []
        func add(_ key: String, _ content: Value.Content?) {
            if let content { entries.append((key: key, value: Value(content, at: .test))) }
        }
        add("experiment", .string("x"))
        add("control", .string("A"))
        add("metrics", .strings(metrics))
        add("starts", starts.map { .instant($0) })
        add("ends", ends.map { .instant($0) })
        add("window", window.map { .duration($0) })
        add("unit", usersOnly ? .string("user") : nil)
        return Value(.map(entries), at: .test)
    }
}

/// The experiment computed the plain way: person by person, with sets and floating point.
struct NaiveExperiment {
    private(set) var units: [String: [[TestEvent]]] = [:]
    private(set) var excluded: Int64 = 0
    private(set) var open: [String: Int64] = [:]

    init(_ events: [TestEvent], _ rules: ExperimentRules) {
        for person in Set(events.compactMap(\.person)) {
            let rows = inCanonicalOrder(events.filter { $0.person == person && $0.time < rules.horizon })
            guard let kind = rows.first?.kind, !rules.usersOnly || kind == .user else { continue }
            let exposures = rows.indices.filter { index in
                rows[index].values["experiment"] == .category("x") && rows[index].values["variant"] != nil
                    && rows[index].time >= rules.starts ?? .min && rows[index].time < rules.ends ?? .max
            }
            guard let first = exposures.first, case .category(let variant)? = rows[first].values["variant"] else {
                continue
            }
            guard Set(exposures.map { rows[$0].values["variant"] }).count == 1 else {
                excluded += 1
                continue
            }
            let last = rules.window.map { rows[first].time + $0 } ?? .max
            if last >= rules.horizon { open[variant, default: 0] += 1 }
            units[variant, default: []].append(rows[first...].filter { $0.time <= last })
        }
    }

    struct Sample {
        var count = 0
        var numerator = 0.0
        var denominator = 0.0
        var standardDeviation = 0.0
    }

    func sample(_ metric: String, _ variant: String) -> Sample {
        let pairs = (units[variant] ?? []).map { values(metric, $0) }
        let count = Double(pairs.count)
        var sample = Sample(count: pairs.count)
        sample.numerator = pairs.reduce(0) { $0 + $1.0 }
        sample.denominator = pairs.reduce(0) { $0 + $1.1 }
        guard pairs.count > 1, sample.denominator != 0 else { return sample }
        let ratio = sample.numerator / sample.denominator
        let linear = pairs.map { ($0.0 - ratio * $0.1) / (sample.denominator / count) }
        let degrees = metric.hasSuffix("_rate") && metric != "refund_rate" ? count : count - 1
        sample.standardDeviation = (linear.reduce(0) { $0 + $1 * $1 } / degrees).squareRoot()
        return sample
    }

    private func values(_ metric: String, _ rows: [TestEvent]) -> (Double, Double) {
        let bought = rows.filter { $0.event == "purchase" }
        let refunds = rows.filter { $0.event == "refund" }
        func amount(of row: TestEvent) -> Double? {
            guard case .decimal(let micros)? = row.values["amount"], row.values["currency"] != .category("USD") else { return nil }
            return Double(micros) / 1_000_000
        }
        func amount(_ rows: [TestEvent]) -> Double { rows.compactMap(amount).reduce(0, +) }
        func count(_ rows: [TestEvent]) -> Double {
            Double(Set(rows.compactMap { $0.values["order_id"] }).count + rows.filter { $0.values["order_id"] == nil }.count)
        }
        let ids = Set(bought.compactMap { $0.values["order_id"] })
        let orders = count(bought)
        let refunded = Double(ids.intersection(refunds.compactMap { $0.values["order_id"] }).count)
        switch metric {
        case "conversion_rate": return (bought.isEmpty ? 0 : 1, 1)
        case "add_to_cart_rate": return (rows.contains { $0.event == "add_to_cart" } ? 1 : 0, 1)
        case "orders": return (orders, 1)
        case "purchases": return (Double(bought.count), 1)
        case "gmv_paid": return (amount(bought), 1)
        case "refund_flow": return (amount(refunds), 1)
        case "net_revenue": return (amount(bought) - amount(refunds), 1)
        case "aov": return (amount(bought), count(bought.filter { amount(of: $0) != nil }))
        default: return (refunded, orders)
        }
    }
}
