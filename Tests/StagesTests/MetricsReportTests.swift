import Chronology
import EventStore
import Manifest
import Marts
import Stages
import TestSupport
import Testing
import Vocabulary

@Suite("Metrics of ad reports and costs")
struct MetricsReportTests {
    private let ads = MetricsReports.ads([
        ["date": "2026-11-02", "channel": "douyin", "campaign": "c1", "impressions": 1000, "clicks": 20, "spend": 30.5,
            "platform_conversions": 3, "platform_revenue": 120, "reach": 700],
        ["date": "2026-11-02", "channel": "tmall", "campaign": "c2", "impressions": 500, "clicks": 5, "spend": 10, "reach": 300],
        ["date": "2026-11-03", "channel": "douyin", "campaign": "c1", "clicks": 4, "spend": 8],
        ["date": "2026-10-31", "channel": "douyin", "campaign": "c1", "impressions": 9, "clicks": 9, "spend": 9],
    ])
    private let fees = MetricsReports.fees([["date": "2026-11-03", "channel": "kol", "amount": 100]])
    private let manifest = Manifest.test(sources: [
        MetricsReports.web(provides: ["orders", "gmv_paid", "refunds"]),
        MetricsReports.source(provides: ["impressions", "clicks", "spend"]), MetricsReports.feeSource,
    ])
    private let sales = [
        TestEvent(person: "a", time: MetricsFixture.at(2, 9), event: "click", values: ["channel": .category("douyin")]),
        TestEvent(
            person: "a", time: MetricsFixture.at(2, 10), event: "purchase",
            values: ["channel": .category("direct"), "order_id": .text("o1"), "amount": .money(90)]),
        TestEvent(
            person: "b", time: MetricsFixture.at(3, 10), event: "purchase",
            values: ["channel": .category("direct"), "order_id": .text("o2"), "amount": .money(60)]),
    ]
    private let days: Value.Content = .period(.between(TestTime.at("2026-11-01"), TestTime.at("2026-11-05")))

    private func run(
        _ metrics: [String], by: [String] = [], grain: String = "period", condition: String? = nil,
        manifest other: Manifest? = nil
    ) throws -> Mart {
        var entries: [(key: String, value: Value)] = [
            ("period", Value(days, at: .test)), ("metrics", Value(.strings(metrics), at: .test)),
            ("by", Value(.strings(by), at: .test)), ("grain", Value(.string(grain), at: .test)),
        ]
        if let condition { entries.append(("where", Value(try MetricsFixture.condition(condition), at: .test))) }
        return try MetricsFixture.run(
            Value(.map(entries), at: .test), over: sales, date: "2026-11-10", manifest: other ?? manifest, tables: [ads, fees])
    }

    @Test("spend is the reports' and the dated costs'; rows outside the period stay out")
    func spend() throws {
        let row = try run(["spend", "impressions", "clicks", "platform_conversions", "platform_revenue"]).records[0]
        #expect(row["spend"] == .money(148_500_000))
        #expect(row["impressions"] == .integer(1500))
        #expect(row["clicks"] == .integer(29))
        #expect(row["platform_conversions"] == .integer(3))
        #expect(row["platform_revenue"] == .money(120_000_000))
    }

    @Test("a ratio uses only rows that give both parts, and the mart says how much spend it covers")
    func bothParts() throws {
        let mart = try run(["ctr", "cpm", "cpc", "platform_roas"])
        let row = mart.records[0]
        // 40.5 of spend on rows with impressions; the row without impressions and the fee are left out.
        #expect(row["cpm__num"] == .money(40_500_000))
        #expect(row["cpm__den"] == .integer(1500))
        #expect(row["cpm"] == .number(27))
        #expect(row["cpc__num"] == .money(48_500_000))
        #expect(row["cpc__den"] == .integer(29))
        #expect(row["ctr__num"] == .integer(25))
        #expect(row["ctr__den"] == .integer(1500))
        #expect(row["platform_roas__num"] == .money(120_000_000))
        #expect(row["platform_roas__den"] == .money(30_500_000))
        let covered = mart.notes.filter { $0.code == "covered_spend" }
        #expect(covered.contains { $0.column == "cpm" && $0.message == "covers 40.5 of 148.5 CNY of spend" })
        #expect(covered.contains { $0.column == "cpc" && $0.message == "covers 48.5 of 148.5 CNY of spend" })
    }

    @Test("cpa, roas, roi and mer use all spend; sales are credited to the last click")
    func credited() throws {
        let mart = try run(["cpa", "roas", "roi", "mer", "order_rate"], by: ["channel"])
        let douyin = mart.records(where: ["channel": .string("douyin")])[0]
        #expect(douyin["roas"] == .number(90.0 / 38.5))
        #expect(douyin["roi"] == .number(51.5 / 38.5))
        #expect(douyin["cpa"] == .number(38.5))
        #expect(douyin["order_rate__num"] == .integer(1))
        #expect(douyin["order_rate__den"] == .integer(24))
        #expect(douyin["mer"] == .null)
        #expect(mart.notes.contains { $0.code == "blended" && $0.column == "mer" })
        let unassigned = mart.records(where: ["channel": .string("unassigned")])[0]
        #expect(unassigned["roas__num"] == .money(60_000_000))
        #expect(unassigned["roas"] == .null)
        #expect(mart.notes.contains { $0.code == "zero_denominator" && $0.column == "roas" })
        let total = mart.records(where: ["row_kind": .string("total")])[0]
        #expect(total["mer"] == .number(150.0 / 148.5))
        #expect(total["cpa"] == .number(148.5 / 2))
        #expect(mart.records(where: ["channel": .string("kol")])[0]["roas__den"] == .money(100_000_000))
    }

    @Test("a daily report has no hour: null in hours, there in the total")
    func hours() throws {
        let mart = try run(["spend"], grain: "hour")
        #expect(mart.records.dropLast().allSatisfy { $0["spend"] == .null })
        #expect(mart.records.last?["spend"] == .money(148_500_000))
        #expect(mart.notes.contains { $0.code == "coarser_than_grain" && $0.column == "spend" })
    }

    @Test("by a column that no report has, the figure is null in detail and there in totals")
    func notByThisDimension() throws {
        let mart = try run(["orders", "spend"], by: ["product_id"])
        let detail = mart.records(where: ["row_kind": .string("detail")])
        #expect(detail.map { $0["orders"] } == [.integer(2)])
        #expect(detail.map { $0["spend"] } == [.null])
        #expect(mart.records(where: ["row_kind": .string("total")])[0]["spend"] == .money(148_500_000))
        #expect(mart.notes.contains { $0.code == "not_by_this_dimension" && $0.column == "spend" })
    }

    @Test("costs without a column stand where it is null, so that parts make the total")
    func withoutDimension() throws {
        let mart = try run(["spend"], by: ["campaign"])
        #expect(mart.records.map { $0["campaign"] } == [.string("c1"), .string("c2"), .null, .null])
        #expect(mart.records.map { $0["spend"] } == [.money(38_500_000), .money(10_000_000), .money(100_000_000), .money(148_500_000)])
        #expect(mart.notes.contains { $0.code == "without_dimension" && $0.message.contains("fees") })
    }

    @Test("sales without a column that only reports have stand where it is null, and the mart says so")
    func salesWithoutDimension() throws {
        var other = manifest
        other.sources[0].log.mappings.removeAll { $0.column.name == "campaign" }
        let mart = try run(["spend", "gmv_paid"], by: ["campaign"], manifest: other)
        #expect(mart.records.map { $0["gmv_paid"] } == [.money(0), .money(0), .money(150_000_000), .money(150_000_000)])
        #expect(mart.notes.contains { $0.code == "without_dimension" && $0.column == "gmv_paid" && $0.message.contains("web") })
        #expect(try !run(["spend", "gmv_paid"], by: ["campaign"]).notes.contains { $0.code == "without_dimension" && $0.column == "gmv_paid" })
        // The channel is a log's own.
        #expect(try !run(["spend", "gmv_paid"], by: ["channel"]).notes.contains { $0.code == "without_dimension" && $0.column == "gmv_paid" })
    }

    @Test("a ratio of spend says how much of what it brought stands in rows without spend")
    func rowsWithoutSpend() throws {
        let mart = try run(["roas", "cpa"], by: ["channel"])
        let notes = mart.notes.filter { $0.code == "rows_without_spend" }
        #expect(
            notes.map { "\($0.column ?? ""): \($0.message)" } == [
                "roas: rows without spend: 1, with 60 of 150 CNY; totals count what they brought",
                "cpa: rows without spend: 1; totals count what they brought",
            ])
        #expect(try !run(["roas"]).notes.contains { $0.code == "rows_without_spend" })
    }

    @Test("a report's own reach is shown where one row gives it and never summed")
    func reach() throws {
        let mart = try run(["reach"], by: ["channel"], grain: "day")
        #expect(mart.records(where: ["channel": .string("tmall")])[0]["reach"] == .integer(300))
        let total = mart.records(where: ["row_kind": .string("total"), "day": .date(CivilDate("2026-11-02") ?? .init(daysSinceEpoch: 0))])
        #expect(total[0]["reach"] == .null)
        #expect(mart.notes.contains { $0.code == "not_additive" && $0.column == "reach" })
    }

    @Test("a condition holds for report rows too; where a report lacks its column the figure is null")
    func conditions() throws {
        #expect(try run(["spend"], condition: "channel = 'douyin'").records[0]["spend"] == .money(38_500_000))
        let mart = try run(["spend"], condition: "product_id = 'p'")
        #expect(mart.records[0]["spend"] == .null)
        #expect(mart.notes.contains { $0.code == "not_filterable" })
    }

    @Test("report rows in another currency are in no sum, and a note says so")
    func currency() throws {
        let columns = MetricsReports.adColumns + [Column("currency", .category)]
        let table = TableSnapshot.test(
            "ads", kind: "ad_report", columns: columns,
            rows: [
                ["date": "2026-11-02", "channel": "a", "spend": 1, "currency": "USD"],
                ["date": "2026-11-02", "channel": "a", "spend": 2, "currency": "CNY"],
                ["date": "2026-11-02", "channel": "a", "spend": 4],
            ])
        let mart = try MetricsFixture.run(
            ["period": days, "grain": .string("period"), "metrics": .strings(["spend"])], over: [], date: "2026-11-10",
            manifest: manifest, tables: [table])
        #expect(mart.records[0]["spend"] == .money(6_000_000))
        #expect(mart.notes.contains { $0.code == "foreign_currency" && $0.message.hasPrefix("1 ") })
    }

    @Test("a report row without its money keeps its clicks, is in no cost per click, and is counted once whatever asks for it")
    func currencyBeside() throws {
        let columns = MetricsReports.adColumns + [Column("currency", .category)]
        let rates = TestRates(rates: [
            .init(currency: "USD", day: "2026-11-01", rate: 7), .init(currency: "BTC", day: "2026-11-01", rate: 9_000_000),
        ])
        func row(_ channel: String, _ spend: Double, _ currency: String?) -> [String: TableCell] {
            var row: [String: TableCell] = ["date": "2026-11-02", "channel": .init(stringLiteral: channel), "impressions": 100, "clicks": 5]
            row["spend"] = .init(floatLiteral: spend)
            row["currency"] = currency.map { .init(stringLiteral: $0) }
            return row
        }
        let table = TableSnapshot.test(
            "ads", kind: "ad_report", columns: columns,
            rows: [row("own", 10, nil), row("usd", 10, "USD"), row("no_rate", 10, "EUR"), row("huge", 8_000_000, "BTC")])
        var source = Manifest.Source.test("ads", kind: .adReport, columns: columns)
        source.key = ["date", "channel"]
        let mart = try MetricsFixture.run(
            [
                "period": days, "grain": .string("period"), "by": .strings(["channel"]),
                "metrics": .strings(["impressions", "clicks", "spend", "cpc", "cpm", "ctr"]),
            ], over: [], date: "2026-11-10", manifest: .test(sources: [source, TestRates.source]), tables: [table, rates.table])
        func figures(_ channel: String?) -> [MartValue?] {
            let row = mart.records(where: ["channel": channel.map { .string($0) } ?? .null]).first ?? [:]
            return ["impressions", "clicks", "spend", "cpc", "cpm", "ctr"].map { row[$0] }
        }
        #expect(figures("own") == [.integer(100), .integer(5), .money(10_000_000), .number(2), .number(100), .number(0.05)])
        #expect(figures("usd") == [.integer(100), .integer(5), .money(70_000_000), .number(14), .number(700), .number(0.05)])
        for channel in ["no_rate", "huge"] {
            let all = figures(channel)
            #expect([all[0], all[1], all[3], all[4], all[5]] == [.integer(100), .integer(5), .null, .null, .number(0.05)], "\(channel)")
        }
        #expect(figures(nil) == [.integer(400), .integer(20), .money(80_000_000), .number(8), .number(400), .number(0.05)])
        #expect(mart.notes.filter { $0.code == "foreign_currency" }.map { $0.message.hasPrefix("2 rows") } == [true])
    }

    @Test("a report that spells a channel otherwise than the log is told of, and other values are not")
    func similarValues() throws {
        let table = MetricsReports.ads([
            ["date": "2026-11-02", "channel": "Tmall", "spend": 1], ["date": "2026-11-02", "channel": "x 1", "spend": 2],
            ["date": "2026-11-02", "channel": "X1", "spend": 2], ["date": "2026-11-02", "channel": "y", "spend": 2],
            ["date": "2026-11-02", "spend": 2],
        ])
        let events = [SmallShop.event("a", 2, 1, "page_view", ["channel": .category("tmall")])]
        func notes(_ dimensions: [String], _ ads: [TableSnapshot]) throws -> [String] {
            try MetricsFixture.run(
                ["period": days, "grain": .string("period"), "by": .strings(dimensions), "metrics": .strings(["spend", "events"])],
                over: events, date: "2026-11-10", manifest: .test(sources: [MetricsReports.web(), MetricsReports.source()]), tables: ads
            ).notes.filter { $0.code == "similar_values" }.map { "\($0.column ?? "")\($0.message)" }
        }
        #expect(
            try notes(["channel"], [table]) == [
                "channel: 'Tmall' and 'tmall', 'X1' and 'x 1' differ only in case or spaces and stand in rows of their own: costs under one "
                    + "name do not meet the sales under the other"
            ])
        #expect(try notes(["channel"], [MetricsReports.ads([["date": "2026-11-02", "channel": "tmall", "spend": 1]])]).isEmpty)
        #expect(try notes(["campaign"], [table]).isEmpty)
        let many = (0..<5).flatMap { index in ["a\(index)", "A\(index)", "a \(index)", "A \(index)"] }
        let all = try notes(["channel"], [MetricsReports.ads(many.map { ["date": "2026-11-02", "channel": .init(stringLiteral: $0), "spend": 1] })])
        #expect(all.count == 1 && all[0].hasPrefix("channel: 'A 0' and 'A0' and 'a 0' and 1 more, 'A 1'") && all[0].contains(", 2 more differ"), "\(all)")
        let plain = try MetricsFixture.run(
            ["period": days, "grain": .string("period"), "by": .strings(["channel"]), "metrics": .strings(["events"])],
            over: events + [SmallShop.event("a", 2, 2, "page_view", ["channel": .category("TMALL")])], date: "2026-11-10", manifest: .test(sources: [MetricsReports.web()]))
        #expect(!plain.notes.contains { $0.code == "similar_values" }, "no report is cut by it: the log alone says what it says")
    }

    @Test("a row of a budget without a day is in no budget, and is told of")
    func budgetWithoutDays() throws {
        let columns = [Column("from", .date), Column("to", .date), Column("planned", .decimal)]
        let table = TableSnapshot.test(
            "plan", kind: "budget", columns: columns,
            rows: [
                ["from": "2026-11-01", "to": "2026-11-05", "planned": 40], ["from": "2026-11-02", "to": "2026-11-02", "planned": 1],
                ["from": "2026-11-03", "to": "2026-11-01", "planned": 1], ["from": "1900-01-01", "to": "2026-11-03", "planned": 1], ["from": "2026-11-03", "planned": 1],
            ])
        let mart = try MetricsFixture.run(
            ["period": days, "grain": .string("day"), "metrics": .strings(["budget"])], over: [], date: "2026-11-10",
            manifest: .test(sources: [.test("plan", kind: .budget, columns: columns)]), tables: [table])
        #expect(mart.records.map { $0["budget"] } == Array(repeating: .money(10_000_000), count: 4) + [.money(40_000_000)])
        #expect(mart.notes.filter { $0.code == "budget_without_days" }.map { $0.message.hasPrefix("4 rows of source plan") } == [true])
    }

    @Test("costs in another currency are those of their first day's rate, and sales whose cost cannot be told are not covered")
    func costsInCurrencies() throws {
        let columns = [Column("product_id", .category), Column("valid_from", .date), Column("cost", .decimal), Column("currency", .category)]
        let rates = TestRates(rates: [.init(currency: "USD", day: "2026-10-01", rate: 2)])
        let goods = TableSnapshot.test(
            "goods", kind: "catalogue", columns: columns,
            rows: [
                ["product_id": "own", "valid_from": "2026-10-02", "cost": 7], ["product_id": "usd", "valid_from": "2026-10-02", "cost": 7, "currency": "usd"],
                ["product_id": "none", "valid_from": "2026-10-02", "cost": 7, "currency": "GBP"],
                ["product_id": "huge", "valid_from": "2026-10-02", "cost": 9_000_000_000],
            ])
        let events = ["own", "usd", "none", "huge"].map { product in
            SmallShop.event(
                "a", 2, 12, "purchase",
                ["amount": .money(100), "order_id": .text(product), "product_id": .category(product), "quantity": .integer(product == "huge" ? 2_000_000_000 : 1)])
        }
        let mart = try MetricsFixture.run(
            ["period": days, "grain": .string("period"), "metrics": .strings(["gross_margin", "gross_margin_rate"])], over: events, date: "2026-11-10",
            manifest: .test(sources: [MetricsReports.web(), .test("goods", kind: .catalogue, columns: columns), TestRates.source]), tables: [goods, rates.table])
        #expect(mart.records[0]["gross_margin"] == .money(179_000_000))
        #expect(mart.records[0]["gross_margin_rate"] == .number(0.895))
        #expect(mart.notes.contains { $0.code == "covered_sales" && $0.message.contains("cover 200 of 400") })
    }

    @Test("days before the store's first event are told of, where rows are of days and events are counted")
    func beforeTheFirstRecord() throws {
        let events = [SmallShop.event("a", 3, 1, "page_view", [:])]
        func told(_ grain: String, _ metrics: [String]) throws -> [String] {
            try MetricsFixture.run(
                ["period": days, "grain": .string(grain), "metrics": .strings(metrics)], over: events, date: "2026-11-10", manifest: manifest, tables: [ads]
            ).notes.filter { $0.code == "before_first_record" }.map(\.message)
        }
        #expect(try told("day", ["events"]) == ["the store's first event is of 2026-11-03: what earlier days show of events is no zero but missing"])
        #expect(try told("period", ["events"]).isEmpty && told("day", ["spend"]).isEmpty)
        let first = try MetricsFixture.run(
            ["period": days, "grain": .string("day"), "metrics": .strings(["events"])],
            over: events + [SmallShop.event("a", 1, 1, "page_view", [:])], date: "2026-11-10", manifest: manifest, tables: [ads])
        #expect(!first.notes.contains { $0.code == "before_first_record" })
    }

    @Test("without events there are no orders: null, not zero")
    func notProvided() throws {
        let mart = try MetricsFixture.run(
            ["period": days, "grain": .string("day"), "metrics": .strings(["clicks", "orders", "cpa"])], over: [],
            date: "2026-11-10", manifest: .test(sources: [MetricsReports.source()]), tables: [ads])
        #expect(mart.records.map { $0["clicks"] } == [.integer(0), .integer(25), .integer(4), .integer(0), .integer(29)])
        #expect(mart.records.allSatisfy { $0["orders"] == .null && $0["cpa"] == .null })
        #expect(mart.notes.contains { $0.code == "not_provided" && $0.column == "orders" })
    }

    @Test("a report without dates counts in grain period alone")
    func undated() throws {
        let columns = MetricsReports.adColumns.filter { $0.name != "date" }
        let manifest = Manifest.test(sources: [.test("ads", kind: .adReport, columns: columns)])
        let table = TableSnapshot.test("ads", kind: "ad_report", columns: columns, rows: [["channel": "a", "spend": 3]])
        func run(_ grain: String) throws -> Mart {
            try MetricsFixture.run(
                ["period": days, "grain": .string(grain), "metrics": .strings(["spend"])], over: [], date: "2026-11-10",
                manifest: manifest, tables: [table])
        }
        #expect(try run("period").records[0]["spend"] == .money(3_000_000))
        let daily = try run("day")
        #expect(daily.records.allSatisfy { $0["spend"] == .null })
        #expect(daily.notes.contains { $0.code == "undated" })
    }
}

@Suite("One provider for each measure")
struct MetricsProviderTests {
    private let click = TestEvent(person: "a", time: MetricsFixture.at(2), event: "click")
    private let row: [String: TableCell] = ["date": "2026-11-02", "channel": "a", "campaign": "c", "clicks": 7]

    private func clicks(
        _ sources: [Manifest.Source], _ tables: [TableSnapshot], _ events: [TestEvent]? = nil
    ) throws -> MartValue? {
        try MetricsFixture.run(
            ["period": MetricsFixture.november, "grain": .string("period"), "metrics": .strings(["clicks"])],
            over: events ?? [click], manifest: .test(sources: sources), tables: tables
        ).records[0]["clicks"]
    }

    private func problem(_ body: () throws -> Void) -> Problem? {
        do {
            try body()
            return nil
        } catch { return error as? Problem }
    }

    @Test("who declares a measure is its only authority")
    func declared() throws {
        let table = MetricsReports.ads([row])
        #expect(try clicks([MetricsReports.web(provides: ["clicks"]), MetricsReports.source()], [table]) == .integer(1))
        #expect(try clicks([MetricsReports.web(), MetricsReports.source(provides: ["clicks"])], [table]) == .integer(7))
        var app = MetricsReports.web(provides: ["clicks"])
        app.name = "app"
        let events = [click, TestEvent(person: "b", time: MetricsFixture.at(3), event: "click", source: "app")]
        #expect(try clicks([MetricsReports.web(), app], [], events) == .integer(1))
        #expect(try clicks([MetricsReports.web()], [], events) == .integer(2))
    }

    @Test("events and a report that nobody declares between are an error that says what to declare")
    func undeclared() throws {
        let sources = [MetricsReports.web(), MetricsReports.source()]
        let found = problem { _ = try clicks(sources, [MetricsReports.ads([row])]) }
        #expect(found?.code.name == "metrics.two-providers")
        #expect(found?.code.exit == .wrongManifest)
        #expect(found?.help?.contains("provides: [clicks]") == true)
        #expect(try clicks(sources, [MetricsReports.ads([row])], []) == .integer(7))
    }

    @Test("two declared authorities are an error with a place")
    func twice() {
        let sources = [MetricsReports.web(provides: ["clicks"]), MetricsReports.source(provides: ["clicks"])]
        let found = problem { _ = try clicks(sources, []) }
        #expect(found?.code.name == "metrics.two-providers")
        #expect(found?.place == .test)
    }

    @Test("two reports may share a measure, but not a day, channel and campaign")
    func twoReports() throws {
        let sources = [MetricsReports.source("ads"), MetricsReports.source("more")]
        var other = row
        other["channel"] = "b"
        #expect(try clicks(sources, [MetricsReports.ads([row]), MetricsReports.ads([other], "more")]) == .integer(14))
        let found = problem { _ = try clicks(sources, [MetricsReports.ads([row]), MetricsReports.ads([row], "more")]) }
        #expect(found?.message.contains("2026-11-02, channel a, campaign c") == true)
    }

    @Test("a report that provides what it does not map is an error")
    func providesNothing() {
        var source = Manifest.Source.test("ads", kind: .adReport, columns: [Column("date", .date)])
        source.provides = ["clicks"]
        #expect(problem { _ = try clicks([source], []) }?.code.name == "metrics.provides-nothing")
    }
}
