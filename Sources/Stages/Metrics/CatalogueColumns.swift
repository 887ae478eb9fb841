import Chronology
import EventStore
import Manifest
import StageKit
import Vocabulary

/// Columns that products have (category, brand): events get them from the catalogue, as it was on the event's day.
enum CatalogueColumns {
    /// Text columns that catalogues map and no log does.
    static func names(_ manifest: Manifest) -> Set<String> {
        let own = Set(manifest.sources.filter { $0.kind == .events }.flatMap { $0.log.storedColumns.map(\.name) })
        var names: Set<String> = []
        for source in manifest.sources where source.kind == .catalogue && source.maps("product_id") {
            for column in source.log.storedColumns where column.type == .category && !own.contains(column.name) {
                names.insert(column.name)
            }
        }
        return names.subtracting(["product_id", "channel", "traffic"])
    }

    static func derived(_ context: StageContext) -> [DerivedColumn] {
        let tables = context.tables.filter { $0.kind == "catalogue" }
        guard !tables.isEmpty else { return [] }
        return names(context.manifest).sorted().map { name in
            let history = ProductHistory(tables, name, context.manifest.zone)
            return DerivedColumn(name: name, inputs: ["product_id"]) { layout in
                guard let slot = layout.slot("product_id"), layout.type(ofSlot: slot) == .category else {
                    return (history.values, { rows, codes in for row in 0..<rows.count { codes[row] = -1 } })
                }
                let products = layout.values(ofSlot: slot).map { history.codes[$0] }
                return (
                    history.values,
                    { rows, codes in
                        let stored = rows.codes(slot)
                        for row in 0..<rows.count {
                            let code = stored[row] < 0 ? nil : products[Int(stored[row])]?[rows.times[row]]
                            codes[row] = Int32(truncatingIfNeeded: code ?? -1)
                        }
                    }
                )
            }
        }
    }
}

/// The values of one column by product and day, as codes of the values in byte order.
private struct ProductHistory: Sendable {
    let values: [String]
    let codes: [String: DatedSeries]

    init(_ tables: [TableSnapshot], _ column: String, _ zone: Zone) {
        var rows: [String: [(start: Int64, value: String?)]] = [:]
        for table in tables {
            guard let products = table.column("product_id")?.strings, let own = table.column(column)?.strings else { continue }
            let days = table.column("valid_from")?.integers
            for row in 0..<table.rowCount {
                guard let product = products[row] else { continue }
                let day = days?[row].flatMap { abs($0) < 4_000_000 ? CivilDate(daysSinceEpoch: Int($0)) : nil }
                rows[product, default: []].append((day.map { zone.start(of: $0) } ?? .min, own[row]))
            }
        }
        let sorted = Set(rows.values.joined().compactMap(\.value)).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        values = sorted
        let codeOf = Dictionary(uniqueKeysWithValues: sorted.enumerated().map { ($0.element, Int64($0.offset)) })
        codes = rows.mapValues { list in
            var series = DatedSeries()
            let coded = list.map { (start: $0.start, code: $0.value.flatMap { codeOf[$0] }) }
            for (start, code) in coded.sorted(by: { ($0.start, $0.code ?? -1) < ($1.start, $1.code ?? -1) }) {
                series.append(code, from: start)
            }
            return series
        }
    }
}
