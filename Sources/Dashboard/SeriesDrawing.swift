import Marts

/// The figures of a mart over time as small multiples: one drawing a figure, of the whole or of the figure's first categories.
struct SeriesDrawing {
    let block: Block
    /// Cells of time beyond this are left to the table: the newest are drawn.
    static let timeLimit = 400
    static let categoryLimit = 6
    static let figureLimit = 24

    private var view: MartView { block.view }

    /// A category with its rows, by cell of time.
    private struct Category {
        let name: String?
        var rows: [Int?]
    }

    var html: HTML {
        guard let timeColumn = view.time else { return .empty }
        let rows = view.details.filter { view.value($0, timeColumn) != .null }
        guard !rows.isEmpty else { return tag("p", .class("none")) { Phrase.noRows } }
        let axis = TimeAxis(view, limit: Self.timeLimit)
        let figures = Array(view.figures.prefix(Self.figureLimit))
        let categories = categories(rows, axis, timeColumn)
        let drawn = lines(categories, figures)
        let isChoice = categories.count > Self.categoryLimit
        return tag("div", .class("drawing")) {
            if isChoice { choice(categories.count) } else if !view.dimensions.isEmpty, let all = drawn.first {
                tag("div", .class("legend")) { SeriesPanel.legend(all) }
            }
            if axis.count > axis.cells.count {
                tag("p", .class("cut")) {
                    Words("The last \(axis.cells.count) of \(Shown.count(axis.count)) points in time are drawn.", "仅绘制最近 \(axis.cells.count) 个时间点（共 \(Shown.count(axis.count)) 个）。")
                }
            }
            tag("div", .class(isChoice ? "panels named" : "panels")) {
                HTML(zip(figures, drawn).map { column, lines in
                    SeriesPanel(view: view, column: column, times: axis.cells, lines: lines, id: block.id("c\(column)"), namesLines: isChoice).html
                })
            }
            if view.figures.count > figures.count {
                tag("p", .class("cut")) {
                    Words("\(view.figures.count - figures.count) more figures stand in the table.", "其余 \(view.figures.count - figures.count) 个指标见数据表。")
                }
            }
        }
    }

    /// In the order of their first rows; of a mart without dimensions the whole.
    private func categories(_ rows: [Int], _ axis: TimeAxis, _ time: Int) -> [Category] {
        var categories: [Category] = []
        var number: [[MartValue]: Int] = [:]
        for row in rows {
            guard let place = axis.place(view.value(row, time)) else { continue }
            let key = view.dimensions.map { view.value(row, $0) }
            let index = number[key] ?? categories.count
            if index == categories.count {
                number[key] = index
                let name = view.dimensions.isEmpty ? nil : view.category(row)
                categories.append(Category(name: name, rows: [Int?](repeating: nil, count: axis.cells.count)))
            }
            categories[index].rows[place] = row
        }
        return categories
    }

    // MARK: Which categories are drawn

    /// Of each figure its first categories. One keeps its line's style from drawing to drawing, as far as the styles suffice.
    private func lines(_ categories: [Category], _ figures: [Int]) -> [[SeriesPanel.Line]] {
        var usual: [Int: Int] = [:]
        return figures.map { figure in
            let chosen = ranked(categories, by: figure).prefix(Self.categoryLimit)
            var styles: [Int: Int] = [:]
            var free = Set(0..<Self.categoryLimit)
            for category in chosen {
                if let style = usual[category], free.remove(style) != nil { styles[category] = style }
            }
            for category in chosen where styles[category] == nil {
                guard let style = free.min() else { continue }
                free.remove(style)
                styles[category] = style
                usual[category] = usual[category] ?? style
            }
            return chosen.map { SeriesPanel.Line(name: categories[$0].name, style: styles[$0] ?? 0, rows: categories[$0].rows) }
        }
    }

    /// Those with the most of a figure first, of a ratio with the most of what it is of: its denominator.
    private func ranked(_ categories: [Category], by figure: Int) -> [Int] {
        let weight = view.mart.columns[figure].role == .ratio ? view.part(.denominator, of: figure) ?? figure : figure
        let sums = categories.map { $0.rows.reduce(0.0) { sum, row in sum + (row.flatMap { view.value($0, weight).double } ?? 0) } }
        return categories.indices.sorted { sums[$0] == sums[$1] ? $0 < $1 : sums[$0] > sums[$1] }
    }

    private func choice(_ count: Int) -> HTML {
        tag("p", .class("cut")) {
            Words(
                "Each drawing has the \(Self.categoryLimit) with the most of its own figure, or of what its ratio is of; the table has all \(Shown.count(count)).",
                "每张图绘制该指标最高的 \(Self.categoryLimit) 项（比率按分母）；全部 \(Shown.count(count)) 项见数据表。")
        }
    }
}
