/// Names and texts in SQL, such that none can end what it stands in.
package enum SQLText {
    /// A quoted name.
    package static func name(_ name: String) -> String { "\"" + doubled(name, "\"") + "\"" }

    package static func name(_ name: String, in schema: String) -> String { "\(self.name(schema)).\(self.name(name))" }

    /// A quoted text, for servers whose strings are those of the standard (a backslash is a backslash).
    package static func text(_ text: String) -> String { "'" + doubled(clean(text), "'") + "'" }

    static func text(_ text: String?) -> String { text.map { self.text($0) } ?? "NULL" }

    /// PostgreSQL stores no NUL character, and SQLite's functions take it for a text's end: in both databases it is
    /// the symbol for it, U+2400.
    package static func clean(_ text: String) -> String {
        guard text.utf8.contains(0) else { return text }
        var result = ""
        for scalar in text.unicodeScalars { result.unicodeScalars.append(scalar.value == 0 ? "\u{2400}" : scalar) }
        return result
    }

    // By scalars: a quote that a combining mark follows is a quote to a database.
    private static func doubled(_ text: String, _ quote: Unicode.Scalar) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            if scalar == quote { result.unicodeScalars.append(quote) }
            result.unicodeScalars.append(scalar)
        }
        return result
    }
}
