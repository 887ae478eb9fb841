import Vocabulary

/// A mart as aligned text for a terminal.
///
/// Numbers stand to the right; a fraction is shown in percent, money with two decimals. What does not fit the width
/// loses, in this order: the parts of ratios (`__num`, `__den`) and labels, then the tails of long texts; columns that
/// still do not fit follow in further blocks below, each with the dimensions that say which row it is. Rows beyond the
/// limit are counted, not shown. Control characters are spelled out.
public enum TerminalTable {
    /// - Parameters:
    ///   - width: of the terminal in cells; nil where the output is no terminal and nothing needs to fit.
    ///   - color: whether to use escape sequences for bold and faint.
    ///   - rowLimit: rows shown at most; nil for all.
    public static func render(_ mart: Mart, width: Int?, color: Bool, rowLimit: Int? = 40) -> String {
        let style = Style(isOn: color)
        let rows = mart.rows.prefix(max(0, rowLimit ?? mart.rows.count))
        var columns = mart.columns.enumerated().map { i, column in
            Column(
                column, cells: rows.map { i < $0.count ? cell($0[i], column) : "" })
        }
        var left: [String] = []
        var blocks = [columns]
        if let width {
            left = fit(&columns, into: max(20, width))
            blocks = split(columns, into: max(20, width))
        }

        var text = style.bold(line(TerminalText.shown(mart.title.en), width)) + "\n"
        text += style.faint(line(subtitle(mart), width)) + "\n"
        let kind = mart.columns.firstIndex { $0.role == .rowKind }
        for block in blocks {
            text += "\n" + style.bold(joined(block.map { $0.padded($0.title) })) + "\n"
            text += joined(block.map { String(repeating: "─", count: $0.width) }) + "\n"
            for i in rows.indices {
                let row = joined(block.map { $0.padded($0.cells[i]) })
                let isSum = kind.map { mart.rows[i].indices.contains($0) && mart.rows[i][$0] == .string("total") } ?? false
                text += (isSum ? style.bold(row) : row) + "\n"
            }
        }
        if rows.count < mart.rows.count {
            text += style.faint("… \(mart.rows.count - rows.count) more rows") + "\n"
        }
        if mart.rows.isEmpty { text += style.faint("(no rows)") + "\n" }
        if !left.isEmpty {
            text += style.faint(line("not shown: \(left.joined(separator: ", "))", width)) + "\n"
        }
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

    private static func joined(_ cells: [String]) -> String {
        var line = cells.joined(separator: "  ")
        while line.last == " " { line.removeLast() }
        return line
    }

    /// Brings the columns nearer to the width; the titles of those left out are returned.
    private static func fit(_ columns: inout [Column], into width: Int) -> [String] {
        guard total(columns) > width else { return [] }
        let shown = columns.filter { !$0.isPart }
        guard !shown.isEmpty else { return [] }
        let left = columns.filter(\.isPart).map(\.title)
        columns = shown
        return left
    }

    /// Shares the columns out to blocks that fit the width, each led by the dimensions.
    private static func split(_ columns: [Column], into width: Int) -> [[Column]] {
        var columns = columns
        func shrink(_ block: inout [Column], to width: Int) {
            while total(block) > width {
                let longest = block.indices.filter { block[$0].canShrink }.max { block[$0].width < block[$1].width }
                guard let longest else { break }
                block[longest].width -= 1
            }
            while total(block) > width, let widest = block.indices.max(by: { block[$0].width < block[$1].width }),
                block[widest].width > 1
            { block[widest].width -= 1 }
        }
        if columns.count == 1 || total(columns) <= width {
            shrink(&columns, to: width)
            return [columns]
        }
        var lead = columns.filter(\.isLead)
        shrink(&lead, to: max(8, width / 2))
        while lead.count > 1, total(lead) > width / 2 { lead.removeLast() }
        let rest = columns.filter { column in !lead.contains { $0.title == column.title } }
        var blocks: [[Column]] = []
        var block = lead
        for var column in rest {
            column.width = min(column.width, max(8, width - total(lead) - 2))
            if block.count > lead.count, total(block + [column]) > width {
                blocks.append(block)
                block = lead
            }
            block.append(column)
        }
        blocks.append(block)
        return blocks.map { block in
            var block = block
            shrink(&block, to: width)
            return block
        }
    }

    private static func total(_ columns: [Column]) -> Int {
        columns.reduce(0) { $0 + $1.width } + 2 * max(0, columns.count - 1)
    }
}

extension TerminalTable {
    private struct Column {
        let title: String
        let cells: [String]
        let isRight: Bool
        let isText: Bool
        /// Shown only where there is room: the parts of ratios, and labels of what a column names already.
        let isPart: Bool
        let isLead: Bool
        var width: Int

        init(_ column: MartColumn, cells: [String]) {
            title = TerminalText.shown(column.name)
            self.cells = cells
            isRight = column.isNumeric
            isText = column.type == .string
            isPart =
                column.role == .part || column.name.hasSuffix("__num") || column.name.hasSuffix("__den")
                || column.name.hasSuffix("_label") || column.name.hasSuffix("_label_zh")
            isLead = [.dimension, .time, .rowKind].contains(column.role)
            width = cells.reduce(TerminalText.width(title)) { max($0, TerminalText.width($1)) }
        }

        /// A text may lose its tail; a figure or a date that does says something else.
        var canShrink: Bool { isText && width > 8 }

        func padded(_ cell: String) -> String {
            let cut = TerminalText.truncated(cell, to: width)
            let padding = String(repeating: " ", count: max(0, width - TerminalText.width(cut)))
            return isRight ? padding + cut : cut + padding
        }
    }

    private struct Style {
        let isOn: Bool
        func bold(_ text: String) -> String { isOn ? "\u{1B}[1m\(text)\u{1B}[0m" : text }
        func faint(_ text: String) -> String { isOn ? "\u{1B}[2m\(text)\u{1B}[0m" : text }
    }

    private static func cell(_ value: MartValue, _ column: MartColumn) -> String {
        switch value {
        case .null: return "-"
        case .string(let text): return TerminalText.shown(text)
        case .time(let text): return TerminalText.shown(wallClock(text))
        case .boolean(let flag): return flag ? "yes" : "no"
        case .date(let date): return date.description
        case .integer(let number): return String(number)
        case .money(let millionths): return DecimalText.fixed(millionths: millionths, places: 2)
        case .number(let number), .fitted(let number):
            guard number.isFinite else { return "?" }
            if column.unit == "fraction" { return DecimalText.fixed(number * 100, places: 2) + "%" }
            if column.type == .money || isCurrency(column.unit) { return DecimalText.fixed(number, places: 2) }
            return DecimalText.short(number)
        }
    }

    /// `2026-11-11 20:00` for a whole minute; the offset stands in the line below the title.
    private static func wallClock(_ time: String) -> String {
        let bytes = Array(time.utf8)
        guard bytes.count == 25 || bytes.count == 20, bytes[10] == UInt8(ascii: "T"),
            bytes[16..<19].elementsEqual(":00".utf8)
        else { return time }
        return "\(time.prefix(10)) \(time.dropFirst(11).prefix(5))"
    }

    private static func isCurrency(_ unit: String?) -> Bool {
        guard let unit else { return false }
        return unit.utf8.count == 3 && unit.utf8.allSatisfy { $0 >= UInt8(ascii: "A") && $0 <= UInt8(ascii: "Z") }
    }
}
