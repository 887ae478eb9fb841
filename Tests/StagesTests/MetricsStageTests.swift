import Chronology
import EventStore
import Manifest
import Marts
import Stages
import TestSupport
import Testing
import Vocabulary

@Suite("The metrics stage")
struct MetricsStageTests {
    private func at(_ day: Int, _ hour: Int64 = 12) -> Int64 { MetricsFixture.at(day, hour) }

    private func sale(
        _ person: String?, _ time: Int64, _ order: String?, _ amount: Double, _ more: [String: TestValue] = [:],
        event: String = "purchase"
    ) -> TestEvent {
        var values = more
        values["order_id"] = order.map { .text($0) }
        values["amount"] = .money(amount)
        return TestEvent(person: person, time: time, event: event, values: values)
    }

    private func run(
        _ metrics: [String], _ events: [TestEvent], by: [String] = [], grain: String = "period",
        _ more: [(key: String, value: Value)] = [], date: String = "2026-11-30"
    ) throws -> Mart {
        let entries: [(key: String, value: Value)] = [
            ("period", Value(MetricsFixture.november, at: .test)), ("metrics", Value(.strings(metrics), at: .test)),
            ("by", Value(.strings(by), at: .test)), ("grain", Value(.string(grain), at: .test)),
        ]
        return try MetricsFixture.run(Value(.map(entries + more), at: .test), over: events, date: date)
    }

    @Test("sales: orders once, lines summed, buyers, averages, a second order in the period")
    func sales() throws {
        let events = [
            sale("old", at(-9), "o0", 5),
            sale("a", at(1), "o1", 10), sale("a", at(1), "o1", 5.5), sale("a", at(3), "o2", 20),
            sale("b", at(2), nil, 1), sale(nil, at(2), nil, 2), sale("old", at(4), "o3", 3),
            sale("a", at(5), "o1", 4, event: "refund"),
        ]
        let row = try run(
            ["orders", "gmv", "buyers", "aov", "revenue_per_buyer", "refund_flow", "net_revenue", "refund_rate",
                "repurchase_period", "new_buyer_share", "arpu"], events, [("new_buyer_lookback", Value(.string("all"), at: .test))]).records[0]
        #expect(row["orders"] == .integer(5))
        #expect(row["gmv_paid"] == .money(41_500_000))
        #expect(row["buyers"] == .integer(3))
        #expect(row["aov"] == .number(8.3))
        #expect(row["revenue_per_buyer"] == .number(41.5 / 3))
        #expect(row["refund_flow"] == .money(4_000_000))
        #expect(row["net_revenue"] == .money(37_500_000))
        #expect(row["refund_rate"] == .number(0.2))
        #expect(row["repurchase_period"] == .number(1.0 / 3))
        #expect(row["new_buyer_share"] == .number(2.0 / 3))
        #expect(row["arpu"] == .number(12.5))
    }

    @Test("last click within seven days, the last instant included, takes the sale; then it is unassigned")
    func lastTouch() throws {
        let douyin: [String: TestValue] = ["channel": .category("douyin"), "campaign": .category("c1")]
        let events = [
            TestEvent(person: "a", time: at(1), event: "click", values: douyin),
            sale("a", at(8), "o1", 10, ["channel": .category("direct")]),
            TestEvent(person: "b", time: at(1), event: "click", values: douyin),
            TestEvent(
                person: "b", time: at(8) + 1, event: "purchase",
                values: ["order_id": .text("o2"), "amount": .money(7), "channel": .category("direct")]),
            sale("a", at(20), "o1", 4, event: "refund"), sale("b", at(20), "o2", 2, event: "refund"),
            sale(nil, at(20), "o9", 1, ["channel": .category("tmall")], event: "refund"),
        ]
        let credited = try run(["gmv_paid", "refund_flow"], events, by: ["channel", "campaign"])
        #expect(credited.records.map { $0["channel"] } == [.string("douyin"), .string("tmall"), .string("unassigned"), .null])
        #expect(credited.records.map { $0["campaign"] } == [.string("c1"), .null, .null, .null])
        #expect(credited.records.map { $0["gmv_paid"] } == [.money(10_000_000), .money(0), .money(7_000_000), .money(17_000_000)])
        #expect(credited.records.map { $0["refund_flow"] } == [.money(4_000_000), .money(1_000_000), .money(2_000_000), .money(7_000_000)])
        #expect(credited.notes.contains { $0.code == "credit" && $0.message.contains("unassigned") })
        let own = try run(["gmv_paid"], events, by: ["channel"], [("credit", Value(.string("event"), at: .test))])
        #expect(own.records.map { $0["channel"] } == [.string("direct"), .null])
    }

    @Test("whose visitors bought is a matter of their own rows, whoever gets the credit")
    func conversionByChannel() throws {
        let direct: [String: TestValue] = ["channel": .category("direct")]
        let events = [
            TestEvent(person: "a", time: at(1), event: "click", values: ["channel": .category("douyin")]),
            TestEvent(person: "a", time: at(2), event: "product_view", values: direct), sale("a", at(3), "o1", 10, direct),
            TestEvent(person: "b", time: at(2), event: "product_view", values: direct), sale("b", at(3), "o2", 5, direct),
            TestEvent(person: "c", time: at(2), event: "product_view", values: direct),
        ]
        let mart = try run(["conversion_rate", "orders"], events, by: ["channel"])
        let row = mart.records(where: ["channel": .string("direct")])[0]
        #expect(row["conversion_rate"] == .number(2.0 / 3))
        #expect(row["orders"] == .integer(0))
    }

    @Test("the note on credit says where sales without a click stand, channel or not")
    func creditNote() throws {
        let events = [
            TestEvent(person: "a", time: at(1), event: "click", values: ["campaign": .category("c1"), "channel": .category("douyin")]),
            sale("b", at(3), "o1", 10),
        ]
        let byCampaign = try run(["gmv_paid"], events, by: ["campaign"]).notes.first { $0.code == "credit" }
        #expect(byCampaign?.message.contains("unassigned") == false)
        #expect(byCampaign?.message.contains("without a campaign") == true)
        let byBoth = try run(["gmv_paid"], events, by: ["channel", "campaign"]).notes.first { $0.code == "credit" }
        #expect(byBoth?.message.contains("'unassigned'") == true)
    }

    @Test("without clicks credited ratios have no split, with a reason")
    func noTouches() throws {
        let mart = try run(["orders", "aov"], [sale("a", at(2), "o1", 10)], by: ["channel"])
        #expect(mart.records[0]["orders"] == .integer(1))
        #expect(mart.records[0]["aov"] == .null)
        #expect(mart.records[1]["aov"] == .number(10))
        #expect(mart.notes.contains { $0.code == "no_touches" && $0.column == "aov" })
    }

    @Test("days without data are there up to the newest event, with zeros and nulls")
    func emptyDays() throws {
        let mart = try run(["events", "aov"], [sale("a", at(2), "o1", 10), sale("a", at(4), "o2", 30)], grain: "day")
        #expect(mart.records.map { $0["day"] } == (1...4).map { .date(CivilDate("2026-11-0\($0)") ?? .init(daysSinceEpoch: 0)) } + [.null])
        #expect(mart.records.map { $0["events"] } == [.integer(0), .integer(1), .integer(0), .integer(1), .integer(2)])
        #expect(mart.records.map { $0["aov"] } == [.null, .number(10), .null, .number(30), .number(20)])
        #expect(mart.records.map { $0["row_kind"] } == Array(repeating: .string("detail"), count: 4) + [.string("total")])
        #expect(mart.notes.filter { $0.code == "zero_denominator" } == [MartNote(code: "zero_denominator", column: "aov", message: "null where the denominator is zero")])
        #expect(mart.asOf == "2026-11-04T12:00:00Z")
        #expect(mart.provisional)
    }

    @Test("persons count once a cell and once in the total; rows of nobody only count as rows")
    func persons() throws {
        func view(_ person: String?, _ day: Int, _ channel: String) -> TestEvent {
            TestEvent(person: person, time: at(day), event: "page_view", values: ["channel": .category(channel)])
        }
        let mart = try run(
            ["events", "persons"], [view("a", 1, "x"), view("a", 1, "y"), view("a", 2, "x"), view("b", 1, "x"), view(nil, 1, "x")],
            by: ["channel"], grain: "day")
        #expect(mart.rows.map { $0.dropFirst(2) } == [
            [.string("detail"), .integer(3), .integer(2)], [.string("detail"), .integer(1), .integer(1)],
            [.string("total"), .integer(4), .integer(2)], [.string("detail"), .integer(1), .integer(1)],
            [.string("total"), .integer(1), .integer(1)], [.string("total"), .integer(5), .integer(2)],
        ])
        #expect(mart.notes.contains { $0.code == "rows_without_person" && $0.message.hasPrefix("1 ") })
    }

    @Test("the rest of a top list counts its persons anew")
    func top() throws {
        let events = ["p1", "p1", "p1", "p2", "p3"].enumerated().map { index, product in
            TestEvent(person: index < 3 ? "x\(index)" : "same", time: at(1), event: "product_view", values: ["product_id": .category(product)])
        }
        let mart = try run(["events", "persons"], events, by: ["product_id"], [("top", Value(.integer(1), at: .test))])
        #expect(mart.rows == [
            [.string("p1"), .string("detail"), .integer(3), .integer(3)],
            [.null, .string("rest"), .integer(2), .integer(1)],
            [.null, .string("total"), .integer(5), .integer(4)],
        ])
    }

    @Test("history that begins inside the period: no share of new buyers, and new users with a note")
    func shortHistory() throws {
        let mart = try run(["new_buyer_share", "new_users"], [sale("a", at(2), "o1", 10)])
        #expect(mart.records[0]["new_buyer_share"] == .null)
        #expect(mart.records[0]["new_users"] == .integer(1))
        #expect(mart.notes.contains { $0.code == "history_too_short" && $0.column == "new_buyer_share" })
        #expect(mart.notes.contains { $0.code == "history_starts_here" && $0.column == "new_users" })
    }

    @Test("rows in another currency are in no sum, and a note says how many")
    func currency() throws {
        let mart = try run(
            ["gmv_paid", "orders"],
            [sale("a", at(2), "o1", 10, ["currency": .category("USD")]), sale("a", at(2), "o2", 4, ["currency": .category("CNY")]), sale("b", at(3), "o3", 1)])
        #expect(mart.records[0]["gmv_paid"] == .money(5_000_000))
        #expect(mart.records[0]["orders"] == .integer(3))
        #expect(mart.notes.contains { $0.code == "foreign_currency" && $0.message.hasPrefix("1 ") })
    }

    @Test("refunds after the period count in the rate up to the date of the run, and the window is flagged open")
    func lateRefunds() throws {
        let events = [sale("a", at(2), "o1", 10), sale("a", at(20), "o1", 10, event: "refund"), sale("a", at(25), "o2", 1)]
        let period: Value.Content = .period(.between(at(1, 0), at(10, 0)))
        func rate(_ date: String) throws -> Mart {
            try MetricsFixture.run(["period": period, "grain": .string("period"), "metrics": .strings(["refund_rate", "refund_flow"])], over: events, date: date)
        }
        #expect(try rate("2026-11-19").records[0]["refund_rate"] == .number(0))
        let later = try rate("2026-11-20")
        #expect(later.records[0]["refund_rate"] == .number(1))
        #expect(later.records[0]["refund_flow"] == .money(0))
        #expect(later.provisional)
        #expect(later.notes.contains { $0.code == "open_windows" })
    }

    @Test("named campaigns as cells")
    func campaigns() throws {
        let manifest = Manifest.test(
            sources: [MetricsFixture.web],
            campaigns: [.init(name: "second", span: TimeSpan(start: at(10, 0), end: at(12, 0))), .init(name: "first", span: TimeSpan(start: at(2, 0), end: at(3, 0)))])
        let mart = try MetricsFixture.run(
            ["period": MetricsFixture.november, "grain": .string("campaign"), "metrics": .strings(["orders"])],
            over: [sale("a", at(2), "o1", 1), sale("a", at(5), "o2", 1), sale("a", at(11), "o3", 1)], manifest: manifest)
        #expect(mart.rows == [
            [.string("first"), .string("detail"), .integer(1)], [.string("second"), .string("detail"), .integer(1)],
            [.null, .string("total"), .integer(2)],
        ])
    }

    @Test("cpa counts the conversions that the node names")
    func conversion() throws {
        let manifest = Manifest.test(sources: [MetricsFixture.web, MetricsReports.source()])
        let events = [TestEvent(person: "a", time: at(2), event: "signup"), TestEvent(person: "b", time: at(3), event: "signup")]
        let mart = try MetricsFixture.run(
            ["period": MetricsFixture.november, "grain": .string("period"), "metrics": .strings(["cpa"]), "conversion": .string("signup")],
            over: events, manifest: manifest, tables: [MetricsReports.ads([["date": "2026-11-02", "spend": 50]])])
        #expect(mart.records[0]["cpa"] == .number(25))
    }

    @Test("columns say what they are")
    func columns() throws {
        let mart = try run(["persons", "ctr", "gmv_paid", "min(event_time)"], [sale("a", at(2), "o1", 1)], by: ["is_member"], grain: "hour")
        let found = mart.columns.map { "\($0.name) \($0.type) \($0.role) \($0.unit ?? "-") \($0.direction) \($0.aggregation)" }
        #expect(found == [
            "hour time time - 0 none", "is_member boolean dimension - 0 none", "row_kind string rowKind - 0 none",
            "persons integer measure persons 0 distinct", "ctr number ratio fraction 1 ratio", "ctr__num integer part - 0 sum",
            "ctr__den integer part - 0 sum", "gmv_paid money measure CNY 1 sum", "min(event_time) time measure - 0 min",
        ])
        #expect(mart.records.last?["min(event_time)"] == .time("2026-11-02T12:00:00Z"))
        #expect(mart.id == "metrics/test")
    }

    @Test("no events at all: a total of zeros and nulls")
    func nothing() throws {
        let mart = try run(["events", "aov", "max(quantity)"], [], by: ["channel"])
        #expect(mart.rows == [[.null, .string("total"), .integer(0), .null, .money(0), .integer(0), .null]])
    }
}
