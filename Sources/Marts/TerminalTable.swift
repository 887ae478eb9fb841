import Vocabulary

/// A mart as aligned text for a terminal.
///
/// Numbers stand to the right; a fraction is shown in percent, money with two decimals. What does not fit the width
/// loses, in this order: the parts of ratios (`__num`, `__den`) and labels, then the tails of long texts; columns that
/// still do not fit follow in further blocks below, each with the dimensions that say which row it is. A mart over time
/// gets a spark-line a figure. Rows beyond the limit are counted, not shown. Control characters are spelled out.
public enum TerminalTable {
    /// - Parameters:
    ///   - width: of the terminal in cells; nil where the output is no terminal and nothing needs to fit.
    ///   - color: whether to use escape sequences for bold and faint.
    ///   - rowLimit: rows shown at most; nil for all.
    public static func render(_ mart: Mart, width: Int?, color: Bool, rowLimit: Int? = 40) -> String {
        render(TableColumns.Table(mart), width: width, color: color, rowLimit: rowLimit)
    }

    /// The same of chosen columns; how many were left out unasked is said.
    public static func render(_ chosen: TableColumns.Table, width: Int?, color: Bool, rowLimit: Int? = 40) -> String {
        let mart = chosen.mart
        let style = TextTable.Style(color: color)
        let rows = mart.rows.prefix(max(0, rowLimit ?? mart.rows.count))
        let columns = mart.columns.enumerated().map { i, column in
            TextTable.Column(
                column.name, rows.map { i < $0.count ? $0[i].shown(in: column) : "" }, isRight: column.isNumeric,
                isText: column.type == .string, isSecondary: column.isSecondary && !chosen.isChosen, isLead: column.isKey)
        }
        let table = TextTable(columns, width: width, style: style)
        let kind = mart.columns.firstIndex { $0.role == .rowKind }

        var text = style.bold(line(TerminalText.shown(mart.title.en), width)) + "\n"
        text += style.faint(line(subtitle(mart), width)) + "\n"
        text += table.text { row in
            kind.map { mart.rows[row].indices.contains($0) && mart.rows[row][$0] == .string("total") } ?? false
        }
        if rows.count < mart.rows.count {
            text += style.faint("… \(mart.rows.count - rows.count) more rows") + "\n"
        }
        if mart.rows.isEmpty { text += style.faint("(no rows)") + "\n" }
        if !table.left.isEmpty {
            text += style.faint(line("not shown: \(table.left.joined(separator: ", "))", width)) + "\n"
        }
        if chosen.left > 0 {
            text += style.faint(line("\(chosen.left) column\(chosen.left == 1 ? "" : "s") more: --columns all, or their names with commas between", width)) + "\n"
        }
        text += sparkLines(mart, width: width)
        for note in mart.notes {
            let subject = note.column.map { "\(TerminalText.shown($0)): " } ?? ""
            text += "note: \(subject)\(TerminalText.shown(note.message))"
            text += style.faint(" [\(TerminalText.shown(note.code))]") + "\n"
        }
        return text
    }

    private static func subtitle(_ mart: Mart) -> String {
        var parts = [mart.id, mart.period.name]
        if let from = mart.period.from, let to = mart.period.to { parts.append("\(from) to \(to)") }
        if mart.provisional { parts.append("provisional") }
        return TerminalText.shown(parts.filter { !$0.isEmpty }.joined(separator: " · "))
    }

    private static func line(_ text: String, _ width: Int?) -> String {
        width.map { TerminalText.truncated(text, to: max(20, $0)) } ?? text
    }

    /// A line for each figure of the series, with its least and greatest value.
    private static func sparkLines(_ mart: Mart, width: Int?) -> String {
        let series = MartSeries.all(of: mart)
        guard let cells = series.map(\.values.count).max(), cells > 1 else { return "" }
        let titles = series.map { TerminalText.truncated(TerminalText.shown($0.title), to: 32) }
        let titleWidth = titles.map(TerminalText.width).max() ?? 0
        // What stands behind a line: two blanks, least and greatest.
        let room = width.map { max(8, max(20, $0) - titleWidth - 2 - 32) } ?? cells
        var text = "\n"
        for (title, series) in zip(titles, series) {
            let shown = series.values.suffix(room)
            let padding = String(repeating: " ", count: titleWidth - TerminalText.width(title))
            var row = "\(title)\(padding)  \(SparkLine.text(shown.map { $0.double }))"
            if let least = series.least, let greatest = series.greatest {
                row += "  \(least.shown(in: series.column)) to \(greatest.shown(in: series.column))"
            }
            if shown.count < series.values.count { row += " (last \(shown.count) of \(series.values.count))" }
            text += line(row, width) + "\n"
        }
        return text
    }
}
