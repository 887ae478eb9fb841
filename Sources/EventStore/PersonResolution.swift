import Digests
import Vocabulary

/// Whom the rows of the snapshot's segments belong to, where that is not whom they lie under.
struct PersonResolution: Sendable {
    /// Rows that belong to another person than the one they lie under, or did so in the snapshot before.
    struct Move: Sendable {
        var rows: Range<Int>
        /// nil for rows that lay right.
        var before: Key128?
        /// nil for rows that lie right.
        var now: Key128?
        var cause: Cause
    }

    /// Why rows move: all rows of a segment with one cause move to one person.
    enum Cause: Hashable, Sendable {
        /// The person that the device is without an owner.
        case device(Key128)
        case order(Key128)
    }

    /// What becomes of the rows of one segment; in the order of rows, without overlap. Of a settled segment: what became
    /// of them otherwise than before.
    struct Verdict: Sendable {
        var erased: [Range<Int>] = []
        var moves: [Move] = []

        /// The rows that the segment's own copy is not live of.
        /// - Parameter before: those that it was not live of.
        /// - Returns: nil where these are not what the verdict says of them.
        func vector(before: DeletionVector) -> DeletionVector? {
            var ended: [Range<Int>] = []
            var begun = erased.map { ($0, DeletionReason.erased) }
            for move in moves where (move.before == nil) != (move.now == nil) {
                if move.now == nil { ended.append(move.rows) } else { begun.append((move.rows, .moved)) }
            }
            var vector = DeletionVector()
            for (rows, reason) in begun.sorted(by: { $0.0.lowerBound < $1.0.lowerBound }) {
                for row in rows { vector.append(row, reason) }
            }
            let rest = before.without(ended)
            let all = rest + vector
            guard rest.rows.count == before.rows.count - ended.reduce(0, { $0 + $1.count }),
                zip(all.rows, all.rows.dropFirst()).allSatisfy({ $0 < $1 })
            else { return nil }
            return all
        }
    }

    /// Equal for equal moves.
    static func assignment(_ moves: [Move]) -> String {
        let sum = XXH3()
        for move in moves {
            sum.add(UInt64(move.rows.lowerBound))
            sum.add(UInt64(move.rows.upperBound))
            for person in [move.before, move.now] {
                sum.add(person?.high ?? 0)
                sum.add(person?.low ?? 0)
            }
        }
        return sum.digits
    }

    /// One a segment; empty for those that are gone.
    let verdicts: [Verdict]
    /// The ids known as forgotten before, and what belongs to them.
    let tombstones: [Tombstone]

    /// - Parameters:
    ///   - segments: of files only, without moved copies.
    ///   - standings: one a segment.
    ///   - known: the ids on record as forgotten; under these the settled segments were resolved.
    /// - Throws: `Problem` `store.damaged`.
    init(
        _ segments: [Segment], standings: [Standing], folder: StoreFolder, settings: IdentitySettings, tombstones known: [Tombstone],
        threads: Int
    ) throws {
        let tables = ParallelResults<LinkTable>(segments.count)
        try inParallel(segments.count, threads: threads) { i in
            try segments[i].verify(nil)
            tables.set(i, try LinkTable(of: segments[i], folder: folder))
        }
        var owners = DeviceOwners(
            segments: segments, standings: standings, links: tables.all, comparator: RowComparator(segments),
            maxUsers: settings.maxUsersPerDevice)
        tombstones = try ForgottenBelongings(owners: owners, settings: settings).tombstones(known, threads: threads)
        let forgotten = Forgetting(before: Forgotten(known), now: Forgotten(tombstones))
        owners.forgotten = forgotten.now.persons
        let resolved = owners.with(forgotten, try owners.resolved(threads: threads, groupSize: settings.linksAtATime))
        let orders = OrderPersons(segments: segments, owners: owners, resolved: resolved, forgotten: forgotten, settings: settings)
        let waiting = try orders.waiting(threads: threads)
        let buyers = try orders.buyers(of: waiting, threads: threads)
        let changed = KeyDirectory(resolved.changes.map(\.device.bigEndian), sharedBits: 0)
        let verdicts = ParallelResults<Verdict>(segments.count)
        try inParallel(segments.count, threads: threads) { i in
            var verdict = Verdict()
            switch standings[i] {
            case .arrived: verdict.resolve(segments[i], resolved.owned[i], forgotten.now)
            case .settled: verdict.resolve(segments[i], resolved.changes, changed, forgotten)
            case .gone: break
            }
            verdict.resolve(waiting[i], buyers, forgotten, isSettled: standings[i] == .settled)
            verdicts.set(i, verdict)
        }
        self.verdicts = verdicts.all
    }
}

extension PersonResolution.Verdict {
    /// The rows of forgotten persons and of owned devices in a segment that arrived.
    fileprivate mutating func resolve(_ segment: Segment, _ owned: [DeviceOwners.Owned], _ forgotten: Forgotten) {
        for person in forgotten.persons {
            let rows = segment.rows(of: person)
            if !rows.isEmpty { erased.append(rows) }
        }
        var row = 0
        for device in owned {
            let key = segment.persons[Int(device.person)].bigEndian
            if forgotten.persons.contains(key) { continue }
            while row < segment.rows, segment.personOfRow[row] < device.person { row += 1 }
            let start = row
            while row < segment.rows, segment.personOfRow[row] == device.person { row += 1 }
            if start < row {
                moves.append(PersonResolution.Move(rows: start..<row, before: nil, now: device.owner, cause: .device(key)))
            }
        }
    }

    /// The rows of a settled segment whose devices changed hands, or belong to somebody forgotten since.
    /// - Parameter devices: those of the changes.
    fileprivate mutating func resolve(
        _ segment: Segment, _ changes: [DeviceOwners.Change], _ devices: KeyDirectory, _ forgotten: Forgetting
    ) {
        let input = MergeInput(segment, wanted: nil)
        var row = 0
        for person in 0..<segment.personCount {
            guard let place = devices.place(of: segment.persons[person]) else { continue }
            let change = changes[place]
            let start = input.firstRow(of: person, from: row)
            row = input.firstRow(of: person + 1, from: start)
            guard start < row else { continue }
            if forgotten.now.persons.contains(change.device) { erased.append(start..<row) }
            guard change.before != change.now else { continue }
            moves.append(
                PersonResolution.Move(rows: start..<row, before: change.before, now: change.now, cause: .device(change.device)))
        }
    }

    /// The rows that wait for who bought their order.
    fileprivate mutating func resolve(
        _ waiting: [OrderPersons.Waiting], _ buyers: [Key128: OrderPersons.Buyer], _ forgotten: Forgetting, isSettled: Bool
    ) {
        for wait in waiting where !isSettled || !forgotten.before.orders.contains(wait.order) {
            let rows = Int(wait.row)..<(Int(wait.row) + 1)
            let isForgotten = forgotten.now.orders.contains(wait.order)
            if isForgotten { erased.append(rows) }
            let buyer = buyers[wait.order]
            let (before, now) = (isSettled ? buyer?.before : nil, isForgotten ? nil : buyer?.now)
            guard before != now else { continue }
            moves.append(PersonResolution.Move(rows: rows, before: before, now: now, cause: .order(wait.order)))
        }
        erased.sort { $0.lowerBound < $1.lowerBound }
        moves.sort { $0.rows.lowerBound < $1.rows.lowerBound }
    }
}
