import Chronology
import Marts

/// The first figures of the morning: the newest complete cell of time, how it changed, and how it stands to its target.
struct HeadlineSection {
    let blocks: [Block]
    /// `STAGE.NAME.COLUMN`; empty for the first figures of the first mart over time.
    let wanted: [String]
    static let limit = 24
    private static let defaultLimit = 8
    private static let sparkLimit = 31

    private enum Item {
        case figure(MartView, column: Int)
        case missing(String)
    }

    var html: HTML {
        let items = self.items
        guard !items.isEmpty else { return .empty }
        return tag("div", .class("kpis")) { HTML(items.prefix(Self.limit).map(card)) }
    }

    private var items: [Item] {
        guard wanted.isEmpty else {
            return wanted.map { text in
                let parts = text.split(separator: ".", omittingEmptySubsequences: false)
                guard parts.count >= 3, let column = parts.last else { return .missing(text) }
                let id = "\(parts[0])/\(parts.dropFirst().dropLast().joined(separator: "."))"
                guard let view = blocks.first(where: { $0.view.mart.id == id })?.view, let index = view.index(String(column)),
                    view.mart.columns[index].isNumeric
                else { return .missing(text) }
                return .figure(view, column: index)
            }
        }
        let series = blocks.map(\.view).filter { MartKind($0) == .series }
        guard let view = series.first(where: { $0.index("day") != nil }) ?? series.first else { return [] }
        return view.figures.prefix(Self.defaultLimit).map { .figure(view, column: $0) }
    }

    private func card(_ item: Item) -> HTML {
        switch item {
        case .missing(let text):
            tag("article", .class("kpi")) {
                tag("h3") { name(text) }
                tag("p", .class("none")) { Words("This run has no such figure.", "本次运行没有该指标。") }
            }
        case .figure(let view, let column): card(view, column)
        }
    }

    private func card(_ view: MartView, _ index: Int) -> HTML {
        let column = view.mart.columns[index]
        let cells = self.cells(view)
        guard let row = cells.last ?? view.total ?? view.mart.rows.indices.last else {
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
            spark(view, index, cells)
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

    /// The newest complete cell of time, which the cards tell of; nil where no card has one.
    var day: String? {
        for case .figure(let view, _) in items {
            if let row = cells(view).last, let time = view.time { return Shown.value(view.value(row, time), of: view.mart.columns[time]) }
        }
        return nil
    }

    /// The rows of the whole over time, without a day that had not ended.
    private func cells(_ view: MartView) -> [Int] {
        guard let time = view.time else { return [] }
        let kind = view.dimensions.isEmpty ? "detail" : "total"
        var rows = view.mart.rows.indices.filter { view.kind($0) == kind && view.value($0, time) != .null }
            .sorted { view.value($0, time).written.utf8.lexicographicallyPrecedes(view.value($1, time).written.utf8) }
        if rows.count > 1, view.mart.columns[time].name == "day", let end = view.mart.period.to,
            let last = rows.last, String(end.prefix(10)) <= view.value(last, time).written
        {
            rows.removeLast()
        }
        return rows
    }

    // MARK: Changes and target

    private func changes(_ view: MartView, _ index: Int, _ row: Int) -> [HTML] {
        let column = view.mart.columns[index]
        var changes: [HTML] = []
        if let time = view.time, case .date(let day) = view.value(row, time) {
            let steps = view.mart.columns[time].name == "day" ? [(1, Words("1 d ago", "较前一日")), (7, Words("7 d ago", "较 7 天前"))] : []
            let byDay = Dictionary(cells(view).map { (view.value($0, time), $0) }, uniquingKeysWith: { a, _ in a })
            for (back, label) in steps {
                let before = byDay[.date(CivilDate(daysSinceEpoch: day.daysSinceEpoch - back))]
                changes.append(change(view, index, row, before, label))
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
        let values = cells.suffix(Self.sparkLimit).map { view.value($0, index).double }
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

/// The change between two values of a mart as people read it: points of a fraction, percent of anything else.
struct Change {
    let words: Words

    init(from then: Double, to now: Double, unit: String?) {
        if unit == "fraction" {
            let points = Shown.signed((now - then) * 100, places: 2)
            words = Words(same: "\(points) pp")
        } else if now == then {
            words = Words(same: "0%")
        } else if then == 0 {
            words = Words("from 0", "由 0 起")
        } else {
            words = Words(same: Shown.signed((now - then) / then.magnitude * 100, places: 1) + "%")
        }
    }
}
