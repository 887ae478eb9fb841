import Chronology
import EventStore
import Manifest
import Marts
import Metrics
import Stages
import TestSupport
import Testing
import Vocabulary

/// A shop small enough to count by hand, in which every metric of the catalogue has something to count.
enum SmallShop {
    static func event(_ person: String?, _ day: Int, _ hour: Int64, _ name: String, _ values: [String: TestValue] = [:], plus micros: Int64 = 0) -> TestEvent {
        TestEvent(person: person, time: MetricsFixture.at(day, hour, plus: micros), event: name, values: values)
    }

    private static func order(_ id: String, _ amount: Double, _ more: [String: TestValue] = [:]) -> [String: TestValue] {
        more.merging(["order_id": .text(id), "amount": .money(amount)]) { $1 }
    }

    static let events: [TestEvent] = [
        event("a", -11, 12, "purchase", order("o0", 10)),
        event("a", 2, 9, "impression"), event("b", 2, 9, "impression"), event(nil, 2, 9, "impression"),
        event("a", 2, 10, "click"), event("a", 2, 10, "page_view", ["is_member": .boolean(true)]),
        event("b", 2, 10, "page_view", ["is_member": .boolean(true)]), event("a", 3, 10, "page_view", ["is_member": .boolean(true)]),
        event("a", 2, 11, "add_to_cart"), event("a", 1, 11, "deposit", ["order_id": .text("o1")]),
        event("a", 2, 11, "order_create", order("o1", 100)), event("c", 4, 11, "order_create", order("o9", 50)),
        event("a", 2, 11, "payment_attempt", ["order_id": .text("o1")]),
        event("a", 2, 11, "payment_attempt", ["order_id": .text("o1")], plus: 1),
        event("c", 4, 11, "payment_attempt", ["order_id": .text("o9")]),
        event("a", 2, 11, "payment_success", ["order_id": .text("o1")], plus: 2),
        event(
            "a", 2, 12, "purchase",
            order(
                "o1", 100,
                [
                    "product_id": .category("p1"), "quantity": .integer(2), "platform": .category("ios"),
                    "is_member": .boolean(true), "order_place": .category("online"), "fulfilment_place": .category("store"),
                ])),
        event(
            "b", 3, 12, "purchase",
            order(
                "o2", 60,
                [
                    "product_id": .category("p2"), "platform": .category("web"), "order_place": .category("store"),
                    "inviter_id": .key("a"),
                ])),
        event(
            "a", 20, 12, "purchase",
            order(
                "o3", 40,
                ["product_id": .category("p1"), "platform": .category("android"), "order_place": .category("online")])),
        event("a", 5, 12, "refund", order("o1", 20, ["product_id": .category("p1"), "quantity": .integer(1)])),
        event("b", 3, 8, "store_visit"), event("a", 19, 8, "store_visit"),
        event("b", 4, 8, "video_play"), event("b", 4, 9, "video_play"), event("b", 4, 9, "video_complete"),
        event("a", 2, 13, "like"), event("a", 2, 13, "share"), event("a", 2, 13, "ugc_post"), event(nil, 2, 13, "content_post"),
        event("a", 2, 14, "campaign_join", ["duration_ms": .integer(120_000)]),
        event("a", 2, 15, "survey_response", answer("nps", 10)), event("a", 6, 15, "survey_response", answer("nps", 3)),
        event("b", 2, 15, "survey_response", answer("nps", 9)), event("c", 2, 15, "survey_response", answer("nps", 7)),
        event("d", 2, 15, "survey_response", answer("nps", 10)),
        event("a", 2, 16, "survey_response", answer("csat", 5)), event("b", 2, 16, "survey_response", answer("csat", 3)),
        event("a", 2, 17, "complaint", ["ticket_id": .text("t1")]),
        event(nil, 2, 17, "complaint_response", ["ticket_id": .text("t1")], plus: 60_000_000),
        event(nil, 2, 18, "complaint_response", ["ticket_id": .text("t1")]),
        event(nil, 2, 20, "complaint_resolved", ["ticket_id": .text("t1")]),
        event("b", 3, 17, "complaint", ["ticket_id": .text("t2")]),
        event(nil, 3, 17, "complaint_response", ["ticket_id": .text("t2")], plus: 300_000_000),
        event(nil, 5, 17, "complaint_resolved", ["ticket_id": .text("t2")]),
        event(nil, 2, 1, "request"), event(nil, 2, 2, "request"), event(nil, 2, 3, "request"), event(nil, 2, 4, "request"),
        event(nil, 2, 4, "error"),
        event(nil, 2, 5, "page_load", ["duration_ms": .integer(300)]), event(nil, 2, 6, "page_load", ["duration_ms": .integer(100)]),
        event(nil, 3, 6, "page_load", ["duration_ms": .integer(200)]),
        event("a", 7, 6, "donation", ["amount": .money(5)]), event("b", 7, 6, "referral"),
        event("c", 8, 6, "signup", ["inviter_id": .key("b")]),
        // The newest row: what is known of the time after the period.
        event(nil, 50, 6, "request"),
    ]

    private static func answer(_ type: String, _ score: Double) -> [String: TestValue] {
        ["type": .category(type), "question": .category("q1"), "score": .money(score)]
    }

    static let web: Manifest.Source = {
        var source = Manifest.Source.test(
            "web",
            columns: MetricsFixture.columns + [
                Column("platform", .category), Column("order_place", .category), Column("fulfilment_place", .category),
                Column("inviter_id", .key), Column("duration_ms", .integer), Column("type", .category),
                Column("question", .category), Column("score", .decimal), Column("ticket_id", .text),
            ])
        source.provides = ["impressions", "clicks"]
        return source
    }()
    static let adColumns = [
        Column("date", .date), Column("type", .category), Column("spend", .decimal), Column("platform_conversions", .decimal),
        Column("platform_revenue", .decimal),
    ]
    static let orderColumns = [Column("order_id", .text), Column("paid_at", .time), Column("amount", .decimal)]
    static let budgetColumns = [Column("from", .date), Column("to", .date), Column("planned", .decimal)]
    static let catalogueColumns = [Column("product_id", .category), Column("valid_from", .date), Column("cost", .decimal)]
    static let manifest = Manifest.test(sources: [
        web, .test("ads", kind: .adReport, columns: adColumns), .test("shop", kind: .orders, columns: orderColumns),
        .test("plan", kind: .budget, columns: budgetColumns), .test("goods", kind: .catalogue, columns: catalogueColumns),
    ])
    static let tables: [TableSnapshot] = [
        .test(
            "ads", kind: "ad_report", columns: adColumns,
            rows: [
                ["date": "2026-11-02", "type": "acquisition", "spend": 20, "platform_conversions": 2, "platform_revenue": 90],
                ["date": "2026-11-03", "type": "brand", "spend": 10, "platform_conversions": 0, "platform_revenue": 0],
            ]),
        TableSnapshot(
            source: "shop", kind: "orders", rowCount: 3,
            columns: [
                TableColumn(column: orderColumns[0], strings: ["o1", "o2", "o4"]),
                TableColumn(column: orderColumns[1], integers: [MetricsFixture.at(2), MetricsFixture.at(3), nil]),
                TableColumn(column: orderColumns[2], integers: [100_000_000, 80_000_000, 7_000_000]),
            ]),
        .test(
            "plan", kind: "budget", columns: budgetColumns,
            rows: [["from": "2026-11-01", "to": "2026-11-11", "planned": 100]]),
        .test(
            "goods", kind: "catalogue", columns: catalogueColumns,
            rows: [
                ["product_id": "p1", "valid_from": "2026-11-15", "cost": 12],
                ["product_id": "p1", "valid_from": "2026-01-01", "cost": 10],
            ]),
    ]

    static func run(_ metrics: [String], _ more: KeyValuePairs<String, Value.Content> = [:], seed: UInt64 = 1) throws -> Mart {
        var entries: [(key: String, value: Value)] = [
            ("period", Value(MetricsFixture.november, at: .test)), ("metrics", Value(.strings(metrics), at: .test)),
        ]
        if !more.contains(where: { $0.key == "new_buyer_lookback" }) { entries.append(("new_buyer_lookback", Value(.string("all"), at: .test))) }
        entries += more.map { (key: $0.key, value: Value($0.value, at: .test)) }
        if !entries.contains(where: { $0.key == "grain" }) { entries.append(("grain", Value(.string("period"), at: .test))) }
        return try MetricsFixture.run(
            Value(.map(entries), at: .test), over: events, date: "2026-12-31", manifest: manifest, tables: tables, seed: seed)
    }
}

@Suite("Every metric of the catalogue, counted by hand")
struct MetricsCatalogueTests {
    static let expected: [String: Double] = [
        "events": 54, "persons": 4, "impressions": 3, "reach": 2, "frequency": 1, "clicks": 1, "ctr": 1.0 / 3, "visitors": 3,
        "new_users": 3, "sessions": 8, "mobile_share": 0.7, "plays": 2, "completion_rate": 0.5, "engagements": 3,
        "interaction_per_play": 1.5, "interaction_per_impression": 1, "share_rate": 1.0 / 3, "participants": 1,
        "participation_rate": 0.5, "ugc_posts": 1, "ugc_share": 0.5, "interaction_depth": 120, "community_activity": 0.05,
        "invitations": 1, "k_factor": 0.25, "spend": 30, "cpm": 10_000, "cpc": 30, "cpa": 10, "platform_conversions": 2,
        "platform_revenue": 90, "platform_roas": 3, "cost_per_participant": 30, "cost_per_ugc": 30, "cac": 20,
        "blended_cac": 30, "budget": 100, "budget_variance": -0.7, "budget_share": 1, "orders": 3, "gmv_paid": 200,
        "gmv_placed": 150, "presale_share": 1.0 / 3, "refund_rate": 1.0 / 3, "refund_flow": 20, "net_revenue": 180, "buyers": 2,
        "conversion_rate": 2.0 / 3, "order_rate": 3, "add_to_cart_rate": 1.0 / 3, "aov": 200.0 / 3, "revenue_per_buyer": 100,
        "arpu": 45, "roas": 200.0 / 30, "net_roas": 6, "mer": 200.0 / 30, "roi": 170.0 / 30, "new_buyer_share": 0.5,
        "repurchase_period": 0.5, "donation": 5, "donations": 1, "gross_margin": 98, "gross_margin_rate": 98.0 / 120,
        "margin_roi": 68.0 / 30, "store_conversion_rate": 0.5, "o2o_pickup_rate": 1.0 / 3, "o2o_followup_rate": 0.5,
        "repurchase_within_30d": 0.5, "member_share": 0.5, "referral_rate": 0.5, "nps": 25, "csat": 4, "csat_top": 0.5,
        "tickets": 2, "complaint_rate": 2.0 / 3, "response_time_p50": 60, "response_time_p90": 300, "response_time_p99": 300,
        "resolution_rate": 0.5, "fault_rate": 0.25, "payment_success_rate": 1.0 / 3, "payment_success_orders": 0.5,
        "page_load_p50": 200, "page_load_p95": 300, "page_load_p99": 300, "capture_accuracy": 200.0 / 180, "capture_acceptance": 0.95,
    ]
    /// What has no value in the small shop, with the reason.
    static let absent = ["repurchase_within_90d": "zero_denominator"]

    private func number(_ value: MartValue?) -> Double? {
        switch value {
        case .integer(let whole): Double(whole)
        case .number(let number): number
        case .money(let millionths): Double(millionths) / 1_000_000
        default: nil
        }
    }

    @Test("has its value in the small shop", arguments: [1, 2, 3] as [UInt64])
    func values(seed: UInt64) throws {
        for part in [MetricCatalogue.all.prefix(45), MetricCatalogue.all.dropFirst(45)] {
            let mart = try SmallShop.run(part.map(\.id), seed: seed)
            for metric in part {
                let value = number(mart.records[0][metric.id])
                if let reason = Self.absent[metric.id] {
                    #expect(value == nil)
                    #expect(mart.notes.contains { $0.code == reason && $0.column == metric.id })
                } else {
                    guard let value, let wanted = Self.expected[metric.id] else {
                        Issue.record("\(metric.id): \(String(describing: mart.records[0][metric.id])), \(mart.notes.filter { $0.column == metric.id })")
                        continue
                    }
                    #expect(abs(value - wanted) < 1e-9, "\(metric.id): \(value) and not \(wanted)")
                }
            }
        }
    }

    @Test("an answer that names no question is one of its own, whatever other persons answer")
    func answersWithoutAQuestion() throws {
        func answered(_ person: String, _ day: Int, _ question: String?, _ score: Double) -> TestEvent {
            var values: [String: TestValue] = ["type": .category("nps"), "score": .money(score)]
            values["question"] = question.map { .category($0) }
            return SmallShop.event(person, day, 15, "survey_response", values)
        }
        let own = [answered("a", 2, "q1", 10), answered("a", 3, nil, 3), answered("a", 4, "q2", 9)]
        for others in [[], [answered("b", 1, "q1", 7)], [answered("b", 1, "q2", 7)]] {
            let mart = try MetricsFixture.run(
                ["period": MetricsFixture.november, "grain": .string("period"), "metrics": .strings(["nps"])], over: own + others, manifest: SmallShop.manifest)
            #expect(mart.records[0]["nps__num"] == .integer(1) && mart.records[0]["nps__den"] == .integer(Int64(3 + others.count)))
        }
    }

    @Test("is counted anew at each level: the last answer of a day is not the last of the period")
    func lastAnswers() throws {
        let mart = try SmallShop.run(["nps"], ["grain": .string("day")])
        let second = mart.records(where: ["row_kind": .string("detail")])[1]
        #expect(second["nps__num"] == .integer(3))
        #expect(second["nps__den"] == .integer(4))
        #expect(mart.records.last?["nps__num"] == .integer(1))
    }

    @Test("a budget is spread over its days, and days make the whole exactly")
    func budget() throws {
        let mart = try SmallShop.run(["budget", "spend", "budget_variance"], ["grain": .string("day")])
        #expect(mart.records[1]["budget"] == .money(10_000_000))
        #expect(mart.records[1]["budget_variance"] == .number(1))
        #expect(mart.records[15]["budget"] == .money(0))
        #expect(mart.records.last?["budget"] == .money(100_000_000))
    }

    @Test("percentiles of a custom column are exact in every cell, under a condition and in the rest")
    func percentiles() throws {
        var generator = SeededGenerator(seed: 7)
        for seed in 0..<12 as Range<UInt64> {
            let events = (0..<200).map { _ in
                SmallShop.event(
                    ["a", "b", nil].randomElement(using: &generator) ?? nil, Int.random(in: 1...3, using: &generator), 3, "page_load",
                    [
                        "duration_ms": .integer(Int64.random(in: -3...40, using: &generator)),
                        "platform": .category(["ios", "web", "tv"].randomElement(using: &generator) ?? "ios"),
                    ])
            }
            let mart = try MetricsFixture.run(
                [
                    "period": MetricsFixture.november, "grain": .string("day"), "by": .strings(["platform"]), "top": .integer(2),
                    "metrics": .strings(["events", "p50(duration_ms)", "p99.9(duration_ms)", "page_load_p95"]),
                    "where": try MetricsFixture.condition("duration_ms > 0"),
                ], over: events, manifest: SmallShop.manifest, seed: seed, accumulators: 3)
            for record in mart.records {
                let day: (TestEvent) -> Bool = { event in
                    guard case .date(let date)? = record["day"] else { return true }
                    return TestTime.at(date.description) == event.time - event.time % TestTime.day
                }
                let kept = mart.records.filter { $0["day"] == record["day"] && $0["row_kind"] == .string("detail") }.compactMap { $0["platform"] }
                let values = events.filter(day).filter { event in
                    guard case .category(let name)? = event.values["platform"] else { return false }
                    switch record["row_kind"] {
                    case .string("detail"): return record["platform"] == .string(name)
                    case .string("rest"): return !kept.contains(.string(name))
                    default: return true
                    }
                }.compactMap { event -> Int64? in
                    if case .integer(let value)? = event.values["duration_ms"], value > 0 { value } else { nil }
                }.sorted()
                for (column, share) in [("p50(duration_ms)", 0.5), ("p99.9(duration_ms)", 0.999), ("page_load_p95", 0.95)] {
                    let wanted = values.isEmpty ? MartValue.null : .integer(values[Int((share * Double(values.count)).rounded(.up)) - 1])
                    #expect(record[column] == wanted)
                }
            }
        }
    }
}
