import Vocabulary

extension StoreTransaction {
    /// Computes whom rows belong to and which are live, and the books.
    /// - Throws: `Problem` `store.unbalanced`. Rows of a table that contradict each other are told in `conflicts`.
    public func prepare(threads: Int) throws -> Balance {
        StoragePool.releaseIdle()
        settle()
        conflicts = []
        try resolveEvents(threads: max(threads, 1))
        try eraseFromTables()
        StoragePool.releaseIdle()
        catalogue.balance = try balance()
        isPrepared = true
        return catalogue.balance
    }

    /// Resolves persons, copies the rows that moved, finds the repeats and applies the filters.
    private func resolveEvents(threads: Int) throws {
        let record = IdentityRecord(
            maxUsersPerDevice: identity.maxUsersPerDevice, tombstones: catalogue.identity?.tombstones ?? [])
        catalogue.identity = record
        catalogue.filters = filters
        let files = catalogue.segments
        if discardsCopies.isEmpty, base.identity == record, base.filters ?? FilterSettings() == filters,
            base.sources == catalogue.sources,
            base.segments.filter({ $0.moved == nil }) == files
        {
            catalogue.segments = base.segments
            catalogue.deletions = base.deletions
            return
        }
        let segments = try files.map { try Segment($0, path: folder.segment($0.name)) }
        MappedReading.choose(for: segments)
        let resolution = try PersonResolution(
            segments, folder: folder, settings: identity, tombstones: record.tombstones, threads: threads)
        catalogue.identity?.tombstones = resolution.tombstones
        let moved = try move(segments, resolution.verdicts, threads: threads)
        catalogue.segments = (files + moved.segments).sorted { $0.name < $1.name }
        let dead = Dictionary(
            zip(files.map(\.name), resolution.verdicts.map(\.vector)).filter { !$0.1.rows.isEmpty } + Array(moved.stale),
            uniquingKeysWith: { first, _ in first })
        catalogue.deletions = try deletions(dead, threads: threads)
    }

    /// One deletion vector for each segment that has dead rows. Those of a space whose segments, windows and forgotten
    /// persons are what they were are kept: which rows of a segment moved shows in the copies.
    /// - Parameter dead: by segment, the rows that moved or were erased.
    private func deletions(_ dead: [String: DeletionVector], threads: Int) throws -> [DeletionEntry] {
        /// Segments with event ids by their space; those without under nil.
        func spaces(_ catalogue: Catalogue) -> [String?: [SegmentEntry]] {
            Dictionary(grouping: catalogue.segments) { segment in
                guard segment.column(SegmentFile.eventID) != nil else { return nil }
                return catalogue.sources[segment.source]?.eventIDSpace ?? segment.source
            }
        }
        func window(_ segment: SegmentEntry, _ catalogue: Catalogue) -> Int64 {
            max(catalogue.sources[segment.source]?.dedupeWindow ?? 0, 0)
        }
        let before = spaces(base)
        let known = Dictionary(base.deletions.map { ($0.segment, $0) }, uniquingKeysWith: { first, _ in first })
        let forgetsTheSame = base.identity?.tombstones ?? [] == catalogue.identity?.tombstones ?? []
        let isFiltering = !filters.isEmpty || !(base.filters ?? FilterSettings()).isEmpty
        var kept: [DeletionEntry] = []
        var judged: [JudgedSegment] = []
        for (space, all) in spaces(catalogue) {
            if forgetsTheSame, let old = before[space], old == all,
                old.map({ window($0, base) }) == all.map({ window($0, catalogue) })
            {
                if isFiltering {
                    judged += try all.map { try JudgedSegment($0, known: known[$0.name], folder: folder) }
                } else {
                    kept += all.compactMap { known[$0.name] }
                }
                continue
            }
            let segments = all.sorted { $0.comesEarlier(than: $1) }
            let open = try segments.map { try Segment($0, path: folder.segment($0.name)) }
            MappedReading.choose(for: open)
            var vectors = segments.map { dead[$0.name] ?? DeletionVector() }
            if space != nil {
                let repeats = try Liveness(
                    segments: open, windows: segments.map { window($0, catalogue) },
                    dead: zip(vectors, segments).map { DeadRows($0, of: $1.rows) }
                ).repeats(threads: threads)
                vectors = zip(vectors, repeats).map { $0 + $1 }
            }
            judged += zip(open, vectors).map { JudgedSegment(segment: $0, vector: $1) }
        }
        if !filters.isEmpty { try filter(&judged, threads: threads) }
        return try (kept + judged.compactMap { try $0.written(in: folder) }).sorted { $0.segment < $1.segment }
    }

    /// Adds the rows that the filters take.
    private func filter(_ judged: inout [JudgedSegment], threads: Int) throws {
        judged.sort { $0.segment.entry.comesEarlier(than: $1.segment.entry) }
        let vectors = try Filtering(
            segments: judged.map(\.segment), dead: judged.map { DeadRows($0.vector, of: $0.segment.rows) }, settings: filters
        ).vectors(threads: threads)
        for i in judged.indices { judged[i].vector = judged[i].vector + vectors[i] }
    }

    /// A segment with the rows that are not live.
    private struct JudgedSegment {
        let segment: Segment
        var vector: DeletionVector
        /// What was written of the segment before.
        var known: (entry: DeletionEntry, vector: DeletionVector)?

        init(segment: Segment, vector: DeletionVector) {
            self.segment = segment
            self.vector = vector
        }

        /// A segment as it was judged before, without the rows that filters took.
        init(_ entry: SegmentEntry, known: DeletionEntry?, folder: StoreFolder) throws {
            segment = try Segment(entry, path: folder.segment(entry.name))
            self.known = try known.map {
                ($0, try DeadRows($0, segment: entry, path: folder.deletion($0.name)).vector)
            }
            vector = self.known?.vector.unfiltered ?? DeletionVector()
        }

        /// nil where all rows are live.
        func written(in folder: StoreFolder) throws -> DeletionEntry? {
            if vector.rows.isEmpty { return nil }
            if let known, known.vector == vector { return known.entry }
            return try vector.write(for: segment, folder: folder)
        }
    }

    private func balance() throws -> Balance {
        var contradicted: Set<String> = []
        let sources = try catalogue.count { source, tables in
            do {
                return try catalogue.resolve(source, tables, in: folder)
            } catch let problem as Problem where problem.code == .tableConflict {
                conflicts.append(problem)
                contradicted.insert(source)
                return nil
            }
        }
        for (source, counts) in sources.sorted(by: { $0.key < $1.key })
        where !contradicted.contains(source) && (!counts.balances || counts.live < 0) {
            throw Problem(
                .storeUnbalanced, "the books of source '\(source)' do not balance: \(counts)", at: .path(folder.path),
                help: "report this: it is a fault of the program; the last snapshot stays as it is")
        }
        return Balance(sources: sources)
    }
}
