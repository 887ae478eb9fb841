extension Phrasebook {
    /// Notes of the metrics stage and what is common to all; notes on how a node was counted stay as its manifest makes them.
    static let notes: [(String, String)] = [
        ("computed under {}, which the manifest does not say", "按 {1} 计算，配置文件中并非如此"),
        ("null: no source provides a part of it", "空值：没有数据源提供其中一部分"),
        ("null in hours: reports are daily and are never spread; the total has the figure", "小时粒度为空：报表按天，不作拆分；总计有数值"),
        ("null: its report has no date, so it counts only in grain 'period'", "空值：报表没有日期，仅在 period 粒度计入"),
        ("null in detail rows: its report has no such column; totals have the figure", "明细为空：报表没有该列；总计有数值"),
        ("null: the condition looks at columns that its report has not", "空值：筛选条件涉及报表没有的列"),
        ("null where it lies outside of what any source provides", "超出各数据源范围处为空"),
        ("null in detail rows: it is a figure of the whole and has no split", "明细为空：该指标为整体指标，不可拆分"),
        ("null in detail rows: no source has clicks within reach, so sales cannot be credited", "明细为空：范围内没有点击数据，成交无法归因"),
        ("null: ad reports claim no such figure", "空值：广告报表不提供该指标"),
        ("null where the compared period has no such row", "对比期没有对应行处为空"),
        ("null where fewer cells of time lie before than the window has", "之前的时间点少于窗口长度处为空"),
        ("null: distinct counts and percentiles of cells may not be put together", "空值：去重计数与分位数不可跨时间合并"),
        ("null where there is no target", "没有目标处为空"),
        (
            "null where the targets are of other cells of time, such as days, than the mart's: 'grain' of a target says of which",
            "目标的时间粒度（如按天）与本表不同处为空：目标的 grain 列说明其粒度"
        ),
        ("null: the store's history does not reach back so far", "空值：历史数据不够长"),
        ("null where several report rows fall into a cell: their figures may not be summed", "同一格有多行报表处为空：其数值不可相加"),
        ("null where no row has a value", "没有任何值处为空"),
        ("null where the figure is beyond 64 bits", "数值超出 64 位处为空"),
        ("null where the denominator is zero", "分母为零处为空"),
        ("null where nobody took the step compared with", "无人到达对比步骤处为空"),
        (
            "{} rows are in another currency than {}, without a rate on their day or too large at it: their money is in NO sum, and in no ratio over rows that give both its parts",
            "{1} 行使用 {2} 以外的币种，当日无汇率或折算后超出范围：其金额未计入任何合计，也不计入需两项俱全的比率"
        ),
        (
            "{}: {} differ only in case or spaces and stand in rows of their own: costs under one name do not meet the sales under the other",
            "{1}：{2} 仅大小写或空格不同，各占一行：一个名称下的成本与另一个名称下的成交不会合并"
        ),
        (
            "source {}: files in the store were read under other settings than the manifest has now; a run with the ingest stage reads those again that are still there",
            "数据源 {1}：库中部分文件按其他配置读入；含 ingest 的运行会重读仍在的文件"
        ),
        (
            "source {}: repeats and versions in the store were told by other settings than the manifest has now; a run with the ingest stage applies these",
            "数据源 {1}：库中的重复与版本按其他配置判定；含 ingest 的运行会按现配置重判"
        ),
        (
            "the store was filtered by other rules than the manifest has now; a run with the ingest stage applies these",
            "数据库按其他规则过滤；含 ingest 的运行会按现配置重新过滤"
        ),
        (
            "the store joined devices with users at max_users_per_device: {}, and not {}; a run with the ingest stage joins them anew",
            "设备与用户按 max_users_per_device: {1} 而非 {2} 关联；含 ingest 的运行会重新关联"
        ),
        ("{} rows of the period belong to nobody: they count in events and money, never in persons", "本期有 {1} 行不属于任何人：计入事件与金额，不计入人数"),
        (
            "{} rows of source {} have no day from 'from' up to 'to', which is the first day after them, and are in no budget",
            "数据源 {2} 有 {1} 行从 from 到 to（不含）没有任何一天，未计入预算"
        ),
        ("the store's first event is of {}: what earlier days show of events is no zero but missing", "数据库最早的事件在 {1}：更早日期的事件数不是零，而是缺失"),
        ("sales are what ad reports claim; claims of several platforms count one sale more than once", "成交按广告报表所报；多个平台可能重复认领同一成交"),
        ("sales are not credited to anything: rows cut by where a sale comes from have none", "成交不作归因：按来源拆分的行没有成交"),
        ("sales stand where their purchase row says; refunds stand beside their order", "成交记在购买行所示处；退款记在其订单处"),
        (
            "sales stand where the person's last click at most 7 days before says, and without one {}; refunds stand beside their order",
            "成交记在此前 7 天内最后一次点击处，没有点击则记{1}；退款记在其订单处"
        ),
        ("under channel '{}'", "在渠道“{1}”下"),
        ("in the row without a {}", "在没有 {1} 的行"),
        ("the store holds nothing from before the period, so everyone is new in it", "本期之前没有数据，所有人都算新客"),
        ("orders may be refunded later on; refunds count up to {}", "订单之后仍可能退款；退款计至 {1}"),
        ("what follows later on may still change it; rows count up to {}", "后续事件仍可能改变该值；数据计至 {1}"),
        ("{} times {} over {}", "{1} × {2} ÷ {3}"),
        ("products with a cost cover {} of {} {} of gmv_paid", "有成本的商品占支付金额 {2} {3} 中的 {1}"),
        ("covers {} of {} {} of spend", "覆盖花费 {2} {3} 中的 {1}"),
        ("{} given by {}", "{1} 由 {2} 提供"),
        ("rows elsewhere are provided by nobody and are in no figure", "其余行没有数据源提供，不计入任何指标"),
        ("rows of source {} have no {} and stand where it is null", "数据源 {1} 的行没有 {2}，记在其为空处"),
        (
            "an hour, day, week or month is judged by the run of the date on which it ends; other rows by every run",
            "小时、日、周、月由其结束当日的运行判断；其他行每次运行都判断"
        ),
        ("rows without spend: {}, with {} of {} {}; totals count what they brought", "没有花费的行：{1}，占 {3} {4} 中的 {2}；总计计入其成交"),
        ("rows without spend: {}; totals count what they brought", "没有花费的行：{1}；总计计入其成交"),
        ("{} also judges what ended up to {} days before, as figures may be restated", "{1} 也判断此前 {2} 天内结束的单元格，因为数据可能被修正"),
        (
            "never judged: rows whose window is open, days whose files are damaged, missing or late, null values",
            "从不判断：窗口未结束的行，文件损坏、缺失或迟到的日期，空值"
        ),
        ("the {} of step 1 of the attempt that counts; steps that follow later count for it", "按计入的那次尝试第一步所在时间（{1}）；之后的步骤也计入"),
        (
            "seconds from step 1 to the step: more than from_seconds (0 is in the first class), at most to_seconds; the last class ends with the window",
            "从第一步到该步的秒数：大于 from_seconds（0 属第一组），不超过 to_seconds；最后一组止于窗口"
        ),
        (
            "of those whose last step was this one and not the funnel's last: the first event at a later instant, up to the window after the period and before as_of; rest: all rarer ones; nothing: none was seen",
            "停留于此步（而非漏斗最后一步）者：as_of 之前其后的第一个事件；rest：其余较少的事件；nothing：没有后续"
        ),
        (
            "{} persons who have not taken the last step may still do so: their newest attempt's window ends after as_of",
            "{1} 人尚未走完最后一步，仍可能走完：其最近一次尝试的窗口在 as_of 之后结束"
        ),
        (
            "{} {} that have not taken the last step may still do so: their window ends after as_of",
            "{1} 个 {2} 尚未走完最后一步，仍可能走完：其窗口在 as_of 之后结束"
        ),
        ("{} events of these steps in the period belong to nobody and are not counted", "本期有 {1} 个步骤事件不属于任何人，未计入"),
        (
            "a platform chose who saw which arm and when, so a difference may be one of audiences and not of the arms",
            "由平台决定谁在何时看到哪个素材，差异可能来自人群而非素材"
        ),
        (
            "creatives with an element differ from the others in more than it: a difference is a hint what to test",
            "含某元素的素材与其他素材的差别不止于此：差异只提示该测试什么"
        ),
        ("{} units were seen in several variants and are left out", "{1} 个样本出现在多个实验组，已剔除"),
        ("more than 1 % of units: the assignment is at fault", "超过 1% 的样本：分流有误"),
        ("units of {} variants were seen; a comparison needs two", "仅见 {1} 个实验组；比较需要两个"),
        ("{} units without a value of {} are left out of it", "{1} 个没有 {2} 值的样本未计入该指标"),
        ("{} exposures without any id belong to nobody and are left out", "{1} 次没有 ID 的曝光不属于任何人，已剔除"),
        ("{} exposures without a device belong to no unit and are left out", "{1} 次没有设备的曝光不属于任何样本，已剔除"),
        ("{} exposed devices without a user are left out: units are users", "{1} 台没有用户的曝光设备已剔除：样本为用户"),
        ("the window of {} units is still open; they are left out", "{1} 个样本的窗口未结束；已剔除"),
        (
            "the window of {} units is still open; their values may change, and figures are approximate",
            "{1} 个样本的窗口未结束；其值可能变化，数值为近似"
        ),
    ]
}
