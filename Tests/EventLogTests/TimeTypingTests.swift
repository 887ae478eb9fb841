import Chronology
import EventLog
import Foundation
import TestSupport
import Testing

@Suite struct TimeTypingTests {
    private func type(_ text: String, _ format: LogFormat.TimeFormat = .iso8601, _ zone: Zone = .utc) -> (
        value: Int64, fault: Fault
    ) {
        var typing = TimeTyping(format, zone: zone)
        return type(text, &typing)
    }

    private func type(_ text: String, _ typing: inout TimeTyping) -> (value: Int64, fault: Fault) {
        var value: Int64 = -77
        let fault = Array(text.utf8).withUnsafeBytes { typing.time($0, &value) }
        return (value, fault)
    }

    @Test(
        arguments: [
            ("1970-01-01", 0), ("1970-01-01T00:00:00Z", 0), ("2026-11-01", 1_793_491_200_000_000),
            ("2026-11-01T20:00", 1_793_563_200_000_000), ("2026-11-01 20:00:01", 1_793_563_201_000_000),
            ("2026-11-01T20:00:00+08:00", 1_793_534_400_000_000), ("2026-11-01T20:00:00+0800", 1_793_534_400_000_000),
            ("2026-11-01T20:00:00+08", 1_793_534_400_000_000), ("2026-11-01T20:00+08", 1_793_534_400_000_000),
            ("2026-11-01T20:00:00-03:30", 1_793_575_800_000_000), ("2026-11-01T20:00Z", 1_793_563_200_000_000),
            ("2026-11-01T20:00:00.5", 1_793_563_200_500_000), ("2026-11-01T20:00:00.123456Z", 1_793_563_200_123_456),
            ("2026-11-01T20:00:00.999999999", 1_793_563_200_999_999), ("2024-02-29", 1_709_164_800_000_000),
            ("2200-12-31T23:59:59.999999Z", 7_289_654_399_999_999),
        ] as [(String, Int64)])
    func stampsOfISO8601AreInstants(_ text: String, _ value: Int64) {
        #expect(type(text) == (value, .none))
    }

    @Test(arguments: [
        "", "2026", "2026-11", "2026/11/01", "20261101", "2026-11-1", "2026-13-01", "2026-00-01", "2026-02-29",
        "2026-11-31", "2026-11-01T", "2026-11-01T20", "2026-11-01T24:00", "2026-11-01T20:60", "2026-11-01T20:00:60",
        "2026-11-01T20:00:00.", "2026-11-01T20:00:00.1234567890", "2026-11-01T20:00:00 +08:00", "2026-11-01_20:00",
        "2026-11-01T20:00:00+8", "2026-11-01T20:00:00+24:00", "2026-11-01T20:00:00+08:60", "2026-11-01T20:00:00+08:0",
        "2026-11-01T20:00:00ZZ", "2026-11-01T20:00.5", "2026-11-01T20:00:0", "2026-11-01Z", "2026-11-01T20-00",
        "-2026-11-01", "yesterday, at eight", "2026-11-01T20:00:00+08:00x", "\0\0\0\0\0\0\0\0\0\0",
    ])
    func whatIsNoStampIsInvalid(_ text: String) {
        #expect(type(text).fault == .invalidTime)
    }

    @Test(arguments: [
        "1969-12-31T23:59:59.999999Z", "2201-01-01", "0000-01-01", "9999-12-31T23:59:59Z", "1970-01-01T00:00+00:01",
    ])
    func stampsOutsideTheYearsAreOutOfRange(_ text: String) {
        #expect(type(text).fault == .timeOutOfRange)
    }

    @Test func numbersSinceTheEpochAreInstants() {
        #expect(type("1511658000", .seconds) == (1_511_658_000_000_000, .none))
        #expect(type("1511658000.25", .seconds) == (1_511_658_000_250_000, .none))
        #expect(type("1511658000.123456789", .seconds) == (1_511_658_000_123_456, .none))
        #expect(type("1511658000123", .milliseconds) == (1_511_658_000_123_000, .none))
        #expect(type("1511658000123456", .microseconds) == (1_511_658_000_123_456, .none))
        #expect(type("0", .seconds) == (0, .none))
        for text in ["", "x", "1.", ".5", "1.2.3", "1511658000.1234567890", "1e9", "1.-5"] {
            #expect(type(text, .seconds).fault == .invalidTime, "\(text)")
        }
        for text in ["-1", "-0.5", "7289654400", "9223372036854775807", "99999999999999999999", "9223372036854.5"] {
            #expect(type(text, .seconds).fault == .timeOutOfRange, "\(text)")
        }
        #expect(type("1.5", .milliseconds).fault == .invalidTime)
        #expect(type("9223372036854775807", .milliseconds).fault == .timeOutOfRange)
    }

    @Test(arguments: ["Asia/Shanghai", "America/New_York", "UTC", "Europe/Berlin", "Australia/Lord_Howe"])
    func wallClocksAgreeWithTheSystemsCalendar(_ name: String) throws {
        let zone = try Zone(named: name)
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(identifier: name))
        var typing = TimeTyping(.iso8601, zone: zone)
        var random = SeededGenerator(seed: 31)
        var stamps: [(Int, Int, Int, Int, Int, Int)] = (0..<400).map { _ in
            (
                Int.random(in: 1971...2037, using: &random), Int.random(in: 1...12, using: &random),
                Int.random(in: 1...28, using: &random), Int.random(in: 0...23, using: &random),
                Int.random(in: 0...59, using: &random), Int.random(in: 0...59, using: &random)
            )
        }
        // The days on which clocks change, and their neighbours, by the half-hour.
        for (month, days) in [
            (3, 7...9), (3, 28...30), (10, 24...26), (10, 31...31), (11, 1...2), (4, 4...6), (10, 3...5),
        ] {
            for day in days { for half in 0..<48 { stamps.append((2026, month, day, half / 2, half % 2 * 30, 0)) } }
        }
        for (year, month, day, hour, minute, second) in stamps {
            let text = String(format: "%04d-%02d-%02d %02d:%02d:%02d", year, month, day, hour, minute, second)
            let parts = DateComponents(year: year, month: month, day: day, hour: hour, minute: minute, second: second)
            let date = try #require(calendar.date(from: parts))
            let got = type(text, &typing)
            #expect(got.fault == .none)
            #expect(got.value == Int64(date.timeIntervalSince1970) * 1_000_000, "\(text) in \(name)")
        }
    }

    @Test func datesAreDaysOfTheCalendar() {
        var typing = TimeTyping(.iso8601, zone: .utc)
        func date(_ text: String) -> (value: Int64, fault: Fault) {
            var value: Int64 = -77
            let fault = Array(text.utf8).withUnsafeBytes { typing.date($0, &value) }
            return (value, fault)
        }
        #expect(date("1970-01-01") == (0, .none))
        #expect(date("1969-12-31") == (-1, .none))
        #expect(date("2026-11-11") == (20_768, .none))
        #expect(date("2026-11-11") == (20_768, .none))
        for text in ["", "2026-02-30", "2026-11-11T00:00", "2026/11/11", "11-11-2026", "2026-11-1a"] {
            #expect(date(text).fault == .invalidDate, "\(text)")
        }
    }
}
