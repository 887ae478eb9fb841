import Chronology
import Manifest
import Marts
import Metrics
import Stages
import TestSupport
import Testing
import Vocabulary

@Suite("The whole catalogue against a second reading of its formulas")
struct MetricsCatalogueOracleTests {
    static let columns = SmallShop.web.log.mappings.map(\.column)

    /// Random events of every kind that a metric asks for, with gaps, rows of nobody, repeats and values out of range.
    private static func events(seed: UInt64) -> [TestEvent] {
        var generator = SeededGenerator(seed: seed &* 7919 &+ 3)
        let persons: [String?] = (0..<7).map { "person \($0)" } + [nil]
        let names = [
            "impression", "click", "page_view", "like", "share", "ugc_post", "content_post", "campaign_join", "purchase", "purchase", "purchase",
            "order_create", "deposit", "refund", "store_visit", "store_visit", "survey_response", "survey_response", "complaint",
            "complaint_response", "complaint_resolved", "error", "request", "page_load", "payment_attempt", "payment_success", "referral", "signup",
        ]
        func pick<T>(_ values: [T?]) -> T? { (values.randomElement(using: &generator) ?? nil) }
        return (0..<320).map { index in
            let name = names.randomElement(using: &generator) ?? "click"
            // No two rows at one instant: what then comes first is tested elsewhere.
            let time = TestTime.at("2026-10-10") + Int64.random(in: 0..<(50 * 24), using: &generator) * TestTime.hour + Int64(index)
            var values: [String: TestValue] = [:]
            values["channel"] = pick(["douyin", "tmall", "kol", nil]).map { .category($0) }
            values["platform"] = pick(["ios", "web", "android", "电视", nil]).map { .category($0) }
            values["product_id"] = pick(["p1", "p2", "p3", "p4", nil]).map { .category($0) }
            values["is_member"] = pick([true, false, nil]).map { .boolean($0) }
            values["inviter_id"] = pick(["x", nil, nil]).map { .key($0) }
            values["quantity"] = pick([1, 2, 3, nil]).map { .integer($0) }
            values["order_place"] = pick(["online", "store", nil]).map { .category($0) }
            values["fulfilment_place"] = pick(["store", "home", nil]).map { .category($0) }
            values["duration_ms"] = pick([Int64.random(in: 0...90_000, using: &generator), nil]).map { .integer($0) }
            values["amount"] = pick([Int64.random(in: 1...9_999_999, using: &generator), nil]).map { .decimal($0) }
            values["order_id"] = pick((0..<16).map { "order \($0)" } + [nil, nil]).map { .text($0) }
            values["ticket_id"] = pick((0..<9).map { "ticket \($0)" } + [nil]).map { .text($0) }
            values["type"] = pick(["nps", "csat", "other", nil]).map { .category($0) }
            values["question"] = pick(["q1", "q2", nil]).map { .category($0) }
            values["score"] = pick([0, 3, 4, 5, 6, 6.5, 7, 9, 10, 11, -1, nil]).map { .money($0) }
            return TestEvent(person: persons.randomElement(using: &generator) ?? nil, time: time, event: name, values: values)
        }
    }

    /// Metrics whose formulas stand in the other differential test, by the whole journeys of which they are tried there.
    private static let elsewhere = Set(MetricsDifferentialTests.metrics)

    @Test("every metric has a formula here or in the other oracle")
    func complete() {
        var generator = SeededGenerator(seed: 1)
        let oracle = MetricsCatalogueOracle(base: Self.base(events: [], by: [], grain: .period, TimeSpan(start: 0, end: 1), 1, 1), tables: RandomTables(&generator), resolveWithin: 1)
        for metric in MetricCatalogue.all where !Self.elsewhere.contains(metric.id) {
            #expect(oracle.expected(metric.id, .init(cell: nil)) != nil, "\(metric.id)")
        }
    }

    private static func base(
        events: [TestEvent], by: [String], grain: Grain, _ period: TimeSpan, _ horizon: Int64, _ endOfDate: Int64
    ) -> MetricsOracle {
        var base = MetricsOracle(
            events: events, cells: TimeCells(period, grain: grain, zone: .utc), period: period, horizon: horizon, by: by, credit: "event"
        ) { _ in true }
        base.endOfDate = endOfDate
        return base
    }

    @Test("gives what the formulas give, at every level", arguments: 0..<24 as Range<UInt64>)
    func agrees(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed &* 31 &+ 11)
        let events = Self.events(seed: seed)
        let tables = RandomTables(&generator)
        let grain: Grain = [.day, .week, .month, .period][Int.random(in: 0..<4, using: &generator)]
        let by = [[], ["channel"], ["platform"], ["channel", "is_member"]][Int.random(in: 0..<4, using: &generator)]
        let start = MetricsFixture.at(Int.random(in: 1...6, using: &generator), 0)
        let period = TimeSpan(start: start, end: start + Int64.random(in: 4...20, using: &generator) * TestTime.day)
        let date = "2026-11-\(Int.random(in: 14...30, using: &generator))"
        let lookBack = [TestTime.day, 8 * TestTime.day, 15 * TestTime.day][Int.random(in: 0..<3, using: &generator)]
        let endOfDate = TestTime.at(date) + TestTime.day
        var base = Self.base(events: events, by: by, grain: grain, period, min(endOfDate, (events.map(\.time).max() ?? 0) + 1), endOfDate)
        base.lookBack = lookBack
        let resolveWithin = 40 * TestTime.hour
        let oracle = MetricsCatalogueOracle(base: base, tables: tables, resolveWithin: resolveWithin)
        var web = SmallShop.web
        web.provides = ["impressions", "clicks"]
        let all = MetricCatalogue.all.map(\.id).filter { !Self.elsewhere.contains($0) } + ["repurchase_within_2d", "repurchase_within_11d"]
        for metrics in [all.shuffled(using: &generator).prefix(9), all.shuffled(using: &generator).prefix(9), all.shuffled(using: &generator).prefix(9)] {
            let mart = try MetricsFixture.run(
                [
                    "period": .period(.between(period.start, period.end)), "grain": .string(grain.rawValue), "by": .strings(by),
                    "credit": .string("event"), "metrics": .strings(Array(metrics)), "new_buyer_lookback": .duration(lookBack),
                    "resolve_within": .duration(resolveWithin),
                ], over: events, date: date, manifest: .test(sources: [web] + RandomTables.sources), tables: tables.snapshots, seed: seed,
                accumulators: 3)
            for record in mart.records { try check(record, Array(metrics), oracle, grain) }
        }
    }

    private func check(_ record: [String: MartValue], _ metrics: [String], _ oracle: MetricsCatalogueOracle, _ grain: Grain) throws {
        let base = oracle.base
        var level = MetricsOracle.Level(cell: nil)
        if grain != .period, let time = record[grain.rawValue], time != .null {
            level.cell = base.cells.labels.firstIndex(of: time.rowText)
            #expect(level.cell != nil)
        }
        let isCut = record["row_kind"] == .string("detail") && !base.by.isEmpty
        if isCut {
            if grain == .period { level.cell = 0 }
            level.isCut = true
            level.accepts = { values in
                zip(base.by, values).allSatisfy { name, value in
                    switch value {
                    case nil: record[name] == .null
                    case .category(let text): record[name] == .string(text)
                    case .boolean(let flag): record[name] == .boolean(flag)
                    default: false
                    }
                }
            }
        }
        for metric in metrics {
            let isBlended = MetricCatalogue.metric(metric)?.isBlended ?? false
            var expected = try #require(oracle.expected(metric, level))
            if isBlended, isCut { expected = .ratio(.null, .null) }
            let place = "\(metric) at \(record.filter { !$0.key.contains("__") && !metrics.contains($0.key) }) by \(base.by)"
            switch expected {
            case .figure(let figure): #expect(record[metric] == figure, "\(place)")
            case .ratio(let numerator, let denominator, let scale):
                #expect(record["\(metric)__num"] == numerator, "\(place)")
                #expect(record["\(metric)__den"] == denominator, "\(place)")
                guard let top = Self.number(numerator), let bottom = Self.number(denominator), bottom != 0 else {
                    #expect(record[metric] == .null, "\(place)")
                    continue
                }
                let found = record[metric].flatMap(Self.number) ?? .nan
                let wanted = top / bottom * scale
                #expect(abs(found - wanted) <= 1e-12 * max(1, abs(wanted)), "\(place): \(found), not \(wanted)")
            }
        }
    }

    private static func number(_ value: MartValue) -> Double? {
        switch value {
        case .integer(let whole): Double(whole)
        case .number(let number): number
        case .money(let micros): Double(micros) / 1_000_000
        default: nil
        }
    }
}
