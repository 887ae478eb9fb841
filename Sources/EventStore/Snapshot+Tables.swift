import Vocabulary

extension Snapshot {
    /// The live rows of every versioned table, by source; rows by the key's values, then by content.
    ///
    /// A source of this kind whose files have no rows gives a table without rows.
    /// - Throws: `Problem` `table.conflict`, `table.key`, `store.column-type`.
    public func tables() throws -> [TableSnapshot] {
        let sources = Set(catalogue.tables.map(\.source)).union(
            catalogue.files.filter { $0.state == .live && catalogue.isTable($0.source) }.map(\.source))
        return try sources.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.map(table)
    }

    /// The live rows of one versioned table.
    func table(_ source: String) throws -> TableSnapshot {
        let paths = catalogue.tablePaths
        let settings = catalogue.sources[source]
        let files = tableFiles.filter { $0.entry.source == source }
        let resolution: TableResolution
        do {
            resolution = try TableResolution(
                files, paths: files.map { paths[$0.entry.name] ?? $0.entry.name }, source: source, settings: settings)
        } catch let conflict as TableConflict {
            throw conflict.problem
        }
        return TableSnapshot(
            source: source, kind: settings?.kind ?? "", rowCount: resolution.live.count,
            columns: resolution.columns.map { column in
                Self.column(column, resolution.live.map { (files[$0.file].reader(column.name), $0.row) })
            })
    }

    private static func column(_ column: Column, _ cells: [(reader: ColumnReader?, row: Int)]) -> TableColumn {
        switch column.type {
        case .category, .text:
            TableColumn(
                column: column,
                strings: cells.map { cell in cell.reader?.bytes(cell.row).map { String(decoding: $0, as: UTF8.self) } })
        case .key: TableColumn(column: column, keys: cells.map { $0.reader?.key($0.row) })
        default: TableColumn(column: column, integers: cells.map { $0.reader?.integer($0.row) })
        }
    }
}

extension Catalogue {
    /// The path of the log file behind each table file.
    var tablePaths: [String: String] {
        var paths: [String: String] = [:]
        for file in files { for name in file.tables { paths[name] = file.path } }
        return paths
    }

    func isTable(_ source: String) -> Bool {
        guard let kind = sources[source]?.kind else { return false }
        return kind != "events" && kind != "exposures"
    }
}
