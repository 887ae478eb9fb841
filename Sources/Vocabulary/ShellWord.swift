/// Words of commands that are shown to be typed or pasted.
public enum ShellWord {
    /// A word as a POSIX shell takes it literally; one with characters that a terminal would act on as bash and zsh do.
    public static func quoted(_ word: String) -> String {
        let plain = word.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2B, 0x2C, 0x2D, 0x2E, 0x2F, 0x3A, 0x3D, 0x40, 0x5F: true
            default: false
            }
        }
        if plain, !word.isEmpty { return word }
        if TerminalText.shown(word).utf8.elementsEqual(word.utf8) { return "'" + word.replacing("'", with: "'\\''") + "'" }
        var text = "$'"
        for byte in word.utf8 {
            switch byte {
            case 0x27, 0x5C: text += "\\" + String(UnicodeScalar(byte))
            case 0x20..<0x7F: text += String(UnicodeScalar(byte))
            default: text += "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }
        }
        return text + "'"
    }
}
