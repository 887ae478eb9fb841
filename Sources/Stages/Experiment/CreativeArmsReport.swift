import Marts
import Statistics

/// The mart of the arms: a row each, the best first.
struct CreativeArmsReport {
    private let plan: CreativeArmsPlan
    private let arms: [CreativeArms.Arm]
    private let overdispersion: Result<Overdispersion, Unavailable>
    private let judgements: [ArmElimination.Judgement]
    private let chances: Result<[Double], Unavailable>

    init(_ plan: CreativeArmsPlan, _ unsorted: [CreativeArms.Arm]) {
        self.plan = plan
        func rate(_ arm: CreativeArms.Arm) -> Double { (try? arm.whole.value().get()) ?? -1 }
        let arms = unsorted.enumerated().sorted { (-rate($0.element), $0.offset) < (-rate($1.element), $1.offset) }.map(\.element)
        self.arms = arms
        overdispersion = Overdispersion.ofDays(arms.map { arm in arm.days.sorted { $0.key < $1.key }.map(\.value) })
        let inflation = (try? overdispersion.get().inflation) ?? 1
        let elimination = ArmElimination(
            alpha: plan.alpha, tuning: plan.tuning, minimumDays: plan.minimumDays, minimumUnits: plan.minimumImpressions)
        judgements = elimination.judge(
            arms.map { arm in
                let estimate = (try? arm.whole.estimate().get().inflated(by: inflation)) ?? Estimate(count: 0, value: 0, variance: 0)
                return ArmElimination.Arm(estimate: estimate, days: arm.days.count)
            })
        chances = ChanceOfBeingBest.ofProportions(arms.map(\.whole), overdispersion: inflation)
    }

    var mart: Mart {
        Mart(
            id: "\(ExperimentStage.name)/\(plan.name)", title: Label(en: "Arms by \(plan.column)", zh: "多臂比较 \(plan.column)"),
            period: MartPeriod(name: "arms", from: plan.starts, to: plan.ends), asOf: nil, provisional: plan.ends == nil,
            columns: Self.columns, notes: notes, rows: arms.indices.map(row))
    }

    private static let columns: [MartColumn] = [
        MartColumn("arm", .string, role: .dimension, label: Label(en: "Arm", zh: "素材")),
        MartColumn("rank", .integer, role: .statistic, label: Label(en: "Rank", zh: "排名")),
        MartColumn(
            "impressions", .integer, role: .measure, unit: "events", label: Label(en: "Impressions", zh: "曝光量"), aggregation: .sum),
        MartColumn("clicks", .integer, role: .measure, unit: "events", label: Label(en: "Clicks", zh: "点击量"), aggregation: .sum),
        MartColumn(
            "ctr", .number, role: .ratio, unit: "fraction", label: Label(en: "CTR", zh: "点击率"), direction: 1, aggregation: .ratio),
        MartColumn("days", .integer, role: .statistic, unit: "days", label: Label(en: "Days with impressions", zh: "投放天数")),
        MartColumn("ctr_low", .number, role: .statistic, unit: "fraction", label: Label(en: "CTR: lower bound for every night", zh: "点击率下限")),
        MartColumn("ctr_high", .number, role: .statistic, unit: "fraction", label: Label(en: "CTR: upper bound for every night", zh: "点击率上限")),
        MartColumn(
            "chance_to_be_best", .number, role: .statistic, unit: "fraction", label: Label(en: "Chance to be the best", zh: "最优概率")),
        MartColumn("verdict", .string, role: .flag, label: Label(en: "Verdict", zh: "结论")),
        MartColumn("randomised", .boolean, role: .flag, label: Label(en: "Randomised", zh: "是否随机分流")),
        MartColumn("reason", .string, role: .flag, label: Label(en: "Why there is no number", zh: "无数值原因")),
    ]

    private func row(_ index: Int) -> [MartValue] {
        let arm = arms[index]
        let judgement = judgements[index]
        var reason: String?
        let verdict: String?
        switch judgement.verdict {
        case .leading: verdict = "leading"
        case .drop: verdict = "drop"
        case .keep: verdict = "keep"
        case .tooEarly: verdict = "too_early"
        case .unavailable(let why):
            verdict = nil
            reason = why.rawValue
        }
        func number(_ value: Double?) -> MartValue { value.map { .number($0) } ?? .null }
        return [
            .string(arm.name), .integer(Int64(index + 1)), .integer(arm.whole.count), .integer(arm.whole.successes),
            number(try? arm.whole.value().get()), .integer(Int64(arm.days.count)), number(judgement.bounds?.low),
            number(judgement.bounds?.high), number((try? chances.get()[index]).map(ChanceOfBeingBest.shown)), verdict.map { .string($0) } ?? .null,
            .boolean(false), (reason ?? chances.reason).map { .string($0) } ?? .null,
        ]
    }

    private var notes: [MartNote] {
        var notes = [
            MartNote(
                code: "not_randomised",
                message: "a platform chose who saw which arm and when, so a difference may be one of audiences and not of the arms"),
            MartNote(
                code: "method",
                message: "always-valid bounds at alpha \(plan.alpha) over \(arms.count) arms (Bonferroni) and tuning \(plan.tuning); an arm is "
                    + "dropped when its upper bound lies under the leader's lower bound, both with \(plan.minimumDays) days and "
                    + "\(plan.minimumImpressions) impressions at least; chances are of beta posteriors by the uniform prior"),
        ]
        switch overdispersion {
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
        return notes
    }
}
