import Chronology
import Marts

/// The first figures of the morning: the newest whole cell of time, how it changed, and how it stands to its target.
struct HeadlineSection {
    /// The instant that a run within the day sees up to.
    private let intraday: String?
    /// The newest whole cell of time, which the cards tell of, and a newer one that is none; nil where no card has one.
    private(set) var day: Words?
    private(set) var html = HTML.empty

    static let limit = 24
    private static let defaultLimit = 8
    private static let sparkLimit = 31

    /// - Parameter wanted: `STAGE.NAME.COLUMN`; empty for the first figures of the first mart over time.
    init(_ marts: [MartOutline], wanted: [String], intraday: String?, _ shelf: MartShelf) throws {
        self.intraday = intraday
        var cards: [HTML] = []
        func add(_ view: MartView, _ column: Int) {
            cards.append(card(view, column))
            day = day ?? day(view)
        }
        if wanted.isEmpty {
            let series = marts.filter { $0.kind == .series }
            if let first = series.first(where: \.isByDay) ?? series.first {
                let view = try shelf.view(first.id)
                for column in view.figures.prefix(Self.defaultLimit) { add(view, column) }
            }
        }
        for text in wanted.prefix(Self.limit) {
            let parts = text.split(separator: ".", omittingEmptySubsequences: false)
            let id = parts.count < 3 ? "" : "\(parts[0])/\(parts.dropFirst().dropLast().joined(separator: "."))"
            if marts.contains(where: { $0.id == id }), case let view = try shelf.view(id), let index = parts.last.flatMap({ view.index(String($0)) }),
                view.mart.columns[index].isNumeric, !view.overall.isEmpty || view.total != nil || view.mart.rows.isEmpty
            {
                add(view, index)
            } else {
                cards.append(missing(text))
            }
        }
        if !cards.isEmpty { html = tag("div", .class("kpis")) { HTML(cards) } }
    }

    private func missing(_ text: String) -> HTML {
        tag("article", .class("kpi")) {
            tag("h3") { name(text) }
            tag("p", .class("none")) { Words("This run has no such figure.", "本次运行没有该指标。") }
        }
    }

    private func card(_ view: MartView, _ index: Int) -> HTML {
        let column = view.mart.columns[index]
        let cells = self.cells(view)
        guard let row = cells.whole.last ?? cells.open ?? view.total else {
            return tag("article", .class("kpi")) {
                title(column, view)
                tag("p", .class("none")) { Phrase.noRows }
            }
        }
        let value = view.value(row, index)
        return tag(
            "article", .class("kpi"), Attribute("data-mart", view.mart.id), Attribute("data-column", column.name), Attribute("data-row", row)
        ) {
            title(column, view)
            if value == .null { tag("p", .class("value")) { Shown.none } } else {
                tag("p", .class("value"), Attribute("data-value", value.exact)) { Shown.value(value, of: column) }
            }
            if cells.whole.isEmpty, cells.open != nil { openMark(view) }
            spark(view, index, cells.whole)
            tag("ul") {
                HTML(changes(view, index, row))
                target(view, column, row)
                if let total = view.total, total != row, view.value(total, index) != .null {
                    tag("li", .class("mute"), Attribute("data-row", total)) {
                        tag("span") { Phrase.period }
                        tag("b", Attribute("data-value", view.value(total, index).exact)) { Shown.value(view.value(total, index), of: column) }
                    }
                }
            }
        }
    }

    private func title(_ column: MartColumn, _ view: MartView) -> HTML {
        tag("h3") {
            column.words
            if let unit = Shown.unit(column.unit) { tag("small") { " "; unit } }
            if view.notes(on: column.name).contains(where: { $0.code == "open_windows" }) { tag("small", .class("open")) { " "; Phrase.mayChange } }
        }
    }

    private func day(_ view: MartView) -> Words? {
        let cells = cells(view)
        guard let row = cells.whole.last ?? cells.open, let time = view.time else { return nil }
        func shown(_ row: Int) -> String { Shown.value(view.value(row, time), of: view.mart.columns[time]) }
        guard let open = cells.open, open != row, let seen = seen(view) else { return Words(same: shown(row)) }
        return Words("\(shown(row)); \(shown(open)) is seen up to \(seen) only", "\(shown(row))；\(shown(open)) 的数据仅到 \(seen)")
    }

    /// The rows of the whole over time: those of whole cells, and the newest of a cell that is none.
    private func cells(_ view: MartView) -> (whole: [Int], open: Int?) {
        guard let time = view.time else { return ([], nil) }
        let rows = view.overall.sorted {
            view.value($0, time).written.utf8.lexicographicallyPrecedes(view.value($1, time).written.utf8)
        }
        let rule = WholeCells(view, intraday: intraday)
        let whole = rows.filter(rule.contains)
        return (whole, rows.last.flatMap { $0 == whole.last ? nil : $0 })
    }

    /// The newest instant that a mart knows of.
    private func seen(_ view: MartView) -> String? { (intraday ?? view.mart.asOf).map(Shown.time) }

    /// No cell is whole yet: the one that is there is not compared.
    private func openMark(_ view: MartView) -> HTML {
        tag("p") {
            tag("span", .class("chip warn")) { Phrase.provisional }
            if let seen = seen(view) { tag("small") { " "; Words("up to \(seen)", "截至 \(seen)") } }
        }
    }

    // MARK: Changes and target

    private func changes(_ view: MartView, _ index: Int, _ row: Int) -> [HTML] {
        let column = view.mart.columns[index]
        var changes: [HTML] = []
        let whole = cells(view).whole
        if let time = view.time, view.mart.columns[time].name == "day", case .date(let day) = view.value(row, time), whole.last == row {
            let byDay = Dictionary(whole.map { (view.value($0, time), $0) }, uniquingKeysWith: { a, _ in a })
            for (back, label) in [(1, Words("1 d ago", "较前一日")), (7, Words("7 d ago", "较 7 天前"))] {
                changes.append(change(view, index, row, byDay[.date(day.adding(days: -back))], label))
            }
        }
        for (suffix, label) in [
            ("previous", Words("period before", "较上期")), ("year", Words("year before", "较去年同期")), ("campaign", Words("campaign before", "较上次活动")),
        ] {
            guard let growth = view.index("\(column.name)__growth_\(suffix)") else { continue }
            let value = view.value(row, growth)
            let tone = Tone.ofChange(value.double, direction: column.direction) ?? ""
            changes.append(
                tag("li", .class(tone)) {
                    tag("span") { label }
                    if value == .null { tag("b") { Shown.none } } else {
                        tag("b", Attribute("data-column", view.mart.columns[growth].name), Attribute("data-value", value.exact)) {
                            Shown.value(value, of: view.mart.columns[growth])
                        }
                    }
                })
        }
        return changes
    }

    private func change(_ view: MartView, _ index: Int, _ row: Int, _ before: Int?, _ label: Words) -> HTML {
        let column = view.mart.columns[index]
        let now = view.value(row, index).double
        guard let before, let then = view.value(before, index).double, let now else {
            return tag("li", .class("mute")) { tag("span") { label }; tag("b") { Shown.none } }
        }
        let change = Change(from: then, to: now, unit: column.unit)
        return tag("li", .class(Tone.ofChange(now - then, direction: column.direction) ?? "mute"), Attribute("data-before", before)) {
            tag("span") {
                label
                tag("span", .class("before"), Attribute("data-row", before), Attribute("data-value", view.value(before, index).exact)) {
                    Shown.value(view.value(before, index), of: column)
                }
            }
            tag("b", .class("change")) { change.words }
        }
    }

    private func target(_ view: MartView, _ column: MartColumn, _ row: Int) -> HTML {
        guard let index = view.index("\(column.name)__target"), view.value(row, index) != .null else { return .empty }
        let attainment = view.index("\(column.name)__attainment")
        let share = attainment.flatMap { view.value(row, $0).double }
        return tag("li", .class("target \(share.flatMap { Tone.ofChange($0 - 1, direction: column.direction) } ?? "mute")")) {
            tag("span") {
                Phrase.target
                " "
                tag("span", Attribute("data-column", view.mart.columns[index].name), Attribute("data-value", view.value(row, index).exact)) {
                    Shown.value(view.value(row, index), of: view.mart.columns[index])
                }
            }
            if let attainment, let share {
                tag("b", .class("plain"), Attribute("data-column", view.mart.columns[attainment].name), Attribute("data-value", view.value(row, attainment).exact)) {
                    Shown.percent(share)
                }
                tag("svg", .class("track"), Attribute("aria-hidden", "true")) { leaf("rect", Attribute("width", percentage(share)), Attribute("height", "100%")) }
            }
        }
    }

    // MARK: The small line

    private func spark(_ view: MartView, _ index: Int, _ cells: [Int]) -> HTML {
        guard let time = view.time else { return .empty }
        let axis = TimeAxis(view, limit: Self.sparkLimit)
        let row = Dictionary(cells.compactMap { row in axis.place(view.value(row, time)).map { ($0, row) } }, uniquingKeysWith: { a, _ in a })
        let values = (0..<((row.keys.max() ?? -1) + 1)).map { row[$0].flatMap { view.value($0, index).double } }
        let known = values.compactMap { $0 }
        guard known.count > 1 else { return .empty }
        let scale = Scale(known)
        let width = 1000 / Double(max(1, values.count))
        return tag("svg", .class("spark"), Attribute("viewBox", "0 0 1000 36"), Attribute("preserveAspectRatio", "none"), Attribute("aria-hidden", "true")) {
            HTML(values.enumerated().map { i, value in
                guard let value else { return .empty }
                let (a, b) = (36 - 34 * scale.place(value), 36 - 34 * scale.place(0))
                return leaf(
                    "rect", .class(i == values.count - 1 ? "now" : ""), Attribute("x", coordinate(Double(i) * width + width * 0.12)),
                    Attribute("width", coordinate(width * 0.76)), Attribute("y", coordinate(min(a, b) - (a == b ? 1 : 0))),
                    Attribute("height", coordinate(max(1, (a - b).magnitude))))
            })
        }
    }
}
