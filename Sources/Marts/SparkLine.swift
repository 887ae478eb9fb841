/// A series as one line of blocks of eight heights.
public enum SparkLine {
    private static let blocks = Array("▁▂▃▄▅▆▇█")

    /// The least value has the lowest block and the greatest the highest; a constant series stands in the middle, and a
    /// value that is missing or not finite is a blank.
    public static func text(_ values: [Double?]) -> String {
        let finite = values.compactMap { $0 }.filter(\.isFinite)
        guard let least = finite.min(), let greatest = finite.max() else { return String(repeating: " ", count: values.count) }
        return String(
            values.map { value -> Character in
                guard let value, value.isFinite else { return " " }
                guard greatest > least else { return blocks[3] }
                // Halves: a difference of two finite numbers may be infinite.
                let part = (value / 2 - least / 2) / (greatest / 2 - least / 2)
                return blocks[min(7, max(0, Int((part * 7).rounded())))]
            })
    }
}

/// A figure of a mart over its cells of time.
struct MartSeries {
    let title: String
    let column: MartColumn
    /// One a cell of time that the mart has; null where the series has no row.
    let values: [MartValue]

    private var finite: [MartValue] { values.filter { $0.double?.isFinite ?? false } }
    var least: MartValue? { finite.min { ($0.double ?? 0) < ($1.double ?? 0) } }
    var greatest: MartValue? { finite.max { ($0.double ?? 0) < ($1.double ?? 0) } }

    /// The measures and ratios of the rows of a mart that stand for all of a cell of time: its totals, or the details of
    /// a mart without dimensions. Empty for a mart without a time column.
    static func all(of mart: Mart) -> [MartSeries] {
        guard let time = mart.columns.firstIndex(where: { $0.role == .time }), mart.rows.allSatisfy({ $0.count == mart.columns.count })
        else { return [] }
        let kind = mart.columns.firstIndex { $0.role == .rowKind }
        let others = mart.columns.indices.filter { mart.columns[$0].isKey && $0 != time && $0 != kind && !mart.columns[$0].isLabel }
        var places: [MartValue: Int] = [:]
        for row in mart.rows where row[time] != .null && places[row[time]] == nil { places[row[time]] = places.count }
        let hasTotals = kind.map { kind in mart.rows.contains { $0[time] != .null && $0[kind] == .string("total") } } ?? false
        let wanted: MartValue = .string(hasTotals ? "total" : "detail")
        var rows: [[MartValue]?] = Array(repeating: nil, count: places.count)
        for row in mart.rows where others.allSatisfy({ row[$0] == .null }) && kind.map({ row[$0] == wanted }) ?? true {
            if let place = places[row[time]] { rows[place] = row }
        }
        guard rows.contains(where: { $0 != nil }) else { return [] }
        return mart.columns.indices.filter { mart.columns[$0].isNumeric && [.measure, .ratio].contains(mart.columns[$0].role) }
            .map { i in
                MartSeries(title: mart.columns[i].name, column: mart.columns[i], values: rows.map { $0?[i] ?? .null })
            }
    }
}
