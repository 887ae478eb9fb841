import Chronology
import Testing

@Suite("Durations as text")
struct DurationTextTests {
    @Test("units in order, each once, are read", arguments: [
        ("90s", 90), ("30m", 1800), ("1h30m", 5400), ("7d", 604_800), ("2w", 1_209_600), ("1d1s", 86_401), ("0s", 0),
    ])
    func reading(text: String, seconds: Int64) {
        #expect(DurationText.microseconds(text) == seconds * 1_000_000)
    }

    @Test("anything else is no duration", arguments: ["", "7", "d", "1m1h", "1d1d", "-1d", "1.5h", "7 d", "9999999999s", "999999999w"])
    func refused(text: String) {
        #expect(DurationText.microseconds(text) == nil)
    }

    @Test("what is written reads as the same duration", arguments: [
        ("7d", "7d"), ("2w", "14d"), ("90m", "1h30m"), ("86401s", "1d1s"), ("0s", "0s"),
    ])
    func writing(text: String, written: String) throws {
        let duration = try #require(DurationText.microseconds(text))
        #expect(DurationText.text(of: duration) == written)
        #expect(DurationText.microseconds(written) == duration)
    }
}
