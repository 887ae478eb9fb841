import Chronology
import EventStore
import Manifest
import TestSupport
import Vocabulary

/// Exchange rates into CNY, and what amounts are worth by them, worked out the plain way.
struct TestRates {
    /// What one unit of a currency is worth from a day on; nil: nobody knows.
    struct Rate {
        var currency: String
        var day: String
        var rate: Double?
    }

    static let columns = [Column("date", .date), Column("currency", .category), Column("rate", .decimal)]
    static let source = Manifest.Source.test("fx", kind: .rates, columns: columns)

    var rates: [Rate] = []
    var zone = Zone.utc

    /// Random rates of USD and EUR; other currencies have none.
    /// - Parameter days: From 2026-10-01 on.
    static func random(days: ClosedRange<Int>, zone: Zone, _ generator: inout SeededGenerator) -> TestRates {
        var own = TestRates(zone: zone)
        for currency in ["USD", "EUR"] {
            for day in days where Int.random(in: 0..<3, using: &generator) > 0 {
                let isKnown = Int.random(in: 0..<6, using: &generator) > 0
                let rate = Double(Int.random(in: 1...12_000_000, using: &generator)) / 1_000_000
                let date = CivilDate("2026-10-01")?.adding(days: day).description ?? ""
                own.rates.append(Rate(currency: currency, day: date, rate: isKnown ? rate : nil))
            }
        }
        own.rates.shuffle(using: &generator)
        return own
    }

    /// A currency of a random row; nil where it names none.
    static func randomCurrency(_ generator: inout SeededGenerator) -> TestValue? {
        (["CNY", "USD", "USD", "EUR", "JPY", nil].randomElement(using: &generator) ?? nil).map { .category($0) }
    }

    var table: TableSnapshot {
        .test(
            "fx", kind: "rates", columns: Self.columns,
            rows: rates.map { rate in
                var row: [String: TableCell] = ["date": .string(rate.day), "currency": .string(rate.currency)]
                if let number = rate.rate { row["rate"] = .number(number) }
                return row
            })
    }

    /// An amount in CNY, by the newest rate that is not of a later day, halves away from zero; nil without a rate.
    func inReportCurrency(_ amount: Int64, _ currency: TestValue?, at time: Int64) -> Int64? {
        guard case .category(let code)? = currency, code != "CNY" else { return amount }
        let known = rates.filter { $0.currency == code && $0.day <= zone.day(of: time).description }
        guard let rate = known.max(by: { $0.day < $1.day })?.rate else { return nil }
        let product = Int128(amount) * Int128((rate * 1_000_000).rounded())
        let whole = Int128((product.magnitude * 2 + 1_000_000) / 2_000_000)
        return Int64(exactly: product < 0 ? -whole : whole)
    }

    /// The log as a shop would write it that knows one currency only: what has no rate has no amount.
    func inOneCurrency(_ events: [TestEvent]) -> [TestEvent] {
        events.map { event in
            var event = event
            for column in ["amount", "discount"] {
                guard case .decimal(let own)? = event.values[column] else { continue }
                event.values[column] = inReportCurrency(own, event.values["currency"], at: event.time).map { .decimal($0) }
            }
            event.values["currency"] = nil
            return event
        }
    }
}
