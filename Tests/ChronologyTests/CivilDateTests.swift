import Chronology
import Foundation
import TestSupport
import Testing

@Suite struct CivilDateTests {
    @Test func daysAndComponentsAreInverseFrom1600To2400() {
        for day in stride(from: -135_140, through: 157_054, by: 1) {
            let (year, month, dayOfMonth) = CivilDate(daysSinceEpoch: day).components
            #expect(CivilDate(year: year, month: month, day: dayOfMonth)?.daysSinceEpoch == day)
        }
    }

    @Test(arguments: ["2026-02-29", "2026-13-01", "2026-00-10", "2026-1-01", "26-01-01", "2026-01-32", "2026/01/01", ""])
    func aDayThatDoesNotExistIsNone(_ text: String) {
        #expect(CivilDate(text) == nil)
    }

    @Test func weeksBeginOnMondayAsISOSays() {
        #expect(CivilDate("2026-11-11")?.isoWeekday == 3)
        #expect(CivilDate("2026-11-15")?.startOfWeek.description == "2026-11-09")
        #expect(CivilDate("1969-12-31")?.isoWeekday == 3)
    }

    @Test func monthsAreAddedToTheLastDayOfAShorterMonth() {
        #expect(CivilDate("2026-01-31")?.adding(months: 1).description == "2026-02-28")
        #expect(CivilDate("2026-01-31")?.adding(months: -2).description == "2025-11-30")
        #expect(CivilDate("2024-12-15")?.adding(months: 14).description == "2026-02-15")
    }
}

@Suite struct NamedDaysTests {
    @Test(arguments: [
        ("logs/2026-11-05.csv.gz", ["2026-11-05"]), ("ads/report-20261105.csv", ["2026-11-05"]), ("20261399.csv", []),
        ("web-2026-11-05-02.csv", ["2026-11-05"]), ("202611051200.csv", []), ("数据20261105和20261106", ["2026-11-05", "2026-11-06"]),
    ])
    func aNameTellsOfItsDays(_ name: String, _ days: [String]) {
        #expect(CivilDate.named(in: name).map(\.description) == days)
    }
}

@Suite struct ZoneTests {
    /// Foundation's calendar is the oracle.
    @Test(arguments: ["Asia/Shanghai", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "UTC", "Asia/Kolkata"])
    func offsetsAndDayStartsAgreeWithFoundation(_ name: String) throws {
        let zone = try Zone(named: name)
        let theirs = try #require(TimeZone(identifier: name))
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = theirs
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<2000 {
            let second = Int64.random(in: 0..<4_000_000_000, using: &generator)
            let date = Date(timeIntervalSince1970: Double(second))
            #expect(zone.offset(at: second * 1_000_000) == Int64(theirs.secondsFromGMT(for: date)) * 1_000_000)
            let start = zone.start(of: zone.day(of: second * 1_000_000))
            #expect(start == Int64(calendar.startOfDay(for: date).timeIntervalSince1970) * 1_000_000)
        }
    }

    @Test func aTimeThatHappensTwiceIsTheEarlierAndOneThatDoesNotExistFollowsTheOffsetBefore() throws {
        let zone = try Zone(named: "America/New_York")
        let fall = Int64(CivilDate.days(year: 2026, month: 11, day: 1)) * 86_400_000_000 + 5_400_000_000
        #expect(Timestamp.rfc3339(zone.instant(ofLocal: fall), in: zone) == "2026-11-01T01:30:00-04:00")
        let spring = Int64(CivilDate.days(year: 2026, month: 3, day: 8)) * 86_400_000_000 + 9_000_000_000
        #expect(Timestamp.rfc3339(zone.instant(ofLocal: spring), in: zone) == "2026-03-08T03:30:00-04:00")
    }

    @Test func anUnknownZoneNamesTheNearest() {
        #expect {
            try Zone(named: "Asia/Shangai")
        } throws: { "\($0)".contains("did you mean 'Asia/Shanghai'?") }
    }
}

@Suite struct TimeCellsTests {
    @Test(arguments: Grain.allCases, ["Asia/Shanghai", "America/New_York", "Asia/Kolkata"])
    func cellsCoverThePeriodOnceAndFindTheirInstants(_ grain: Grain, _ name: String) throws {
        let zone = try Zone(named: name)
        let from = try #require(CivilDate("2026-10-28"))
        let period = TimeSpan(
            start: zone.start(of: from) + 1_234_567, end: zone.start(of: from.adding(days: 40)) + 7_200_000_000)
        let cells = TimeCells(period, grain: grain, zone: zone)
        #expect(cells.spans.first?.start == period.start)
        #expect(cells.spans.last?.end == period.end)
        for (left, right) in zip(cells.spans, cells.spans.dropFirst()) { #expect(left.end == right.start) }
        #expect(Set(cells.labels).count == cells.count)
        for (index, span) in cells.spans.enumerated() {
            #expect(cells.index(of: span.start) == index)
            #expect(cells.index(of: span.end - 1) == index)
        }
        #expect(cells.index(of: period.start - 1) == nil)
        #expect(cells.index(of: period.end) == nil)
    }

    @Test func aDayOfTwentyFiveHoursHasTwentyFiveHourCells() throws {
        let zone = try Zone(named: "America/New_York")
        let day = try #require(CivilDate("2026-11-01"))
        let period = TimeSpan(start: zone.start(of: day), end: zone.start(of: day.adding(days: 1)))
        #expect(TimeCells(period, grain: .hour, zone: zone).count == 25)
    }

    @Test(arguments: [("Australia/Lord_Howe", "2026-04-05"), ("Australia/Lord_Howe", "2026-10-04"), ("Asia/Kathmandu", "1986-01-01")])
    func hoursStayWholeWhereTheClockIsSetByAPartOfOne(_ name: String, _ date: String) throws {
        let zone = try Zone(named: name)
        let day = try #require(CivilDate(date))
        let period = TimeSpan(start: zone.start(of: day.adding(days: -1)), end: zone.start(of: day.adding(days: 2)))
        let cells = TimeCells(period, grain: .hour, zone: zone)
        #expect(cells.labels.dropFirst().allSatisfy { $0.dropFirst(13).hasPrefix(":00:00") })
        #expect(cells.spans.first?.start == period.start && cells.spans.last?.end == period.end)
        for (left, right) in zip(cells.spans, cells.spans.dropFirst()) { #expect(left.end == right.start) }
    }

    @Test func anEmptyPeriodHasNoCells() {
        #expect(TimeCells(TimeSpan(start: 5, end: 5), grain: .day, zone: .utc).count == 0)
    }
}
