import Chronology
import EventLog
import Foundation
import TestSupport
import Testing

/// Stamps by a pattern against the same stamps in ISO 8601.
@Suite struct TimePatternTests {
    private func type(_ text: String, _ format: LogFormat.TimeFormat, _ zone: Zone = .utc) -> (value: Int64, fault: Fault) {
        var typing = TimeTyping(format, zone: zone)
        var value: Int64 = -77
        let fault = Array(text.utf8).withUnsafeBytes { typing.time($0, &value) }
        return (value, fault)
    }

    private func format(_ pattern: String) throws -> LogFormat.TimeFormat {
        let format = try #require(LogFormat.TimeFormat(rawValue: pattern), "\(pattern)")
        guard case .pattern = format else { throw CancellationError() }
        #expect(format.rawValue == pattern)
        return format
    }

    @Test(
        arguments: [
            ("dd/MM/yyyy HH:mm:ss", "20/11/2026 18:34:05", "2026-11-20T18:34:05"), ("M/d/yyyy h:mm a", "1/2/2026 6:34 PM", "2026-01-02T18:34"),
            ("M/d/yyyy h:mm a", "11/20/2026 12:00 am", "2026-11-20T00:00"), ("M/d/yyyy h:mm a", "11/20/2026 12:59 pm", "2026-11-20T12:59"),
            ("yyyyMMddHHmmss", "20261120183405", "2026-11-20T18:34:05"), ("yyyyMMddHHmmssSSS", "20261120183405007", "2026-11-20T18:34:05.007"),
            ("dd.MM.yyyy", "20.11.2026", "2026-11-20"), ("yyyy年M月d日 H时m分", "2026年11月2日 8时5分", "2026-11-02T08:05"),
            ("d-MMM-yyyy", "2-NOV-2026", "2026-11-02"), ("dd MMM yyyy HH:mm", "29 feb 2024 23:59", "2024-02-29T23:59"),
            ("yyyy-MM-dd'T'HH:mm:ss.SXXX", "2026-11-20T18:34:05.2+08:00", "2026-11-20T18:34:05.2+08:00"),
            ("yyyy-MM-dd HH:mm:ss.SSSSSSSSSXXX", "2026-11-20 18:34:05.123456789-0330", "2026-11-20T18:34:05.123456789-03:30"),
            ("HH:mm XXX dd/MM/yyyy", "18:34 Z 20/11/2026", "2026-11-20T18:34Z"), ("d''M yyyy", "2'11 2026", "2026-11-02"),
        ] as [(String, String, String)])
    func readsWhatISOReads(_ pattern: String, _ text: String, _ iso: String) throws {
        let zone = try Zone(named: "America/New_York")
        #expect(try type(text, format(pattern), zone) == type(iso, .iso8601, zone))
        #expect(type(iso, .iso8601, zone).fault == .none)
    }

    @Test(
        arguments: [
            ("dd/MM/yyyy HH:mm:ss", "1/11/2026 18:34:05"), ("dd/MM/yyyy HH:mm:ss", "31/11/2026 18:34:05"), ("dd/MM/yyyy HH:mm:ss", "20/11/2026 18:34"),
            ("dd/MM/yyyy HH:mm:ss", "20/11/2026 18:34:05 "), ("dd/MM/yyyy HH:mm:ss", "20/11/2026 24:00:00"), ("dd/MM/yyyy", ""),
            ("M/d/yyyy h:mm a", "1/2/2026 13:34 PM"), ("M/d/yyyy h:mm a", "1/2/2026 0:34 AM"), ("M/d/yyyy h:mm a", "1/2/2026 1:34 XM"),
            ("M/d/yyyy h:mm a", "1/2/2026 1:34 P"), ("d-MMM-yyyy", "2-Nvm-2026"), ("d-MMM-yyyy", "2-No"), ("yyyyMMdd", "2026-11-20"),
            ("yyyy-MM-dd HH:mmXXX", "2026-11-20 18:34"), ("yyyy-MM-dd HH:mmXXX", "2026-11-20 18:34+8"), ("yyyy-MM-dd HH:mmXXX", "2026-11-20 18:34+08:00:00"),
        ] as [(String, String)])
    func whatIsNoSuchStampIsInvalid(_ pattern: String, _ text: String) throws {
        #expect(try type(text, format(pattern)).fault == .invalidTime)
    }

    @Test(arguments: [
        "", "dd/MM", "MM/yyyy", "dd/MM/yy", "dd/MM/yyyy MM", "dd/MM/yyyy hh:mm", "dd/MM/yyyy HH:mm a", "dd/MM/yyyy mm", "dd/MM/yyyy HH:ss", "Mdyyyy",
        "dd/MM/yyyy HH.SSS", "dd/MM/yyyyTHH:mm", "dd/MM/yyyy 'T HH", "dd/MMMM/yyyy", "dd/MM/yyyy XXX", "ddd/MM/yyyy", "dd/MM/MMM/yyyy", "epoch", "iso",
    ])
    func aPatternWithoutAWholeDateOrWithMoreThanOneMeaningIsNone(_ text: String) {
        #expect(LogFormat.TimeFormat(rawValue: text) == nil)
    }

    @Test(arguments: ["Asia/Shanghai", "America/New_York", "Australia/Lord_Howe"])
    func randomStampsAreTheirTwinsInISO(_ name: String) throws {
        let zone = try Zone(named: name)
        var random = SeededGenerator(seed: 5)
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let patterns = try ["d/M/yyyy H:m:s", "MMM dd yyyy hh:mm a", "ssmmHHddMMyyyySSSSSS"].map(format)
        for _ in 0..<2_000 {
            let (year, month, day) = (Int.random(in: 1971...2199, using: &random), Int.random(in: 1...12, using: &random), Int.random(in: 1...31, using: &random))
            let (hour, minute, second) = (Int.random(in: 0...23, using: &random), Int.random(in: 0...59, using: &random), Int.random(in: 0...59, using: &random))
            let micros = Int.random(in: 0...999_999, using: &random)
            func iso(_ rest: String) -> (value: Int64, fault: Fault) {
                type(String(format: "%04d-%02d-%02dT%02d:%02d", year, month, day, hour, minute) + rest, .iso8601, zone)
            }
            let half = String(format: "%02d:%02d %@", hour % 12 == 0 ? 12 : hour % 12, minute, hour < 12 ? "AM" : "PM")
            #expect(type("\(day)/\(month)/\(year) \(hour):\(minute):\(second)", patterns[0], zone) == iso(String(format: ":%02d", second)))
            #expect(type(String(format: "%@ %02d %04d ", months[month - 1], day, year) + half, patterns[1], zone) == iso(""))
            #expect(
                type(String(format: "%02d%02d%02d%02d%02d%04d%06d", second, minute, hour, day, month, year, micros), patterns[2], zone)
                    == iso(String(format: ":%02d.%06d", second, micros)))
        }
    }

    @Test func datesHaveThePatternThatSaysTheDayAlone() throws {
        func date(_ text: String, _ pattern: String) throws -> Int64? {
            var typing = TimeTyping(try format(pattern), zone: .utc)
            var value: Int64 = 0
            return Array(text.utf8).withUnsafeBytes { typing.date($0, &value) } == .none ? value : nil
        }
        #expect(try date("11/11/2026", "dd/MM/yyyy") == 20_768)
        #expect(try date("2026-11-11", "dd/MM/yyyy") == nil)
        #expect(try date("2026-11-11", "dd/MM/yyyy HH:mm") == 20_768 && date("11/11/2026 23:59", "dd/MM/yyyy HH:mm") == 20_768)
        #expect(try date("11/11/2026", "dd/MM/yyyy HH:mm") == nil)
    }
}
