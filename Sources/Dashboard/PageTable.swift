import Marts

/// Rows of a mart as a table, with the exact value of each figure in its cell.
///
/// A breakdown has bars behind sums, signs where a value is better or worse than the total's, and is a card a row on a phone.
struct PageTable {
    let view: MartView
    let files: MartFiles
    let isBreakdown: Bool
    private let layout: TableLayout
    /// Of each sum, over the rows that can be shown.
    private let greatest: [Int: Double]
    private let withoutSpend: RowsWithoutSpend
    /// Small lines are named where they are of several kinds.
    private let namesLines: Bool

    static let rowLimit = 300

    init(_ view: MartView, _ files: MartFiles, isBreakdown: Bool = false) {
        self.view = view
        self.files = files
        self.isBreakdown = isBreakdown
        let layout = isBreakdown ? TableLayout(ofBreakdown: view) : TableLayout(view)
        self.layout = layout
        let sums = isBreakdown ? layout.fields.map(\.column).filter { view.mart.columns[$0].aggregation == .sum } : []
        greatest = Dictionary(uniqueKeysWithValues: sums.map { column in
            (column, layout.rows.prefix(PageTable.rowLimit).compactMap { view.value($0, column).double }.max() ?? 0)
        })
        withoutSpend = RowsWithoutSpend(view)
        namesLines = Set(layout.fields.flatMap(\.lines).map(view.suffix)).count > 1
    }

    private var columns: [Int] { layout.fields.map(\.column) }

    /// The table with as many rows as fit into `bytes`, and a link to the rest.
    func html(bytes allowance: Int) -> HTML {
        let head = header
        let foot = HTML(layout.totals.prefix(3).map(row))
        var limit = max(0, allowance - head.count - foot.count - 500)
        func fitting(_ rows: [Int]) -> (html: HTML, count: Int) {
            var html = HTML.empty
            var count = 0
            for index in rows.prefix(PageTable.rowLimit) {
                let row = row(index)
                guard row.count <= limit else { break }
                limit -= row.count
                html += row
                count += 1
            }
            return (html, count)
        }
        let body = fitting(layout.rows)
        let apart = fitting(layout.apart)
        let hidden = layout.rows.count - body.count + layout.apart.count - apart.count + max(0, layout.totals.count - 3)
        let isTall = body.count > 30
        return tag("div", .class(isTall ? "scroll tall" : "scroll"), Attribute("tabindex", "0"), Attribute("role", "group")) {
            tag("table", .class(isBreakdown ? "data cards names\(min(3, dimensionCount))" : "data"), Attribute("data-mart", view.mart.id)) {
                tag("thead") { tag("tr") { head } }
                tag("tbody") {
                    if layout.rows.isEmpty {
                        tag("tr") { tag("td", .class("none"), Attribute("colspan", max(1, columns.count))) { Phrase.noRows } }
                    } else {
                        body.html
                    }
                }
                if !apart.html.isEmpty { tag("tbody") { apart.html } }
                if !layout.totals.isEmpty { tag("tfoot") { foot } }
            }
        } + (isTall ? tag("p", .class("more")) { Phrase.scroll(body.count + apart.count) } : .empty)
            + (hidden > 0 ? tag("p", .class("more")) { Phrase.moreRows(hidden); " "; files.link } : .empty)
    }

    private var dimensionCount: Int { columns.count { !view.mart.columns[$0].isNumeric } }

    private var header: HTML {
        HTML(columns.map { index in
            let column = view.mart.columns[index]
            var attributes = [Attribute("scope", "col"), Attribute("data-column", column.name), .class(column.isNumeric ? "num" : "text")]
            if index == layout.leading { attributes.append(Attribute("data-leading")) }
            // Its figure stands before it: it need not name that again.
            let derived = view.base(of: index).flatMap { columns.contains($0) ? view.wordsBeside($0, index) : nil }
            return HTML.element("th", attributes, (derived.map { words in tag("small") { words } } ?? column.words.html) + unit(column))
        })
    }

    private func unit(_ column: MartColumn) -> HTML {
        Shown.unit(column.unit).map { unit in tag("small") { " "; unit } } ?? .empty
    }

    private func row(_ row: Int) -> HTML {
        let kind = view.kind(row)
        var attributes = [Attribute("data-row", row)]
        if kind != "detail" { attributes.append(.class(kind == "total" || kind == "subtotal" ? kind : "other")) }
        let place = kind == "detail" ? nil : columns.first { view.value(row, $0) == .null && !view.mart.columns[$0].isNumeric } ?? columns.first
        return HTML.element("tr", attributes, HTML(layout.fields.map { cell(row, $0, kind: $0.column == place ? kind : nil) }))
    }

    private func cell(_ row: Int, _ field: TableLayout.Field, kind: String?) -> HTML {
        let column = view.mart.columns[field.column]
        let value = view.value(row, field.column)
        guard column.isNumeric else {
            return HTML.element("td", isBreakdown ? [.class("text")] : [], {
                let heading = kind.map { kind in tag("b") { Phrase.rowKind(kind) } + HTML(" ") } ?? .empty
                return value != .null || view.kind(row) == "detail" ? heading + words(value, column) : heading
            }())
        }
        let tone = value == .null ? nil : tone(value, row, field.column)
        var attributes: [Attribute] = [.class(isBreakdown ? "num" : tone.map { "num \($0)" } ?? "num")]
        if value != .null { attributes.append(Attribute("data-value", value.exact)) }
        var figure = value == .null ? tag("i") { Shown.none } : HTML(Shown.value(value, of: column))
        if isBreakdown {
            // On a phone the label stands before the figure, and the sign is of the figure.
            let label = column.isInCurrency ? column.words + Words(same: " \(column.unit ?? "")") : column.words
            attributes += [Attribute("data-en", label.en), Attribute("data-zh", label.zh)]
            if let tone { figure = HTML.element("span", [.class(tone)], figure) }
        }
        return HTML.element("td", attributes, figure + bar(value, row, field.column) + HTML(field.lines.map { line(row, $0, of: field.column) }))
    }

    /// What the data says is a name; what the stage says is said in both languages.
    private func words(_ value: MartValue, _ column: MartColumn) -> HTML {
        guard case .string(let text) = value else { return HTML(Shown.value(value, of: column)) }
        if view.stage == "alerts" { return Phrase.alert(column.name, text)?.html ?? name(text) }
        if column.role == .flag, Phrasebook.chinese(text) != nil { return Phrasebook.words(text, limit: 400).html }
        return name(text)
    }

    /// Something that is worked out of the cell's figure, below it.
    private func line(_ row: Int, _ index: Int, of figure: Int) -> HTML {
        let column = view.mart.columns[index]
        let value = view.value(row, index)
        guard value != .null else { return .empty }
        let change = column.name.contains("__growth_") && withoutSpend.hasSpend(row, figure) ? Tone.ofChange(value.double, direction: column.direction) : nil
        return tag("small", .class(change.map { "beside \($0)" } ?? "beside")) {
            if namesLines { tag("span", .class("what")) { Phrase.derived(view.suffix(index)) }; " " }
            tag("span", Attribute("data-column", column.name), Attribute("data-value", value.exact)) { Shown.value(value, of: column) }
        }
    }

    // MARK: Signs and bars

    private func tone(_ value: MartValue, _ row: Int, _ index: Int) -> String? {
        let column = view.mart.columns[index]
        if column.name.contains("__growth_") { return Tone.ofChange(value.double, direction: column.direction) }
        guard isBreakdown, column.role == .ratio, view.kind(row) == "detail", let total = view.total, withoutSpend.isComparable(index),
            withoutSpend.hasSpend(row, index)
        else { return nil }
        return Tone.compared(value.double, with: view.value(total, index).double, direction: column.direction)
    }

    private func bar(_ value: MartValue, _ row: Int, _ index: Int) -> HTML {
        guard isBreakdown, view.kind(row) == "detail", view.mart.columns[index].role == .measure,
            view.mart.columns[index].aggregation == .sum, let number = value.double, number > 0,
            let greatest = greatest[index], greatest > 0
        else { return .empty }
        return tag("svg", .class("bar"), Attribute("aria-hidden", "true")) {
            leaf("rect", Attribute("width", percentage(number / greatest)), Attribute("height", "100%"))
        }
    }
}
