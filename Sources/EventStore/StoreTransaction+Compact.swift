import Vocabulary

extension StoreTransaction {
    /// What a compaction writes anew.
    public struct Compaction: Sendable, Hashable {
        public var segments = 0
        /// Erased rows that are left out.
        public var rows = 0
    }

    /// Writes the segments of log files that have erased rows anew without these rows, and has all rows resolved and judged
    /// anew, and the copies of moved rows made anew. Which rows are live stays as it is;
    /// the rows that are gone stay counted with their file. The bytes are gone with `commit(keepsPrevious: false)`.
    ///
    /// Segments are not merged: a segment belongs to one log file, which may be replaced.
    /// - Throws: `Problem` `store.damaged`; what writing throws.
    public func compact(threads: Int) throws -> Compaction {
        isPrepared = false
        let entries = Dictionary(catalogue.segments.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        takesOver = false
        let holes = catalogue.deletions.filter { $0.erased > 0 }
        let workers = max(1, min(threads, holes.count))
        let byteLimit = max(16 << 20, (128 << 20) / workers)
        let written = ParallelResults<[SegmentEntry]>(holes.count)
        let folder = self.folder
        try inParallel(holes.count, threads: threads) { i in
            guard let entry = entries[holes[i].segment], entry.moved == nil else { return written.set(i, []) }
            let vector = try DeadRows(holes[i], segment: entry, path: folder.deletion(holes[i].name)).vector
            let erased = Set(zip(vector.rows, vector.reasons).filter { $1 == Int8(DeletionReason.erased.rawValue) }.map { Int($0.0) })
            let segment = try Segment(entry, path: folder.segment(entry.name))
            let kept = (0..<entry.rows).filter { !erased.contains($0) }
            written.set(i, try RowCopier(segment: segment, folder: folder, byteLimit: byteLimit).copy(kept))
        }
        var done = Compaction()
        for (hole, segments) in zip(holes, written.all) {
            guard let place = catalogue.files.firstIndex(where: { $0.segments.contains(hole.segment) }) else { continue }
            for entry in segments { segmentPool[entry.name] = entry }
            catalogue.files[place].segments = catalogue.files[place].segments.flatMap {
                $0 == hole.segment ? segments.map(\.name) : [$0]
            }
            catalogue.files[place].erased = (catalogue.files[place].erased ?? 0) + hole.erased
            done.segments += 1
            done.rows += hole.erased
        }
        return done
    }
}
