import Vocabulary

extension StoreTransaction {
    /// Copies the rows that moved: of each segment the copies.
    /// - Parameters:
    ///   - standings: none is gone.
    ///   - previous: what the snapshot before says of its segments.
    func move(
        _ segments: [Segment], _ standings: [Standing], _ verdicts: [PersonResolution.Verdict], previous: KnownVectors, threads: Int
    ) throws -> [MovedCopies] {
        let copies = Dictionary(grouping: base.segments.filter { $0.moved != nil }, by: { $0.moved?.from ?? "" })
        let workers = min(threads, max(segments.count, 1))
        let byteLimit = max(16 << 20, (128 << 20) / workers)
        let results = ParallelResults<MovedCopies>(segments.count)
        let (folder, settings, rowLimit) = (self.folder, identity, copyRowLimit)
        try inParallel(segments.count, threads: threads) { i in
            let moving = Moving(
                verdict: verdicts[i],
                copier: RowCopier(segment: segments[i], folder: folder, byteLimit: byteLimit, rowLimit: rowLimit), settings: settings,
                previous: standings[i] == .settled ? copies[segments[i].entry.name] ?? [] : [], vectors: previous)
            results.set(i, try moving.copies())
        }
        return results.all
    }
}
