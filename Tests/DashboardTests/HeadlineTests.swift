import Chronology
import Dashboard
import Marts
import TestSupport
import Testing

/// The head of the page tells of whole cells only, and of one row a cell.
@Suite struct HeadlineTests {
    private func page(_ mart: Mart, _ column: String = "visitors", intraday: String? = nil) throws -> PageReader {
        let figure = "\(mart.id.replacing("/", with: ".")).\(column)"
        let dashboard = Dashboard(.init(headline: [figure]), marts: [mart], results: PageMarts.results, intraday: intraday, published: [])
        return try PageReader(dashboard.write())
    }

    private func value(_ page: PageReader) -> String? { page.all("p", "value").first?.attributes["data-value"] }

    @Test(arguments: [
        ("2026-11-14T11:05:00+08:00", nil, "13"), ("2026-11-14T17:59:59.5+08:00", nil, "13"), ("2026-11-14T18:00:00+08:00", nil, "14"),
        ("2026-11-14T23:59:59+08:00", nil, "14"), ("2026-11-15T00:00:00+08:00", nil, "14"),
        // A run within the day has not seen its day, whatever the hour.
        ("2026-11-14T23:00:00+08:00", "2026-11-14T23:00:00+08:00", "13"), ("2026-11-14T12:00:00+08:00", "2026-11-14T12:00:00+08:00", "13"),
    ])
    func aDayThatIsNotWholeIsLeftOutAndSaidSo(asOf: String, intraday: String?, expected: String) throws {
        var mart = PageMarts.overview()
        mart.asOf = asOf
        let page = try page(mart, intraday: intraday)
        #expect(value(page) == expected)
        #expect(page.says("2026-11-14 is seen up to") == (expected == "13"))
        // 13 after 12 and 6, or 14 after 13 and 7: never a part of a day beside a whole one.
        #expect(page.all("b", "change").map(\.text) == (expected == "13" ? ["+8.3%", "+116.7%"] : ["+7.7%", "+100.0%"]))
    }

    @Test func theOnlyDayIsShownAsProvisionalAndComparedWithNothing() throws {
        var mart = PageMarts.overview(days: 1)
        mart.asOf = "2026-11-14T10:00:00+08:00"
        let page = try page(mart)
        #expect(value(page) == "1")
        #expect(page.all("b", "change").isEmpty)
        #expect(page.all("article", "kpi").first?.text.contains("provisional") ?? false)
    }

    @Test func weeksAndMonthsThatThePeriodOrTheNewestEventCutsAreNotWhole() throws {
        func mart(_ grain: String, _ days: [String], asOf: String, from: String = "2026-10-01T00:00:00+08:00", to: String = "2027-01-01T00:00:00+08:00") throws -> Mart {
            let time = MartColumn(grain, .date, role: .time, label: Label(en: grain, zh: grain))
            let rows = try days.enumerated().map { [MartValue.date(try #require(CivilDate($1))), .string("detail"), .integer(Int64($0 + 1)), .null, .null] }
            var mart = PageMarts.mart("metrics/slow", [time, PageMarts.kind] + PageMarts.figures, rows)
            mart.asOf = asOf
            mart.period = MartPeriod(name: "p", from: from, to: to)
            return mart
        }
        let weeks = ["2026-10-26", "2026-11-02", "2026-11-09"]
        #expect(value(try page(mart("week", weeks, asOf: "2026-11-14T23:59:59+08:00"))) == "2")
        #expect(value(try page(mart("week", weeks, asOf: "2026-11-15T22:00:00+08:00"))) == "3")
        #expect(value(try page(mart("week", weeks, asOf: "2026-11-15T22:00:00+08:00", to: "2026-11-15T00:00:00+08:00"))) == "2")
        #expect(value(try page(mart("week", Array(weeks[1...]), asOf: "2026-11-12T00:00:00+08:00", from: "2026-11-04T00:00:00+08:00"))) == "2")
        let months = ["2026-10-01", "2026-11-01"]
        #expect(value(try page(mart("month", months, asOf: "2026-11-29T23:00:00+08:00"))) == "1")
        #expect(value(try page(mart("month", months, asOf: "2026-11-30T23:00:00+08:00"))) == "2")
    }

    @Test func hoursEndAsTheNewestEventSays() throws {
        func mart(asOf: String) -> Mart {
            let time = MartColumn("hour", .time, role: .time, label: Label(en: "Hour", zh: "小时"))
            let rows = (8...11).map { [MartValue.time("2026-11-14T\($0 < 10 ? "0" : "")\($0):00:00+08:00"), .string("detail"), .integer(Int64($0)), .null, .null] }
            var mart = PageMarts.mart("metrics/hours", [time, PageMarts.kind] + PageMarts.figures, rows)
            mart.asOf = asOf
            return mart
        }
        #expect(value(try page(mart(asOf: "2026-11-14T11:05:00+08:00"))) == "10")
        #expect(value(try page(mart(asOf: "2026-11-14T11:58:00+08:00"))) == "11")
    }

    @Test(arguments: ["persons", "conversion_from_first"]) func aMartWithARowAStepHasNoOneFigure(column: String) throws {
        for mart in [PageMarts.funnelTrend(["a"], days: 3), PageMarts.funnel(["a", "b"])] {
            let page = try page(mart, column)
            #expect(value(page) == nil)
            #expect(page.says("This run has no such figure."))
        }
        let experiment = try page(PageMarts.experiment(lift: (.number(0.1), .number(0.2), .number(0.3)), verdict: "win"), "lift")
        #expect(value(experiment) == nil)
    }

    @Test func aMartOfCategoriesGivesTheirTotalAndNotACategoryWithoutAName() throws {
        let rows: [[MartValue]] = [
            [.null, .string("detail"), .integer(5), .null, .null], [.string("a"), .string("detail"), .integer(6), .null, .null],
            [.null, .string("total"), .integer(11), .null, .null],
        ]
        #expect(value(try page(PageMarts.mart("metrics/channels", [PageMarts.dimension("channel"), PageMarts.kind] + PageMarts.figures, rows))) == "11")
        #expect(value(try page(PageMarts.mart("metrics/channels", [PageMarts.dimension("channel"), PageMarts.kind] + PageMarts.figures, Array(rows.dropLast())))) == nil)
    }
}
