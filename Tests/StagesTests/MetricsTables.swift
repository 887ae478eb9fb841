import Chronology
import EventLog
import EventStore
import Manifest
import Stages
import Vocabulary

extension TableSnapshot {
    /// A table of rows written as `["date": "2026-11-01", "spend": 12.5]`; a missing entry is null.
    static func test(_ source: String, kind: String, columns: [Column], rows: [[String: TableCell]]) -> TableSnapshot {
        TableSnapshot(
            source: source, kind: kind, rowCount: rows.count,
            columns: columns.map { column in
                let cells = rows.map { $0[column.name] }
                switch column.type {
                case .category, .text: return TableColumn(column: column, strings: cells.map { $0?.text })
                case .key: return TableColumn(column: column, keys: cells.map { $0.map { keyedHash($0.text ?? "", seed: 0) } })
                default: return TableColumn(column: column, integers: cells.map { $0?.whole(column.type) })
                }
            })
    }
}

/// A cell of a test's table: text, a number, or true and false.
enum TableCell: ExpressibleByStringLiteral, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral {
    case string(String)
    case number(Double)
    case flag(Bool)

    init(stringLiteral value: String) { self = .string(value) }
    init(floatLiteral value: Double) { self = .number(value) }
    init(integerLiteral value: Int) { self = .number(Double(value)) }
    init(booleanLiteral value: Bool) { self = .flag(value) }

    var text: String? {
        if case .string(let text) = self { text } else { nil }
    }

    func whole(_ type: ColumnType) -> Int64? {
        switch self {
        case .string(let text): CivilDate(text).map { Int64($0.daysSinceEpoch) }
        case .number(let number): Int64((type == .decimal ? number * 1_000_000 : number).rounded())
        case .flag(let flag): flag ? 1 : 0
        }
    }
}

/// A report of ads, dated costs and a web log, as a manifest has them.
struct MetricsReports {
    static let adColumns: [Column] = [
        Column("date", .date), Column("channel", .category), Column("campaign", .category), Column("impressions", .integer),
        Column("clicks", .integer), Column("spend", .decimal), Column("platform_conversions", .integer),
        Column("platform_revenue", .decimal), Column("reach", .integer),
    ]
    static let costColumns: [Column] = [Column("date", .date), Column("channel", .category), Column("amount", .decimal)]

    static func ads(_ rows: [[String: TableCell]], _ name: String = "ads") -> TableSnapshot {
        .test(name, kind: "ad_report", columns: adColumns, rows: rows)
    }

    static func fees(_ rows: [[String: TableCell]]) -> TableSnapshot {
        .test("fees", kind: "costs", columns: costColumns, rows: rows)
    }

    static func source(_ name: String = "ads", provides: [Provision]? = nil) -> Manifest.Source {
        var source = Manifest.Source.test(name, kind: .adReport, columns: adColumns, key: ["date", "channel", "campaign"])
        source.provides = provides
        return source
    }

    static let feeSource = Manifest.Source.test("fees", kind: .costs, columns: costColumns, key: ["date", "channel"])

    static func web(provides: [Provision]? = nil) -> Manifest.Source {
        var source = MetricsFixture.web
        source.provides = provides
        return source
    }
}
