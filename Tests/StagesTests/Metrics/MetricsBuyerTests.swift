import Chronology
import Manifest
import Marts
import Metrics
import Stages
import TestSupport
import Testing
import Vocabulary

@Suite("New and returning buyers")
struct MetricsBuyerTests {
    private func buy(_ person: String, _ day: Int, _ order: String, hour: Int64 = 12) -> TestEvent {
        TestEvent(
            person: person, time: MetricsFixture.at(day, hour), event: "purchase", values: ["order_id": .text(order), "amount": .money(1)])
    }

    private func run(_ metrics: [String], _ events: [TestEvent], grain: String = "period", _ more: KeyValuePairs<String, Value.Content>) throws -> Mart {
        var entries: [(key: String, value: Value)] = [
            ("period", Value(MetricsFixture.november, at: .test)), ("grain", Value(.string(grain), at: .test)),
            ("metrics", Value(.strings(metrics), at: .test)),
        ]
        entries += more.map { ($0.key, Value($0.value, at: .test)) }
        return try MetricsFixture.run(Value(.map(entries), at: .test), over: events)
    }

    @Test("the look-back of a new buyer ends where its row begins: new in a week, and not in the month")
    func lookBack() throws {
        // The first event of all, far enough back; then two days before the month, and in its second whole week.
        let events = [buy("old", -40, "0"), buy("a", -1, "1"), buy("a", 10, "2"), buy("b", 10, "3")]
        let mart = try run(["new_buyer_share"], events, grain: "week", ["new_buyer_lookback": .string("5d")])
        let week = try #require(mart.records.first { $0["week"]?.rowText == "2026-11-09" })
        #expect(week["new_buyer_share__num"] == .integer(2))
        let total = try #require(mart.records.last)
        #expect(total["new_buyer_share__num"] == .integer(1))
        #expect(total["new_buyer_share__den"] == .integer(2))
        // Of all history "a" is new nowhere.
        let all = try run(["new_buyer_share"], events, grain: "week", ["new_buyer_lookback": .string("all")])
        #expect(all.records.first { $0["week"]?.rowText == "2026-11-09" }?["new_buyer_share__num"] == .integer(1))
    }

    @Test("the last instant of the look-back counts, the one before it does not")
    func lookBackIsInclusive() throws {
        let start = MetricsFixture.at(1, 0)
        func isNew(_ before: Int64) throws -> MartValue? {
            let earlier = TestEvent(person: "a", time: start - 5 * TestTime.day + before, event: "purchase", values: ["order_id": .text("1")])
            return try run(["new_buyer_share"], [buy("old", -40, "0"), earlier, buy("a", 3, "2")], ["new_buyer_lookback": .duration(5 * TestTime.day)])
                .records[0]["new_buyer_share__num"]
        }
        #expect(try isNew(0) == .integer(0))
        #expect(try isNew(-1) == .integer(1))
    }

    @Test("a year is the default, and a shorter history gives no share")
    func usual() throws {
        let mart = try run(["new_buyer_share", "buyers"], [buy("a", -40, "1"), buy("a", 3, "2")], [:])
        #expect(mart.records[0]["new_buyer_share"] == .null)
        #expect(mart.records[0]["buyers"] == .integer(1))
        #expect(mart.notes.contains { $0.code == "history_too_short" && $0.column == "new_buyer_share" })
        let year = TestEvent(person: "x", time: MetricsFixture.at(1, 0) - 365 * TestTime.day, event: "page_view")
        #expect(try run(["new_buyer_share"], [year, buy("a", -40, "1"), buy("a", 3, "2")], [:]).records[0]["new_buyer_share"] == .number(0))
    }

    @Test("what is no look-back is refused with its place")
    func refused() {
        do {
            _ = try run(["buyers"], [], ["new_buyer_lookback": .string("a year")])
            Issue.record("it is taken")
        } catch {
            #expect((error as? Problem)?.message == "'a year' is no time to look back")
            #expect((error as? Problem)?.help == "write it as in 90d, or all")
        }
    }

    @Test("two orders in the row, or two orders on two days")
    func repurchase() throws {
        let events = [
            buy("same day", 2, "1"), buy("same day", 2, "2", hour: 13), buy("two days", 2, "3"), buy("two days", 3, "4"),
            buy("one order", 2, "5"), buy("one order", 3, "5"), buy("once", 2, "6"),
            // A second order on the first day, and a line of the first order on the next.
            buy("late line", 2, "7"), buy("late line", 2, "8", hour: 13), buy("late line", 3, "7"),
        ]
        let orders = try run(["repurchase_period"], events, [:]).records[0]
        #expect(orders["repurchase_period__num"] == .integer(3))
        #expect(orders["repurchase_period__den"] == .integer(5))
        let days = try run(["repurchase_period"], events, ["repurchase": .string("days")]).records[0]
        #expect(days["repurchase_period__num"] == .integer(2))
    }

    @Test("bought again within any number of days")
    func within() throws {
        let events = [buy("a", 2, "1"), buy("a", 6, "2"), buy("b", 2, "3"), buy("c", 20, "4"), buy("b", 29, "5")]
        let row = try run(["repurchase_within_3d", "repurchase_within_4d", "repurchase_within_20d"], events, [:]).records[0]
        #expect(row["repurchase_within_3d__num"] == .integer(0))
        #expect(row["repurchase_within_4d__num"] == .integer(1))
        #expect(row["repurchase_within_4d__den"] == .integer(3))
        #expect(row["repurchase_within_20d__den"] == .integer(2))
        #expect(MetricCatalogue.metric("repurchase_within_45d")?.en == "Repurchase within 45 days")
        for wrong in ["repurchase_within_0d", "repurchase_within_007d", "repurchase_within_4000d", "repurchase_within_d"] {
            #expect(MetricCatalogue.metric(wrong) == nil)
        }
    }
}
