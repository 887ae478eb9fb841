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

    /// A stamp read the slow way: field by field, with one day's arithmetic; nil where it is none.
    private func naive(_ bytes: [UInt8]) -> Int64? {
        func number(_ start: Int, _ count: Int) -> Int64? {
            guard start + count <= bytes.count else { return nil }
            var value: Int64 = 0
            for byte in bytes[start..<start + count] {
                guard (0x30...0x39).contains(byte) else { return nil }
                value = value * 10 + Int64(byte - 0x30)
            }
            return value
        }
        guard bytes.count >= 19, bytes[4] == 0x2D, bytes[7] == 0x2D, bytes[10] == 0x54 || bytes[10] == 0x20, bytes[13] == 0x3A,
            bytes[16] == 0x3A, let year = number(0, 4), let month = number(5, 2), let day = number(8, 2),
            let date = CivilDate(year: Int(year), month: Int(month), day: Int(day)),
            let hour = number(11, 2), hour < 24, let minute = number(14, 2), minute < 60, let second = number(17, 2), second < 60
        else { return nil }
        let local = Int64(date.daysSinceEpoch) * 86_400 + hour * 3600 + minute * 60 + second
        switch bytes.count {
        case 19: return local * 1_000_000
        case 20: return bytes[19] == 0x5A ? local * 1_000_000 : nil
        case 25:
            guard bytes[19] == 0x2B || bytes[19] == 0x2D, bytes[22] == 0x3A, let hours = number(20, 2), hours < 24,
                let minutes = number(23, 2), minutes < 60
            else { return nil }
            return (local - (bytes[19] == 0x2D ? -1 : 1) * (hours * 60 + minutes) * 60) * 1_000_000
        default: return nil
        }
    }

    @Test(arguments: ["2026-11-01T23:59:08+08:00", "2026-11-01 20:15:39-03:30", "2026-11-01T20:15:39Z", "2026-11-01T20:15:39"])
    func anyByteInAnyPlaceOfTheCommonFormsIsReadAsTheSlowWayReadsIt(_ text: String) {
        // One typing for all: what it remembers of the stamp before must not show.
        var typing = TimeTyping(.iso8601, zone: .utc)
        let common = Array(text.utf8)
        for place in common.indices {
            for byte in 0...255 as ClosedRange<UInt8> {
                for second in [common[(place + 1) % common.count], 0x30, 0x39, 0x3A] {
                    var bytes = common
                    bytes[place] = byte
                    bytes[(place + 1) % common.count] = second
                    var value: Int64 = -77
                    let fault = bytes.withUnsafeBytes { typing.time($0, &value) }
                    let expected = naive(bytes)
                    if let expected, TimeTyping.range.contains(expected) {
                        #expect(fault == .none && value == expected, "\(bytes)")
                    } else if bytes[16] != 0x3A || bytes.count == 25 && bytes[19] == 0x2E {
                        // Fractions, and stamps without seconds, are of other forms.
                    } else {
                        #expect(fault == (expected == nil ? .invalidTime : .timeOutOfRange), "\(bytes)")
                    }
                }
            }
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
