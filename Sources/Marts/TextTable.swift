import Vocabulary

/// Aligned columns of text for a terminal.
///
/// What does not fit the width loses the secondary columns first, which are named as not shown, then the tails of long
/// texts; columns that still do not fit follow in further blocks below, each led by the columns that say which row it is.
/// A table that is to stay in one block loses the tails of texts before it is cut into blocks.
package struct TextTable {
    package struct Column {
        let title: String
        let cells: [String]
        let isRight: Bool
        /// A text may lose its tail; a figure or a date that does says something else.
        let isText: Bool
        /// Shown only where there is room.
        let isSecondary: Bool
        /// Says which row a row is: it stands in every block.
        let isLead: Bool
        fileprivate var width: Int

        /// - Parameter cells: one a row, harmless to print.
        package init(
            _ title: String, _ cells: [String], isRight: Bool = false, isText: Bool = true, isSecondary: Bool = false,
            isLead: Bool = false
        ) {
            self.title = TerminalText.shown(title)
            let cells = isText ? cells.map(TerminalText.bounded) : cells
            self.cells = cells
            self.isRight = isRight
            self.isText = isText
            self.isSecondary = isSecondary
            self.isLead = isLead
            width = cells.reduce(TerminalText.width(self.title)) { max($0, TerminalText.width($1)) }
        }

        fileprivate var canShrink: Bool { isText && width > 8 }

        /// Appends a cell, cut and padded to the column's width.
        fileprivate func append(_ cell: String, to line: inout [UInt8]) {
            let own = TerminalText.width(cell)
            guard own > width else { return append(cell, padding: width - own, to: &line) }
            let cut = TerminalText.truncated(cell, to: width)
            append(cut, padding: max(0, width - TerminalText.width(cut)), to: &line)
        }

        private func append(_ cell: String, padding: Int, to line: inout [UInt8]) {
            let blanks = repeatElement(UInt8(ascii: " "), count: padding)
            if isRight { line.append(contentsOf: blanks) }
            line.append(contentsOf: cell.utf8)
            if !isRight { line.append(contentsOf: blanks) }
        }
    }

    /// Escape sequences, or none.
    package struct Style {
        let isOn: Bool
        package init(color: Bool) { isOn = color }
        package func bold(_ text: String) -> String { isOn ? "\u{1B}[1m\(text)\u{1B}[0m" : text }
        package func faint(_ text: String) -> String { isOn ? "\u{1B}[2m\(text)\u{1B}[0m" : text }
    }

    /// The titles of columns that were left out.
    package private(set) var left: [String] = []
    private var blocks: [[Column]]
    private let rowCount: Int
    private let style: Style

    /// - Parameters:
    ///   - width: in cells of the terminal; nil where nothing needs to fit.
    ///   - staysInOneBlock: where texts that lose their tails make it fit.
    package init(_ columns: [Column], width: Int?, style: Style = Style(color: false), staysInOneBlock: Bool = false) {
        self.style = style
        rowCount = columns.first?.cells.count ?? 0
        blocks = [columns]
        if let width {
            var columns = columns
            left = Self.fit(&columns, into: max(20, width))
            if staysInOneBlock { Self.cutTexts(&columns, into: max(20, width)) }
            blocks = Self.split(columns, into: max(20, width))
        }
    }

    /// The lines of all blocks, each with a line feed; an empty line before each block.
    package func text(isBold: (Int) -> Bool = { _ in false }) -> String {
        var text = ""
        for block in blocks {
            text += "\n" + style.bold(Self.line(block) { $0.append($0.title, to: &$1) }) + "\n"
            text += Self.line(block) { $1.append(contentsOf: String(repeating: "─", count: $0.width).utf8) } + "\n"
            for i in 0..<rowCount {
                let row = Self.line(block) { $0.append($0.cells[i], to: &$1) }
                text += (isBold(i) ? style.bold(row) : row) + "\n"
            }
        }
        return text
    }

    /// The columns side by side, without blanks at the end.
    private static func line(_ block: [Column], _ append: (Column, inout [UInt8]) -> Void) -> String {
        var line: [UInt8] = []
        for (index, column) in block.enumerated() {
            if index > 0 { line += [UInt8(ascii: " "), UInt8(ascii: " ")] }
            append(column, &line)
        }
        while line.last == UInt8(ascii: " ") { line.removeLast() }
        return String(decoding: line, as: UTF8.self)
    }

    /// Brings the columns nearer to the width; the titles of those left out are returned.
    private static func fit(_ columns: inout [Column], into width: Int) -> [String] {
        guard total(columns) > width else { return [] }
        let shown = columns.filter { !$0.isSecondary }
        guard !shown.isEmpty else { return [] }
        let left = columns.filter(\.isSecondary).map(\.title)
        columns = shown
        return left
    }

    /// Takes the tails of the longest texts where that is enough; else all stay as they are.
    private static func cutTexts(_ columns: inout [Column], into width: Int) {
        var cut = columns
        while total(cut) > width {
            let longest = cut.indices.filter { cut[$0].isText && cut[$0].width > 12 }.max { cut[$0].width < cut[$1].width }
            guard let longest else { return }
            cut[longest].width -= 1
        }
        columns = cut
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
