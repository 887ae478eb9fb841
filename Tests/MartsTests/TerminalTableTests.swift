import Chronology
import Marts
import TestSupport
import Testing
import Vocabulary

@Suite struct TerminalTableTests {
    private var mart: Mart {
        var mart = SampleMarts.everything
        mart.rows = [0, 3, 4, 6].map { mart.rows[$0] }
        mart.rows[3][5] = .money(1_234_567_890_123)
        return mart
    }

    @Test func itIsWrittenAsTheGolden() throws {
        try expectGolden(Array(TerminalTable.render(mart, width: nil, color: false).utf8), "wide.txt")
        try expectGolden(Array(TerminalTable.render(mart, width: 100, color: false).utf8), "100.txt")
        try expectGolden(Array(TerminalTable.render(mart, width: 60, color: true).utf8), "60-color.txt")
    }

    @Test(arguments: [20, 33, 40, 57, 80, 99, 120])
    func everyLineOfTheTableFitsTheWidth(width: Int) {
        let lines = TerminalTable.render(mart, width: width, color: false).split(separator: "\n")
        for line in lines where !line.hasPrefix("note: ") { #expect(TerminalText.width(String(line)) <= width) }
    }

    @Test func theColumnsOfARandomMartAreAlignedAndHarmless() {
        var generator = SeededGenerator(seed: 41)
        for _ in 0..<100 {
            let mart = SampleMarts.random(&generator)
            let width = Int.random(in: 20...100, using: &generator)
            let text = TerminalTable.render(mart, width: width, color: false)
            for line in text.split(separator: "\n") where !line.utf8.starts(with: "note: ".utf8) {
                #expect(TerminalText.width(String(line)) <= width)
            }
            #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || $0.properties.generalCategory != .control })
        }
    }

    @Test func partsOfRatiosGoFirst() {
        let text = TerminalTable.render(mart, width: 120, color: false)
        #expect(text.contains("not shown: refund_rate__den"))
        #expect(text.contains("refund_rate"))
    }

    @Test func rowsBeyondTheLimitAreCounted() {
        let mart = SampleMarts.plain("metrics/x", (0..<100).map { "c\($0)" })
        let text = TerminalTable.render(mart, width: 80, color: false, rowLimit: 10)
        #expect(text.contains("… 90 more rows"))
        #expect(text.contains("c9") && !text.contains("c10"))
        #expect(!TerminalTable.render(mart, width: 80, color: false, rowLimit: nil).contains("more rows"))
    }

    @Test(arguments: [
        ("abc", 3), ("双十一", 6), ("é", 1), ("e\u{301}", 1), ("🛒", 2), ("👨‍👩‍👧", 2), ("🇨🇳", 2), ("ｱ", 1), ("Ａ", 2),
        ("한국", 4), ("❤️", 2), ("", 0),
    ])
    func widthsAreThoseOfATerminal(text: String, width: Int) { #expect(TerminalText.width(text) == width) }

    @Test func escapeSequencesAreShownNotRun() {
        #expect(TerminalText.shown("\u{1B}[31mred\u{7}\n") == "\\u{1B}[31mred\\u{7}\\n")
        #expect(TerminalText.shown("a\u{202E}b\u{9B}c\u{2028}") == "a\\u{202E}b\\u{9B}c\\u{2028}")
        #expect(TerminalText.shown("双十一 👨‍👩‍👧") == "双十一 👨‍👩‍👧")
    }

    @Test func aCutTextEndsWithAnEllipsisAndNeverHalfACharacter() {
        #expect(TerminalText.truncated("双十一大促", to: 6) == "双十…")
        #expect(TerminalText.truncated("abc", to: 3) == "abc")
        #expect(TerminalText.truncated("abcd", to: 3) == "ab…")
    }

    /// Thousands of emoji that are joined to one character take two cells, and would take a screen of bytes.
    @Test func aNameThatIsOneEndlessCharacterIsCut() {
        let name = String(repeating: "👩\u{200D}", count: 3_000) + "👩"
        #expect(name.count == 1 && TerminalText.width(name) == 2)
        #expect(TerminalText.truncated(name, to: 20).utf8.count < 300)
        #expect(TerminalText.truncated("a" + name + "b", to: 20).hasSuffix("…b"))
        for width in [80, nil] as [Int?] {
            let text = TerminalTable.render(SampleMarts.plain("metrics/x", [name, "plain"]), width: width, color: false)
            #expect(text.split(separator: "\n").allSatisfy { $0.utf8.count < 1_000 })
            #expect(text.contains("plain"))
        }
        // Families, flags and letters with their marks stay whole.
        for whole in ["👨‍👩‍👧‍👦", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "e\u{301}\u{302}", "नमस्ते"] { #expect(TerminalText.truncated(whole, to: 40) == whole) }
    }
}
