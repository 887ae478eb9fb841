import EventLog
import Vocabulary

/// Whom rows without any id belong to by their order id: the one person who bought or created the order.
///
/// An order whose purchases name several persons, or none, gives its rows to nobody.
struct OrderPersons: Sendable {
    let segments: [Segment]
    let owners: DeviceOwners
    let resolved: DeviceOwners.Resolved
    let forgotten: Forgetting
    let settings: IdentitySettings

    /// A row without any id and the key of its order.
    struct Waiting: Sendable {
        var row: Int32
        var order: Key128
    }

    /// The buyer of an order in the snapshot before and in this one.
    struct Buyer: Sendable {
        var before: Key128?
        var now: Key128?
    }

    /// A row that says who bought an order.
    private struct Sale: Sendable {
        var order: Key128
        var segment: Int
        var row: Int
        var person: Key128
    }

    /// By segment, the rows without any id that have an order.
    func waiting(threads: Int) throws -> [[Waiting]] {
        let found = ParallelResults<[Waiting]>(segments.count)
        let space = settings.orderSpace
        try inParallel(segments.count, threads: threads) { i in
            found.set(i, owners.standings[i] == .gone ? [] : try waiting(in: segments[i], space))
        }
        return found.all
    }

    private func waiting(in segment: Segment, _ space: KeyedHash.Space) throws -> [Waiting] {
        guard let orders = segment.reader(SegmentFile.order) else { return [] }
        let input = MergeInput(segment, wanted: nil)
        var waiting: [Waiting] = []
        var isVerified = false
        var end = 0
        for person in 0..<segment.personCount where segment.persons[person].bigEndian.kind == .nobody {
            if !isVerified { try segment.verify(SegmentFile.order) }
            isVerified = true
            let start = input.firstRow(of: person, from: end)
            end = input.firstRow(of: person + 1, from: start)
            for row in start..<end {
                guard let order = settings.orderKey(orders, row, space) else { continue }
                waiting.append(Waiting(row: Int32(truncatingIfNeeded: row), order: order))
            }
        }
        return waiting
    }

    /// By order, the one person who bought it: of all orders that rows of arrived segments wait for, and of those that rows of
    /// settled segments wait for as far as who bought them may have changed.
    func buyers(of waiting: [[Waiting]], threads: Int) throws -> [Key128: Buyer] {
        let wanted = Set(waiting.joined().map(\.order))
        guard !wanted.isEmpty else { return [:] }
        let found = ParallelResults<[Sale]>(segments.count)
        try inParallel(segments.count, threads: threads) { i in found.set(i, try sales(of: wanted, in: i)) }
        let bySegment = found.all
        let changes = Dictionary(resolved.changes.map { ($0.device, $0) }, uniquingKeysWith: { first, _ in first })
        var affected: Set<Key128> = []
        for (segment, waiting) in waiting.enumerated() where owners.standings[segment] == .arrived {
            affected.formUnion(waiting.map(\.order))
        }
        for sale in bySegment.joined() where owners.standings[sale.segment] != .settled || changes[sale.person] != nil {
            affected.insert(sale.order)
        }
        affected.formUnion(forgotten.now.orders.subtracting(forgotten.before.orders))
        var persons: [Key128: (before: Set<Key128>, now: Set<Key128>)] = [:]
        for sale in bySegment.joined() where affected.contains(sale.order) {
            let (standing, owner) = (owners.standings[sale.segment], owner(of: sale, changes))
            if standing != .arrived { persons[sale.order, default: ([], [])].before.insert(owner.before) }
            if standing != .gone { persons[sale.order, default: ([], [])].now.insert(owner.now) }
        }
        return persons.mapValues { persons in
            Buyer(
                before: persons.before.count == 1 ? persons.before.first : nil, now: persons.now.count == 1 ? persons.now.first : nil)
        }
    }

    /// The rows of a segment that say who bought orders that are waited for.
    private func sales(of wanted: Set<Key128>, in segment: Int) throws -> [Sale] {
        guard let sales = try Sales(of: segments[segment], settings) else { return [] }
        var found: [Sale] = []
        try segments[segment].rows(RowNeed(values: [SegmentFile.event: Sales.names])).forEach { row in
            guard let order = sales.order(row), wanted.contains(order), let person = segments[segment].person(ofRow: row),
                person.kind != .nobody, !forgotten.before.persons.contains(person)
            else { return }
            found.append(Sale(order: order, segment: segment, row: row, person: person))
        }
        return found
    }

    private func owner(of sale: Sale, _ changes: [Key128: DeviceOwners.Change]) -> (before: Key128, now: Key128) {
        guard sale.person.kind == .device else { return (sale.person, sale.person) }
        if let change = changes[sale.person] { return (change.before ?? sale.person, change.now ?? sale.person) }
        let owner = settledOwner(of: sale) ?? sale.person
        return (owner, owner)
    }

    /// The owner of a device that has it now as before, or that the snapshot before had nothing of.
    private func settledOwner(of sale: Sale) -> Key128? {
        guard owners.standings[sale.segment] == .arrived else { return owners.owner(of: owners.links(ofDevice: sale.person)) }
        let (owned, person) = (resolved.owned[sale.segment], segments[sale.segment].personOfRow[sale.row])
        let place = MergeInput.firstIndex(in: 0..<owned.count) { owned[$0].person >= person }
        return place < owned.count && owned[place].person == person ? owned[place].owner : nil
    }
}

/// The rows of a segment that say who an order's person is.
struct Sales {
    static let names: Set<String> = ["purchase", "order_create"]

    private let orders: ColumnReader
    private let events: ColumnReader
    private let isSale: [Bool]
    private let settings: IdentitySettings
    private let space: KeyedHash.Space

    /// nil where the segment has none.
    init?(of segment: Segment, _ settings: IdentitySettings) throws {
        guard let orders = segment.reader(SegmentFile.order), let events = segment.reader(SegmentFile.event),
            let names = events.dictionary
        else { return nil }
        let isSale = (0..<names.count).map { code in
            names.slice(code).map { Self.names.contains(String(decoding: $0, as: UTF8.self)) } ?? false
        }
        guard isSale.contains(true) else { return nil }
        try segment.verify(SegmentFile.event)
        try segment.verify(SegmentFile.order)
        (self.orders, self.events, self.isSale, self.settings) = (orders, events, isSale, settings)
        space = settings.orderSpace
    }

    /// The key of a row's order; nil where the row is no sale or names none.
    func order(_ row: Int) -> Key128? {
        guard let code = events.code(row), isSale[code] else { return nil }
        return settings.orderKey(orders, row, space)
    }
}
