import Marts

/// The alerts that fired, on top; and how many cells the rules judged.
struct AlertsSection {
    let alerts: Block?
    let rules: Block?
    /// The marts that are judged, by id: what their columns are called.
    let marts: [String: MartOutline]
    static let limit = 24

    func html(bytes: Int) -> HTML {
        guard let alerts else {
            return tag("p", .class("card quiet")) { Words("The manifest declares no alert.", "未配置预警规则。") }
        }
        let view = alerts.view
        let rows = view.mart.rows.indices
        return tag("div", .class("alerts"), Attribute("data-mart", view.mart.id)) {
            if rows.isEmpty {
                tag("p", .class("card quiet")) {
                    if idleRules > 0 {
                        tag("b", .class("chip warn")) { Words("No alert fired, but not all rules could judge.", "无预警触发，但部分规则无法判断。") }
                        " "
                        Words("\(idleRules) of \(ruleCount) found no figure to judge.", "\(ruleCount) 条规则中有 \(idleRules) 条没有可判断的数据。")
                    } else {
                        tag("b", .class("good")) { Words("✓ No alert fired.", "✓ 无预警触发。") }
                        " "
                        judged
                    }
                }
            } else {
                tag("ul") { HTML(rows.prefix(Self.limit).map { line($0, view) }) }
                if rows.count > Self.limit { tag("p", .class("more")) { Phrase.moreRows(rows.count - Self.limit); " "; alerts.files.link } }
            }
            if let rules { ruleTable(rules, bytes) }
        }
    }

    private var ruleCount: Int { rules?.view.mart.rows.count ?? 0 }

    /// Rules that had nothing to judge, such as those of a night without data.
    private var idleRules: Int {
        guard let view = rules?.view else { return 0 }
        return view.mart.rows.indices.count { view.text($0, "state") == "not_judged" }
    }

    private var judged: Words {
        guard rules != nil else { return Words(same: "") }
        return ruleCount == 1 ? Words("1 rule looked.", "共 1 条规则。") : Words("\(ruleCount) rules looked.", "共 \(ruleCount) 条规则。")
    }

    private func ruleTable(_ block: Block, _ bytes: Int) -> HTML {
        tag("details", .class("table")) {
            tag("summary") { Words("All rules", "全部规则"); " · \(block.view.mart.rows.count)" }
            PageTable(block.view, block.files).html(bytes: min(60_000, bytes / 4))
        }
    }

    private func line(_ row: Int, _ view: MartView) -> HTML {
        let severity = view.text(row, "severity") ?? ""
        return tag("li", .class("alert \(["critical", "warning", "info"].contains(severity) ? severity : "info")"), Attribute("data-row", row)) {
            tag("span", .class("chip")) { Phrase.severity(severity) }
            tag("div") {
                tag("p") {
                    tag("b") { subject(row, view) }
                    " "
                    figure(row, "value", view)
                    if view.text(row, "rule") == "change" { change(row, view) }
                    if view.value(row, "limit") != .null {
                        tag("span", .class("limit")) { " · "; Words("limit", "阈值"); " "; figure(row, "limit", view) }
                    }
                    if view.value(row, "reference") != .null {
                        tag("span", .class("limit")) { " · "; reference(view.text(row, "rule")); " "; figure(row, "reference", view) }
                    }
                }
                tag("p", .class("where")) {
                    place(row, view)
                    if let time = view.text(row, "time") { tag("span") { Shown.text(time, limit: 40) } }
                    if let state = view.text(row, "state") {
                        tag("span") {
                            Phrase.state(state)
                            if state == "ongoing", let since = view.text(row, "since") { Words(" since \(Shown.text(since, limit: 30))", "（自 \(Shown.text(since, limit: 30))）") }
                        }
                    }
                    tag("code") { name(view.text(row, "alert") ?? "") }
                    if let owner = view.text(row, "owner") { tag("span") { "@"; name(owner) } }
                }
                // What a source lacks is said in words alone.
                if view.value(row, "mart") == .null, let message = view.text(row, "message") {
                    tag("p", .class("where")) { Phrasebook.words(message, limit: 400) }
                }
            }
        }
    }

    private func subject(_ row: Int, _ view: MartView) -> Words {
        guard let column = view.text(row, "column") else { return Words(same: Shown.text(view.text(row, "alert") ?? "")) }
        return judged(row, view)?.labels[column] ?? Words(same: Shown.text(column))
    }

    private func judged(_ row: Int, _ view: MartView) -> MartOutline? {
        view.text(row, "mart").flatMap { marts[$0.replacing(".", with: "/", maxReplacements: 1)] }
    }

    /// Whose figure it is: the values of the dimensions, and beside them what they are values of.
    private func place(_ row: Int, _ view: MartView) -> HTML {
        guard let cell = view.text(row, "cell"), !cell.isEmpty else { return .empty }
        let mart = judged(row, view)
        let dimensions = view.value(row, "mart") == .null ? ["source"] : mart?.dimensions ?? []
        guard let values = AlertCell.values(cell, of: dimensions) else { return name(cell) }
        let labels = dimensions.map { mart?.labels[$0] ?? ($0 == "source" ? Words("Source", "数据源") : Words(same: Shown.text($0))) }
        return tag("span") {
            HTML(values.enumerated().map { i, value in HTML(i > 0 ? " / " : "") + name(value) })
            " "
            tag("small") { Words(labels.map(\.en).joined(separator: " / "), labels.map(\.zh).joined(separator: " / ")) }
        }
    }

    private func change(_ row: Int, _ view: MartView) -> HTML {
        guard let now = view.value(row, "value").double, let then = view.value(row, "reference").double else { return .empty }
        let change = Change(from: then, to: now, unit: view.text(row, "value_unit"))
        return tag("span", .class("limit"), Attribute("data-change")) { " ("; change.words; ")" }
    }

    private func reference(_ rule: String?) -> Words {
        switch rule {
        case "target": Words("target", "目标")
        case "outlier": Words("usual", "通常")
        default: Words("before", "之前")
        }
    }

    private func figure(_ row: Int, _ column: String, _ view: MartView) -> HTML {
        let value = view.value(row, column)
        guard value != .null else { return HTML(Shown.none) }
        let unit = view.text(row, "value_unit")
        return tag("span", .class("figure"), Attribute("data-column", column), Attribute("data-value", value.exact)) {
            Shown.value(value, unit: unit, isMoney: MartColumn.isCurrency(unit))
            if MartColumn.isCurrency(unit), let unit { " \(unit)" }
        }
    }
}

/// The cell of an alert as its mart writes it: `channel=douyin, campaign=d11`.
enum AlertCell {
    /// The values of the dimensions; nil where the text is none of them, or could be read in several ways because a value
    /// looks like a dimension itself.
    static func values(_ cell: String, of dimensions: [String]) -> [String]? {
        var values: [String] = []
        var rest = cell[...]
        for (i, dimension) in dimensions.enumerated() {
            let opening = (i > 0 ? ", " : "") + dimension + "="
            guard rest.hasPrefix(opening) else { return nil }
            rest = rest.dropFirst(opening.count)
            guard i + 1 < dimensions.count else {
                values.append(String(rest))
                continue
            }
            let ends = rest.ranges(of: ", \(dimensions[i + 1])=")
            guard ends.count == 1, let end = ends.first else { return nil }
            values.append(String(rest[..<end.lowerBound]))
            rest = rest[end.lowerBound...]
        }
        return values.isEmpty ? nil : values
    }
}
