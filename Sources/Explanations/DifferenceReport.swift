import Marts
import Vocabulary

/// What differs between two runs, mart by mart.
public struct DifferenceReport: Sendable {
    public let before: String
    public let after: String
    /// Runs between the two that are as the later one is, the newest first.
    public let identicalRuns: [String]
    public let addedMarts: [String]
    public let removedMarts: [String]
    /// Of the marts that both runs have, in the order of their names.
    public let marts: [MartDifference]
    /// Changed cells of all marts, the greatest relative change first.
    public let cells: [(mart: String, cell: MartDifference.Cell)]

    public var isEmpty: Bool { addedMarts.isEmpty && removedMarts.isEmpty && marts.allSatisfy(\.isEmpty) }

    /// - Parameters:
    ///   - identical: runs between the two that are as the later one is.
    ///   - mart: only this one; nil for all.
    ///   - column: only changed cells of this one; nil for all.
    /// - Throws: `Problem` where a mart is damaged, or neither run has the one named.
    public init(from before: PublishedRun, to after: PublishedRun, identical: [PublishedRun] = [], mart: String?, column: String?) throws {
        func held(_ run: PublishedRun) throws -> [String] {
            let all = try run.results().nodes.flatMap(\.marts)
            return try all.filter { try (mart == nil || $0 == mart) && run.holds($0) }
        }
        let (old, new) = (try held(before), try held(after))
        if let mart, !old.contains(mart), !new.contains(mart) {
            throw Problem(
                .unknownMart, "neither \(before.name) nor \(after.name) has a mart '\(mart)'",
                help: didYouMean(nearestNames(to: mart, among: try after.results().nodes.flatMap(\.marts), separator: "/")))
        }
        self.before = before.name
        self.after = after.name
        identicalRuns = identical.map(\.name)
        addedMarts = new.filter { !old.contains($0) }
        removedMarts = old.filter { !new.contains($0) }
        marts = try new.filter(old.contains).sorted().map { MartDifference(from: try before.mart($0), to: try after.mart($0)) }
        cells = marts.ranked().filter { column == nil || $0.cell.column.name == column }
    }

    // MARK: Forms

    /// - Parameter limit: cells shown at most; nil for all.
    public func text(width: Int?, color: Bool, limit: Int?) -> String {
        let style = TextTable.Style(color: color)
        var text = style.bold("\(before) → \(after)") + "\n"
        for line in summary {
            let words = TerminalText.shown(line)
            text += (width.map { TerminalText.truncated(words, to: max(20, $0)) } ?? words) + "\n"
        }
        let shown = Array(cells.prefix(limit ?? cells.count))
        if !shown.isEmpty {
            let rows = shown.map(Self.shownRow)
            text += TextTable(
                Self.columns.enumerated().map { place, column in
                    TextTable.Column(
                        column.title, rows.map { $0[place] }, isRight: column.isRight, isText: place < 3, isLead: place == 0)
                }, width: width, style: style, staysInOneBlock: true
            ).text()
        }
        if shown.count < cells.count { text += style.faint("… \(cells.count - shown.count) more changed cells: --limit") + "\n" }
        return text
    }

    public func markdown(limit: Int?) -> String {
        var text = "**\(MartMarkdown.escaped("\(before) → \(after)"))**\n\n"
        for line in summary { text += "- \(MartMarkdown.escaped(TerminalText.shown(line)))\n" }
        let shown = Array(cells.prefix(limit ?? cells.count))
        if !shown.isEmpty { text += "\n" + MartMarkdown.table(Self.columns, rows: shown.map(Self.shownRow)) }
        if shown.count < cells.count { text += "\n\(cells.count - shown.count) more changed cells\n" }
        return text
    }

    /// One line a changed cell; numbers as they are, what is no number in columns of its own.
    /// - Throws: `Problem` of the writer.
    public func csv(limit: Int?) throws -> [UInt8] {
        func text(_ name: String) -> MartColumn { MartColumn(name, .string, role: .dimension, label: Label(en: name, zh: name)) }
        // Money is exact to the millionth, and so are counts in it.
        func number(_ name: String) -> MartColumn { MartColumn(name, .money, role: .statistic, label: Label(en: name, zh: name)) }
        func exact(_ figure: Figure?) -> MartValue {
            switch figure {
            case nil: return .null
            case .count(let count):
                let (millionths, overflow) = count.multipliedReportingOverflow(by: 1_000_000)
                return overflow ? .number(Double(count)) : .money(millionths)
            case .money(let millionths): return .money(millionths)
            case .real(let number): return number.isFinite ? .number(number) : .null
            }
        }
        func words(_ value: MartValue) -> MartValue { Figure(value) == nil ? value.plainText.map { .string($0) } ?? .null : .null }
        return try MartCSV.write(
            Mart(
                id: "diff/cells", title: Label(en: "", zh: ""), period: MartPeriod(name: "", from: nil, to: nil), asOf: nil,
                provisional: false,
                columns: [text("mart"), text("row"), text("column"), text("unit"), number("before"), number("after"), number("change"),
                    number("relative"), text("before_text"), text("after_text")],
                notes: [],
                rows: cells.prefix(limit ?? cells.count).map { mart, cell in
                    [
                        .string(mart), .string(cell.row.text), .string(cell.column.name), cell.column.unit.map { .string($0) } ?? .null,
                        exact(Figure(cell.before)), exact(Figure(cell.after)), exact(cell.change),
                        cell.relative.map { .number($0) } ?? .null, words(cell.before), words(cell.after),
                    ]
                }))
    }

    public static let schema = "nightmarket/diff/1"

    /// The JSON form; docs/schemas/diff.schema.json is its schema.
    public func json(limit: Int?) -> [UInt8] {
        let shown = cells.prefix(limit ?? cells.count)
        return JSONText.document(
            .object([
                .init("schema", .string(Self.schema)), .init("before", .string(before)), .init("after", .string(after)),
                .init("identical_runs", .array(identicalRuns.map { .string($0) })),
                .init("added_marts", .array(addedMarts.map { .string($0) })),
                .init("removed_marts", .array(removedMarts.map { .string($0) })),
                .init(
                    "marts",
                    .array(
                        marts.filter { !$0.isEmpty }.map { mart in
                            .object([
                                .init("mart", .string(mart.mart)), .init("compared_cells", .integer(mart.comparedCells)),
                                .init("changed_cells", .integer(mart.cells.count)),
                                .init("added_rows", .array(mart.addedRows.map(\.json))),
                                .init("removed_rows", .array(mart.removedRows.map(\.json))),
                                .init("added_columns", .array(mart.addedColumns.map { .string($0) })),
                                .init("removed_columns", .array(mart.removedColumns.map { .string($0) })),
                            ])
                        })),
                .init(
                    "cells",
                    .array(
                        shown.map { mart, cell in
                            .object([
                                .init("mart", .string(mart)), .init("row", cell.row.json), .init("column", .string(cell.column.name)),
                                .init("unit", .text(cell.column.unit)), .init("before", cell.before.json), .init("after", cell.after.json),
                                .init("change", cell.change?.json ?? .null), .init("relative", cell.relative.map { .double($0) } ?? .null),
                            ])
                        })),
                .init("cells_left_out", .integer(cells.count - shown.count)),
            ]))
    }

    private var summary: [String] {
        let same = identicalRuns.isEmpty ? [] : ["the same in between: \(identicalRuns.joined(separator: ", "))"]
        if isEmpty { return same + ["nothing differs"] }
        var lines = same + addedMarts.map { "\($0): only in \(after)" } + removedMarts.map { "\($0): only in \(before)" }
        for mart in marts where !mart.isEmpty {
            var parts: [String] = []
            if !mart.cells.isEmpty { parts.append("\(mart.cells.count) of \(mart.comparedCells) cells changed") }
            for (rows, word) in [(mart.addedRows, "added"), (mart.removedRows, "gone")] where !rows.isEmpty {
                let named = rows.prefix(2).map { "(\($0.text))" }.joined(separator: ", ")
                parts.append("\(rows.count) row\(rows.count == 1 ? "" : "s") \(word), such as \(named)")
            }
            if !mart.addedColumns.isEmpty { parts.append("columns added: \(mart.addedColumns.joined(separator: ", "))") }
            if !mart.removedColumns.isEmpty { parts.append("columns gone: \(mart.removedColumns.joined(separator: ", "))") }
            lines.append("\(mart.mart): " + parts.joined(separator: "; "))
        }
        return lines
    }

    private static let columns: [(title: String, isRight: Bool)] = [
        ("mart", false), ("row", false), ("column", false), ("before", true), ("after", true), ("change", true), ("relative", true),
    ]

    private static func shownRow(_ mart: String, _ cell: MartDifference.Cell) -> [String] {
        [
            mart, cell.row.text, cell.column.name, cell.before.shown(in: cell.column), cell.after.shown(in: cell.column),
            cell.change.map { cell.column.signed($0) } ?? "-",
            cell.relative.map { "\($0 > 0 ? "+" : "")\(DecimalText.fixed($0 * 100, places: 1))%" } ?? "-",
        ]
    }
}
