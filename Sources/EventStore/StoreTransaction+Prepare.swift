import Vocabulary

extension StoreTransaction {
    /// Computes which rows are live, and the books.
    /// - Throws: `Problem` `store.unbalanced`. Rows of a table that contradict each other are told in `conflicts`.
    public func prepare(threads: Int) throws -> Balance {
        StoragePool.releaseIdle()
        settle()
        conflicts = []
        catalogue.deletions = try deletions(threads: max(threads, 1))
        catalogue.balance = try balance()
        isPrepared = true
        return catalogue.balance
    }

    /// One deletion vector for each segment that has repeats. Those of a space whose segments and windows are what
    /// they were are kept.
    private func deletions(threads: Int) throws -> [DeletionEntry] {
        func spaces(_ catalogue: Catalogue) -> [String: [SegmentEntry]] {
            Dictionary(
                grouping: catalogue.segments.filter { $0.column(SegmentFile.eventID) != nil },
                by: { catalogue.sources[$0.source]?.eventIDSpace ?? $0.source })
        }
        func window(_ segment: SegmentEntry, _ catalogue: Catalogue) -> Int64 {
            max(catalogue.sources[segment.source]?.dedupeWindow ?? 0, 0)
        }
        let before = spaces(base)
        var result: [DeletionEntry] = []
        for (space, all) in spaces(catalogue).sorted(by: { $0.key < $1.key }) {
            if let old = before[space], old == all,
                old.map({ window($0, base) }) == all.map({ window($0, catalogue) })
            {
                let names = Set(all.map(\.name))
                result += base.deletions.filter { names.contains($0.segment) }
                continue
            }
            let segments = all.sorted { $0.comesEarlier(than: $1) }
            let open = try segments.map { try Segment($0, path: folder.segment($0.name)) }
            let vectors = try Liveness(segments: open, windows: segments.map { window($0, catalogue) })
                .repeats(threads: threads)
            for (segment, vector) in zip(open, vectors) where !vector.rows.isEmpty {
                result.append(
                    try vector.write(for: segment.entry, liveTimes: segment.times(without: vector), folder: folder))
            }
        }
        return result.sorted { $0.segment < $1.segment }
    }

    private func balance() throws -> Balance {
        var sources: [String: Balance.Counts] = [:]
        var contradicted: Set<String> = []
        for file in catalogue.files {
            var counts = Balance.Counts()
            counts.read = file.read
            counts.rejected = file.rejected
            counts.stored = file.stored
            switch file.state {
            case .duplicate: counts.duplicate = file.stored
            case .superseded: counts.superseded = file.stored
            case .live, .damaged: break
            }
            sources[file.source, default: .init()] = sources[file.source, default: .init()] + counts
        }
        // Live rows are counted in the segments and tables themselves, so that the books can fail to balance.
        for segment in catalogue.segments { sources[segment.source, default: .init()].live += segment.rows }
        let sourceOf = Dictionary(
            catalogue.segments.map { ($0.name, $0.source) }, uniquingKeysWith: { first, _ in first })
        for deletion in catalogue.deletions {
            guard let source = sourceOf[deletion.segment] else { continue }
            var counts = Balance.Counts()
            counts.live = -deletion.rows
            counts.duplicate = deletion.duplicate
            counts.superseded = deletion.superseded
            counts.filtered = deletion.filtered
            counts.erased = deletion.erased
            counts.moved = deletion.moved
            sources[source] = sources[source, default: .init()] + counts
        }
        for (source, tables) in Dictionary(grouping: catalogue.tables, by: \.source).sorted(by: { $0.key < $1.key }) {
            let resolved: TableResolution
            do {
                resolved = try resolve(source, tables)
            } catch let problem as Problem where problem.code == .tableConflict {
                conflicts.append(problem)
                contradicted.insert(source)
                continue
            }
            sources[source, default: .init()].live += resolved.live.count
            sources[source, default: .init()].duplicate += resolved.duplicates
            sources[source, default: .init()].superseded += resolved.superseded
        }
        for (source, counts) in sources.sorted(by: { $0.key < $1.key })
        where !contradicted.contains(source) && (!counts.balances || counts.live < 0) {
            throw Problem(
                .storeUnbalanced, "the books of source '\(source)' do not balance: \(counts)", at: .path(folder.path),
                help: "report this: it is a fault of the program; the last snapshot stays as it is")
        }
        return Balance(sources: sources)
    }

    private func resolve(_ source: String, _ tables: [TableEntry]) throws -> TableResolution {
        let paths = catalogue.tablePaths
        return try TableResolution(
            tables.map { try TableFile($0, path: folder.table($0.name)) }, paths: tables.map { paths[$0.name] ?? $0.name },
            source: source, settings: catalogue.sources[source])
    }
}
