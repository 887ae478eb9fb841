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
        tookOver = false
        healed = nil
        var damage: Problem?
        let isResolvedAlike = takesOver && base.identity == record
        if isResolvedAlike, base.filters ?? FilterSettings() == filters, base.sources == catalogue.sources,
            base.segments.filter({ $0.moved == nil }) == files
        {
            catalogue.segments = base.segments
            catalogue.deletions = base.deletions
            return
        }
        if isResolvedAlike, !base.segments.isEmpty {
            do {
                tookOver = try resolve(files, record, takesOver: true, threads: threads)
                if tookOver { return }
            } catch let problem as Problem where Self.damage.contains(problem.code) {
                // What is damaged may be gone from the snapshot in the making: without it nothing is taken over.
                damage = problem
            }
        }
        _ = try resolve(files, record, takesOver: false, threads: threads)
        healed = damage
    }

    private static let damage: [ProblemCode] = [.storeDamaged, .arrowDamaged, .arrowCannotRead, .arrowUnsupported]

    /// - Parameters:
    ///   - files: the segments of files.
    ///   - takesOver: whether what the snapshot before says of segments still holds; if not, all is resolved as a whole.
    /// - Returns: false where it does not hold after all.
    private func resolve(_ files: [SegmentEntry], _ record: IdentityRecord, takesOver: Bool, threads: Int) throws -> Bool {
        let previous = KnownVectors(base, folder: folder)
        if takesOver { try previous.readAll(threads: threads) }
        let old = takesOver ? base.segments.filter { $0.moved == nil } : []
        let oldByName = Dictionary(old.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let present = Set(files.map(\.name))
        guard files.allSatisfy({ oldByName[$0.name] ?? $0 == $0 }) else { return false }
        let entries = files + old.filter { !present.contains($0.name) }
        let standings = entries.indices.map { i -> Standing in
            i >= files.count ? .gone : oldByName[entries[i].name] != nil ? .settled : .arrived
        }
        let segments = try open(entries, [:], threads: threads)
        MappedReading.choose(for: segments)
        let resolution = try PersonResolution(
            segments, standings: standings, folder: folder, settings: identity, tombstones: record.tombstones, threads: threads)
        catalogue.identity?.tombstones = resolution.tombstones
        let count = files.count
        let copies = try move(
            Array(segments[..<count]), Array(standings[..<count]), Array(resolution.verdicts[..<count]), previous: previous, threads: threads)
        let vectors = ParallelResults<DeletionVector>(count)
        try inParallel(count, threads: threads) { i in
            let before = standings[i] == .settled ? try previous.vector(files[i].name).ofPersons : DeletionVector()
            guard let vector = resolution.verdicts[i].vector(before: before), vector.count(.moved) == copies[i].rightRows else {
                throw Segment.damaged(segments[i].file.path, "its copies hold other rows than those that moved")
            }
            vectors.set(i, vector)
        }
        catalogue.segments = (files + copies.flatMap(\.segments)).sorted { $0.name < $1.name }
        var dead = Dictionary(zip(files.map(\.name), vectors.all), uniquingKeysWith: { first, _ in first })
        for copy in copies { dead.merge(copy.stale) { first, _ in first } }
        let byName = Dictionary(segments.map { ($0.entry.name, $0) }, uniquingKeysWith: { first, _ in first })
        let erased = Set((0..<count).filter { standings[$0] == .settled && !resolution.verdicts[$0].erased.isEmpty }.map { files[$0].name })
        catalogue.deletions = try deletions(dead, previous, byName, erased: erased, takesOver: takesOver, threads: threads)
        return true
    }

    /// One deletion vector for each segment that has dead rows. Where the snapshot before is taken over, those of a space whose
    /// segments and windows are what they were are kept, where no more rows are erased: which rows of a segment moved shows in the copies. Of another space the
    /// verdicts on repeats are kept that still hold.
    /// - Parameters:
    ///   - dead: by segment, the rows that moved or were erased, of copies those that are wrong.
    ///   - previous: what the snapshot before said.
    ///   - opened: segments of files, those too that are gone, by name.
    ///   - erased: the settled segments of which more rows are erased than before.
    private func deletions(
        _ dead: [String: DeletionVector], _ previous: KnownVectors, _ opened: [String: Segment], erased: Set<String>, takesOver: Bool,
        threads: Int
    ) throws -> [DeletionEntry] {
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
        let old = spaces(base)
        let isFiltering = !filters.isEmpty || !(base.filters ?? FilterSettings()).isEmpty
        var kept: [DeletionEntry] = []
        var judged: [JudgedSegment] = []
        for (space, all) in spaces(catalogue) {
            if takesOver, let old = old[space], old == all, old.map({ window($0, base) }) == all.map({ window($0, catalogue) }),
                all.allSatisfy({ !erased.contains($0.name) })
            {
                if isFiltering {
                    judged += try open(all, opened, threads: threads).map { segment in
                        let vector = try previous.vector(segment.entry.name)
                        return JudgedSegment(segment: segment, vector: vector.unfiltered, known: vector)
                    }
                } else {
                    kept += all.compactMap { previous.entries[$0.name] }
                }
                continue
            }
            let segments = try open(all.sorted { $0.comesEarlier(than: $1) }, opened, threads: threads)
            MappedReading.choose(for: segments)
            var vectors = segments.map { dead[$0.entry.name] ?? DeletionVector() }
            if space != nil {
                var liveness = Liveness(
                    segments: segments, windows: segments.map { window($0.entry, catalogue) },
                    dead: zip(vectors, segments).map { DeadRows($0, of: $1.rows) })
                let oldWindows = Dictionary(
                    (old[space] ?? []).map { ($0.name, window($0, base)) }, uniquingKeysWith: { first, _ in first })
                // A segment that comes from another space, or goes to one, arrives and goes with all its rows.
                if takesOver, zip(segments, liveness.windows).allSatisfy({ oldWindows[$0.entry.name] ?? $1 == $1 }) {
                    let present = Set(all.map(\.name))
                    let gone = try open((old[space] ?? []).filter { !present.contains($0.name) }, opened, threads: threads)
                    liveness.before = try Liveness.Before(
                        liveness, known: segments.map { oldWindows[$0.entry.name] == nil ? nil : try previous.vector($0.entry.name) },
                        gone: gone.map { ($0, try previous.vector($0.entry.name)) }, threads: threads)
                }
                vectors = zip(vectors, try liveness.repeats(threads: threads)).map { $0 + $1 }
            }
            judged += try zip(segments, vectors).map {
                JudgedSegment(segment: $0, vector: $1, known: takesOver ? try previous.vector($0.entry.name) : nil)
            }
        }
        if !filters.isEmpty { try filter(&judged, threads: threads) }
        let all = judged
        let written = ParallelResults<DeletionEntry?>(all.count)
        try inParallel(all.count, threads: threads) { [folder] in written.set($0, try all[$0].written(in: folder, previous)) }
        return (kept + written.all.compactMap { $0 }).sorted { $0.segment < $1.segment }
    }

    /// - Parameter known: segments that are open already, by name.
    private func open(_ entries: [SegmentEntry], _ known: [String: Segment], threads: Int) throws -> [Segment] {
        let opened = ParallelResults<Segment>(entries.count)
        try inParallel(entries.count, threads: threads) { [folder] i in
            opened.set(i, try known[entries[i].name] ?? Segment(entries[i], path: folder.segment(entries[i].name)))
        }
        return opened.all
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
    private struct JudgedSegment: Sendable {
        let segment: Segment
        var vector: DeletionVector
        /// What the snapshot before has of the segment, if that was looked at.
        var known: DeletionVector?

        /// nil where all rows are live.
        func written(in folder: StoreFolder, _ before: KnownVectors) throws -> DeletionEntry? {
            if vector.rows.isEmpty { return nil }
            let entry = before.entries[segment.entry.name]
            if known == vector, let entry { return entry }
            return try vector.write(for: segment, known: known, entry, folder: folder)
        }
    }

    private func balance() throws -> Balance {
        var contradicted: Set<String> = []
        let sources = try catalogue.count { source, tables in
            do {
                return try catalogue.resolve(source, tables, in: folder)
            } catch let conflict as TableConflict {
                conflicts.append(conflict)
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
