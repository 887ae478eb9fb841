import Marts

/// Figures one below the other as bars, the longest of which is the greatest.
struct BarList {
    struct Bar {
        let label: HTML
        /// The row of the mart; nil where the figure is a sum of the books.
        let row: Int?
        let length: Double
        let figure: HTML
    }

    let bars: [Bar]

    private var greatest: Double { bars.map(\.length).max() ?? 0 }

    var html: HTML {
        let greatest = greatest
        return tag("ol", .class("bars")) {
            HTML(bars.map { bar in
                HTML.element("li", bar.row.map { [Attribute("data-row", $0)] } ?? [], [
                    bar.label,
                    tag("svg", .class("track"), Attribute("aria-hidden", "true")) {
                        leaf("rect", Attribute("width", percentage(greatest > 0 ? max(0, bar.length) / greatest : 0)), Attribute("height", "100%"))
                    },
                    bar.figure,
                ].reduce(.empty, +))
            })
        }
    }
}

extension BarList.Bar {
    /// A figure of a mart's row.
    init(_ view: MartView, _ row: Int, _ column: Int, label: HTML) {
        let value = view.value(row, column)
        self.init(
            label: tag("span", .class("clip")) { label }, row: row, length: value.double ?? 0,
            figure: value == .null
                ? tag("b") { Shown.none }
                : tag("b", Attribute("data-value", value.exact)) { Shown.value(value, of: view.mart.columns[column]) })
    }
}
