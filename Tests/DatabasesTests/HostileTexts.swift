import TestSupport

/// Texts made to break out of SQL, of COPY, or of what a tool shows.
enum HostileTexts {
    static let all = [
        "", " ", "'", "\"", "''", "\"\"", "'; DROP TABLE metrics; --", "\"); DROP TABLE metrics; --", "\\", "\\.", "\\N", "\\n",
        "a\tb", "a\nb", "a\r\nb", "a\u{0}b", "\u{0}", "$$", "$1", "?", ":name", "%s", "{}", "<script>alert(1)</script>", "&amp;",
        "=cmd|' /C calc'!A0", "+1+1", "@SUM(1)", "🎉👩‍👩‍👧‍👦", "حملة رمضان", "\u{202E}txt.exe", "双十一", "e\u{301}", "é", "'\u{301}", "\"\u{301}",
        "\u{1B}[31m", "NULL", "null", "true", "1e999", String(repeating: "长", count: 10_000), String(repeating: "'\"\\", count: 3_000),
    ]

    /// A text of the characters that matter to some reader.
    static func random(_ generator: inout SeededGenerator, longest: Int) -> String {
        let pieces: [Unicode.Scalar] = [
            "'", "\"", "\\", "\n", "\r", "\t", "\u{0}", "a", "A", "N", ".", ";", "-", "$", "%", "\u{301}", "é", "中", "🎉", "\u{202E}", " ",
        ]
        var text = ""
        for _ in 0..<Int.random(in: 0...longest, using: &generator) {
            text.unicodeScalars.append(pieces[Int.random(in: 0..<pieces.count, using: &generator)])
        }
        return text
    }
}
