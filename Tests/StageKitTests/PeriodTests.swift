import Chronology
import Manifest
import StageKit
import Testing
import Vocabulary

extension Manifest {
    /// A manifest with one campaign and nothing else, in Shanghai.
    static func ofPeriods(_ campaign: TimeSpan = TimeSpan(start: 0, end: 1)) throws -> Manifest {
        Manifest(
            path: "m.yaml", folder: "/", pipeline: "p", zone: try Zone(named: "Asia/Shanghai"), currency: "CNY",
            store: "/store", output: "/out", campaigns: [Campaign(name: "d11", span: campaign)])
    }
}

extension StageContext {
    static func at(_ date: String, newestEvent: Int64? = nil) throws -> StageContext {
        StageContext(
            manifest: try .ofPeriods(), date: try #require(CivilDate(date)), tables: [], newestEvent: newestEvent,
            oldestEvent: nil)
    }

    func instant(_ text: String) throws -> Int64 { try #require(Timestamp.reading(text, in: manifest.zone)) }
}

@Suite("Periods made definite by the run's date")
struct PeriodTests {
    @Test("days, weeks and months end with the run's date", arguments: [
        (PeriodExpression.last(1, .day), "last 1d", "2026-03-31"), (.last(30, .day), "last 30d", "2026-03-02"),
        (.last(2, .week), "last 2w", "2026-03-18"), (.last(1, .month), "last 1m", "2026-03-01"),
    ])
    func last(period: PeriodExpression, name: String, start: String) throws {
        let context = try StageContext.at("2026-03-31")
        let resolved = try context.span(of: period)
        #expect(resolved.name == name)
        #expect(resolved.span == TimeSpan(start: try context.instant(start), end: try context.instant("2026-04-01")))
    }

    @Test("what a period is compared with is the equal one just before, in the calendar's days where it is made of them")
    func compared() throws {
        // Clocks go back an hour on 2026-10-25.
        let zone = try Zone(named: "Europe/Berlin")
        func span(_ from: String, _ to: String) throws -> TimeSpan {
            TimeSpan(start: try #require(Timestamp.reading(from, in: zone)), end: try #require(Timestamp.reading(to, in: zone)))
        }
        func previous(_ expression: PeriodExpression, _ from: String, _ to: String) throws -> TimeSpan {
            try span(from, to).previous(of: expression, in: zone)
        }
        #expect(try previous(.last(3, .day), "2026-10-24", "2026-10-27") == span("2026-10-21", "2026-10-24"))
        #expect(try previous(.last(1, .week), "2026-10-20", "2026-10-27") == span("2026-10-13", "2026-10-20"))
        #expect(try previous(.last(1, .month), "2026-10-01", "2026-11-01") == span("2026-09-01", "2026-10-01"))
        let own = try span("2026-10-25", "2026-10-26")
        #expect(try previous(.between(own.start, own.end), "2026-10-25", "2026-10-26") == span("2026-10-24", "2026-10-25"))
        // A part of a day is as long before.
        let part = try span("2026-10-24T20:00", "2026-10-26T03:00")
        #expect(part.previous(of: .between(part.start, part.end), in: zone) == TimeSpan(start: part.start - (part.end - part.start), end: part.start))
        #expect(try span("2024-02-29T12:00", "2026-10-24T12:00").yearBefore(in: zone) == span("2023-02-28T12:00", "2025-10-24T12:00"))
    }

    @Test("history reaches back to a day once an event of it is there")
    func history() throws {
        func reaches(_ instant: String, oldest: String?) throws -> Bool {
            let manifest = try Manifest.ofPeriods()
            func at(_ text: String) throws -> Int64 { try #require(Timestamp.reading(text, in: manifest.zone)) }
            let context = StageContext(
                manifest: manifest, date: try #require(CivilDate("2026-03-31")), tables: [], newestEvent: nil, oldestEvent: try oldest.map(at))
            return context.historyReaches(try at(instant))
        }
        #expect(try reaches("2026-03-01", oldest: "2026-03-01T23:59"))
        #expect(try !reaches("2026-03-01T23:59", oldest: "2026-03-02"))
        #expect(try reaches("2026-03-01", oldest: "2025-03-01"))
        #expect(try !reaches("2026-03-01", oldest: nil))
    }

    @Test("an unknown campaign is answered with the nearest one")
    func unknownCampaign() throws {
        let problem = try #require(
            #expect(throws: Problem.self) { _ = try StageContext.at("2026-03-31").span(of: .campaign("d12")) })
        #expect(problem.code == .unknownCampaign)
        #expect(problem.help == "did you mean 'd11'?")
    }

    @Test("nothing is seen after the run's date, nor after the newest event")
    func horizon() throws {
        let date = "2026-03-31"
        let end = try StageContext.at(date).instant("2026-04-01")
        #expect(try StageContext.at(date).horizon == end)
        #expect(try StageContext.at(date, newestEvent: end + 5).horizon == end)
        #expect(try StageContext.at(date, newestEvent: end - 5).horizon == end - 4)
    }

    @Test("as_of lies no further behind the period than the node looks")
    func asOf() throws {
        let context = try StageContext.at("2026-03-31")
        let start = try context.instant("2026-03-01")
        let resolved = try context.span(of: .between(start, start + 1000))
        #expect(resolved.asOf(lookingAhead: 0) == start + 1000)
        #expect(resolved.asOf(lookingAhead: 500) == start + 1500)
        #expect(resolved.asOf(lookingAhead: .max) == context.horizon)
    }

    @Test("a date on the command line is a day of the calendar or days before today", arguments: ["someday", "2026-02-30", "-d", "-1", "--1d", ""])
    func wrongDate(text: String) throws {
        #expect(try RunDate.parse("2026-02-28", zone: .utc) == CivilDate("2026-02-28"))
        let problem = try #require(#expect(throws: Problem.self) { _ = try RunDate.parse(text, zone: .utc) })
        #expect(problem.code == .wrongDate)
        #expect(problem.code.exit == .wrongUsage)
    }
}
