import Marts

/// The alerts that fired, on top; and how many cells the rules judged.
struct AlertsSection {
    let alerts: Block?
    let rules: Block?
    /// By mart and column: what an alert's column is called.
    let labels: [String: [String: Words]]
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
                    if view.value(row, "limit") != .null {
                        tag("span", .class("limit")) { " · "; Words("limit", "阈值"); " "; figure(row, "limit", view) }
                    }
                    if view.value(row, "reference") != .null {
                        tag("span", .class("limit")) { " · "; Words("before", "参照"); " "; figure(row, "reference", view) }
                    }
                }
                tag("p", .class("where")) {
                    if let cell = view.text(row, "cell"), !cell.isEmpty { name(cell) } else if view.value(row, "mart") == .null { name(view.text(row, "message") ?? "") }
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
            }
        }
    }

    private func subject(_ row: Int, _ view: MartView) -> Words {
        guard let column = view.text(row, "column") else { return Words(same: Shown.text(view.text(row, "alert") ?? "")) }
        let mart = view.text(row, "mart").map { $0.replacing(".", with: "/", maxReplacements: 1) }
        return mart.flatMap { labels[$0]?[column] } ?? Words(same: Shown.text(column))
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
