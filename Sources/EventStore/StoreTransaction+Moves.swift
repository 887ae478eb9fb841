import EventLog
import Vocabulary

/// The copies of the rows that moved, and the rows of them that are not what they should be any more.
struct MovedCopies: Sendable {
    var segments: [SegmentEntry] = []
    /// By copy.
    var stale: [String: DeletionVector] = [:]
}

/// What becomes of the copies of one segment's moved rows.
///
/// Where moves changed, the copies that are there stay: what is wrong in them is masked, what is new is copied into a copy of
/// its own. A new copy takes the older ones in that are not much larger than it, so a segment has few of them, and seldom
/// is a large one written anew.
struct Moving {
    /// A new copy takes those in that have at most so many times its rows.
    private static let absorbed = 8

    let verdict: PersonResolution.Verdict
    let copier: RowCopier
    let settings: IdentitySettings
    /// The copies that the snapshot before had.
    let known: [SegmentEntry]
    /// What it said of them.
    let vectors: KnownVectors

    /// Of a segment that is resolved as a whole.
    func resolvedAnew() throws -> MovedCopies {
        guard !verdict.moves.isEmpty else { return MovedCopies() }
        let moved = MovedRows(from: copier.segment.entry.name, assignment: PersonResolution.assignment(verdict.moves))
        if !known.isEmpty, known.allSatisfy({ $0.moved == moved }) { return try kept }
        let wanted = Dictionary(
            verdict.moves.compactMap { move in move.now.map { (move.cause, $0) } }, uniquingKeysWith: { first, _ in first })
        var right: Set<PersonResolution.Cause> = []
        let old = try known.map { try MovedCopy($0, wanted, &right, settings: settings, folder: copier.folder) }
        return try copies(of: verdict.moves.filter { !right.contains($0.cause) }, beside: old, moved)
    }

    /// Of a settled segment, some of whose rows moved otherwise than before.
    func settled() throws -> MovedCopies {
        guard !verdict.moves.isEmpty else { return try kept }
        let before = known.first?.moved?.assignment ?? ""
        let moved = MovedRows(
            from: copier.segment.entry.name,
            assignment: SegmentFile.combined([before, PersonResolution.assignment(verdict.moves)]))
        var right: Set<PersonResolution.Cause> = []
        let old = try known.map {
            try MovedCopy($0, stale: stale($0), verdict.moves, &right, settings: settings, folder: copier.folder)
        }
        return try copies(of: verdict.moves.filter { $0.now != nil && !right.contains($0.cause) }, beside: old, moved)
    }

    /// The rows that were wrong in a copy.
    private func stale(_ copy: SegmentEntry) throws -> DeletionVector { try vectors.vector(copy.name).only(.moved) }

    private var kept: MovedCopies {
        get throws {
            var all = MovedCopies(segments: known)
            for copy in known {
                let stale = try stale(copy)
                if !stale.rows.isEmpty { all.stale[copy.name] = stale }
            }
            return all
        }
    }

    private func copies(of moves: [PersonResolution.Move], beside old: [MovedCopy], _ moved: MovedRows) throws -> MovedCopies {
        var fresh = RowCopier.Part(segment: copier.segment)
        for move in moves {
            guard let person = move.now else { continue }
            for row in move.rows { fresh.append(row, person) }
        }
        var parts = [fresh]
        var rows = fresh.rows.count
        var result = MovedCopies()
        for copy in old.sorted(by: { $0.rows != $1.rows ? $0.rows < $1.rows : $0.entry.name < $1.entry.name }) {
            if copy.rows <= rows * Self.absorbed || copy.stale.rows.count * 2 > copy.rows {
                parts.append(try copy.rightRows)
                rows += copy.rows - copy.stale.rows.count
            } else {
                result.segments.append(copy.entry)
                if !copy.stale.rows.isEmpty { result.stale[copy.entry.name] = copy.stale }
            }
        }
        if rows > 0 { result.segments += try copier.copy(parts, assignment: moved.assignment) }
        for i in result.segments.indices { result.segments[i].moved = moved }
        return result
    }
}

/// A copy of moved rows that the snapshot before had, and what is wrong in it now.
private struct MovedCopy {
    let entry: SegmentEntry
    private let segment: Segment
    private(set) var stale = DeletionVector()

    var rows: Int { entry.rows }

    /// Holds every row against what should have moved.
    /// - Parameters:
    ///   - wanted: whom the rows of a cause should have moved to.
    ///   - right: gets the causes whose rows did.
    init(
        _ entry: SegmentEntry, _ wanted: [PersonResolution.Cause: Key128], _ right: inout Set<PersonResolution.Cause>,
        settings: IdentitySettings, folder: StoreFolder
    ) throws {
        self.entry = entry
        segment = try Segment(entry, path: folder.segment(entry.name))
        let causes = try MovedCauses(segment, settings)
        for row in 0..<segment.rows {
            if let cause = causes.cause(row), let person = wanted[cause], person == segment.person(ofRow: row) {
                right.insert(cause)
            } else {
                stale.append(row, .moved)
            }
        }
    }

    /// Looks for rows that do not belong any more to whom they moved to, and for those that do so again.
    /// - Parameters:
    ///   - before: the rows that were wrong.
    ///   - right: gets the causes whose rows are right again.
    init(
        _ entry: SegmentEntry, stale before: DeletionVector, _ moves: [PersonResolution.Move],
        _ right: inout Set<PersonResolution.Cause>, settings: IdentitySettings, folder: StoreFolder
    ) throws {
        self.entry = entry
        segment = try Segment(entry, path: folder.segment(entry.name))
        let looksFor = moves.contains { $0.before != nil } || !before.rows.isEmpty
        guard looksFor else { return }
        let causes = try MovedCauses(segment, settings)
        var (ended, begun): (Set<Int>, Set<Int>) = ([], [])
        for move in moves {
            if let person = move.before {
                for row in segment.rows(of: person) where causes.cause(row) == move.cause && !before.contains(row) { ended.insert(row) }
            }
            guard let person = move.now, !before.rows.isEmpty else { continue }
            for row in segment.rows(of: person) where causes.cause(row) == move.cause && before.contains(row) {
                begun.insert(row)
                right.insert(move.cause)
            }
        }
        var more = DeletionVector()
        for row in ended.sorted() { more.append(row, .moved) }
        stale = before.without(begun.sorted().map { $0..<($0 + 1) }) + more
    }

    /// The rows that are right, under the persons that they moved to.
    var rightRows: RowCopier.Part {
        get throws {
            try segment.verify(nil)
            var part = RowCopier.Part(segment: segment)
            var next = 0
            for row in 0..<rows {
                if next < stale.rows.count, stale.rows[next] == Int32(truncatingIfNeeded: row) {
                    next += 1
                } else if let person = segment.person(ofRow: row) {
                    part.append(row, person)
                }
            }
            return part
        }
    }
}

/// Why the rows of a copy moved.
private struct MovedCauses {
    private let devices: ColumnReader?
    private let orders: ColumnReader?
    private let settings: IdentitySettings
    private let space: KeyedHash.Space

    init(_ segment: Segment, _ settings: IdentitySettings) throws {
        try segment.verify(nil)
        (devices, orders) = (segment.reader(SegmentFile.device), segment.reader(SegmentFile.order))
        if devices != nil { try segment.verify(SegmentFile.device) }
        if orders != nil { try segment.verify(SegmentFile.order) }
        self.settings = settings
        space = settings.orderSpace
    }

    func cause(_ row: Int) -> PersonResolution.Cause? {
        if let device = devices?.key(row) { return .device(devicePerson(device)) }
        return orders.flatMap { settings.orderKey($0, row, space) }.map { .order($0) }
    }
}

extension StoreTransaction {
    /// Copies the rows that moved.
    /// - Parameter before: what the snapshot before says of the segments that it had.
    func move(
        _ segments: [Segment], _ standings: [Standing], _ verdicts: [PersonResolution.Verdict], before: KnownVectors,
        threads: Int
    ) throws -> MovedCopies {
        let copies = Dictionary(
            grouping: base.segments.filter { $0.moved.map { !discardsCopies.contains($0.from) } ?? false },
            by: { $0.moved?.from ?? "" })
        let workers = min(threads, max(segments.count, 1))
        let byteLimit = max(16 << 20, (128 << 20) / workers)
        let results = ParallelResults<MovedCopies>(segments.count)
        let (folder, settings) = (self.folder, identity)
        try inParallel(segments.count, threads: threads) { i in
            let moving = Moving(
                verdict: verdicts[i], copier: RowCopier(segment: segments[i], folder: folder, byteLimit: byteLimit),
                settings: settings, known: copies[segments[i].entry.name] ?? [], vectors: before)
            results.set(i, try standings[i] == .settled ? moving.settled() : moving.resolvedAnew())
        }
        return results.all.reduce(into: MovedCopies()) { all, some in
            all.segments += some.segments
            all.stale.merge(some.stale) { first, _ in first }
        }
    }
}
