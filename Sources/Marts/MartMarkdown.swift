import Vocabulary

/// A mart as a table of GitHub's Markdown, for a mail or an issue: values as on a terminal, all rows and columns.
public enum MartMarkdown {
    public static func write(_ mart: Mart) -> [UInt8] {
        var text = "**\(escaped(TerminalText.shown(mart.title.en)))** (\(escaped(TerminalText.shown(mart.id))), "
        text += "\(escaped(TerminalText.shown(mart.period.name)))\(mart.provisional ? ", provisional" : ""))\n\n"
        text += table(
            mart.columns.map { ($0.name, $0.isNumeric) },
            rows: mart.rows.map { row in zip(row, mart.columns).map { $0.shown(in: $1) } })
        if !mart.notes.isEmpty { text += "\n" }
        for note in mart.notes {
            let subject = note.column.map { "\(escaped(TerminalText.shown($0))): " } ?? ""
            text += "- \(subject)\(escaped(TerminalText.shown(note.message)))\n"
        }
        return Array(text.utf8)
    }

    /// A table: its columns, each with whether it stands to the right, and cells that are harmless to print.
    package static func table(_ columns: [(title: String, isRight: Bool)], rows: [[String]]) -> String {
        func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |\n" }
        var text = line(columns.map { escaped(TerminalText.shown($0.title)) })
        text += line(columns.map { $0.isRight ? "---:" : "---" })
        for row in rows { text += line(row.map(escaped)) }
        return text
    }

    /// What would end a cell, begin markup or be taken for HTML gets a backslash or an entity.
    package static func escaped(_ text: String) -> String {
        var result = ""
        for character in text.unicodeScalars {
            switch character {
            case "\\", "|", "`", "*", "_", "[", "]", "~", "#", "!": result += "\\\(character)"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "&": result += "&amp;"
            case "@": result += "&#64;"
            default: result.unicodeScalars.append(character)
            }
        }
        // A bare address would become a link.
        return result.replacing("://", with: "&#58;//").replacing("www.", with: "www&#46;")
    }
}
