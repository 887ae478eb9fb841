import Chronology
import Marts

/// The marts of a funnel: the funnel itself, and what stands beside it.
enum FunnelSection {
    static func drawing(_ block: Block) -> HTML {
        switch MartKind(block.view) {
        case .funnel: FunnelDrawing(block: block).html
        case .funnelTimes: FunnelBars(block: block, kind: .times).html
        case .funnelNextEvents: FunnelBars(block: block, kind: .nextEvents).html
        case .funnelTrend: FunnelTrendDrawing(block: block).html
        default: .empty
        }
    }

    /// What is said where the groups of a funnel are in the table alone.
    static let groupsInTable = Words("Drawn: all together; the groups stand in the table.", "图中为总体，各分组见数据表。")
}

/// Of each step of a funnel, how many: by how long it took them, or by what they did next.
struct FunnelBars {
    enum Kind { case times, nextEvents }

    let block: Block
    let kind: Kind
    static let stepLimit = 20
    static let barLimit = 15

    private var view: MartView { block.view }

    var html: HTML {
        guard let figure = view.figures.first else { return .empty }
        let totals = view.mart.rows.indices.filter { view.kind($0) == "total" }
        let rows = totals.isEmpty ? Array(view.mart.rows.indices) : totals
        guard !rows.isEmpty else { return tag("p", .class("none")) { Phrase.noRows } }
        var steps: [(step: MartValue, rows: [Int])] = []
        for row in rows {
            let step = view.value(row, "step")
            if steps.last?.step == step { steps[steps.count - 1].rows.append(row) } else { steps.append((step, [row])) }
        }
        let column = view.mart.columns[figure]
        return tag("div", .class("drawing"), Attribute("data-mart", view.mart.id), Attribute("data-column", column.name)) {
            tag("p", .class("legend")) {
                column.words
                if kind == .times { " · "; Words("by the time from step 1", "按距第一步的时长") } else { " · "; Words("by what those who ended here did next", "停留于此步者的后续事件") }
            }
            tag("div", .class("steps")) { HTML(steps.prefix(Self.stepLimit).map { panel($0.rows, figure) }) }
            if !totals.isEmpty, totals.count < view.mart.rows.count { tag("p", .class("cut")) { FunnelSection.groupsInTable } }
            if steps.count > Self.stepLimit {
                tag("p", .class("cut")) { Words("\(steps.count - Self.stepLimit) more steps stand in the table.", "其余 \(steps.count - Self.stepLimit) 步见数据表。") }
            }
        }
    }

    private func panel(_ rows: [Int], _ figure: Int) -> HTML {
        tag("figure", .class("bypart")) {
            tag("figcaption", .class("clip")) { name(view.text(rows[0], "step_name") ?? "") }
            BarList(bars: rows.prefix(Self.barLimit).map { .init(view, $0, figure, label: label($0)) }).html
            if rows.count > Self.barLimit { tag("p", .class("cut")) { Phrase.more(rows.count - Self.barLimit) } }
        }
    }

    private func label(_ row: Int) -> HTML {
        switch kind {
        case .times:
            let (from, to) = (view.value(row, "from_seconds").double ?? 0, view.value(row, "to_seconds").double ?? 0)
            func text(_ seconds: Double) -> String { DurationText.text(of: Int64(exactly: (seconds * 1e6).rounded()) ?? .max) }
            return from == 0 ? HTML("≤ \(text(to))") : HTML("\(text(from)) – \(text(to))")
        case .nextEvents:
            if let event = view.text(row, "next_event") { return name(event) }
            return switch view.text(row, "what") {
            case "rest": Words("rarer ones", "其他事件").html
            case "nothing": Words("nothing more", "无后续").html
            case let what: name(what ?? "")
            }
        }
    }
}

/// A funnel by when people entered it: how many entered, and of them the share that took each step.
struct FunnelTrendDrawing {
    let block: Block
    static let stepLimit = 20

    private var view: MartView { block.view }

    var html: HTML {
        guard let time = view.time, let counted = view.figures.first else { return .empty }
        let totals = view.mart.rows.indices.filter { view.kind($0) == "total" && view.value($0, time) != .null }
        guard !totals.isEmpty else { return tag("p", .class("none")) { Phrase.noRows } }
        let axis = TimeAxis(view, limit: SeriesDrawing.timeLimit)
        var steps: [MartValue: Int] = [:]
        var lines: [[Int?]] = []
        for row in totals {
            guard let place = axis.place(view.value(row, time)) else { continue }
            let step = view.value(row, "step")
            if steps[step] == nil {
                steps[step] = lines.count
                lines.append([Int?](repeating: nil, count: axis.cells.count))
            }
            if let line = steps[step] { lines[line][place] = row }
        }
        let share = view.index("conversion_from_first")
        return tag("div", .class("drawing")) {
            tag("div", .class("panels")) {
                HTML(lines.prefix(Self.stepLimit).enumerated().map { i, rows in
                    // Of the first step all: how many stands for it.
                    let column = i == 0 ? counted : share ?? counted
                    let step = rows.compactMap { $0 }.first.flatMap { view.text($0, "step_name") } ?? ""
                    return SeriesPanel(
                        view: view, column: column, times: axis.cells, lines: [.init(name: nil, rows: rows)], id: block.id("s\(i)"), part: step
                    ).html
                })
            }
            if totals.count < view.mart.rows.count { tag("p", .class("cut")) { FunnelSection.groupsInTable } }
        }
    }
}
