import Vocabulary

/// Whom the rows of the snapshot's segments belong to, where that is not whom they lie under.
struct PersonResolution: Sendable {
    /// Rows that belong to another person than the one they lie under.
    struct Move: Sendable {
        var rows: Range<Int>
        var person: Key128
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

        /// Equal for equal moves.
        var assignment: String {
            var sum = Checksum()
            for move in moves {
                sum.add(UInt64(move.rows.lowerBound))
                sum.add(UInt64(move.rows.upperBound))
                sum.add(move.person.high)
                sum.add(move.person.low)
            }
            return sum.digits
        }
    }

    /// One a segment.
    let verdicts: [Verdict]

    /// - Parameter segments: of files only, without moved copies.
    /// - Throws: `Problem` `store.damaged`.
    init(
        _ segments: [Segment], folder: StoreFolder, settings: IdentitySettings, tombstones: [Tombstone], threads: Int
    ) throws {
        let forgotten = Forgotten(tombstones)
        let owners = try DeviceOwners(
            of: segments, folder: folder, forgotten: forgotten, settings: settings, threads: threads)
        let owned = owners.owned(threads: threads)
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
        let input = MergeInput(segment, dead: nil)
        for key in forgotten.persons {
            var person = input.lowerBound(key.high)
            while person < input.personCount, segment.persons[person].high.bigEndian == key.high {
                if segment.persons[person].bigEndian == key {
                    verdict.erased.append(input.firstRow(of: person)..<input.firstRow(of: person + 1))
                }
                person += 1
            }
        }
        if !owned.isEmpty {
            var row = 0
            for device in owned where !forgotten.persons.contains(segment.persons[Int(device.person)].bigEndian) {
                while row < segment.rows, segment.personOfRow[row] < device.person { row += 1 }
                let start = row
                while row < segment.rows, segment.personOfRow[row] == device.person { row += 1 }
                if start < row { verdict.moves.append(Move(rows: start..<row, person: device.owner)) }
            }
        }
        for wait in waiting {
            let row = Int(wait.row)
            if forgotten.orders.contains(wait.order) {
                verdict.erased.append(row..<(row + 1))
            } else if let buyer = buyers[wait.order] {
                verdict.moves.append(Move(rows: row..<(row + 1), person: buyer))
            }
        }
        verdict.erased.sort { $0.lowerBound < $1.lowerBound }
        verdict.moves.sort { $0.rows.lowerBound < $1.rows.lowerBound }
        return verdict
    }
}

extension DeviceOwners {
    /// - Throws: `Problem` `store.damaged`.
    init(
        of segments: [Segment], folder: StoreFolder, forgotten: Forgotten, settings: IdentitySettings, threads: Int
    ) throws {
        let tables = ParallelResults<LinkTable>(segments.count)
        try inParallel(segments.count, threads: threads) { i in
            try segments[i].verify(nil)
            tables.set(i, try LinkTable(of: segments[i], folder: folder))
        }
        self.init(
            segments: segments, links: tables.all, comparator: RowComparator(segments), forgotten: forgotten.persons,
            maxUsers: settings.maxUsersPerDevice)
    }
}
