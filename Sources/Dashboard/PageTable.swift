import Marts

/// Rows of a mart as a table, with the exact value of each figure in its cell.
struct PageTable {
    let view: MartView
    let files: MartFiles
    let columns: [Int]
    /// Bars behind sums, and colours where a value is better or worse than the total's.
    let isShaded: Bool
    /// Of each sum, over the rows that can be shown.
    private let greatest: [Int: Double]

    static let rowLimit = 300

    /// All columns but parts of ratios and those without a value, unless a choice is given.
    init(_ view: MartView, _ files: MartFiles, isShaded: Bool = false) {
        self.view = view
        self.files = files
        self.isShaded = isShaded
        columns = view.mart.columns.indices.filter { column in
            switch view.mart.columns[column].role {
            case .part, .rowKind: false
            case .dimension where column == view.dimensions.first: true
            case .statistic where isShaded && PageTable.isOfAnotherPeriod(view.mart.columns[column].name): false
            default: view.mart.rows.contains { $0[column] != .null } || view.mart.rows.isEmpty
            }
        }
        let sums = isShaded ? columns.filter { view.mart.columns[$0].aggregation == .sum } : []
        greatest = Dictionary(uniqueKeysWithValues: sums.map { column in
            (column, view.details.prefix(PageTable.rowLimit).compactMap { view.value($0, column).double }.max() ?? 0)
        })
    }

    /// The table with as many rows as fit into `bytes`, and a link to the rest.
    func html(bytes allowance: Int) -> HTML {
        let totals = view.mart.rows.indices.filter { view.kind($0) == "total" && isOverall($0) }
        let rest = view.mart.rows.indices.filter { !(view.kind($0) == "total" && isOverall($0)) }
        let head = header
        let foot = HTML(totals.prefix(3).map(row))
        var body = HTML.empty
        var shown = 0
        let limit = max(0, allowance - head.count - foot.count - 400)
        for index in rest.prefix(PageTable.rowLimit) {
            let row = row(index)
            guard body.count + row.count <= limit else { break }
            body += row
            shown += 1
        }
        let hidden = rest.count - shown + max(0, totals.count - 3)
        return tag("div", .class(shown > 20 ? "scroll tall" : "scroll"), Attribute("tabindex", "0"), Attribute("role", "group")) {
            tag("table", .class(isShaded ? "data shaded" : "data"), Attribute("data-mart", view.mart.id)) {
                tag("thead") { tag("tr") { head } }
                tag("tbody") {
                    if rest.isEmpty {
                        tag("tr") { tag("td", .class("none"), Attribute("colspan", max(1, columns.count))) { Phrase.noRows } }
                    } else {
                        body
                    }
                }
                if !totals.isEmpty { tag("tfoot") { foot } }
            }
        } + (hidden > 0 ? more(hidden) : .empty)
    }

    private func isOverall(_ row: Int) -> Bool { view.time.map { view.value(row, $0) == .null } ?? true }

    private func more(_ count: Int) -> HTML {
        tag("p", .class("more")) { Phrase.moreRows(count); " "; files.link }
    }

    private var header: HTML {
        HTML(columns.map { index in
            let column = view.mart.columns[index]
            return tag("th", Attribute("scope", "col"), Attribute("data-column", column.name), .class(column.isNumeric ? "num" : "text")) {
                if let derived = derivedWords(column) { tag("small") { derived } } else { column.words }
                if let unit = Shown.unit(column.unit) { tag("small") { " "; unit } }
            }
        })
    }

    /// Beside its growth the value of another period is left to the mart's file.
    private static func isOfAnotherPeriod(_ name: String) -> Bool {
        ["__previous", "__year", "__campaign"].contains { name.hasSuffix($0) }
    }

    /// What stands behind the column that a figure is worked out of: it need not name that again.
    private func derivedWords(_ column: MartColumn) -> Words? {
        guard column.role == .statistic, let base = column.name.firstRange(of: "__").flatMap({ view.index(String(column.name[..<$0.lowerBound])) }),
            columns.contains(base)
        else { return nil }
        let own = view.mart.columns[base].label
        guard column.label.en.hasPrefix(own.en + ": "), column.label.zh.hasPrefix(own.zh + "：") else { return nil }
        return Words(
            Shown.text(String(column.label.en.dropFirst(own.en.count + 2))), Shown.text(String(column.label.zh.dropFirst(own.zh.count + 1))))
    }

    private func row(_ row: Int) -> HTML {
        let kind = view.kind(row)
        var attributes = [Attribute("data-row", row)]
        if kind != "detail" { attributes.append(.class(kind == "total" || kind == "subtotal" ? kind : "other")) }
        let place = kind == "detail" ? nil : columns.first { view.value(row, $0) == .null && !view.mart.columns[$0].isNumeric } ?? columns.first
        return HTML.element("tr", attributes, HTML(columns.map { cell(row, $0, kind: $0 == place ? kind : nil) }))
    }

    private func cell(_ row: Int, _ index: Int, kind: String?) -> HTML {
        let column = view.mart.columns[index]
        let value = view.value(row, index)
        guard column.isNumeric else {
            return tag("td") {
                if let kind { tag("b") { Phrase.rowKind(kind) }; " " }
                if value != .null || view.kind(row) == "detail" {
                    if case .string(let text) = value {
                        // What the data says is a name; what the stage says is said in both languages.
                        if column.role == .flag, view.stage != "alerts", Phrasebook.chinese(text) != nil { Phrasebook.words(text, limit: 400) } else { name(text) }
                    } else { Shown.value(value, of: column) }
                }
            }
        }
        guard value != .null else { return tag("td", .class("num")) { tag("i") { Shown.none } } }
        var classes = "num"
        if let tone = tone(value, row, index) { classes += " \(tone)" }
        return tag("td", .class(classes), Attribute("data-value", value.exact)) {
            Shown.value(value, of: column)
            bar(value, row, index)
        }
    }

    // MARK: Colours and bars

    private func tone(_ value: MartValue, _ row: Int, _ index: Int) -> String? {
        let column = view.mart.columns[index]
        if column.name.contains("__growth_") { return Tone.ofChange(value.double, direction: column.direction) }
        guard isShaded, column.role == .ratio, view.kind(row) == "detail", let total = view.total else { return nil }
        return Tone.compared(value.double, with: view.value(total, index).double, direction: column.direction)
    }

    private func bar(_ value: MartValue, _ row: Int, _ index: Int) -> HTML {
        guard isShaded, view.kind(row) == "detail", view.mart.columns[index].role == .measure,
            view.mart.columns[index].aggregation == .sum, let number = value.double, number > 0,
            let greatest = greatest[index], greatest > 0
        else { return .empty }
        return tag("svg", .class("bar"), Attribute("aria-hidden", "true")) {
            leaf("rect", Attribute("width", percentage(number / greatest)), Attribute("height", "100%"))
        }
    }
}
