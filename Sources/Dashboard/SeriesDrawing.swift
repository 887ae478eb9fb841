import Marts

/// The figures of a mart over time as small multiples: one drawing a figure, of the whole or of its first categories.
struct SeriesDrawing {
    let block: Block
    /// Cells of time beyond this are left to the table: the newest are drawn.
    static let timeLimit = 400
    static let categoryLimit = 6
    static let figureLimit = 24

    private var view: MartView { block.view }

    var html: HTML {
        guard let timeColumn = view.time else { return .empty }
        let rows = view.details.filter { view.value($0, timeColumn) != .null }
        guard !rows.isEmpty else { return tag("p", .class("none")) { Phrase.noRows } }
        let axis = TimeAxis(view, limit: Self.timeLimit)
        let times = axis.cells
        let (categories, others) = self.categories(rows)
        var cells = categories.map { _ in [Int?](repeating: nil, count: times.count) }
        let number = Dictionary(uniqueKeysWithValues: categories.enumerated().map { ($1, $0) })
        for row in rows {
            if let line = number[self.key(row)], let i = axis.place(view.value(row, timeColumn)) { cells[line][i] = row }
        }
        let lines = categories.indices.map { line in
            SeriesPanel.Line(name: view.dimensions.isEmpty ? nil : cells[line].compactMap { $0 }.first.map(view.category) ?? "", rows: cells[line])
        }
        let figures = view.figures.prefix(Self.figureLimit)
        return tag("div", .class("drawing")) {
            if !view.dimensions.isEmpty { legend(lines, others) }
            if axis.count > times.count {
                tag("p", .class("cut")) {
                    Words("The last \(times.count) of \(Shown.count(axis.count)) points in time are drawn.", "仅绘制最近 \(times.count) 个时间点（共 \(Shown.count(axis.count)) 个）。")
                }
            }
            tag("div", .class("panels")) {
                HTML(figures.map { column in
                    SeriesPanel(view: view, column: column, times: times, lines: lines, id: block.id("c\(column)")).html
                })
            }
            if view.figures.count > figures.count {
                tag("p", .class("cut")) {
                    Words("\(view.figures.count - figures.count) more figures stand in the table.", "其余 \(view.figures.count - figures.count) 个指标见数据表。")
                }
            }
        }
    }

    private func key(_ row: Int) -> [MartValue] { view.dimensions.map { view.value(row, $0) } }

    /// The categories that are drawn, those with the most of the first figure, and how many are not, with the names of some.
    private func categories(_ rows: [Int]) -> (drawn: [[MartValue]], others: (count: Int, names: [String])) {
        guard !view.dimensions.isEmpty, let leading = view.figures.first else { return ([[]], (0, [])) }
        var sums: [[MartValue]: Double] = [:]
        var order: [(key: [MartValue], row: Int)] = []
        for row in rows {
            let key = key(row)
            if sums[key] == nil { order.append((key, row)) }
            sums[key, default: 0] += view.value(row, leading).double ?? 0
        }
        let ranked = order.enumerated().sorted { a, b in
            let (first, second) = (sums[a.element.key] ?? 0, sums[b.element.key] ?? 0)
            return first == second ? a.offset < b.offset : first > second
        }.map(\.element)
        let rest = ranked.dropFirst(Self.categoryLimit)
        return (ranked.prefix(Self.categoryLimit).map(\.key), (rest.count, rest.prefix(12).map { view.category($0.row) }))
    }

    private func legend(_ lines: [SeriesPanel.Line], _ others: (count: Int, names: [String])) -> HTML {
        let leading = view.figures.first.map { view.mart.columns[$0].words } ?? Words(same: "")
        return tag("div", .class("legend")) {
            tag("ul") {
                HTML(lines.enumerated().map { i, line in
                    tag("li") {
                        tag("svg", .class("key"), Attribute("aria-hidden", "true")) {
                            leaf("line", .class("line c\(i)"), Attribute("x2", "100%"), Attribute("y1", "50%"), Attribute("y2", "50%"))
                        }
                        name(line.name ?? "")
                    }
                })
            }
            if others.count > 0 {
                tag("p", .class("cut")) {
                    Words("Drawn: the \(lines.count) with the most ", "图中为") + leading + Words(". Not drawn: ", "最高的 \(lines.count) 项。未绘制：")
                    HTML(others.names.enumerated().map { i, text in HTML(i > 0 ? ", " : "") + name(Shown.text(text, limit: 40)) })
                    if others.count > others.names.count {
                        Words(" and \(others.count - others.names.count) more", " 等另外 \(others.count - others.names.count) 项")
                    }
                    "."
                }
            }
        }
    }
}
