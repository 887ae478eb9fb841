import Marts

/// The steps of a funnel as bars, with what is lost between them; then the same for its first groups.
struct FunnelDrawing {
    let block: Block
    static let groupLimit = 8
    static let stepLimit = 20

    private var view: MartView { block.view }
    /// What is counted: persons, sessions or attempts.
    private var counted: String { view.figures.first.map { view.mart.columns[$0].name } ?? "persons" }

    var html: HTML {
        let groupColumns = view.dimensions.filter { !["step", "step_name"].contains(view.mart.columns[$0].name) }
        var groups: [(key: [MartValue], rows: [Int])] = []
        var place: [[MartValue]: Int] = [:]
        var totals: [Int] = []
        for row in view.mart.rows.indices {
            if view.kind(row) == "total" {
                totals.append(row)
                continue
            }
            let key = groupColumns.map { view.value(row, $0) }
            if let i = place[key] {
                groups[i].rows.append(row)
            } else {
                place[key] = groups.count
                groups.append((key, [row]))
            }
        }
        guard !view.mart.rows.isEmpty else { return tag("p", .class("none")) { Phrase.noRows } }
        let whole = totals.isEmpty && groups.count == 1 ? groups[0].rows : totals
        let parts = totals.isEmpty && groups.count == 1 ? [] : groups.sorted { count($0.rows.first) > count($1.rows.first) }
        return tag("div", .class("drawing"), Attribute("data-mart", view.mart.id), Attribute("data-column", counted)) {
            if !whole.isEmpty { steps(whole) }
            if !parts.isEmpty {
                tag("div", .class("minis")) {
                    HTML(parts.prefix(Self.groupLimit).map { mini($0.key, $0.rows) })
                }
                if parts.count > Self.groupLimit {
                    tag("p", .class("cut")) {
                        Words("\(parts.count - Self.groupLimit) more groups stand in the table.", "其余 \(parts.count - Self.groupLimit) 组见数据表。")
                    }
                }
            }
        }
    }

    private func count(_ row: Int?) -> Double { row.flatMap { view.value($0, counted).double } ?? 0 }

    private func steps(_ rows: [Int]) -> HTML {
        let greatest = rows.map { count($0) }.max() ?? 0
        return tag("ol", .class("funnel")) {
            tag("li", .class("step head")) {
                tag("span") { "" }
                tag("span") { "" }
                tag("span", .class("figure")) { view.index(counted).map { view.mart.columns[$0].words } ?? Words("persons", "人数") }
                tag("span", .class("figure")) { Words("of the first", "占首步") }
            }
            HTML(rows.prefix(Self.stepLimit).enumerated().map { i, row in
                tag("li", Attribute("data-row", row)) {
                    if i > 0 { loss(row) }
                    tag("div", .class("step")) {
                        tag("span", .class("clip")) { name(view.text(row, "step_name") ?? "") }
                        bar(count(row), of: greatest, before: i > 0 ? count(rows[i - 1]) : nil)
                        figure(row, counted, in: "b")
                        figure(row, "conversion_from_first", in: "span")
                    }
                }
            })
        }
    }

    private func loss(_ row: Int) -> HTML {
        tag("div", .class("loss")) {
            tag("span") { "" }
            tag("span") {
                "↓ "
                Words("lost", "流失")
                " "
                figure(row, "drop_off", in: "b")
                " · "
                figure(row, "drop_off_rate", in: "b")
                if view.value(row, "median_seconds") != .null {
                    tag("small") { " · "; Words("median", "时长中位数"); " "; figure(row, "median_seconds", in: "span"); " "; Words("s", "秒") }
                }
            }
        }
    }

    private func bar(_ count: Double, of greatest: Double, before: Double?) -> HTML {
        tag("svg", .class("track"), Attribute("aria-hidden", "true")) {
            if let before, greatest > 0 { leaf("rect", .class("lost"), Attribute("width", percentage(before / greatest)), Attribute("height", "100%")) }
            leaf("rect", Attribute("width", percentage(greatest > 0 ? count / greatest : 0)), Attribute("height", "100%"))
        }
    }

    private func figure(_ row: Int, _ column: String, in element: StaticString) -> HTML {
        guard let index = view.index(column) else { return .empty }
        let value = view.value(row, index)
        if value == .null { return HTML.element(element, [.class("figure")], HTML(Shown.none)) }
        return HTML.element(
            element, [.class("figure"), Attribute("data-column", column), Attribute("data-value", value.exact)],
            HTML(Shown.value(value, of: view.mart.columns[index])))
    }

    private func mini(_ key: [MartValue], _ rows: [Int]) -> HTML {
        let greatest = rows.map { count($0) }.max() ?? 0
        let label = key.map { Shown.value($0, unit: nil, isMoney: false) }.joined(separator: " / ")
        return tag("figure", .class("mini")) {
            tag("figcaption", .class("clip")) { name(label) }
            HTML(rows.prefix(Self.stepLimit).enumerated().map { i, row in
                tag("div", .class("step"), Attribute("data-row", row)) {
                    bar(count(row), of: greatest, before: i > 0 ? count(rows[i - 1]) : nil)
                    figure(row, counted, in: "b")
                    figure(row, "conversion_from_first", in: "span")
                }
            })
        }
    }
}
