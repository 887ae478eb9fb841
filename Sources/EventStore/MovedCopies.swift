import EventLog
import Vocabulary

/// The copies of the rows that moved, and the rows of them that are not what they should be any more.
struct MovedCopies: Sendable {
    var segments: [SegmentEntry] = []
    /// By copy.
    var stale: [String: DeletionVector] = [:]

    /// Rows of the copies that are what they should be.
    var rightRows: Int { segments.reduce(0) { $0 + $1.rows - (stale[$1.name]?.rows.count ?? 0) } }
}

/// What becomes of the copies of one segment's moved rows.
///
/// Of a segment that is resolved as a whole all are written anew. Of a settled one the copies that are there stay: what is wrong
/// in them is masked, what is new is copied into a copy of its own. A new copy takes the older ones in that are not much
/// larger than it, so a segment has few of them, and seldom is a large one written anew.
struct Moving {
    /// A new copy takes those in that have at most so many times its rows.
    private static let absorbed = 8

    let verdict: PersonResolution.Verdict
    let copier: RowCopier
    let settings: IdentitySettings
    /// The copies that the snapshot before had, where they are taken over.
    let previous: [SegmentEntry]
    /// What it said of them.
    let vectors: KnownVectors

    func copies() throws -> MovedCopies {
        var result = MovedCopies()
        func stale(_ copy: SegmentEntry) throws -> DeletionVector { try vectors.vector(copy.name).only(.moved) }
        guard !verdict.moves.isEmpty else {
            for copy in previous { result.keep(copy, stale: try stale(copy)) }
            return result
        }
        let old = try previous.map {
            try MovedCopy($0, stale: stale($0), verdict.moves, settings: settings, folder: copier.folder)
        }
        // Another one whenever the moves change.
        let moved = MovedRows(
            from: copier.segment.entry.name,
            assignment: SegmentFile.combined(
                previous.prefix(1).compactMap { $0.moved?.assignment } + [PersonResolution.assignment(verdict.moves)]))
        var fresh = RowCopier.Part(segment: copier.segment)
        for move in verdict.moves {
            guard let person = move.now else { continue }
            for row in move.rows { fresh.append(row, person) }
        }
        var parts = [fresh]
        var rows = fresh.rows.count
        for copy in old.sorted(by: { $0.rows != $1.rows ? $0.rows < $1.rows : $0.entry.name < $1.entry.name }) {
            if copy.rows <= rows * Self.absorbed || copy.stale.rows.count * 2 > copy.rows {
                parts.append(try copy.rightRows)
                rows += copy.rows - copy.stale.rows.count
            } else {
                result.keep(copy.entry, stale: copy.stale)
            }
        }
        if rows > 0 { result.segments += try copier.copy(parts, assignment: moved.assignment) }
        for i in result.segments.indices { result.segments[i].moved = moved }
        return result
    }
}

extension MovedCopies {
    fileprivate mutating func keep(_ copy: SegmentEntry, stale rows: DeletionVector) {
        segments.append(copy)
        if !rows.rows.isEmpty { stale[copy.name] = rows }
    }
}

/// A copy of moved rows that the snapshot before had, and what is wrong in it now.
private struct MovedCopy {
    let entry: SegmentEntry
    private let segment: Segment
    private(set) var stale: DeletionVector

    var rows: Int { entry.rows }

    /// Looks for the rows that do not belong any more to whom they moved to.
    /// - Parameter before: the rows that were wrong.
    init(
        _ entry: SegmentEntry, stale before: DeletionVector, _ moves: [PersonResolution.Move], settings: IdentitySettings,
        folder: StoreFolder
    ) throws {
        self.entry = entry
        segment = try Segment(entry, path: folder.segment(entry.name))
        stale = before
        var ended: [Key128: Set<PersonResolution.Cause>] = [:]
        for move in moves { if let person = move.before { ended[person, default: []].insert(move.cause) } }
        guard !ended.isEmpty else { return }
        let causes = try MovedCauses(segment, settings)
        var found: [Int] = []
        for (person, endedOfPerson) in ended {
            found += segment.rows(of: person).filter { row in
                !before.contains(row) && (causes.cause(row).map(endedOfPerson.contains) ?? false)
            }
        }
        var more = DeletionVector()
        for row in found.sorted() { more.append(row, .moved) }
        stale = before + more
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
