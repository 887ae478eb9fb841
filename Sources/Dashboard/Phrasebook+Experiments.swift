extension Phrasebook {
    /// Why an experiment's verdict is what it is.
    static let verdictReasons: [(String, String)] = [
        ("the whole interval lies on the better side of 0, and the corrected p-value is under {}", "整个区间在 0 的有利一侧，且校正后 P 值小于 {1}"),
        ("the whole interval lies on the worse side of 0, and the corrected p-value is under {}", "整个区间在 0 的不利一侧，且校正后 P 值小于 {1}"),
        ("the interval rules out that it is worse by the margin of {}", "区间排除了变差达到界值 {1} 的可能"),
        ("the whole interval lies within the margin of {} around 0", "整个区间落在 0 附近 ±{1} 的界值之内"),
        ("the interval covers 0", "区间包含 0"),
        ("the interval leaves 0 out, but the corrected p-value is not under {}", "区间不含 0，但校正后 P 值不小于 {1}"),
        ("there is no interval: {}", "没有区间：{1}"),
        (
            "at the present rate a lift of {} shows with probability {} after {} more days",
            "按目前的进度，再过 {3} 天可以 {2} 的概率测出 {1} 的提升"
        ),
        ("units were not assigned in the planned shares", "分流比例与计划不符"),
        ("units were not activated in the planned shares", "激活样本的比例与计划不符"),
        ("the units analysed are not in the planned shares", "分析样本的比例与计划不符"),
        ("the shares are off since {}", "自 {1} 起比例失衡"),
        ("the shares are off where {}", "在 {1} 中比例失衡"),
        ("over 1 % of the units were seen in several variants", "超过 1% 的样本出现在多个实验组"),
    ]

    /// Codes of why there is no number.
    static let reasons: [(String, String)] = [
        ("no_units", "没有样本"),
        ("too_few_units", "样本太少"),
        ("zero_variance", "方差为零"),
        ("zero_control", "对照组为零"),
        ("baseline_near_zero", "对照组可能为零"),
        ("zero_denominator", "分母为零"),
        ("impossible_split", "计划的分流比例不可能"),
        ("zero_covariate_variance", "协变量没有差异"),
        ("history_too_short", "历史数据太短"),
        ("thin_stratum", "分层样本太少"),
        ("zero_effect", "目标提升为零"),
        ("unreachable", "样本量无法达到"),
        ("no_accrual", "没有新增样本"),
        ("out_of_range", "超出可计算范围"),
        ("missing_control", "没有对照组"),
        ("missing_epoch", "未在所有分配期投放"),
        ("always_one", "恒为 1"),
    ]

    /// Words that rows hold as codes.
    static let codes: [(String, String)] = [
        ("win", "胜出"), ("loss", "落败"), ("no_relevant_difference", "无实质差异"), ("not_yet", "尚无定论"), ("broken", "实验异常"),
        ("leading", "领先"), ("drop", "淘汰"), ("keep", "保留"), ("too_early", "为时尚早"),
        ("primary", "主要指标"), ("secondary", "次要指标"), ("guardrail", "护栏指标"),
        ("proportion", "比例"), ("mean", "均值"), ("ratio", "比率"), ("percentile", "分位数"),
        ("fixed", "固定期限"), ("sequential", "每日查看"),
        ("persons", "人"), ("sessions", "会话"), ("attempts", "尝试"),
    ]
}
