import Marts

/// An experiment: its health, and the lift of each variant with its interval and verdict, one below the other.
struct ForestDrawing {
    let block: Block
    static let rowLimit = 40
    /// Lifts beyond these are drawn at the edge.
    private static let widest = 3.0

    private var view: MartView { block.view }

    var html: HTML {
        let rows = view.details.filter { view.value($0, "is_control") != .boolean(true) }
        guard !rows.isEmpty else { return tag("p", .class("none")) { Phrase.noRows } }
        let shown = rows.prefix(Self.rowLimit)
        let bounds = shown.flatMap { row in places(row).map { [$0.low, $0.value ?? $0.low, $0.high] } ?? [] }
        let scale = Scale(bounds.map { min(Self.widest, max(-Self.widest, $0)) }, steps: 4)
        return tag("div", .class("drawing forest"), Attribute("data-mart", view.mart.id)) {
            health
            tag("div", .class("forestrow head")) {
                tag("span") { Words("Metric", "指标") }
                tag("span") { axis(scale) }
                tag("span") { Words("Over the control [the interval that decides]", "相对对照组 [判定区间]") }
                tag("span") { Words("Verdict", "结论") }
            }
            HTML(shown.map { line($0, scale) })
            if rows.count > shown.count {
                tag("p", .class("cut")) { Words("\(rows.count - shown.count) more comparisons stand in the table.", "其余 \(rows.count - shown.count) 项比较见数据表。") }
            }
        }
    }

    private func axis(_ scale: Scale) -> HTML {
        tag("svg", .class("plot"), Attribute("height", "16"), Attribute("aria-hidden", "true")) {
            HTML(scale.ticks.enumerated().filter { i, tick in scale.ticks.count < 5 || i % 2 == scale.ticks.firstIndex(of: 0).map { $0 % 2 } ?? 0 }.map { _, tick in
                let place = scale.place(tick)
                let anchor = place < 0.08 ? "start" : place > 0.92 ? "end" : "middle"
                return Shown.tick(tick, unit: "fraction").svg(Attribute("x", percentage(place)), Attribute("y", "12"), Attribute("text-anchor", anchor))
            })
        }
    }

    private func line(_ row: Int, _ scale: Scale) -> HTML {
        let verdict = view.text(row, "verdict")
        return tag("div", .class("forestrow"), Attribute("data-row", row)) {
            tag("span", .class("what")) {
                tag("b") { metric(row) }
                tag("small") {
                    Phrase.role(view.text(row, "metric_role") ?? "")
                    " · "
                    name(view.text(row, "variant") ?? "")
                    " · "
                    values(row)
                }
            }
            tag("span", .class("interval")) { interval(row, scale) }
            tag("span", .class("lift")) {
                if let deciding = DecidingInterval(view, row) {
                    if deciding.isRelative {
                        figure(row, deciding.value)
                        tag("small") { " ["; figure(row, deciding.low); ", "; figure(row, deciding.high); "]" }
                    } else {
                        difference(row, deciding)
                    }
                } else {
                    tag("small") { Phrase.reason(view.text(row, "reason")) }
                }
            }
            tag("span", .class("verdict")) {
                if let verdict { tag("span", .class("chip \(Self.tone(verdict))")) { Phrase.verdict(verdict) } }
                if let reason = view.text(row, "verdict_reason") { tag("small") { Phrase.verdictReason(reason) } }
            }
        }
    }

    private static func tone(_ verdict: String) -> String {
        switch verdict {
        case "win": "good"
        case "loss", "broken": "bad"
        default: "calm"
        }
    }

    private func metric(_ row: Int) -> Words {
        let plain = view.text(row, "metric") ?? ""
        return Words(Shown.text(view.text(row, "metric_label") ?? plain), Shown.text(view.text(row, "metric_label_zh") ?? plain))
    }

    private func control(of row: Int) -> Int? {
        view.details.first {
            view.value($0, "is_control") == .boolean(true) && view.value($0, "metric") == view.value(row, "metric")
        }
    }

    private func places(_ row: Int) -> (low: Double, value: Double?, high: Double)? {
        DecidingInterval(view, row)?.places(view, row, control: control(of: row).flatMap { view.value($0, "value").double })
    }

    /// The control's value and the variant's.
    private func values(_ row: Int) -> HTML {
        HTML([control(of: row), row].compactMap { $0 }.enumerated().map { i, row in
            let value = view.value(row, "value")
            let unit = view.text(row, "value_unit")
            let text = Shown.value(value, unit: unit, isMoney: MartColumn.isCurrency(unit))
            return HTML(i > 0 ? " → " : "") + (value == .null ? HTML(text) : tag(
                "span", Attribute("data-row", row), Attribute("data-column", "value"), Attribute("data-value", value.exact)) { text })
        })
    }

    /// A lift or a bound of one, with its sign.
    private func figure(_ row: Int, _ column: String) -> HTML {
        let value = view.value(row, column)
        guard let number = value.double else { return HTML(Shown.none) }
        let text = Shown.value(value, unit: "fraction", isMoney: false)
        return tag("span", Attribute("data-column", column), Attribute("data-value", value.exact)) { number > 0 ? "+" + text : text }
    }

    /// A difference with its interval, in the metric's own unit; a fraction in points.
    private func difference(_ row: Int, _ deciding: DecidingInterval) -> HTML {
        let unit = view.text(row, "value_unit")
        func text(_ column: String) -> HTML {
            let value = view.value(row, column)
            guard let number = value.double else { return HTML(Shown.none) }
            let shown = Shown.value(value, unit: unit, isMoney: MartColumn.isCurrency(unit))
            let points = unit == "fraction" ? String(shown.dropLast()) : shown
            var attributes = [Attribute("data-column", column), Attribute("data-value", value.exact)]
            if unit == "fraction" { attributes.append(Attribute("data-points")) }
            return HTML.element("span", attributes, HTML(number > 0 ? "+" + points : points))
        }
        return text(deciding.value) + (unit == "fraction" ? HTML(" ") + Words("pp", "个百分点").html : .empty)
            + tag("small") { " ["; text(deciding.low); ", "; text(deciding.high); "] "; Words("difference", "绝对差异") }
    }

    private func interval(_ row: Int, _ scale: Scale) -> HTML {
        let places = places(row)
        return tag("svg", .class("plot"), Attribute("height", "30"), Attribute("role", "img")) {
            tag("title") { metric(row).en }
            HTML(scale.ticks.map { tick in
                let x = percentage(scale.place(tick))
                return leaf("line", .class(tick == 0 ? "zero" : "grid"), Attribute("x1", x), Attribute("x2", x), Attribute("y2", "30"))
            })
            if let places {
                leaf(
                    "line", .class("whisker"), Attribute("x1", percentage(scale.place(places.low))), Attribute("x2", percentage(scale.place(places.high))),
                    Attribute("y1", "15"), Attribute("y2", "15"))
                if let value = places.value {
                    leaf("circle", .class("estimate"), Attribute("cx", percentage(scale.place(value))), Attribute("cy", "15"), Attribute("r", "5"))
                }
            } else {
                noInterval(row).svg(
                    Attribute("x", "50%"), Attribute("y", "19"), Attribute("text-anchor", "middle"))
            }
        }
    }

    private func noInterval(_ row: Int) -> Words {
        view.text(row, "reason") == "baseline_near_zero"
            ? Words("no lift: the control may be zero", "对照组可能为零，无法计算提升") : Words("no interval", "无区间")
    }

    // MARK: Health

    private var health: HTML {
        guard let first = view.details.first else { return .empty }
        return tag("ul", .class("health")) {
            if view.value(first, "srm_flag") != .null {
                if view.value(first, "srm_flag") == .boolean(true) { mismatch(first) } else {
                    tag("li", .class("good")) { tag("b") { Words("✓ Split as planned", "✓ 样本比例正常") }; item(first, "srm_p_value", Words("p", "P 值")) }
                }
            }
            HTML(variants.prefix(8).map { row in
                tag("li") { tag("b") { name(view.text(row, "variant") ?? "") }; item(row, "assigned_units", Words("assigned", "分流")); item(row, "units", Words("analysed", "分析")); item(row, "open_units", Words("window open", "窗口未结束")) }
            })
            if view.index("excluded_units") != nil { tag("li") { item(first, "excluded_units", Words("excluded", "剔除")) } }
        }
    }

    /// The split's tests: of all units by column, and of each segment.
    private static let splits: [(column: String, label: Words)] = [
        ("srm_assigned_p_value", Words("at assignment", "分流时")), ("srm_activated_p_value", Words("after activation", "激活后")),
        ("srm_p_value", Words("as analysed", "分析时")), ("srm_sequential_p_value", Words("by day", "逐日")),
    ]

    /// A split that is not as planned, with the p-value that says so: the least of all tests.
    private func mismatch(_ first: Int) -> HTML {
        var tests = Self.splits.map { (row: first, column: $0.column, label: $0.label) }
        for row in view.mart.rows.indices where view.kind(row) == "segment" {
            let place = "\(Shown.text(view.text(row, "dimension") ?? "", limit: 40)) = \(Shown.text(view.text(row, "segment") ?? Shown.none, limit: 40))"
            tests.append((row, "srm_p_value", Words("where \(place)", "在 \(place) 中")))
        }
        let known = tests.compactMap { test in view.value(test.row, test.column).double.map { (p: $0, test: test) } }
        let failed = known.min { $0.p < $1.p }?.test
        return tag("li", .class("bad")) {
            tag("b") { Words("✗ Split is not as planned", "✗ 样本比例失衡") }
            if let failed { failed.label; item(failed.row, failed.column, Words("p", "P 值")) }
        }
    }

    private var variants: [Int] {
        let metric = view.details.first.map { view.value($0, "metric") }
        return view.details.filter { view.value($0, "metric") == metric }
    }

    private func item(_ row: Int, _ column: String, _ label: Words) -> HTML {
        guard let index = view.index(column) else { return .empty }
        let value = view.value(row, index)
        guard value != .null else { return .empty }
        return tag("span") {
            label
            " "
            tag("span", Attribute("data-row", row), Attribute("data-column", column), Attribute("data-value", value.exact)) {
                Shown.value(value, of: view.mart.columns[index])
            }
        }
    }
}
