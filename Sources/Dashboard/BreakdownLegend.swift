import Marts

/// What the signs and the small lines of a breakdown mean.
struct BreakdownLegend {
    let view: MartView
    let mart: String

    init(_ view: MartView) {
        self.view = view
        mart = view.mart.id
    }

    var html: HTML {
        let fields = TableLayout(ofBreakdown: view).fields
        return tag("div", Attribute("data-mart", mart)) {
            tag("p", .class("legend tones")) {
                tag("span", .class("good")) { "▲▼ "; Phrase.better }
                tag("span", .class("bad")) { "△▽ "; Phrase.worse }
                tag("span") { Phrase.measuredBy }
                if let lines = lines(fields) { tag("span") { Words("small line: ", "小字：") + lines } }
            }
            RowsWithoutSpend(view).note
        }
    }

    /// What the small lines say, each kind once.
    private func lines(_ fields: [TableLayout.Field]) -> Words? {
        var seen: Set<String> = []
        let words = fields.flatMap { field in
            field.lines.filter { seen.insert(view.suffix($0)).inserted }.map { line in
                let short = Phrase.derived(view.suffix(line))
                let long = view.wordsBeside(field.column, line) ?? view.mart.columns[line].words
                return (short, long)
            }
        }
        guard let first = words.first else { return nil }
        // One kind needs no name in the cells.
        if words.count == 1 { return first.1 }
        func text(_ language: (Words) -> String) -> String {
            words.map { language($0.0) == language($0.1) ? language($0.1) : "\(language($0.0)) = \(language($0.1))" }.joined(separator: ", ")
        }
        return Words(text(\.en), text(\.zh))
    }
}
