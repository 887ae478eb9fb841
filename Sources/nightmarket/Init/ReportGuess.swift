import Chronology
import EventLog
import Foundation
import Vocabulary

/// A file that looks like an ad platform's daily report: days, no ids of visitors, and two of impressions, clicks and spend; or like
/// dated costs: days, whose costs they are, and spend alone.
struct ReportGuess {
    enum Kind: String { case adReport = "ad_report", costs }

    private(set) var kind = Kind.adReport
    /// Ours and theirs.
    private(set) var mapped: [(ours: String, theirs: String)] = []
    private(set) var others: [String] = []
    let time: TimeGuess
    /// The file's name with the day of the report in it; nil where it says none.
    private(set) var version: String?
    /// What stands in the place of the day in rows that sum up others.
    let totals: [String]
    let numbers: NumberGuess

    static let figures = ["impressions", "clicks", "spend"]

    /// The columns that tell rows apart.
    var key: [String] {
        mapped.map(\.ours).filter { ["date", "channel", "campaign", "creative", "author_id"].contains($0) || $0 == "currency" && hasCurrencies }
    }
    /// Whether rows differ in their currency.
    private var hasCurrencies = false
    var provides: [String] { Self.figures.filter { figure in mapped.contains { $0.ours == figure } } }

    /// Nil where it is no such report.
    init?(_ look: LogLook) {
        var free = look.columns
        func take(_ ours: String) -> LogLook.Column? {
            for name in (CommonNames.reportColumns[ours] ?? []) + (CommonNames.columns[ours] ?? []) {
                if let index = free.firstIndex(where: { CommonNames.lastStep($0.name) == name }) { return free.remove(at: index) }
            }
            return nil
        }
        for id in ["event_id", "user_id", "device_id", "order_id"] where take(id) != nil { return nil }
        guard let date = take("date") else { return nil }
        guard let days = TimeGuess(days: date.values.filter { !CommonNames.totals.contains($0) }) else { return nil }
        time = days
        totals = Set(date.values).intersection(CommonNames.totals).sorted()
        var figures: [String] = []
        mapped.append(("date", date.name))
        let dimensions = ["channel", "campaign", "creative", "author_id"]
        for ours in dimensions + Self.figures + ["platform_conversions", "platform_revenue", "currency"] {
            guard let theirs = take(ours) else { continue }
            mapped.append((ours, theirs.name))
            if Self.figures.contains(ours) || ours.hasPrefix("platform_") { figures += theirs.distinct ?? Set(theirs.values) }
            if ours == "currency" { hasCurrencies = Set(theirs.values.map { $0.uppercased() }).count > 1 }
        }
        numbers = NumberGuess(figures)
        if provides.count < 2 { kind = .costs }
        if kind == .costs {
            guard provides == ["spend"], mapped.contains(where: { dimensions.contains($0.ours) }), !mapped.contains(where: { $0.ours.hasPrefix("platform_") }) else {
                return nil
            }
        } else if let author = mapped.firstIndex(where: { $0.ours == "author_id" }) {
            free.insert(contentsOf: look.columns.filter { $0.name == mapped[author].theirs }, at: 0)
            mapped.remove(at: author)
        }
        others = free.map(\.name)
        let versions = Set(look.paths.map(Self.version))
        version = versions.count == 1 ? versions.first ?? nil : nil
    }

    /// The name of a file with the place of the day in it, which no other digit touches; nil where there is none.
    private static func version(_ path: String) -> String? {
        let file = URL(fileURLWithPath: path).lastPathComponent
        guard !file.contains(where: { "{}".contains($0) }), let found = file.firstMatch(of: /(?:^|\D)(\d{4}-\d{2}-\d{2}|\d{8})(?:\D|$)/) else { return nil }
        let day = found.output.1
        let digits = day.filter { $0 != "-" }
        let date = "\(digits.prefix(4))-\(digits.dropFirst(4).prefix(2))-\(digits.suffix(2))"
        guard CivilDate(date) != nil else { return nil }
        return file.replacingCharacters(in: day.startIndex..<day.endIndex, with: "{version:\(day.contains("-") ? "yyyy-MM-dd" : "yyyyMMdd")}")
    }
}

extension CommonNames {
    /// Names that the columns of reports have beside those of logs, in plain form.
    static let reportColumns: [String: [String]] = [
        "date": ["date", "day", "reportingstart", "reportdate", "statdate", "日期", "统计日期", "时间"],
        "channel": ["network", "平台"],
        "campaign": ["campaignname", "计划名称", "广告计划", "广告计划名称", "推广计划", "推广计划名称"],
        "creative": ["ad", "adname", "adid", "创意名称", "素材", "素材id", "素材名称", "笔记id"],
        "impressions": [
            "impressions", "impr", "imps", "shown", "曝光", "曝光量", "曝光数", "曝光次数", "展现", "展现量", "展现次数", "展示", "展示数", "展示量", "展示次数", "展现数",
        ],
        "clicks": ["clicks", "clicked", "click", "点击", "点击量", "点击数", "点击次数"],
        "spend": ["spend", "spent", "cost", "costs", "amountspent", "花费", "总花费", "消耗", "总消耗", "消耗金额", "消费", "总消费", "费用"],
        "author_id": ["author", "authorid", "creator", "kol", "influencer", "达人", "达人昵称", "达人id", "博主", "主播", "作者"],
        "platform_conversions": ["conversions", "conv", "results", "转化", "转化数", "转化次数", "成交订单数", "总订单数", "订单数"],
        "currency": ["currency", "currencycode", "accountcurrency", "币种", "货币"],
        "platform_revenue": ["revenue", "conversionvalue", "convvalue", "sales", "转化金额", "成交金额", "总订单金额", "成交订单金额", "支付金额", "7日支付金额"],
    ]

    /// What rows that sum up others have in the place of a day.
    static let totals: Set<String> = ["Total", "total", "TOTAL", "Totals", "Grand Total", "合计", "总计", "汇总", "小计", "共计"]
}
