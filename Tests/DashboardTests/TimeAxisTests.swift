import Chronology
import Dashboard
import Marts
import TestSupport
import Testing

/// Time is drawn as the calendar has it: a cell without rows is a gap, and not a straight line over it.
@Suite struct TimeAxisTests {
    private func page(_ grain: String, _ type: MartColumn.ValueType, _ times: [MartValue], _ dimension: String? = "campaign") throws -> PageReader {
        let time = MartColumn(grain, type, role: .time, label: Label(en: grain, zh: grain))
        let columns = [time] + [dimension.map(PageMarts.dimension)].compactMap { $0 } + [PageMarts.kind, PageMarts.figures[0]]
        let rows = times.map { [$0] + (dimension == nil ? [] : [MartValue.string("a")]) + [.string("detail"), .integer(5)] }
        let mart = PageMarts.mart("metrics/by_time", columns, rows)
        return try PageReader(Dashboard(.init(), marts: [mart], results: PageMarts.results, published: []).write())
    }

    private func date(_ text: String) throws -> MartValue { .date(try #require(CivilDate(text))) }

    /// Where the points lie, from the first (0) to the last (1).
    private func places(_ page: PageReader) throws -> [Double] {
        let x = page.all("circle").compactMap { $0.attributes["cx"].flatMap { Double($0.dropLast()) } }
        let (first, last) = (try #require(x.first), try #require(x.last))
        return x.map { ((($0 - first) / (last - first)) * 1000).rounded() / 1000 }
    }

    private func pieces(_ page: PageReader) -> Int { page.all("path", "line").first?.attributes["d"]?.filter { $0 == "M" }.count ?? 0 }

    @Test func aDayWithoutRowsKeepsItsPlaceAndBreaksTheLine() throws {
        let page = try page("day", .date, [date("2026-11-01"), date("2026-11-02"), date("2026-11-04"), date("2026-11-05")])
        #expect(try places(page) == [0, 0.25, 0.75, 1])
        #expect(pieces(page) == 2)
    }

    @Test func weeksMonthsAndHoursHaveTheirOwnCalendar() throws {
        let weeks = try page("week", .date, [date("2026-10-26"), date("2026-11-02"), date("2026-11-16"), date("2026-11-23")])
        #expect(try places(weeks) == [0, 0.25, 0.75, 1])
        let months = try page("month", .date, [date("2026-11-01"), date("2026-12-01"), date("2027-02-01"), date("2027-03-01")])
        #expect(try places(months) == [0, 0.25, 0.75, 1])
        // The second hour of a night in which clocks go back has another offset.
        let hours = try page("hour", .time, ["2026-10-25T01:00:00+02:00", "2026-10-25T02:00:00+02:00", "2026-10-25T03:00:00+01:00", "2026-10-25T04:00:00+01:00"].map(MartValue.time))
        #expect(try places(hours) == [0, 0.25, 0.75, 1])
        #expect([weeks, months, hours].map(pieces) == [2, 2, 2])
    }

    @Test func aTimeOfTheTotalsAloneHasItsPlaceToo() throws {
        let rows: [[MartValue]] = [
            [try date("2026-11-01"), .string("a"), .string("detail"), .integer(1)], [try date("2026-11-02"), .string("a"), .string("detail"), .integer(1)],
            [try date("2026-11-03"), .null, .string("total"), .integer(0)], [try date("2026-11-04"), .null, .string("total"), .integer(0)],
        ]
        let mart = PageMarts.mart("metrics/x", [PageMarts.day, PageMarts.dimension("campaign"), PageMarts.kind, PageMarts.figures[0]], rows)
        let page = try PageReader(Dashboard(.init(), marts: [mart], results: PageMarts.results, published: []).write())
        #expect(page.all("text", "time").map(\.text) == ["11-01", "11-04"])
    }

    @Test func campaignsStandInTheirOrder() throws {
        let page = try page("campaign", .string, [.string("d11"), .string("d12"), .string("newyear")])
        #expect(try places(page) == [0, 0.5, 1])
    }

    @Test func daysThousandsOfYearsApartAreDrawnInNoTime() throws {
        let page = try page("day", .date, [date("0000-01-01"), date("9999-12-31")])
        #expect(page.says("The last 400 of 3,652,425 points in time are drawn."))
        #expect(page.all("circle").count == 1)
    }

    @Test func theMapOfProductsHasAPlaceForTheMissingHour() throws {
        let page = try page("hour", .time, ["2026-11-14T01:00:00+08:00", "2026-11-14T03:00:00+08:00"].map(MartValue.time), "product_id")
        let cells = page.all("rect").filter { $0.attributes["data-row"] != nil }
        #expect(cells.compactMap { $0.attributes["x"] } == ["0%", "66.67%"])
    }
}
