/// Names and values as YAML says them.
enum YAMLText {
    /// The text as a value of a map or of a list in one line, or within a comment: plain where it is surely plain, in single
    /// quotes, or in double quotes where it holds a sign that is not seen, breaks the line or that YAML does not allow.
    static func quoted(_ text: String) -> String {
        if isPlain(text) { return text }
        // A quote and the accent behind it are one character of Swift's, so scalars are looked at.
        guard text.unicodeScalars.contains(where: isUnseen) else {
            return "'" + text.unicodeScalars.map { $0 == "'" ? "''" : String($0) }.joined() + "'"
        }
        return "\"" + text.unicodeScalars.map(escaped).joined() + "\""
    }

    private static let words: Set = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"]

    private static func isPlain(_ text: String) -> Bool {
        text.first?.isLetter ?? false && !words.contains(text.lowercased())
            && text.unicodeScalars.allSatisfy { $0.properties.isAlphabetic || ("0"..."9").contains($0) || "_./".unicodeScalars.contains($0) }
    }

    /// Controls, ends of lines, signs that turn the direction of writing, and code points that are no characters.
    private static func isUnseen(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned: true
        default: false
        }
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        if scalar == "\"" || scalar == "\\" { return "\\\(scalar)" }
        guard isUnseen(scalar) else { return String(scalar) }
        let (sign, width) = scalar.value <= 0xFF ? ("x", 2) : scalar.value <= 0xFFFF ? ("u", 4) : ("U", 8)
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return "\\" + sign + String(repeating: "0", count: width - digits.count) + digits
    }
}
