/// How a value of a row is named where words with commas between name a row, as `--persons` does: `channel=jd,buyers`.
///
/// `null` is null; in double quotes stands what would be taken for something else: a text `null`, an empty one, one with a comma
/// or a quote, which is doubled.
public enum RowText {
    /// A text as it is named.
    public static func written(_ text: String) -> String {
        let isPlain = !text.isEmpty && text != "null" && !text.utf8.contains { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") }
        if isPlain { return text }
        var quoted = "\"".unicodeScalars
        for scalar in text.unicodeScalars {
            if scalar == "\"" { quoted.append(scalar) }
            quoted.append(scalar)
        }
        quoted.append("\"")
        return String(quoted)
    }

    /// The text that a name stands for; nil for null, and for what is quoted wrongly.
    public static func text(of name: String) -> String? {
        let quote: Unicode.Scalar = "\""
        let scalars = name.unicodeScalars
        guard scalars.first == quote else { return name == "null" ? nil : name }
        guard scalars.count >= 2, scalars.last == quote else { return nil }
        // Each doubled quote is one.
        var text = "".unicodeScalars
        var isDouble = false
        for scalar in scalars.dropFirst().dropLast() {
            isDouble = scalar == quote && !isDouble
            if !isDouble { text.append(scalar) }
        }
        return String(text)
    }

    /// Cuts names at the commas that stand in no quotes.
    /// - Returns: nil where a quote is not closed.
    public static func terms(_ text: String) -> [String]? {
        var terms = [""]
        var isQuoted = false
        for character in text.unicodeScalars {
            if character == "\"" { isQuoted.toggle() }
            if character == ",", !isQuoted { terms.append("") } else { terms[terms.count - 1].unicodeScalars.append(character) }
        }
        return isQuoted ? nil : terms
    }
}

extension MartValue {
    /// The value as words name it.
    public var rowText: String {
        if case .string(let text) = self { return RowText.written(text) }
        return plainText ?? "null"
    }
}
