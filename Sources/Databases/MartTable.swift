import Marts
import Vocabulary

/// How a mart becomes a table and a view, in both databases alike.
///
/// The table `mart_STAGE_NAME` has all rows of the mart and, before its columns, `row_number`: their order. The view
/// `STAGE_NAME` has the mart's columns and only its detail rows, so that nobody sums a total; of an undivided mart its totals.
package struct MartTable: Sendable {
    package let table: DataTable
    package let view: DataView
    /// The place in the table of the mart's first column.
    static let firstColumn = 1

    /// - Parameter names: all names of the database, in which indexes take theirs.
    init(_ mart: Mart, _ name: Name, _ names: inout SQLNames) {
        var columnNames = SQLNames()
        let own = mart.columns.map { DataTable.Column(columnNames.take($0.name), $0.type, comment: Self.comment($0)) }
        let number = DataTable.Column(columnNames.take("row_number"), .integer, comment: "The order of the rows")
        let key = Self.key(of: mart.columns)
        let time = mart.columns.firstIndex { $0.role == .time }
        var indexes: [DataTable.Index] = []
        if !key.isEmpty {
            indexes.append(
                DataTable.Index(
                    name: names.take("\(name.view)_key"), columns: key.map { $0 + Self.firstColumn },
                    isUnique: Self.isUnique(key, mart.rows)))
        }
        if let time, key.first != time {
            indexes.append(
                DataTable.Index(name: names.take("\(name.view)_time"), columns: [time + Self.firstColumn], isUnique: false))
        }
        let title = "\(mart.title.en) / \(mart.title.zh)"
        table = DataTable(
            name: name.table, comment: "\(title): all rows, totals too", columns: [number] + own, primaryKey: [0],
            keyName: names.take("\(name.view)_pkey"), indexes: indexes,
            rows: mart.rows.enumerated().map { [.integer(Int64($0.offset + 1))] + $0.element })
        let kind = mart.columns.firstIndex { $0.role == .rowKind }
        view = DataView(
            name: name.view, comment: title, columns: Array(own.indices.map { $0 + Self.firstColumn }),
            only: kind.map { (own[$0].name, mart.isUndivided ? "total" : "detail") })
    }

    /// The columns that tell rows apart: dimensions, then times, then the kind of row.
    private static func key(of columns: [MartColumn]) -> [Int] {
        [MartColumn.Role.dimension, .time, .rowKind].flatMap { role in columns.indices.filter { columns[$0].role == role } }
    }

    private static func isUnique(_ key: [Int], _ rows: [[MartValue]]) -> Bool {
        var seen: Set<[MartValue]> = []
        return rows.allSatisfy { row in
            seen.insert(
                key.map { place in
                    if case .string(let text) = row[place] { .string(SQLText.clean(text)) } else { row[place] }
                }
            ).inserted
        }
    }

    private static func comment(_ column: MartColumn) -> String {
        let unit = column.unit.map { " [\($0)]" } ?? ""
        let sum =
            switch column.aggregation {
            case .sum: "may be summed"
            case .distinct: "distinct count: may not be summed"
            case .ratio: "ratio: recompute it from its parts"
            case .min: "least value"
            case .max: "greatest value"
            case .none: ""
            }
        return "\(column.label.en) / \(column.label.zh)\(unit)\(sum.isEmpty ? "" : "; \(sum)")"
    }
}

extension MartTable {
    /// The names of a mart's table and view.
    package struct Name: Sendable, Hashable {
        package let table: String
        package let view: String
    }

    /// The names of all marts of a run: `metrics/channels` is the table `mart_metrics_channels` and the view
    /// `metrics_channels`. Of two ids that would have one name, the one that needs no change has it.
    static func assign(_ ids: [String], _ names: inout SQLNames) -> [String: Name] {
        let ordered = ids.map { (id: $0, plain: SQLNames.plain($0)) }.sorted { a, b in
            let kept = (a.id.utf8.count == a.plain.utf8.count && isKept(a.id, a.plain), isKept(b.id, b.plain))
            if kept.0 != kept.1 { return kept.0 }
            return a.id.utf8.lexicographicallyPrecedes(b.id.utf8)
        }
        var result: [String: Name] = [:]
        for (id, plain) in ordered { result[id] = Name(table: names.take("mart_\(plain)"), view: names.take(plain)) }
        return result
    }

    private static func isKept(_ id: String, _ plain: String) -> Bool {
        guard let slash = id.firstIndex(of: "/") else { return false }
        return plain == "\(id[..<slash])_\(id[id.index(after: slash)...])"
    }
}
