extension Phrasebook {
    /// How funnels count.
    static let funnels: [(String, String)] = [
        ("step 1 ('{}') lies in the period", "第一步（“{1}”）在本期内"),
        ("the first event of an attempt lies in the period", "一次尝试的第一个事件在本期内"),
        (
            "later steps count up to {} after it, inclusive, also behind the period's end, but not at or after as_of",
            "之后的步骤在其后 {1} 内（含）计入，可晚于本期结束，但须早于 as_of"
        ),
        ("steps are taken in order, with any events between", "各步按顺序，中间可有其他事件"),
        ("steps are taken in order, one right after the other in the stored order, with no event between", "各步按存储顺序紧接，中间没有其他事件"),
        (
            "steps are taken in order, one right after the other in the stored order, repeats of the step just taken aside",
            "各步按存储顺序紧接，刚完成步骤的重复除外"
        ),
        ("steps are taken in any order, and row k counts who took any k of them", "各步不限顺序，第 k 行为完成任意 k 步者"),
        ("event of a step", "步骤事件"),
        (
            "every attempt counts: one begins with the first {} behind the end of the one before, and ends when it is complete, when its "
                + "window is over, or when an event ends it",
            "每次尝试都计入：上一次结束后的第一个{1}开始一次尝试，完成、窗口结束或被事件终止时结束"
        ),
        (
            "every {} opens another attempt, and a person counts once, with the attempt that gets furthest (of several the first to get "
                + "there, of those that get there with one event the newest)",
            "每个{1}开始一次新的尝试，每人只计一次，取走得最远的尝试（多次相同取最先到达者，由同一事件到达取最新者）"
        ),
        (
            "every {} opens another attempt, and a session counts once, with the attempt that gets furthest (of several the first to get "
                + "there, of those that get there with one event the newest)",
            "每个{1}开始一次新的尝试，每个会话只计一次，取走得最远的尝试（多次相同取最先到达者，由同一事件到达取最新者）"
        ),
        ("a person counts once, with the attempt of the first {} in the period", "每人只计一次，取本期第一个{1}开始的尝试"),
        ("a session counts once, with the attempt of the first {} in the period", "每个会话只计一次，取本期第一个{1}开始的尝试"),
        ("a person counts once, with the attempt of the last {} in the period", "每人只计一次，取本期最后一个{1}开始的尝试"),
        ("a session counts once, with the attempt of the last {} in the period", "每个会话只计一次，取本期最后一个{1}开始的尝试"),
        ("events of one instant are taken in step order, {}", "同一时刻的事件按步骤顺序处理，{1}"),
        ("events of one instant are taken in the stored order, {}", "同一时刻的事件按存储顺序处理，{1}"),
        ("each step comes later than the one before, never at the same instant, {}", "每一步都晚于前一步，不得在同一时刻，{1}"),
        ("and one event may serve several steps", "一个事件可对应多步"),
        ("and one event may serve several steps, but a repeated step needs an event of its own", "一个事件可对应多步，但重复的步骤需各自的事件"),
        ("and one event serves one step", "一个事件只对应一步"),
        ("from the step before, {}, inclusive", "距前一步：{1}（含）"),
        ("where the first event of the step before is too long ago, its newest repeat counts", "前一步的首个事件过早时，取其最新的重复"),
        ("'{}' at most {}", "“{1}”至多 {2}"),
        ("{} may be left out", "可跳过 {1}"),
        ("conversion and drop-off compare with the required step before", "转化与流失与前一必经步骤比较"),
        ("{} at a later instant than the last step makes the attempt leave the funnel", "{1} 若晚于最后一步发生，该次尝试退出漏斗"),
        ("{} at a later instant than the last step ends the attempt, which keeps its steps", "{1} 若晚于最后一步发生，该次尝试结束，保留已完成的步骤"),
        ("'{}' (after '{}', before '{}')", "“{1}”（在“{2}”之后、“{3}”之前）"),
        ("the same along an attempt: {}", "同一次尝试中保持一致：{1}"),
        ("events without a value take no part", "没有值的事件不参与"),
        ("of equal attempts the first in the stored order counts", "相同的尝试取存储顺序的第一个"),
        ("a session ends with a pause of 30 minutes, another campaign, or after 24 hours", "会话在停顿 30 分钟、换推广计划或满 24 小时后结束"),
        (
            "times from the previous step are those of the attempts that count",
            "距前一步的时长取自计入的尝试"
        ),
        (
            "the median of an even number is the mean of the two middle values, the 90th percentile is by nearest rank",
            "偶数个时中位数为中间两值的平均，90 分位按最近秩"
        ),
        ("{}: the value at {} of the attempt that counts, null where it has none", "{1}：取计入的尝试在{2}的值，没有则为空"),
        ("step 1", "第一步"),
        ("the last step taken", "最后完成的一步"),
        (
            "variant: that of the person's first exposure to '{}', null where there is none at or before step 1",
            "实验组：该人首次曝光于“{1}”的组，第一步之前（含）没有则为空"
        ),
        ("nobody in the funnel was exposed to '{}' at or before step 1", "漏斗中无人在第一步之前（含）曝光于“{1}”"),
        ("did you mean '{}'?", "是否应为“{1}”？"),
        ("attempts whose window ends after as_of are left out, complete or not", "窗口在 as_of 之后结束的尝试一律剔除"),
        ("{} {} have no others", "{1} 个 {2} 没有其他尝试"),
        ("{} {} met an exclusion in all their attempts, and are not counted", "{1} 个 {2} 的所有尝试都遇到排除事件，未计入"),
        ("{}, with the same window and policies", "{1}，窗口与规则相同"),
        ("all: everybody of either period, as independent samples, though persons of both are in each", "all：两期各自的所有人，视为独立样本，尽管有人同在两期"),
        ("both: persons who entered in both periods, as pairs", "both：两期都进入的人，成对比较"),
        (
            "alpha {}, two-sided: Newcombe's method 10 of 1998 for independent and for paired shares",
            "显著性水平 {1}，双侧：独立与成对比例用 Newcombe（1998）方法 10"
        ),
        ("p: Fisher's exact test, McNemar's exact test", "P 值：Fisher 精确检验、McNemar 精确检验"),
        ("no correction for several steps", "未对多个步骤作校正"),
        (
            "{} persons of the period may still convert, {} of the earlier one: with 'open_windows: leave_out' both are counted to the end of "
                + "their windows",
            "本期 {1} 人、前期 {2} 人仍可能转化：设 open_windows: leave_out 时两者都计到窗口结束"
        ),
        (
            "the store's history does not reach back to the beginning of the earlier period: its figures are those of a part of it, or of none",
            "历史数据未覆盖前期的开头：其数值只是一部分，或没有"
        ),
    ]

    /// How experiments and creatives are judged.
    static let experiments: [(String, String)] = [
        (
            "asymptotic confidence sequences at alpha {} and tuning {}, which hold however often they are looked at",
            "渐近置信序列（显著性水平 {1}，调节参数 {2}），无论查看多少次都成立"
        ),
        ("Welch's t test at alpha {}, two-sided, for one look", "Welch t 检验（显著性水平 {1}，双侧），仅查看一次"),
        ("Fisher's exact test and Newcombe's interval decide where counts are small", "计数较小时由 Fisher 精确检验与 Newcombe 区间判定"),
        ("the variance of a proportion p is p(1-p)", "比例 p 的方差为 p(1-p)"),
        (
            "a lift is (variant - control) / |control|, with bounds by the delta method and by Fieller",
            "提升 =（实验组 − 对照组）÷ |对照组|，界限由 delta 法与 Fieller 法给出"
        ),
        (
            "what decides is the p-value of the difference, corrected by {} over the metrics of one role and their variants",
            "由差异的 P 值判定，按 {1} 法在同类指标及其实验组间校正"
        ),
        ("the prior of a lift is {}", "提升的先验为{1}"),
        ("flat", "均匀分布"),
        ("normal with mean {} and standard deviation {}", "正态分布（均值 {1}，标准差 {2}）"),
        (
            "chances and risks hold whenever they are read, but stopping at the first good look finds effects that are not there: of A/A "
                + "experiments read on 28 days 23 to 25 % had a chance to win over 95 % on some day",
            "胜率与风险随时可读，但一见好就停会得到并不存在的效果：每日查看 28 天的 A/A 实验中，23% 至 25% 会在某天出现超过 95% 的胜率"
        ),
        ("differences and lifts are adjusted for what each unit did in {} before its own exposure", "差异与提升已按每个样本曝光前 {1} 内的行为校正"),
        ("a unit without any row there counts as missing", "期间没有记录的样本视为缺失"),
        ("not done: the log has no row on the look-back's first day", "未校正：回看期首日没有日志"),
        ("differences and lifts are adjusted: {}", "差异与提升已校正：{1}"),
        ("a unit without a value there counts as missing", "没有值的样本视为缺失"),
        ("{} of a unit is clamped to {} ... {}", "每个样本的 {1} 截尾至 {2} … {3}"),
        ("no bound", "无界"),
        (
            "a unit's rows count from its own first exposure on, in canonical order (the exposing row itself included), for {} after it, the "
                + "last instant included",
            "样本的记录自其首次曝光起按规范顺序计入（含曝光行），至其后 {1}（含末刻）"
        ),
        (
            "a unit's rows count from its own first exposure on, in canonical order (the exposing row itself included), up to as_of, so units "
                + "exposed early had more time than units exposed late",
            "样本的记录自其首次曝光起按规范顺序计入（含曝光行），至 as_of，因此较早曝光的样本时间更长"
        ),
        (
            "a unit is analysed, and its rows and window begin, with its first {} from its exposure on",
            "样本自曝光后的首个 {1} 起纳入分析，其记录与窗口也由此开始"
        ),
        ("{}: a fixed horizon is read once, at the end, so sequential intervals stand here", "{1}：固定期限只在结束时读一次，故此处为序贯区间"),
        ("no end is declared", "未声明结束时间"),
        (
            "the night of the declared end is over, or has not come, and without a window figures go on moving",
            "声明的结束日已过或未到，且没有窗口，数值仍会变动"
        ),
        ("the declared end, or that of the last window or retention, has not come", "声明的结束时间，或最后的窗口或留存期，尚未到"),
        (
            "{} units met the experiment before its declared start: what they did then was under treatment, so they count as units without "
                + "history",
            "{1} 个样本在声明的开始之前已接触实验：当时的行为已受影响，故视为没有历史"
        ),
        (
            "{} exposed devices that several persons use are left out: their rows lie with their persons, so no one's window can be told",
            "{1} 台多人共用的曝光设备已剔除：其记录归各自的人，无法确定任何一人的窗口"
        ),
        ("nobody was exposed to '{}'", "无人曝光于“{1}”"),
        ("there are exposures to {}", "有曝光的实验：{1}"),
        (
            "{} amounts in another currency than {}, without a rate on their day or too large at it, are left out of money",
            "{1} 笔 {2} 以外币种的金额未计入：当日无汇率或折算后超出范围"
        ),
        ("{} rows without a variant or a unit id are left out", "{1} 行没有实验组或样本 ID，已剔除"),
        (
            "{} units have several rows in one variant, and are left out because none of the rows is known to be right",
            "{1} 个样本在同一实验组有多行，无法确定哪行正确，已剔除"
        ),
        ("a `key` with a `version` on the source settles it", "给数据源设置 key 与 version 即可解决"),
        ("no unit of the control '{}' was seen: there is no lift to report", "没有对照组“{1}”的样本：无法计算提升"),
        ("{} (p < 0.001): find the cause before trusting any lift", "{1}（p < 0.001）：查明原因之前请勿相信任何提升"),
        ("the split has no weight for {}: only the planned variants' shares are tested", "split 未给出 {1} 的权重：仅检验计划内实验组的比例"),
        (
            "{} of {}: the effect differs between the segments of {}, or points the other way in all of them: read them apart",
            "{2} 的 {1}：在 {3} 的各细分间效果不同，或在所有细分中方向相反：请分别阅读"
        ),
        (
            "always-valid bounds at alpha {} over {} arms (Bonferroni) and tuning {}",
            "始终有效的界限（显著性水平 {1}，{2} 个素材，Bonferroni 校正，调节参数 {3}）"
        ),
        (
            "an arm is dropped when its upper bound lies under the greatest lower bound, both with {} days and {} impressions at least",
            "上界低于最大下界的素材被淘汰，两者均须至少 {1} 天、{2} 次展现"
        ),
        ("arms with fewer rank behind those with enough", "不足者排在足够者之后"),
        ("chances are of normal posteriors", "胜率取自正态后验"),
        ("chances are of beta posteriors by the uniform prior", "胜率取自均匀先验的 Beta 后验"),
        ("clicks vary {} times as much from day to day as independent impressions would", "点击的逐日波动是独立展现的 {1} 倍"),
        ("all bounds and chances take that in", "所有界限与胜率已计入"),
        (
            "how days differ is not known ({}): bounds take impressions as independent, and are too narrow",
            "各日差异未知（{1}）：界限视展现为独立，偏窄"
        ),
        (
            "epochs begin on {}: rates are estimated within them and put together by each epoch's share of all impressions, the same for every arm",
            "分配期始于 {1}：各期内估计点击率，再按各期占总展现的比例合并，各素材相同"
        ),
        (
            "an arm that did not run in all of them has no rank, and is dropped only by the epochs that it shares with the best",
            "未在所有分配期投放的素材没有排名，仅凭与最佳者共有的分配期淘汰"
        ),
        (
            "the arms' shares of impressions moved by over 20 % on {}: an arm that was shown more at a better time looks better than it is",
            "各素材的展现占比在 {1} 变动超过 20%：在较好时段多展现的素材会显得更好"
        ),
        ("`epochs: found` compares within", "设 epochs: found 可在期内比较"),
        (
            "clicks over impressions of the creatives with the value against those of the other creatives that the element is known of",
            "含该值的素材与其余已知该元素的素材比较点击率"
        ),
        ("creatives are the units (delta method)", "以素材为样本（delta 法）"),
        ("p-values corrected by Holm over all values", "P 值按 Holm 法在所有取值间校正"),
        (
            "a difference stands out where it is over 20 % and its corrected p-value under {}",
            "差异超过 20% 且校正后 P 值小于 {1} 时为突出"
        ),
    ]
}
