import Marts

/// The first products by a figure as bars.
struct RankingDrawing {
    let block: Block
    static let rowLimit = 12

    private var view: MartView { block.view }

    var html: HTML {
        guard let figure = view.figures.first, let dimension = view.dimensions.first else { return .empty }
        let column = view.mart.columns[figure]
        let rows = view.details.enumerated().sorted { a, b in
            let (first, second) = (view.value(a.element, figure).double ?? -.infinity, view.value(b.element, figure).double ?? -.infinity)
            return first == second ? a.offset < b.offset : first > second
        }.map(\.element)
        guard !rows.isEmpty else { return tag("p", .class("none")) { Phrase.noRows } }
        return tag("div", .class("drawing ranking"), Attribute("data-mart", view.mart.id), Attribute("data-column", column.name)) {
            tag("p", .class("legend")) {
                column.words
                if let unit = Shown.unit(column.unit) { " "; unit }
            }
            BarList(bars: rows.prefix(Self.rowLimit).map { row in
                .init(view, row, figure, label: name(Shown.value(view.value(row, dimension), of: view.mart.columns[dimension])))
            }).html
            if rows.count > Self.rowLimit { tag("p", .class("cut")) { Phrase.more(rows.count - Self.rowLimit) } }
        }
    }
}
