import Chronology
import Manifest
import Vocabulary

/// The columns that a node may name, with their types.
struct KnownColumns {
    let types: [String: ColumnType]
    let dropped: Set<String>

    /// Columns of events (and of reports, which cells may be cut by too), or of one table.
    init(_ manifest: Manifest, table: Manifest.Source?) {
        var types: [String: ColumnType] = [:]
        var dropped: Set<String> = []
        let sources = table.map { [$0] } ?? manifest.sources.filter { $0.kind != .units }
        if table == nil {
            types["event"] = .category
            types["event_time"] = .time
        }
        for source in sources.reversed() {
            for column in source.log.storedColumns { types[column.name] = column.type }
            for (column, treatment) in source.log.privateColumns {
                if treatment == .hash { types[column] = .key } else { dropped.insert(column) }
            }
        }
        // Of an event's id only repeats are told by; stages never see it.
        types["event_id"] = nil
        if table == nil, manifest.channels != nil {
            types["channel"] = .category
            types["traffic"] = .category
        }
        self.types = types
        self.dropped = dropped
    }

    var names: [String] { types.keys.sorted() }

    func type(_ name: String) -> ColumnType? { types[name] }
}

extension MetricsPlan {
    /// The columns of products that the node cuts or filters by.
    var catalogueColumns: Set<String> {
        guard table == nil else { return [] }
        var named = Set(dimensions.map(\.name)).union(condition?.columns ?? [])
        for slot in slots { named.formUnion(slot.condition?.columns ?? []) }
        return CatalogueColumns.names(manifest).intersection(named)
    }
}

enum CivilDayText {
    /// `YYYY-MM-DD` of a day counted from 1970-01-01; a day no calendar holds stands as its number.
    static func text(of day: Int64) -> String {
        guard let day = Int(exactly: day), abs(day) < 4_000_000 else { return "day \(day)" }
        return CivilDate(daysSinceEpoch: day).description
    }
}
