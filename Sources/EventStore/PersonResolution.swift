import Digests
import Vocabulary

/// Whom the rows of the snapshot's segments belong to, where that is not whom they lie under.
struct PersonResolution: Sendable {
    /// Rows that belong to another person than the one they lie under.
    struct Move: Sendable {
        var rows: Range<Int>
        var person: Key128
        var cause: Cause
    }

    /// Why rows move: all rows of a segment with one cause move to one person.
    enum Cause: Hashable, Sendable {
        /// The person that the device is without an owner.
        case device(Key128)
        case order(Key128)
    }

    /// What becomes of the rows of one segment; in the order of rows, without overlap.
    struct Verdict: Sendable {
        var erased: [Range<Int>] = []
        var moves: [Move] = []

        var isEmpty: Bool { erased.isEmpty && moves.isEmpty }

        /// The rows that the segment's own copy is not live of.
        var vector: DeletionVector {
            let ranges = erased.map { ($0, DeletionReason.erased) } + moves.map { ($0.rows, DeletionReason.moved) }
            var vector = DeletionVector()
            for (rows, reason) in ranges.sorted(by: { $0.0.lowerBound < $1.0.lowerBound }) {
                for row in rows { vector.append(row, reason) }
            }
            return vector
        }
    }

    /// Equal for equal moves.
    static func assignment(_ moves: [Move]) -> String {
        let sum = XXH3()
        for move in moves {
            sum.add(UInt64(move.rows.lowerBound))
            sum.add(UInt64(move.rows.upperBound))
            sum.add(move.person.high)
            sum.add(move.person.low)
        }
        return sum.digits
    }

    /// One a segment.
    let verdicts: [Verdict]
    /// The ids known as forgotten before, and what belongs to them.
    let tombstones: [Tombstone]

    /// - Parameters:
    ///   - segments: of files only, without moved copies.
    ///   - known: the ids on record as forgotten.
    /// - Throws: `Problem` `store.damaged`.
    init(
        _ segments: [Segment], folder: StoreFolder, settings: IdentitySettings, tombstones known: [Tombstone], threads: Int
    ) throws {
        let tables = ParallelResults<LinkTable>(segments.count)
        try inParallel(segments.count, threads: threads) { i in
            try segments[i].verify(nil)
            tables.set(i, try LinkTable(of: segments[i], folder: folder))
        }
        var owners = DeviceOwners(
            segments: segments, links: tables.all, comparator: RowComparator(segments), maxUsers: settings.maxUsersPerDevice)
        tombstones = try ForgottenBelongings(segments: segments, owners: owners, settings: settings).tombstones(known)
        let forgotten = Forgotten(tombstones)
        owners.forgotten = forgotten.persons
        let owned = try owners.owned(threads: threads, groupSize: settings.linksAtATime)
        let orders = OrderPersons(segments: segments, owned: owned, forgotten: forgotten, settings: settings)
        let waiting = try orders.waiting(threads: threads)
        let buyers = try orders.buyers(of: waiting, threads: threads)
        let verdicts = ParallelResults<Verdict>(segments.count)
        try inParallel(segments.count, threads: threads) { i in
            verdicts.set(i, Self.verdict(segments[i], owned[i], waiting[i], buyers, forgotten))
        }
        self.verdicts = verdicts.all
    }

    private static func verdict(
        _ segment: Segment, _ owned: [DeviceOwners.Owned], _ waiting: [OrderPersons.Waiting], _ buyers: [Key128: Key128],
        _ forgotten: Forgotten
    ) -> Verdict {
        var verdict = Verdict()
        for person in forgotten.persons {
            let rows = segment.rows(of: person)
            if !rows.isEmpty { verdict.erased.append(rows) }
        }
        if !owned.isEmpty {
            var row = 0
            for device in owned {
                let key = segment.persons[Int(device.person)].bigEndian
                if forgotten.persons.contains(key) { continue }
                while row < segment.rows, segment.personOfRow[row] < device.person { row += 1 }
                let start = row
                while row < segment.rows, segment.personOfRow[row] == device.person { row += 1 }
                if start < row { verdict.moves.append(Move(rows: start..<row, person: device.owner, cause: .device(key))) }
            }
        }
        for wait in waiting {
            let row = Int(wait.row)
            if forgotten.orders.contains(wait.order) {
                verdict.erased.append(row..<(row + 1))
            } else if let buyer = buyers[wait.order] {
                verdict.moves.append(Move(rows: row..<(row + 1), person: buyer, cause: .order(wait.order)))
            }
        }
        verdict.erased.sort { $0.lowerBound < $1.lowerBound }
        verdict.moves.sort { $0.rows.lowerBound < $1.rows.lowerBound }
        return verdict
    }
}
