import Marts

/// Which products sold when: a row a product, a cell a time, darker where there was more.
struct HeatDrawing {
    let block: Block
    static let rowLimit = 12
    static let timeLimit = 62

    private var view: MartView { block.view }

    var html: HTML {
        guard let timeColumn = view.time, let figure = view.figures.first, let dimension = view.dimensions.first else { return .empty }
        let axis = TimeAxis(view, limit: Self.timeLimit)
        let times = axis.cells
        var cells: [MartValue: [(time: Int, row: Int)]] = [:]
        var order: [MartValue] = []
        for row in view.details {
            guard let time = axis.place(view.value(row, timeColumn)) else { continue }
            let key = view.value(row, dimension)
            if cells[key] == nil { order.append(key) }
            cells[key, default: []].append((time, row))
        }
        guard !order.isEmpty else { return tag("p", .class("none")) { Phrase.noRows } }
        let sums = cells.mapValues { $0.reduce(0.0) { $0 + (view.value($1.row, figure).double ?? 0) } }
        let ranked = order.enumerated().sorted { a, b in
            let (first, second) = (sums[a.element] ?? 0, sums[b.element] ?? 0)
            return first == second ? a.offset < b.offset : first > second
        }.map(\.element)
        let drawn = ranked.prefix(Self.rowLimit)
        let greatest = drawn.flatMap { cells[$0] ?? [] }.compactMap { view.value($0.row, figure).double }.max() ?? 0
        let column = view.mart.columns[figure]
        return tag("div", .class("drawing heat"), Attribute("data-mart", view.mart.id), Attribute("data-column", column.name)) {
            tag("p", .class("legend")) {
                column.words
                if let unit = Shown.unit(column.unit) { " "; unit }
                tag("svg", .class("ramp"), Attribute("aria-hidden", "true")) {
                    HTML((1...5).map { leaf("rect", .class("h\($0)"), Attribute("x", "\(20 * ($0 - 1))%"), Attribute("width", "20%"), Attribute("height", "100%")) })
                }
                Words("up to \(Shown.number(greatest, unit: column.unit))", "最高 \(Shown.number(greatest, unit: column.unit))")
                if ranked.count > drawn.count {
                    tag("span", .class("cut")) {
                        Words(" · \(ranked.count - drawn.count) more products in the table", " · 其余 \(ranked.count - drawn.count) 件商品见数据表")
                    }
                }
            }
            HTML(drawn.map { key in line(key, cells[key] ?? [], times, figure, greatest) })
            tag("div", .class("heatrow axis")) {
                tag("span") { "" }
                tag("svg", .class("plot"), Attribute("height", "16"), Attribute("aria-hidden", "true")) {
                    tag("text", .class("time"), Attribute("y", "12")) { Shown.time(times.first ?? "") }
                    if times.count > 1 {
                        tag("text", .class("time"), Attribute("y", "12"), Attribute("x", "100%"), Attribute("text-anchor", "end")) { Shown.time(times.last ?? "") }
                    }
                }
            }
        }
    }

    private func line(_ key: MartValue, _ cells: [(time: Int, row: Int)], _ times: [String], _ figure: Int, _ greatest: Double) -> HTML {
        let label = Shown.value(key, unit: nil, isMoney: false)
        let width = 1 / Double(times.count)
        return tag("div", .class("heatrow")) {
            tag("span", .class("clip")) { name(label) }
            tag("svg", .class("plot"), Attribute("height", "22"), Attribute("role", "img")) {
                tag("title") { label }
                leaf("rect", .class("h0"), Attribute("width", "100%"), Attribute("height", "22"))
                HTML(cells.map { cell in
                    let value = view.value(cell.row, figure)
                    guard let number = value.double else { return .empty }
                    let level = greatest > 0 && number > 0 ? min(5, max(1, Int(((number / greatest).squareRoot() * 5).rounded(.up)))) : 0
                    return tag(
                        "rect", .class("h\(level)"), Attribute("x", percentage(Double(cell.time) * width)), Attribute("width", percentage(width)),
                        Attribute("height", "22"), Attribute("data-row", cell.row), Attribute("data-value", value.exact)
                    ) {
                        tag("title") { "\(label) · \(Shown.time(times[cell.time])) · \(Shown.value(value, of: view.mart.columns[figure]))" }
                    }
                })
            }
        }
    }
}
