import Marts

/// One figure over time as a small drawing: a line a category, gaps where there is no value.
struct SeriesPanel {
    struct Line {
        let name: String?
        /// Of colour and dashes.
        var style = 0
        /// The row of the mart that holds each cell of time; nil where none does.
        let rows: [Int?]
    }

    let view: MartView
    let column: Int
    /// The cells of time, as they are written.
    let times: [String]
    let lines: [Line]
    let id: String
    /// What of the figure it is, where it is not the whole.
    var part: String?
    /// Whether the names of its lines stand with it.
    var namesLines = false

    private static let height = 120.0
    private static let top = 16.0
    private static let bottom = 98.0
    /// The part of the width that the numbers of the axis have.
    private static let left = 0.13
    /// More points than this carry no values of their own: they stand in the table.
    private static let pointLimit = 130

    var html: HTML {
        let figure = view.mart.columns[column]
        return tag("figure", .class("panel"), Attribute("data-mart", view.mart.id), Attribute("data-column", figure.name)) {
            tag("figcaption", .id(id)) {
                tag("span", .class("label")) {
                    if let part { name(part); " · " }
                    figure.words
                    if let unit = Shown.unit(figure.unit) { tag("small") { " "; unit } }
                    if view.notes(on: figure.name).contains(where: { $0.code == "open_windows" }) {
                        tag("small", .class("open")) { " "; Phrase.mayChange }
                    }
                }
                if lines.count == 1, let row = lines[0].rows.last ?? nil {
                    if view.value(row, column) == .null { tag("b", .class("last")) { Shown.none } } else {
                        tag("b", .class("last"), Attribute("data-row", row), Attribute("data-value", view.value(row, column).exact)) {
                            Shown.value(view.value(row, column), of: figure)
                        }
                    }
                }
            }
            if namesLines { SeriesPanel.legend(lines) }
            if values.isEmpty { tag("p", .class("none")) { Phrase.noValues } } else { drawing }
        }
    }

    /// The names of lines, each with a piece of it.
    static func legend(_ lines: [Line]) -> HTML {
        tag("ul", .class("keys")) {
            HTML(lines.map { line in
                tag("li") {
                    tag("svg", .class("key"), Attribute("aria-hidden", "true")) {
                        leaf("line", .class("line c\(line.style)"), Attribute("x2", "100%"), Attribute("y1", "50%"), Attribute("y2", "50%"))
                    }
                    name(line.name ?? "")
                }
            })
        }
    }

    private var values: [Double] {
        lines.flatMap { $0.rows.compactMap { $0.flatMap { view.value($0, column).double } } }
    }

    private var drawing: HTML {
        let scale = Scale(values)
        return tag("svg", .class("plot"), Attribute("role", "img"), Attribute("aria-labelledby", id), Attribute("height", Int(Self.height))) {
            axis(scale)
            tag(
                "svg", .class("stretch"), Attribute("viewBox", "0 0 1000 \(Int(Self.height))"), Attribute("preserveAspectRatio", "none"),
                Attribute("aria-hidden", "true")
            ) {
                HTML(lines.indices.map { path($0, scale) })
            }
            HTML(lines.indices.map { points($0, scale) })
            labels
        }
    }

    private func x(_ index: Int) -> Double {
        times.count < 2 ? 0.56 : Self.left + 0.015 + (0.97 - Self.left) * Double(index) / Double(times.count - 1)
    }

    private func y(_ value: Double, _ scale: Scale) -> Double { Self.bottom - scale.place(value) * (Self.bottom - Self.top) }

    private func axis(_ scale: Scale) -> HTML {
        let unit = view.mart.columns[column].unit
        return HTML(scale.ticks.map { tick in
            let y = coordinate(y(tick, scale))
            return leaf(
                "line", .class(tick == 0 ? "zero" : "grid"), Attribute("x1", percentage(Self.left)), Attribute("x2", "100%"), Attribute("y1", y),
                Attribute("y2", y))
                + Shown.tick(tick, unit: unit).svg(
                    Attribute("x", percentage(Self.left - 0.015)), Attribute("y", coordinate(self.y(tick, scale) + 4)), Attribute("text-anchor", "end"))
        })
    }

    private func path(_ line: Int, _ scale: Scale) -> HTML {
        var segments: [[(x: Double, y: Double)]] = [[]]
        for (i, row) in lines[line].rows.enumerated() {
            if let value = row.flatMap({ view.value($0, column).double }) {
                segments[segments.count - 1].append((x(i) * 1000, y(value, scale)))
            } else if !segments[segments.count - 1].isEmpty {
                segments.append([])
            }
        }
        let long = segments.filter { $0.count > 1 }
        guard !long.isEmpty else { return .empty }
        let outline = long.map { "M" + $0.map { "\(coordinate($0.x)) \(coordinate($0.y))" }.joined(separator: "L") }.joined()
        let stroke = leaf("path", .class("line c\(lines[line].style)"), Attribute("d", outline))
        guard lines.count == 1 else { return stroke }
        let zero = coordinate(y(0, scale))
        let area = long.map { points in
            "M\(coordinate(points[0].x)) \(zero)L"
                + points.map { "\(coordinate($0.x)) \(coordinate($0.y))" }.joined(separator: "L")
                + "L\(coordinate(points[points.count - 1].x)) \(zero)Z"
        }.joined()
        return leaf("path", .class("area c\(lines[line].style)"), Attribute("d", area)) + stroke
    }

    private func points(_ line: Int, _ scale: Scale) -> HTML {
        let rows = lines[line].rows
        let carriesValues = rows.count * lines.count <= Self.pointLimit
        let last = rows.lastIndex { $0.flatMap { view.value($0, column).double } != nil }
        return HTML(rows.enumerated().map { i, row in
            guard let row, let value = view.value(row, column).double, carriesValues || i == last else { return .empty }
            let isAlone = (i == 0 || rows[i - 1].flatMap { view.value($0, column).double } == nil)
                && (i + 1 == rows.count || rows[i + 1].flatMap { view.value($0, column).double } == nil)
            let cell = view.value(row, column)
            let text = [lines[line].name, Shown.time(times[i]), Shown.value(cell, of: view.mart.columns[column])].compactMap { $0 }
            return tag(
                "circle", .class("dot c\(lines[line].style)\(i == last || isAlone ? " seen" : "")"), Attribute("cx", percentage(x(i))),
                Attribute("cy", coordinate(y(value, scale))), Attribute("r", "3.5"), Attribute("data-row", row), Attribute("data-value", cell.exact)
            ) { tag("title") { text.joined(separator: " · ") } }
        })
    }

    private var labels: HTML {
        guard let first = times.first, let last = times.last else { return .empty }
        let y = Attribute("y", Int(Self.height) - 6)
        func text(_ label: String, _ x: String, _ anchor: String) -> HTML {
            tag("text", .class("time"), Attribute("x", x), y, Attribute("text-anchor", anchor)) { label }
        }
        if times.count == 1 { return text(Shown.time(first), percentage(x(0)), "middle") }
        return text(short(first), percentage(Self.left), "start") + text(short(last), "100%", "end")
    }

    /// A day without its year where all are of one.
    private func short(_ time: String) -> String {
        let shown = Shown.time(time)
        guard let first = times.first, let last = times.last, first.prefix(4) == last.prefix(4), shown.utf8.count >= 10 else { return shown }
        return String(shown.dropFirst(5))
    }
}
