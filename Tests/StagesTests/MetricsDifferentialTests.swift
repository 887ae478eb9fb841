import Chronology
import Manifest
import Marts
import Stages
import TestSupport
import Testing
import Vocabulary

@Suite("The metrics against their definitions")
struct MetricsDifferentialTests {
    static let metrics = [
        "events", "persons", "impressions", "reach", "frequency", "clicks", "ctr", "visitors", "new_users", "sessions", "plays",
        "completion_rate", "engagements", "interaction_per_play", "interaction_per_impression", "share_rate",
        "participants", "participation_rate", "orders", "gmv_paid", "refund_rate", "refund_flow", "net_revenue", "buyers",
        "conversion_rate", "order_rate", "add_to_cart_rate", "aov", "revenue_per_buyer", "arpu", "new_buyer_share",
        "repurchase_period", "donation", "donations", "distinct(product_id)", "distinct(order_id)", "sum(quantity)",
        "min(quantity)", "max(quantity)", "mean(amount)", "share(is_member)",
    ]
    static let money: Set<String> = ["gmv_paid", "refund_flow", "net_revenue", "donation"]
    static let moneyRatios: Set<String> = ["aov", "revenue_per_buyer", "arpu", "mean(amount)"]

    /// A random node over random journeys.
    struct Trial {
        var events: [TestEvent]
        var grain: Grain
        var by: [String]
        var credit: String
        var metrics: [String]
        var top: Int?
        var condition: String?
        var accepts: (TestEvent) -> Bool = { _ in true }
        var period: TimeSpan
        let campaigns = [
            Manifest.Campaign(name: "late", span: TimeSpan(start: MetricsFixture.at(20, 3), end: MetricsFixture.at(24))),
            Manifest.Campaign(name: "early", span: TimeSpan(start: MetricsFixture.at(2), end: MetricsFixture.at(9))),
        ]
        var date: String
        /// Of new buyers; nil: all history.
        var lookBack: Int64?
        var repurchaseOnDays: Bool

        init(seed: UInt64) {
            var generator = SeededGenerator(seed: seed &* 104_729 &+ 1)
            events = MetricsJourneys(seed: seed, rows: 300).events
            grain = [.day, .week, .month, .campaign, .period, .hour][Int.random(in: 0..<6, using: &generator)]
            let first = MetricsFixture.at(Int.random(in: 1...10, using: &generator), 5)
            let days = grain == .hour ? 2 : Int64.random(in: 2...22, using: &generator)
            period = TimeSpan(start: first, end: first + days * TestTime.day + 7 * TestTime.hour)
            let columns = ["channel", "product_id", "page", "is_member", "quantity", "event"] + (grain == .campaign ? [] : ["campaign"])
            by = Array(columns.shuffled(using: &generator).prefix(Int.random(in: 0...3, using: &generator)))
            credit = Bool.random(using: &generator) ? "event" : "last_touch"
            metrics = Array(MetricsDifferentialTests.metrics.shuffled(using: &generator).prefix(Int.random(in: 1...12, using: &generator)))
            if !by.isEmpty, Bool.random(using: &generator) { top = Int.random(in: 1...4, using: &generator) }
            switch Int.random(in: 0..<4, using: &generator) {
            case 0:
                condition = "product_id = 'p1' or quantity > 0"
                accepts = { $0.values["product_id"] == .category("p1") || ($0.number("quantity") ?? 0) > 0 }
            case 1:
                condition = "not (event = 'page_view')"
                accepts = { $0.event != "page_view" }
            default: break
            }
            date = "2026-11-\(Int.random(in: 12...30, using: &generator))"
            lookBack = [nil, TestTime.day, 6 * TestTime.day, 12 * TestTime.day][Int.random(in: 0..<4, using: &generator)]
            repurchaseOnDays = Bool.random(using: &generator)
        }

        func mart(seed: UInt64, accumulators: Int) throws -> Mart {
            try MetricsFixture.run(
                options(), over: events, date: date, manifest: .test(sources: [MetricsFixture.web], campaigns: campaigns), seed: seed,
                accumulators: accumulators)
        }

        /// The persons behind a figure.
        func persons(_ figure: String, seed: UInt64, accumulators: Int) throws -> Mart {
            try MetricsFixture.persons(
                figure, options(), over: events, date: date, manifest: .test(sources: [MetricsFixture.web], campaigns: campaigns), seed: seed,
                accumulators: accumulators)
        }

        func options() throws -> Value {
            var options: [(key: String, value: Value)] = [
                ("period", Value(.period(.between(period.start, period.end)), at: .test)),
                ("grain", Value(.string(grain.rawValue), at: .test)), ("by", Value(.strings(by), at: .test)),
                ("credit", Value(.string(credit), at: .test)), ("metrics", Value(.strings(metrics), at: .test)),
            ]
            if let top { options.append(("top", Value(.integer(top), at: .test))) }
            if let condition { options.append(("where", Value(try MetricsFixture.condition(condition), at: .test))) }
            options.append(("new_buyer_lookback", Value(lookBack.map { .duration($0) } ?? .string("all"), at: .test)))
            if repurchaseOnDays { options.append(("repurchase", Value(.string("days"), at: .test))) }
            return Value(.map(options), at: .test)
        }

        var horizon: Int64 {
            min(TestTime.at(date) + TestTime.day, (events.map(\.time).max() ?? 0) + 1)
        }

        var oracle: MetricsOracle {
            let cells =
                grain == .campaign
                ? TimeCells(
                    spans: campaigns.reversed().map { $0.span.intersection(period) }.filter { !$0.isEmpty },
                    labels: campaigns.reversed().filter { !$0.span.intersection(period).isEmpty }.map(\.name))
                : TimeCells(period, grain: grain, zone: .utc)
            var oracle = MetricsOracle(
                events: events, cells: cells, period: period, horizon: horizon, by: by, credit: credit, condition: accepts)
            oracle.lookBack = lookBack
            oracle.repurchaseOnDays = repurchaseOnDays
            return oracle
        }

        /// The rows that the definitions give, as texts.
        func expected() -> [String] {
            let oracle = oracle
            var lines: [String] = []
            var byCell: [Int: [[TestValue?]]] = [:]
            for (cell, values) in oracle.detailCells(metrics) { byCell[cell, default: []].append(values) }
            func line(_ time: Int?, _ values: [TestValue?], _ kind: String, _ level: MetricsOracle.Level) -> String {
                var texts: [String] = []
                if grain != .period { texts.append(time.map { oracle.cells.labels[$0] } ?? "null") }
                texts += values.map { $0.map(Self.text) ?? "null" }
                texts.append(kind)
                for metric in metrics { texts += Self.texts(metric, oracle.parts(metric, level)) }
                return texts.joined(separator: " | ")
            }
            for cell in 0..<oracle.cells.count {
                var details = (byCell[cell] ?? []).sorted(by: Self.precedes).filter { values in
                    hasData(oracle, MetricsOracle.Level(cell: cell) { $0 == values })
                }
                let isSeen = !details.isEmpty || oracle.cells.spans[cell].start < min(horizon, period.end)
                var rest: Set<[TestValue?]> = []
                if let top, let first = metrics.first {
                    let ranked = details.enumerated().map { place, values in
                        (values, place, Self.rank(first, oracle.parts(first, MetricsOracle.Level(cell: cell) { $0 == values })))
                    }.sorted { $0.2 != $1.2 ? $0.2 > $1.2 : $0.1 < $1.1 }
                    rest = Set(ranked.dropFirst(top).map(\.0))
                    details = ranked.prefix(top).map(\.0)
                }
                if !by.isEmpty {
                    for values in details {
                        lines.append(line(cell, values, "detail", MetricsOracle.Level(cell: cell) { $0 == values }))
                    }
                    if !rest.isEmpty {
                        lines.append(line(cell, by.map { _ in nil }, "rest", MetricsOracle.Level(cell: cell) { rest.contains($0) }))
                    }
                }
                if grain != .period, isSeen {
                    lines.append(line(cell, by.map { _ in nil }, by.isEmpty ? "detail" : "total", MetricsOracle.Level(cell: cell)))
                }
            }
            let kind = grain == .period && by.isEmpty ? "detail" : "total"
            lines.append(line(nil, by.map { _ in nil }, kind, MetricsOracle.Level(cell: nil)))
            return lines
        }

        /// True where a row of the cell takes part in one of the metrics.
        private func hasData(_ oracle: MetricsOracle, _ level: MetricsOracle.Level) -> Bool {
            oracle.takesPart(metrics, level)
        }

        private static func rank(_ metric: String, _ parts: (Int128?, Int128)?) -> Double {
            guard let parts, let numerator = parts.0, parts.1 != 0 else { return -.infinity }
            return Double(numerator) / Double(parts.1)
        }

        private static func precedes(_ a: [TestValue?], _ b: [TestValue?]) -> Bool {
            for (a, b) in zip(a, b) where a != b {
                guard let a else { return false }
                guard let b else { return true }
                switch (a, b) {
                case (.integer(let a), .integer(let b)): return a < b
                case (.boolean(let a), .boolean(let b)): return !a && b
                default: return bytesPrecede(text(a), text(b))
                }
            }
            return false
        }

        private static func text(_ value: TestValue) -> String {
            switch value {
            case .category(let text), .text(let text), .key(let text): text
            case .integer(let number), .decimal(let number), .time(let number): "\(number)"
            case .boolean(let flag): "\(flag)"
            }
        }

        private static func texts(_ metric: String, _ parts: (Int128?, Int128)?) -> [String] {
            let isRatio = MetricsDifferentialTests.isRatio(metric)
            guard let (numerator, denominator) = parts else { return isRatio ? ["null", "null", "null"] : ["null"] }
            guard let numerator else { return ["null", "null", "\(denominator)"] }
            guard isRatio else { return ["\(numerator)"] }
            let scale = MetricsDifferentialTests.moneyRatios.contains(metric) ? 1e6 : 1
            let ratio = denominator == 0 ? "null" : rounded(Double(numerator) / scale / Double(denominator))
            return [ratio, "\(numerator)", "\(denominator)"]
        }
    }

    static func isRatio(_ metric: String) -> Bool {
        metric.hasSuffix("_rate") || metric.hasPrefix("interaction") || metric.hasPrefix("mean") || metric.hasPrefix("share(")
            || ["frequency", "ctr", "aov", "revenue_per_buyer", "arpu", "new_buyer_share", "repurchase_period"].contains(metric)
    }

    private static func rounded(_ number: Double) -> String { "\((number * 1e9).rounded() / 1e9)" }

    private static func lines(_ mart: Mart) -> [String] {
        mart.rows.map { row in
            row.map { value in
                switch value {
                case .null: "null"
                case .string(let text), .time(let text): text
                case .integer(let number): "\(number)"
                case .number(let number), .fitted(let number): rounded(number)
                case .money(let millionths): "\(millionths)"
                case .boolean(let flag): "\(flag)"
                case .date(let date): date.description
                }
            }.joined(separator: " | ")
        }
    }

    @Test("gives the rows that the definitions give, under any cut of the scan", arguments: 0..<40)
    func agrees(seed: UInt64) throws {
        let trial = Trial(seed: seed)
        let mart = try trial.mart(seed: seed, accumulators: 1)
        let (found, expected) = (Self.lines(mart), trial.expected())
        for index in 0..<max(found.count, expected.count) {
            let (a, b) = (index < found.count ? found[index] : "-", index < expected.count ? expected[index] : "-")
            guard a == b else {
                Issue.record("\(trial.grain) by \(trial.by) credit \(trial.credit) top \(trial.top ?? 0) where \(trial.condition ?? "") \(trial.metrics)\nfound    \(a)\nexpected \(b)")
                break
            }
        }
        for (other, accumulators) in [(seed &+ 1000, 1), (seed &+ 2000, 3), (seed &+ 3000, 5)] {
            let again = try trial.mart(seed: other, accumulators: accumulators)
            let isSame = again.rows == mart.rows && again.notes == mart.notes
            #expect(isSame, "cut \(other) with \(accumulators) accumulators")
        }
    }
}
