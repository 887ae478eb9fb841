extension Phrasebook {
    /// What a run warns of, and what its alerts say of sources.
    static let runs: [(String, String)] = [
        ("no file matches {} of source '{}': what it brought before still counts", "数据源“{2}”没有匹配 {1} 的文件：此前带来的数据仍计入"),
        ("no file matches {} of source '{}': it contributes nothing", "数据源“{2}”没有匹配 {1} 的文件：不提供数据"),
        ("source {} has no file in the store: it contributes nothing", "数据源 {1} 没有任何文件：不提供数据"),
        (
            "source {} has {} damaged file that contributes nothing: {} may be incomplete until replaced",
            "数据源 {1} 有 {2} 个损坏文件，不提供数据：{3} 在替换前可能不完整"
        ),
        (
            "source {} has {} damaged files that contribute nothing: {} may be incomplete until replaced",
            "数据源 {1} 有 {2} 个损坏文件，不提供数据：{3} 在替换前可能不完整"
        ),
        ("the days in them", "其中的日期"),
        (
            "no event '{}' is in the data that this looks at, and the vocabulary has no such name: {}",
            "所看数据中没有事件“{1}”，词表中也没有该名称：{2}"
        ),
        ("look how the logs spell it", "请查看日志中的写法"),
        ("damaged", "损坏"),
        ("held", "暂缓"),
        ("log.damaged: {}", "log.damaged：{1}"),
        ("log.empty: {}", "log.empty：{1}"),
        ("log.unreadable: {}", "log.unreadable：{1}"),
        ("the file ends in the middle of its compressed data ({})", "压缩数据在中途结束（{1}）"),
        ("there is something else behind the compressed data ({})", "压缩数据之后还有其他内容（{1}）"),
        ("the compressed data is broken ({}) ({})", "压缩数据已损坏（{1}）（{2}）"),
        ("the file is empty: there is not even a header ({})", "文件为空：连表头也没有（{1}）"),
        ("the file has no bytes, not even a {} header ({})", "文件没有任何字节，连 {1} 头也没有（{2}）"),
        ("the file cannot be read: {}", "文件无法读取：{1}"),
        ("{} of the {} files expected of source '{}' hold {}", "数据源“{3}”应有 {2} 个含 {4} 的文件，现有 {1} 个"),
        ("source '{}' is stale: its newest record is of {}", "数据源“{1}”数据过旧：最新记录为 {2}"),
        (
            "source '{}' has no record of {}: its newest is of {}, and what a later day shows of it is no zero but missing",
            "数据源“{1}”没有 {2} 的记录：最新记录为 {3}；之后日期的数值并非为零，而是缺失"
        ),
        ("source {}: passed over {}: its name is not UTF-8", "数据源 {1}：跳过 {2}：文件名不是 UTF-8"),
        ("source {}: passed over {}: not a plain file", "数据源 {1}：跳过 {2}：不是普通文件"),
        ("source {}: passed over {}: another file has this name in another Unicode form", "数据源 {1}：跳过 {2}：另一文件以另一种 Unicode 形式同名"),
        ("source {}: passed over {}: {}", "数据源 {1}：跳过 {2}：{3}"),
        ("source '{}' is stale: it has no record", "数据源“{1}”数据过旧：没有记录"),
    ]

    /// What periods are called; the names of campaigns stay.
    private static let periods = [("last {}d", "最近 {1} 天"), ("last {}w", "最近 {1} 周"), ("last {}m", "最近 {1} 个月"), ("campaign {}", "活动 {1}")]
        .map { HoledPhrase(english: $0.0, chinese: $0.1) }

    /// A period as its mart names it.
    static func period(_ name: String) -> Words {
        let shown = Shown.text(name, limit: 40)
        guard let phrase = periods.first(where: { $0.fillings(of: shown) != nil }), let fillings = phrase.fillings(of: shown) else {
            return Words(same: shown)
        }
        return Words(shown, phrase.chinese(fillings))
    }
}
