import Marts

/// What the page says by itself.
enum Phrase {
    static let noRows = Words("No rows in this period.", "本期没有数据。")
    static let noValues = Words("No value in this period.", "本期没有数值。")
    static let mayChange = Words("may still change", "数据未定")
    static let provisional = Words("provisional", "数据未定")
    static let table = Words("Table", "数据表")
    static let notes = Words("Notes", "说明")
    static let notConfigured = Words("not configured", "未配置")
    static let target = Words("target", "目标")
    static let period = Words("period", "本期合计")
    static let measuredBy = Words("ratios beside the total's, growth by its sign", "比率与总体相比，增长看正负")

    /// What is worked out of a figure, as short as a cell needs it, by the end of the column's name.
    static func derived(_ suffix: String) -> Words {
        switch suffix {
        case "growth_previous": Words("prev.", "环比")
        case "growth_year": Words("year", "同比")
        case "growth_campaign": Words("campaign", "较上次活动")
        case "share": Words("share", "占比")
        case "target": Words("target", "目标")
        case "attainment": Words("attained", "达成率")
        default: Words(same: Shown.text(suffix.replacing("_", with: " "), limit: 30))
        }
    }

    static let better = Words("better", "更好")
    static let worse = Words("worse", "更差")

    static func moreRows(_ count: Int) -> Words { Words("\(Shown.count(count)) more rows in", "其余 \(Shown.count(count)) 行见") }
    static func scroll(_ count: Int) -> Words { Words("\(Shown.count(count)) rows above: scroll the table", "上表共 \(Shown.count(count)) 行，可滚动查看") }
    static func more(_ count: Int) -> Words { Words("and \(Shown.count(count)) more", "另有 \(Shown.count(count)) 项") }
    static func rows(_ count: Int) -> Words {
        Words(count == 1 ? "1 row" : "\(Shown.count(count)) rows", "\(Shown.count(count)) 行")
    }

    static func rowKind(_ kind: String) -> Words {
        switch kind {
        case "total": Words("Total", "总计")
        case "subtotal": Words("Subtotal", "小计")
        case "rest": Words("The rest", "其余")
        case "segment": Words("Segment", "细分")
        default: Words(same: Shown.text(kind, limit: 30))
        }
    }

    /// Section titles by the anchor of the section.
    static func section(_ id: String) -> Words {
        switch id {
        case "headline": Words("Headline", "核心指标")
        case "alerts": Words("Alerts", "预警")
        case "trends": Words("Trends", "趋势")
        case "breakdowns": Words("Channels and campaigns", "渠道与推广计划")
        case "cuts": Words("Breakdowns", "其他分组")
        case "categories": Words("Trends by category", "分类趋势")
        case "funnels": Words("Funnels", "转化漏斗")
        case "experiments": Words("Experiments", "实验")
        case "products": Words("Products", "商品")
        case "others": Words("More tables", "其他数据表")
        default: Words("Data quality", "数据质量")
        }
    }

    static func severity(_ severity: String) -> Words {
        switch severity {
        case "critical": Words("critical", "严重")
        case "warning": Words("warning", "警告")
        case "info": Words("info", "提示")
        default: Words(same: Shown.text(severity, limit: 30))
        }
    }

    static func state(_ state: String) -> Words {
        switch state {
        case "new": Words("new", "新触发")
        case "ongoing": Words("ongoing", "持续中")
        case "firing": Words("firing", "触发中")
        case "quiet": Words("quiet", "正常")
        case "not_judged": Words("not judged", "未判断")
        default: Words(same: Shown.text(state.replacing("_", with: " "), limit: 30))
        }
    }

    /// What a column of the marts of alerts says in words of its own; nil for names.
    static func alert(_ column: String, _ text: String) -> Words? {
        switch column {
        case "severity": severity(text)
        case "state": state(text)
        case "rule": rule(text)
        case "message": Phrasebook.words(text, limit: 400)
        default: nil
        }
    }

    static func rule(_ rule: String) -> Words {
        switch rule {
        case "threshold": Words("threshold", "阈值")
        case "target": Words("target", "目标")
        case "change": Words("change", "变化")
        case "outlier": Words("outlier", "离群")
        case "files_per_day": Words("files per day", "每日文件数")
        case "fresh_within": Words("fresh within", "数据新鲜度")
        default: Words(same: Shown.text(rule.replacing("_", with: " "), limit: 30))
        }
    }

    /// The kind of a source.
    static func sourceKind(_ kind: String) -> Words {
        let zh: String? = switch kind {
        case "events": "事件"
        case "exposures": "曝光"
        case "units": "样本"
        case "costs": "费用"
        case "ad_report": "广告报表"
        case "orders": "订单"
        case "budget": "预算"
        case "catalogue": "商品目录"
        case "customers": "客户"
        case "rates": "汇率"
        case "targets": "目标"
        case "creatives": "素材"
        case "measures": "外部指标"
        default: nil
        }
        let en = Shown.text(kind.replacing("_", with: " "), limit: 30)
        return Words(en, zh ?? en)
    }

    /// How a node of the run ended.
    static func nodeStatus(_ status: RunResults.Node.Status) -> Words {
        switch status {
        case .done: Words("done", "完成")
        case .skipped: Words("taken over", "沿用")
        case .failed: Words("failed", "失败")
        case .blocked: Words("blocked", "受阻")
        }
    }

    static func verdict(_ verdict: String) -> Words {
        switch verdict {
        case "win": Words("Win", "胜出")
        case "loss": Words("Loss", "落败")
        case "no_relevant_difference": Words("No relevant difference", "无实质差异")
        case "not_yet": Words("Not yet decided", "尚无定论")
        case "broken": Words("Broken: do not read", "实验异常，勿读")
        default: Words(same: Shown.text(verdict.replacing("_", with: " "), limit: 40))
        }
    }

    static func role(_ role: String) -> Words {
        switch role {
        case "primary": Words("primary", "主要指标")
        case "secondary": Words("secondary", "次要指标")
        case "guardrail": Words("guardrail", "护栏指标")
        default: Words(same: Shown.text(role, limit: 30))
        }
    }

    /// Why there is no number, from its code.
    static func reason(_ code: String?) -> Words {
        guard let code else { return Words(same: Shown.none) }
        return Words(Shown.text(code.replacing("_", with: " ")), Phrasebook.words(code, limit: 120).zh)
    }

    /// Why a verdict is what it is.
    static func verdictReason(_ reason: String) -> Words { Phrasebook.words(reason, limit: 400) }
}
