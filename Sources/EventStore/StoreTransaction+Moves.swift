import Vocabulary

extension StoreTransaction {
    /// The copies of the rows that moved, and the rows of them that are not what they should be any more.
    struct MovedCopies: Sendable {
        var segments: [SegmentEntry] = []
        /// By copy.
        var stale: [String: DeletionVector] = [:]
    }

    /// Copies the rows that moved. Where the moves of a segment changed, the copies that are there stay: what is wrong in
    /// them is masked, what is new is copied into a copy of its own. A new copy takes the older ones in that are not
    /// much larger than it, so a segment has few of them, and seldom is a large one written anew.
    func move(
        _ segments: [Segment], _ verdicts: [PersonResolution.Verdict], threads: Int
    ) throws -> MovedCopies {
        let before = Dictionary(
            grouping: base.segments.filter { $0.moved.map { !discardsCopies.contains($0.from) } ?? false },
            by: { $0.moved?.from ?? "" })
        let vectors = Dictionary(base.deletions.map { ($0.segment, $0) }, uniquingKeysWith: { first, _ in first })
        let workers = min(threads, max(segments.count, 1))
        let byteLimit = max(16 << 20, (128 << 20) / workers)
        let copies = ParallelResults<MovedCopies>(segments.count)
        let (folder, settings) = (self.folder, identity)
        try inParallel(segments.count, threads: threads) { i in
            let copier = RowCopier(segment: segments[i], folder: folder, byteLimit: byteLimit)
            let known = before[segments[i].entry.name] ?? []
            copies.set(i, try Self.copies(of: verdicts[i], copier, known, vectors, settings))
        }
        return copies.all.reduce(into: MovedCopies()) { all, some in
            all.segments += some.segments
            all.stale.merge(some.stale) { first, _ in first }
        }
    }

    private static func copies(
        of verdict: PersonResolution.Verdict, _ copier: RowCopier, _ known: [SegmentEntry],
        _ vectors: [String: DeletionEntry], _ settings: IdentitySettings
    ) throws -> MovedCopies {
        guard !verdict.moves.isEmpty else { return MovedCopies() }
        let folder = copier.folder
        let moved = MovedRows(from: copier.segment.entry.name, assignment: PersonResolution.assignment(verdict.moves))
        if !known.isEmpty, known.allSatisfy({ $0.moved == moved }) {
            var same = MovedCopies(segments: known)
            for copy in known {
                guard let entry = vectors[copy.name] else { continue }
                let vector = try DeadRows(entry, segment: copy, path: folder.deletion(entry.name)).vector.only(.moved)
                if !vector.rows.isEmpty { same.stale[copy.name] = vector }
            }
            return same
        }

        let wanted = Dictionary(verdict.moves.map { ($0.cause, $0.person) }, uniquingKeysWith: { first, _ in first })
        let old = try known.map { try OldCopy($0, wanted, settings: settings, folder: folder) }
            .sorted { $0.entry.rows != $1.entry.rows ? $0.entry.rows < $1.entry.rows : $0.entry.name < $1.entry.name }
        var there = Set(old.flatMap(\.right))
        var rows = verdict.moves.reduce(0) { $0 + (there.contains($1.cause) ? 0 : $1.rows.count) }
        var result = MovedCopies()
        for copy in old {
            if copy.entry.rows <= rows * OldCopy.absorbed || copy.stale.rows.count * 2 > copy.entry.rows {
                there.subtract(copy.right)
                rows += copy.entry.rows - copy.stale.rows.count
            } else {
                result.segments.append(copy.entry)
                if !copy.stale.rows.isEmpty { result.stale[copy.entry.name] = copy.stale }
            }
        }
        let fresh = verdict.moves.filter { !there.contains($0.cause) }
        if !fresh.isEmpty { result.segments += try copier.copy(fresh, assignment: PersonResolution.assignment(fresh)) }
        for i in result.segments.indices { result.segments[i].moved = moved }
        return result
    }
}

/// A copy of moved rows that the last snapshot had, held against what should have moved.
private struct OldCopy {
    /// A new copy takes those in that have at most so many times its rows.
    static let absorbed = 8

    let entry: SegmentEntry
    /// What moved to the person that it should move to.
    private(set) var right: Set<PersonResolution.Cause> = []
    private(set) var stale = DeletionVector()

    init(
        _ entry: SegmentEntry, _ wanted: [PersonResolution.Cause: Key128], settings: IdentitySettings, folder: StoreFolder
    ) throws {
        self.entry = entry
        let segment = try Segment(entry, path: folder.segment(entry.name))
        try segment.verify(nil)
        let (devices, orders) = (segment.reader(SegmentFile.device), segment.reader(SegmentFile.order))
        if devices != nil { try segment.verify(SegmentFile.device) }
        if orders != nil { try segment.verify(SegmentFile.order) }
        let space = settings.orderSpace
        for row in 0..<segment.rows {
            var cause: PersonResolution.Cause?
            if let device = devices?.key(row) {
                cause = .device(devicePerson(device))
            } else if let orders, let order = settings.orderKey(orders, row, space) {
                cause = .order(order)
            }
            if let cause, let person = wanted[cause], person == segment.person(ofRow: row) {
                right.insert(cause)
            } else {
                stale.append(row, .moved)
            }
        }
    }
}
