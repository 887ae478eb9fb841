import Chronology
import EventStore
import Manifest
import Marts
import StageKit
import Stages
import TestSupport
import Testing
import Vocabulary

/// A cell is compared with the one that has its place in the calendar, whatever the clock and the year did in between.
@Suite("Metrics: what a cell of time is compared with")
struct MetricsComparisonTests {
    private func date(_ text: String) -> CivilDate { CivilDate(text) ?? CivilDate(daysSinceEpoch: 0) }

    /// A view at noon of every day, and one more at nine o'clock of Mondays.
    private func views(from first: String, to last: String, _ zone: Zone = .utc) -> [TestEvent] {
        (date(first).daysSinceEpoch...date(last).daysSinceEpoch).flatMap { number -> [TestEvent] in
            let day = CivilDate(daysSinceEpoch: number)
            func at(_ hour: Int64) -> TestEvent {
                TestEvent(person: "a", time: zone.instant(ofLocal: Int64(number) * 86_400_000_000 + hour * 3_600_000_000), event: "page_view")
            }
            return day.isoWeekday == 1 ? [at(9), at(12)] : [at(12)]
        }
    }

    private func growth(
        _ options: KeyValuePairs<String, Value.Content>, _ comparison: String, over events: [TestEvent], date: String, zone: Zone = .utc
    ) throws -> [(cell: MartValue?, value: MartValue?, before: MartValue?)] {
        var all: [(key: String, value: Value)] = options.map { ($0.key, Value($0.value, at: .test)) }
        all += [("metrics", Value(.strings(["events"]), at: .test)), ("compare", Value(.strings([comparison]), at: .test))]
        let context = StageContext.test(date, events: events, manifest: .test(zone: zone, sources: [MetricsFixture.web]))
        let mart = try MetricsStage.run(Value(.map(all), at: .test), in: context, over: InMemoryScan(events: events))[0]
        return mart.records.filter { $0["row_kind"] == .string("detail") }.map { row in
            (row["hour"] ?? row["day"] ?? row["week"] ?? row["month"], row["events"], row["events__\(comparison)"])
        }
    }

    @Test("weeks are compared with the same weeks of the year before, cut as they are")
    func weeksOfAYear() throws {
        let rows = try growth(
            ["period": .period(.last(4, .week)), "grain": .string("week")], "year", over: views(from: "2024-10-01", to: "2026-11-22"), date: "2026-11-22")
        #expect(rows.count == 4)
        for row in rows { #expect(row.value == .integer(8) && row.before == .integer(8), "\(row)") }
        // In the middle of a week the last one is compared with as many of its days.
        let open = try growth(
            ["period": .period(.last(4, .week)), "grain": .string("week")], "year", over: views(from: "2024-10-01", to: "2026-11-25"), date: "2026-11-25")
        #expect(open.map(\.value) == [4, 8, 8, 8, 4].map { .integer($0) })
        #expect(open.map(\.before) == [4, 8, 8, 8, 4].map { .integer($0) })
    }

    @Test("weeks of a period that lies otherwise in the week have nothing to be compared with")
    func weeksOutOfStep() throws {
        let rows = try growth(
            ["period": .period(.last(3, .month)), "grain": .string("week")], "previous", over: views(from: "2025-10-01", to: "2026-11-22"), date: "2026-11-22")
        // From 2026-08-23 on, a Sunday; the three months before begin on a Saturday.
        #expect(rows.count == 14 && rows.allSatisfy { $0.before == .null }, "\(rows)")
        let inStep = try growth(
            ["period": .period(.last(3, .week)), "grain": .string("week")], "previous", over: views(from: "2025-10-01", to: "2026-11-22"), date: "2026-11-22")
        #expect(inStep.map(\.before) == [.integer(8), .integer(8), .integer(8)])
    }

    @Test("a day is compared with its date of the year before; a leap day has none, and the days after it keep theirs")
    func leapDay() throws {
        let period = Value.Content.period(.between(TestTime.at("2024-02-27"), TestTime.at("2024-03-03")))
        let rows = try growth(["period": period, "grain": .string("day")], "year", over: views(from: "2022-12-01", to: "2024-03-02"), date: "2024-03-02")
        #expect(rows.map(\.cell) == ["2024-02-27", "2024-02-28", "2024-02-29", "2024-03-01", "2024-03-02"].map { .date(date($0)) })
        // Mondays have two views: 2024-02-26, 2023-02-27.
        #expect(rows.map(\.before) == [.integer(2), .integer(1), .null, .integer(1), .integer(1)])
    }

    @Test("an hour is compared with the same hour on the wall across a clock change; one that is there twice or not at all with none")
    func hours() throws {
        let zone = try Zone(named: "Europe/Berlin")
        let events = (0..<3).flatMap { number -> [TestEvent] in
            let midnight = zone.start(of: date("2026-10-24").adding(days: number))
            let end = zone.start(of: date("2026-10-24").adding(days: number + 1))
            // As many views in an hour of the wall as it has the number of.
            return stride(from: midnight, to: end, by: 3_600_000_000).flatMap { hour -> [TestEvent] in
                let wall = (hour + zone.offset(at: hour)) / 3_600_000_000 % 24
                return (0...wall).map { TestEvent(person: "a", time: hour + $0, event: "page_view") }
            }
        }
        func rows(_ day: String) throws -> [(cell: MartValue?, value: MartValue?, before: MartValue?)] {
            let start = zone.start(of: date(day))
            return try growth(
                ["period": .period(.between(start, zone.start(of: date(day).adding(days: 1)))), "grain": .string("hour")], "previous",
                over: events, date: day, zone: zone)
        }
        let changed = try rows("2026-10-25")
        #expect(changed.count == 25 && changed.filter { $0.before == .null }.count == 1)
        for row in changed where row.before != .null { #expect(row.value == row.before, "\(row)") }
        let after = try rows("2026-10-26")
        #expect(after.count == 24)
        for row in after { #expect(row.value == row.before, "\(row)") }
    }

    @Test("a day that still runs is compared up to the same time on the wall across a clock change")
    func runningDay() throws {
        let zone = try Zone(named: "America/New_York")
        // A view a minute past each hour of the wall.
        let events = ["2026-10-31", "2026-11-01", "2026-11-02"].flatMap { day in
            (0..<24).map { hour in
                TestEvent(
                    person: "a",
                    time: zone.instant(ofLocal: Int64(date(day).daysSinceEpoch) * 86_400_000_000 + Int64(hour) * 3_600_000_000 + 60_000_000),
                    event: "page_view")
            }
        }
        let noon = zone.instant(ofLocal: Int64(date("2026-11-02").daysSinceEpoch) * 86_400_000_000 + 45_000_000_000)
        let context = StageContext(
            manifest: .test(zone: zone, sources: [MetricsFixture.web]), date: date("2026-11-02"), intraday: noon, tables: [],
            newestEvent: events.map(\.time).max(), oldestEvent: events.map(\.time).min())
        let options = Value.options([
            "period": .period(.last(1, .day)), "grain": .string("day"), "metrics": .strings(["events"]), "compare": .strings(["previous"]),
        ])
        let mart = try MetricsStage.run(options, in: context, over: InMemoryScan(events: events))[0]
        #expect(mart.records[0]["events"] == .integer(13) && mart.records[0]["events__previous"] == .integer(13))
    }

    @Test("values that stand for many have no share of a whole")
    func shares() throws {
        let events = (1...3).map { SmallShop.event("a", $0, 12, "purchase", ["amount": .money(Double($0)), "order_id": .text("\($0)")]) }
        let mart = try MetricsFixture.run(
            [
                "period": MetricsFixture.november, "grain": .string("day"), "metrics": .strings(["p50(amount)", "max(amount)", "gmv_paid"]),
                "derive": .strings(["share"]),
            ], over: events)
        let row = mart.records[0]
        #expect(row["p50(amount)__share"] == .null && row["max(amount)__share"] == .null && row["gmv_paid__share"] == .number(1.0 / 6))
    }
}
