import Vocabulary

// How wide text is on a terminal.
extension TerminalText {
    /// The cells that a text takes: East Asian wide characters and emoji two, combining marks none.
    package static func width(_ text: String) -> Int {
        if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text.utf8.count }
        return text.reduce(0) { $0 + width($1) }
    }

    static func width(_ character: Character) -> Int {
        var width = 0
        for scalar in character.unicodeScalars {
            if scalar.value == 0xFE0F {
                width = 2
            } else {
                width = max(width, self.width(scalar))
            }
        }
        return width
    }

    private static func width(_ scalar: Unicode.Scalar) -> Int {
        if scalar.value < 0x300 { return 1 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: break
        }
        if scalar.properties.isEmojiPresentation || isWide(scalar.value) { return 2 }
        return 1
    }

    /// East Asian Width W and F (Unicode Standard Annex 11), by blocks.
    private static func isWide(_ value: UInt32) -> Bool {
        switch value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
            0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF01...0xFF60,
            0xFFE0...0xFFE6, 0x17000...0x18CFF, 0x1B000...0x1B2FF, 0x20000...0x3FFFD:
            true
        default: false
        }
    }

    /// More scalars than this no character of a script or emoji has: what is joined to them is cut off.
    private static let scalarLimit = 32

    /// The text with … for what a character has too much: a name of thousands of joined emoji is one, and takes two cells.
    package static func bounded(_ text: String) -> String {
        guard text.utf8.count > 2 * scalarLimit, text.contains(where: { $0.unicodeScalars.count > scalarLimit }) else { return text }
        var result = String.UnicodeScalarView()
        for character in text {
            result.append(contentsOf: character.unicodeScalars.prefix(scalarLimit))
            if character.unicodeScalars.count > scalarLimit { result.append("…") }
        }
        return String(result)
    }

    /// The text cut to so many cells, with … at the cut.
    package static func truncated(_ text: String, to limit: Int) -> String {
        let text = bounded(text)
        guard width(text) > limit else { return text }
        guard limit > 0 else { return "" }
        var result = ""
        var used = 0
        for character in text {
            let width = width(character)
            if used + width > limit - 1 { break }
            result.append(character)
            used += width
        }
        return result + "…"
    }
}
