import Chronology
import Marts
import Statistics

/// The mart of the arms: a row each, those that have run long enough first, the best in front.
struct CreativeArmsReport {
    private let plan: CreativeArmsPlan
    private let comparison: CreativeComparison
    /// Places among the comparison's arms, in the order of the rows.
    private let order: [Int]

    init(_ plan: CreativeArmsPlan, _ arms: [CreativeArm]) {
        self.plan = plan
        let comparison = CreativeComparison(plan, arms)
        self.comparison = comparison
        func place(_ index: Int) -> (Int, Int, Double, Int) {
            let standing = comparison.standings[index]
            return (standing.isComparable ? 0 : 1, standing.isLongEnough ? 0 : 1, -(standing.rate ?? -1), index)
        }
        order = arms.indices.sorted { place($0) < place($1) }
    }

    var mart: Mart {
        Mart(
            id: "\(ExperimentStage.name)/\(plan.name)", title: Label(en: "Arms by \(plan.column)", zh: "多臂比较 \(plan.column)"),
            period: MartPeriod(name: "arms", from: plan.starts, to: plan.ends), asOf: nil, provisional: plan.isRunning,
            columns: Self.columns, notes: notes, rows: order.enumerated().map { row($0.offset, $0.element) })
    }

    private static let columns: [MartColumn] = [
        MartColumn("arm", .string, role: .dimension, label: Label(en: "Arm", zh: "素材"))
            .inExperiments(nil, "The value of the column of arms, such as a creative."),
        MartColumn("rank", .integer, role: .statistic, label: Label(en: "Rank", zh: "排名"))
            .inExperiments(nil, "The place among the arms that have run long enough to be compared; 1 is the best."),
        MartColumn(
            "impressions", .integer, role: .measure, unit: "events", label: Label(en: "Impressions", zh: "曝光量"), aggregation: .sum)
            .inExperiments("sum of impressions", "In the period of the node."),
        MartColumn("clicks", .integer, role: .measure, unit: "events", label: Label(en: "Clicks", zh: "点击量"), aggregation: .sum)
            .inExperiments("sum of clicks", "In the period of the node."),
        MartColumn(
            "ctr", .number, role: .ratio, unit: "fraction", label: Label(en: "CTR", zh: "点击率"), direction: 1, aggregation: .ratio)
            .inExperiments("clicks / impressions", "Over all days of the arm."),
        MartColumn(
            "adjusted_ctr", .number, role: .statistic, unit: "fraction",
            label: Label(en: "CTR with the same weights of epochs for all arms", zh: "分期加权点击率"), direction: 1)
            .inExperiments("sum over epochs of weight x the arm's CTR there", "The weights are the epochs' shares of all arms' impressions, so that shifts of the budget do not favour an arm; null where there is one epoch."),
        MartColumn("days", .integer, role: .statistic, unit: "days", label: Label(en: "Days with impressions", zh: "投放天数"))
            .inExperiments("distinct days with impressions", "Of the arm."),
        MartColumn("epochs", .integer, role: .statistic, label: Label(en: "Allocation epochs with impressions", zh: "流量分配期数"))
            .inExperiments("epochs with impressions", "Between days on which the shares of the arms were changed."),
        MartColumn("ctr_low", .number, role: .statistic, unit: "fraction", label: Label(en: "CTR: lower bound for every night", zh: "点击率下限"))
            .inExperiments("lower bound of the CTR", "A confidence sequence: it holds at every look together."),
        MartColumn("ctr_high", .number, role: .statistic, unit: "fraction", label: Label(en: "CTR: upper bound for every night", zh: "点击率上限"))
            .inExperiments("upper bound of the CTR", "A confidence sequence: it holds at every look together."),
        MartColumn(
            "chance_to_be_best", .number, role: .statistic, unit: "fraction", label: Label(en: "Chance to be the best", zh: "最优概率"))
            .inExperiments("P(the arm has the greatest CTR | data)", "The posterior over all arms that can be compared."),
        MartColumn("verdict", .string, role: .flag, label: Label(en: "Verdict", zh: "结论"))
            .inExperiments(nil, "leading, keep, drop (its upper bound lies under the leader's lower one), or too_early."),
        MartColumn("randomised", .boolean, role: .flag, label: Label(en: "Randomised", zh: "是否随机分流"))
            .inExperiments(nil, "Always false: a platform shares impressions out, and not by chance."),
        MartColumn("reason", .string, role: .flag, label: Label(en: "Why there is no number", zh: "无数值原因"))
            .inExperiments(nil, "Why the arm has no rank or bounds."),
    ]

    private func row(_ place: Int, _ index: Int) -> [MartValue] {
        let arm = comparison.arms[index]
        let standing = comparison.standings[index]
        var reason = standing.reason
        let verdict: String?
        switch standing.judgement.verdict {
        case .leading: verdict = "leading"
        case .drop: verdict = "drop"
        case .keep: verdict = "keep"
        case .tooEarly: verdict = "too_early"
        case .unavailable(let why):
            verdict = nil
            reason = reason ?? why.rawValue
        }
        func number(_ value: Double?) -> MartValue { value.map { .number($0) } ?? .null }
        return [
            .string(arm.name), standing.isComparable ? .integer(Int64(place + 1)) : .null, .integer(arm.whole.count),
            .integer(arm.whole.successes), number(try? arm.whole.value().get()),
            number(comparison.epochs.count > 1 && standing.isComparable ? standing.rate : nil), .integer(Int64(arm.days.count)),
            .integer(Int64(standing.epochs)), number(standing.judgement.bounds?.low), number(standing.judgement.bounds?.high),
            number(standing.chance.map(ChanceOfBeingBest.shown)), verdict.map { .string($0) } ?? .null, .boolean(false),
            reason.map { .string($0) } ?? .null,
        ]
    }

    private var notes: [MartNote] {
        var notes = [
            MartNote(
                code: "not_randomised",
                message: "a platform chose who saw which arm and when, so a difference may be one of audiences and not of the arms"),
            MartNote(
                code: "method",
                message: "always-valid bounds at alpha \(plan.alpha) over \(comparison.arms.count) arms (Bonferroni) and tuning \(plan.tuning); an "
                    + "arm is dropped when its upper bound lies under the greatest lower bound, both with \(plan.minimumDays) days and "
                    + "\(plan.minimumImpressions) impressions at least; arms with fewer rank behind those with enough; chances are of "
                    + (comparison.epochs.count > 1 ? "normal posteriors" : "beta posteriors by the uniform prior")),
        ]
        switch comparison.overdispersion {
        case .success(let found):
            notes.append(
                MartNote(
                    code: "overdispersion", column: "ctr_low",
                    message: "clicks vary \(found.inflation) times as much from day to day as independent impressions would; all bounds and "
                        + "chances take that in"))
        case .failure(let reason):
            notes.append(
                MartNote(
                    code: "overdispersion", column: "ctr_low",
                    message: "how days differ is not known (\(reason.rawValue)): bounds take impressions as independent, and are too narrow"))
        }
        if let note = epochNote { notes.append(note) }
        return notes
    }

    private var epochNote: MartNote? {
        let starts = comparison.epochs.map(\.lowerBound)
        if plan.epochs != .none {
            return MartNote(
                code: "allocation_epochs", column: "adjusted_ctr",
                message: "epochs begin on \(Self.dates(starts)): rates are estimated within them and put together by each epoch's share of "
                    + "all impressions, the same for every arm; an arm that did not run in all of them has no rank, and is dropped only "
                    + "by the epochs that it shares with the best")
        }
        guard comparison.shifts.count > 1 else { return nil }
        return MartNote(
            code: "allocation_changed", column: "ctr",
            message: "the arms' shares of impressions moved by over 20 % on \(Self.dates(comparison.shifts.dropFirst().map(\.self))): an arm that "
                + "was shown more at a better time looks better than it is; `epochs: found` compares within")
    }

    private static func dates(_ days: [Int]) -> String {
        let shown = days.prefix(10).map { CivilDate(daysSinceEpoch: $0).description }.joined(separator: ", ")
        return days.count > 10 ? "\(shown) and \(days.count - 10) more" : shown
    }
}
