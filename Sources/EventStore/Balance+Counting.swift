extension Catalogue {
    /// Counts where every record went, from the files, segments, deletion vectors and tables that the snapshot names.
    /// - Parameter resolve: which rows of a source's tables are live; nil where they contradict each other: then none
    ///   is counted.
    func count(
        _ resolve: (_ source: String, _ tables: [TableEntry]) throws -> TableResolution?
    ) rethrows -> [String: Balance.Counts] {
        var sources: [String: Balance.Counts] = [:]
        for file in files {
            var counts = Balance.Counts()
            counts.read = file.read
            counts.rejected = file.rejected
            counts.stored = file.stored
            switch file.state {
            case .duplicate: counts.duplicate = file.stored
            case .superseded: counts.superseded = file.stored
            case .live: counts.erased = file.erased ?? 0
            case .damaged: break
            }
            sources[file.source, default: .init()] = sources[file.source, default: .init()] + counts
        }
        // Live rows are counted in the segments and tables themselves, so that the books can fail to balance.
        for segment in segments {
            sources[segment.source, default: .init()].live += segment.rows
            if segment.moved != nil { sources[segment.source, default: .init()].movedCopies += segment.rows }
        }
        let sourceOf = Dictionary(segments.map { ($0.name, $0.source) }, uniquingKeysWith: { first, _ in first })
        for deletion in deletions {
            guard let source = sourceOf[deletion.segment] else { continue }
            var counts = Balance.Counts()
            counts.live = -deletion.rows
            counts.duplicate = deletion.duplicate
            counts.superseded = deletion.superseded
            counts.filteredByRule = deletion.filtered
            counts.erased = deletion.erased
            counts.moved = deletion.moved
            sources[source] = sources[source, default: .init()] + counts
        }
        for (source, tables) in Dictionary(grouping: tables, by: \.source).sorted(by: { $0.key < $1.key }) {
            guard let resolved = try resolve(source, tables) else { continue }
            sources[source, default: .init()].live += resolved.live.count
            sources[source, default: .init()].duplicate += resolved.duplicates
            sources[source, default: .init()].superseded += resolved.superseded
        }
        return sources
    }

    /// Which rows of a source's tables are live.
    /// - Throws: `TableConflict`; `Problem` `table.key`, and those of damaged files.
    func resolve(_ source: String, _ tables: [TableEntry], in folder: StoreFolder) throws -> TableResolution {
        let paths = tablePaths
        return try TableResolution(
            tables.map { try TableFile($0, path: folder.table($0.name)) }, paths: tables.map { paths[$0.name] ?? $0.name },
            source: source, settings: sources[source])
    }
}
