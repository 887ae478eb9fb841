import Marts
import Vocabulary

extension CellExplanation {
    /// For a person at a terminal: control characters are spelled out, long lists are cut and say so.
    /// - Parameter width: in cells; nil where nothing needs to fit.
    public func text(width: Int?, color: Bool) -> String {
        let style = TextTable.Style(color: color)
        var text = ExplanationText(width: width, style: style)
        let title = "\(column.name) of \(mart) · \(row.text)"
        text.title(TerminalText.shown(title))
        text.line(style.faint(runWords))
        text.line("")
        text.entry("value", shown(value) + (column.unit.map { $0 == "fraction" ? "" : " \($0)" } ?? "") + (provisional ? " (provisional)" : ""))
        text.entry("label", "\(column.label.en) / \(column.label.zh)\(directionWords)")
        if let definition {
            if let formula = definition.formula { text.entry("formula", formula) }
            text.entry("meaning", "\(definition.meaning) (\(definition.source))")
        } else {
            text.entry("formula", "none is declared for this column")
        }
        for part in parts {
            text.entry("part", "\(part.column.name) = \(part.value.shown(in: part.column))\(part.formula.map { ": \($0)" } ?? "")")
        }
        for sibling in derived { text.entry("beside", "\(sibling.column.name) = \(sibling.value.shown(in: sibling.column))") }
        if let credit { text.entry("credit", credit) }
        for condition in conditions { text.entry(condition.kind.rawValue, condition.text) }
        text.entry("period", periodWords)
        for note in notes where note.code != "credit" { text.entry("note", "\(note.column.map { "\($0): " } ?? "")\(note.message)") }
        for remark in remarks { text.entry("remark", remark) }
        for comparison in comparisons { comparison.append(to: &text, of: self) }
        if let noPreviousRun {
            text.line("")
            text.entry("change", "nothing to compare with: \(noPreviousRun)")
        }
        appendSources(to: &text)
        text.line("")
        switch persons {
        case .command(let command): text.verbatim("persons", command)
        case .none(let reason): text.entry("persons", "no list: \(reason)")
        }
        return text.text
    }

    func shown(_ value: MartValue) -> String { value.shown(in: column) }

    private var runWords: String {
        "run \(run.name), date \(run.date)\(run.intraday.map { ", as of \($0)" } ?? "")\(node.isEmpty ? "" : ", node \(node)")"
    }

    private var directionWords: String {
        switch column.direction {
        case 1: ", up is good"
        case -1: ", down is good"
        default: ""
        }
    }

    private var periodWords: String {
        var words = period.name
        if let from = period.from, let to = period.to { words += ": from \(from) to before \(to)" }
        if let asOf { words += "; knows of nothing after \(asOf)" }
        return words
    }

    private func appendSources(to text: inout ExplanationText) {
        for source in sources {
            text.line("")
            let count = source.counted.count
            text.entry(
                "source",
                "\(source.name) (\(source.kind)): \(count) file\(count == 1 ? "" : "s"), \(source.read) read = \(source.rejected) rejected + \(source.stored) accepted")
            let known = source.counted.compactMap(\.holdsTime)
            let hasTime = known.contains(true)
            if !known.isEmpty {
                text.entry("", "\(known.filter(\.self).count) of them hold rows of the cell's time (marked *)")
            } else if !source.counted.isEmpty {
                text.entry("", "all files of the source are named: which of them hold rows of the cell is not recorded")
            }
            let new = source.counted.count { $0.isNew == true }
            if new > 0, let before = comparisons.first(where: { $0.kind == .previousRun }) {
                text.entry("", "\(new) of them did not count in the run \(before.run.name) (new)")
            }
            let files = source.files.enumerated().sorted { a, b in
                a.element.weight != b.element.weight ? a.element.weight > b.element.weight : a.offset > b.offset
            }.map(\.element)
            let shown = files.prefix(Self.fileLimit)
            func column(_ title: String, _ cell: (File) -> String) -> TextTable.Column {
                TextTable.Column(title, shown.map(cell), isRight: true, isText: false)
            }
            // A path must be taken as it is, and loses its tail last.
            func words(_ title: String, isPath: Bool = false, _ cell: (File) -> String) -> TextTable.Column {
                TextTable.Column(title, shown.map { TerminalText.shown(cell($0)) }, isText: !isPath, isLead: isPath)
            }
            text.table([
                words("file", isPath: true) { ($0.holdsTime == true ? "* " : hasTime ? "  " : "") + $0.books.path },
                column("read") { "\($0.books.read)" }, column("rejected") { "\($0.books.rejected)" }, column("accepted") { "\($0.books.stored)" },
                words("new, rejects, state") { $0.words },
            ])
            if files.count > Self.fileLimit { text.entry("", "… and \(files.count - Self.fileLimit) more: --format json has all") }
        }
    }

    private static let fileLimit = 8
}

extension CellExplanation.File {
    /// What is shown first: what is new since the run that the cell is compared with, files of the cell's time, then what did not count, then
    /// rejects; of equals the last by name.
    fileprivate var weight: Int { (isNew == true ? 8 : 0) + (holdsTime == true ? 4 : 0) + (counts ? 0 : 2) + (books.rejected > 0 ? 1 : 0) }

    /// Why it does not count, or its rejects by reason, the commonest first.
    fileprivate var words: String {
        if !counts { return "does not count: \(books.state.rawValue)\(books.problem.map { ", \($0)" } ?? "")" }
        let rejects = books.rejects.sorted { $0.count != $1.count ? $0.count > $1.count : $0.code < $1.code }.map { "\($0.count) \($0.code)" }
        return ((isNew == true ? ["new"] : []) + rejects).joined(separator: ", ")
    }
}

extension CellExplanation.Comparison {
    fileprivate func append(to text: inout ExplanationText, of cell: CellExplanation) {
        text.line("")
        text.entry("against", words)
        if !identicalRuns.isEmpty { text.entry("", "the same mart in between: \(identicalRuns.joined(separator: ", "))") }
        guard let before else {
            text.entry("", "it has no such row")
            return
        }
        text.entry("change", "\(cell.shown(before)) → \(cell.shown(cell.value))" + changeWords(cell.column))
        guard change.map({ !$0.isZero }) ?? false else {
            if change != nil { text.entry("", "nothing changed") }
            return
        }
        for part in parts where part.before != part.after {
            let column = cell.parts.first { $0.column.name == part.name }?.column ?? cell.column
            text.entry("", "\(part.name): \(part.before.shown(in: column)) → \(part.after.shown(in: column))")
        }
        if let ratio {
            text.entry(
                "",
                "numerator's effect \(cell.column.signed(.real(ratio.numerator))), denominator's effect \(cell.column.signed(.real(ratio.denominator)))")
        }
        for breakdown in breakdowns { breakdown.append(to: &text, of: cell) }
        if breakdowns.isEmpty { text.entry("", "no mart of the run cuts this figure further") }
    }

    private func changeWords(_ column: MartColumn) -> String {
        guard let change else { return "" }
        let percent = relative.map { " (\($0 < 0 ? "" : "+")\(DecimalText.fixed($0 * 100, places: 2))%)" } ?? ""
        return "  \(column.signed(change))\(percent)"
    }
}

extension Breakdown {
    private static let limit = 6

    fileprivate func append(to text: inout ExplanationText, of cell: CellExplanation) {
        let column = cell.column
        let place = mart == cell.mart ? "" : " (rows of \(mart))"
        let meaning =
            switch method {
            case .additive: "adds up to the change"
            case .distinct: "distinct counts: who counts under several values is counted once in the whole"
            case .mixAndRate: "mix effect (its share of the denominator) + rate effect (its own ratio)"
            }
        text.entry("by", "\(dimension.name)\(place): \(meaning)")
        // What did not change has no part in it.
        let contributions = contributions.filter { !$0.amount.isZero }
        let shown = contributions.prefix(Self.limit)
        var rows = shown.map { contribution -> [String] in
            var row = [
                contribution.isRest ? "(the rest)" : contribution.value == .null ? "(none)" : contribution.value.shown(in: dimension),
                contribution.before?.value.shown(in: column) ?? "-", contribution.after?.value.shown(in: column) ?? "-",
                column.signed(contribution.amount),
            ]
            if method == .mixAndRate {
                row += [contribution.mix, contribution.rate].map { $0.map { column.signed(.real($0)) } ?? "-" }
            }
            return row
        }
        let empty = method == .mixAndRate ? ["", ""] : []
        let others = contributions.dropFirst(Self.limit)
        if let first = others.first {
            let sum = others.dropFirst().reduce(first.amount) { $0 + $1.amount }
            rows.append(["(\(others.count) more)", "", "", column.signed(sum)] + empty)
        }
        if !remainder.isZero { rows.append(["(not by value)", "", "", column.signed(remainder)] + empty) }
        let titles = [dimension.name, "before", "after", "change"] + (method == .mixAndRate ? ["mix", "rate"] : [])
        text.table(
            titles.enumerated().map { place, title in
                TextTable.Column(title, rows.map { $0[place] }, isRight: place > 0, isText: place == 0, isLead: place == 0)
            })
    }
}

extension MartColumn {
    /// A difference of two values of the column, with its sign.
    func signed(_ figure: Figure) -> String {
        let text =
            if case .real(let number) = figure, unit == "fraction" {
                DecimalText.fixed(number * 100, places: 3) + " points"
            } else {
                figure.value.shown(in: self)
            }
        return figure.double > 0 ? "+\(text)" : text
    }
}

/// Lines with a name in front, wrapped at blanks to the width.
struct ExplanationText {
    private(set) var text = ""
    private let width: Int?
    private let style: TextTable.Style
    private let indent = 12

    init(width: Int?, style: TextTable.Style) {
        self.width = width
        self.style = style
    }

    mutating func line(_ words: String) { text += words + "\n" }

    mutating func entry(_ name: String, _ words: String) {
        let lines = wrapped(TerminalText.shown(words))
        for (place, words) in lines.enumerated() {
            let head = place == 0 ? name : ""
            text += style.faint(head + String(repeating: " ", count: max(1, indent - head.count))) + words + "\n"
        }
    }

    mutating func title(_ words: String) {
        line(style.bold(width.map { TerminalText.truncated(words, to: max(20, $0)) } ?? words))
    }

    /// A command must be taken as it is: it is not wrapped.
    mutating func verbatim(_ name: String, _ words: String) {
        text += style.faint(name + String(repeating: " ", count: max(1, indent - name.count))) + words + "\n"
    }

    mutating func table(_ columns: [TextTable.Column]) {
        let table = TextTable(columns, width: width.map { max(20, $0 - indent) }, style: style, staysInOneBlock: true)
        for line in table.text().split(separator: "\n", omittingEmptySubsequences: true) {
            text += String(repeating: " ", count: indent) + line + "\n"
        }
    }

    /// A word that is longer than the line stays whole: a path must be taken as it is.
    private func wrapped(_ words: String) -> [String] {
        guard let width, TerminalText.width(words) > width - indent else { return [words] }
        var lines: [String] = []
        var line = ""
        for word in words.split(separator: " ", omittingEmptySubsequences: false) {
            let longer = line.isEmpty ? String(word) : line + " " + word
            if !line.isEmpty, TerminalText.width(longer) > max(20, width - indent) {
                lines.append(line)
                line = String(word)
            } else {
                line = longer
            }
        }
        return lines + [line]
    }
}
