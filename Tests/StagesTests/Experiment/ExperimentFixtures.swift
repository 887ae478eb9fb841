import Manifest
import Marts
import StageKit
import Stages
import Vocabulary

/// Short ways to write the rows of an experiment's tests.
enum Shop {
    static let columns = ["experiment", "variant", "amount", "order_id", "currency"].compactMap(Column.standard)
    static let web = Manifest.Source.test("web", columns: columns)

    static func exposure(_ person: String?, _ variant: String?, at time: Int64, in experiment: String = "x")
        -> TestEvent
    {
        var values: [String: TestValue] = ["experiment": .category(experiment)]
        if let variant { values["variant"] = .category(variant) }
        return TestEvent(person: person, time: time, event: "exposure", values: values)
    }

    static func purchase(
        _ person: String?, _ amount: Double, at time: Int64, order: String? = nil, source: String = "web",
        currency: String? = nil
    ) -> TestEvent {
        row("purchase", person, amount, time, order, source, currency)
    }

    static func refund(_ person: String?, _ amount: Double, at time: Int64, order: String? = nil) -> TestEvent {
        row("refund", person, amount, time, order, "web", nil)
    }

    private static func row(
        _ event: String, _ person: String?, _ amount: Double, _ time: Int64, _ order: String?, _ source: String,
        _ currency: String?
    ) -> TestEvent {
        var values: [String: TestValue] = ["amount": .money(amount)]
        if let order { values["order_id"] = .text(order) }
        if let currency { values["currency"] = .category(currency) }
        return TestEvent(person: person, time: time, event: event, source: source, values: values)
    }
}

/// Runs an experiment over rows on a date, in an awkward cut; its one mart.
func experiment(
    _ options: KeyValuePairs<String, Value.Content>, over events: [TestEvent], date: String = "2026-12-31",
    manifest: Manifest = .test(sources: [Shop.web]), seed: UInt64 = 1, accumulators: Int = 2
) throws -> Mart {
    let context = StageContext.test(date, events: events, manifest: manifest)
    let scan = InMemoryScan(events: events, seed: seed, accumulators: accumulators)
    let marts = try ExperimentStage.run(Value.options(options), in: context, over: scan)
    for mart in marts { try mart.checkShape() }
    return marts[0]
}

extension Mart {
    /// The one row of a metric and variant.
    func row(_ metric: String, _ variant: String) -> [String: MartValue] {
        records(where: ["metric": .string(metric), "variant": .string(variant)]).first ?? [:]
    }
}

extension MartValue? {
    var double: Double? {
        switch self {
        case .number(let number)?: number
        case .integer(let number)?: Double(number)
        default: nil
        }
    }

    func isNear(_ number: Double, _ tolerance: Double = 1e-11) -> Bool {
        double.map { abs($0 - number) <= tolerance * max(1, abs(number)) } ?? false
    }
}
