import Chronology
import EventStore
import Manifest
import Marts
import StageKit
import Vocabulary

/// The marts of data quality: what became of every file and every record, how new the data are and what was rejected for
/// which reason. They tell of files, so they may differ between equal inputs, as run_results.json may.
struct QualityMarts {
    let manifest: Manifest
    let catalogue: Catalogue
    let results: RunResults

    private static func id(_ name: String) -> String { "\(MartID.qualityStage)/\(name)" }

    static let ids = ["files", "rejects", "sources"].map(id)

    var all: [Mart] { [files, rejects, sources] }

    /// A row a source: its books, in the order of the manifest.
    private var sources: Mart {
        let counts: [(name: String, label: Label, value: (Balance.Counts) -> Int)] = [
            ("read", Label(en: "Records read", zh: "读取记录"), { $0.read }), ("rejected", Label(en: "Rejected", zh: "拒收"), { $0.rejected }),
            ("stored", Label(en: "Stored", zh: "入库"), { $0.stored }), ("moved_copies", Label(en: "Copies of moved rows", zh: "迁移副本"), { $0.movedCopies }),
            ("live", Label(en: "Live", zh: "有效"), { $0.live }), ("duplicate", Label(en: "Duplicate", zh: "重复"), { $0.duplicate }),
            ("superseded", Label(en: "Superseded", zh: "被替代"), { $0.superseded }), ("filtered", Label(en: "Filtered", zh: "过滤"), { $0.filtered }),
            ("erased", Label(en: "Erased", zh: "已删除"), { $0.erased }), ("moved", Label(en: "Moved", zh: "已迁移"), { $0.moved }),
        ]
        let rows = manifest.sources.map { source -> [MartValue] in
            let files = catalogue.files.filter { $0.source == source.name && $0.state == .live }
            let newest = files.compactMap { $0.newest(in: manifest.zone) }.max()
            let own = catalogue.balance.sources[source.name] ?? Balance.Counts()
            return [
                .string(source.name), .string(source.kind.rawValue), count(files.count),
                newest.map { .time(Timestamp.rfc3339($0, in: manifest.zone)) } ?? .null,
            ] + counts.map { count($0.value(own)) }
        }
        return mart(
            "sources", Label(en: "The books by source", zh: "各数据源对账"),
            [
                Self.source, dimension("kind", "Kind", "类型"), records("files", Label(en: "Files that count", zh: "有效文件"), unit: "files"),
                MartColumn("newest", .time, role: .time, label: Label(en: "Newest record", zh: "最新记录")),
            ] + counts.map { records($0.name, $0.label) }, rows)
    }

    /// A row a content of a file, by source and path.
    private var files: Mart {
        mart(
            "files", Label(en: "Files", zh: "文件"),
            [
                Self.source, dimension("file", "File", "文件"), dimension("state", "State", "状态"),
                MartColumn("bytes", .integer, role: .measure, unit: "bytes", label: Label(en: "Bytes", zh: "字节"), aggregation: .sum),
                records("read", Label(en: "Records read", zh: "读取记录")), records("rejected", Label(en: "Rejected", zh: "拒收"), direction: -1),
                records("stored", Label(en: "Stored", zh: "入库")), dimension("problem", "Problem", "问题"),
            ],
            results.sources.flatMap { source in
                source.files.map { file in
                    [
                        .string(source.name), .string(file.path), .string(file.state.rawValue), .integer(file.size), count(file.read),
                        count(file.rejected), count(file.stored), file.problem.map { .string($0) } ?? .null,
                    ]
                }
            })
    }

    /// A row a reason in a file, by source, path and code.
    private var rejects: Mart {
        mart(
            "rejects", Label(en: "Rejected records", zh: "拒收记录"),
            [
                Self.source, dimension("file", "File", "文件"), dimension("reason", "Reason", "原因"),
                records("records", Label(en: "Records", zh: "记录"), direction: -1),
            ],
            results.sources.flatMap { source in
                source.files.flatMap { file in
                    file.rejects.map { [.string(source.name), .string(file.path), .string($0.code), count($0.count)] }
                }
            })
    }

    private func mart(_ name: String, _ title: Label, _ columns: [MartColumn], _ rows: [[MartValue]]) -> Mart {
        Mart(
            id: Self.id(name), title: title, period: MartPeriod(name: results.date.description, from: nil, to: nil), asOf: nil,
            provisional: false, columns: columns, notes: [], rows: rows)
    }

    private static let source = MartColumn("source", .string, role: .dimension, label: Label(en: "Source", zh: "数据源"))

    private func dimension(_ name: String, _ en: String, _ zh: String) -> MartColumn {
        MartColumn(name, .string, role: .dimension, label: Label(en: en, zh: zh))
    }

    private func records(_ name: String, _ label: Label, unit: String = "records", direction: Int = 0) -> MartColumn {
        MartColumn(name, .integer, role: .measure, unit: unit, label: label, direction: direction, aggregation: .sum)
    }

    private func count(_ number: Int) -> MartValue { .integer(Int64(number)) }
}
