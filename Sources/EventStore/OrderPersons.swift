import EventLog
import Synchronization
import Vocabulary

/// Whom rows without any id belong to by their order id: the one person who bought or created the order.
///
/// An order whose purchases name several persons, or none, gives its rows to nobody.
struct OrderPersons: Sendable {
    let segments: [Segment]
    /// The owners of devices; see `DeviceOwners.owned`.
    let owned: [[DeviceOwners.Owned]]
    let forgotten: Forgotten
    let settings: IdentitySettings

    /// A row without any id and the key of its order.
    struct Waiting: Sendable {
        var row: Int32
        var order: Key128
    }

    private enum Buyer {
        case one(Key128)
        case several
    }

    /// By segment, the rows without any id that have an order.
    func waiting(threads: Int) throws -> [[Waiting]] {
        let found = ParallelResults<[Waiting]>(segments.count)
        let space = settings.orderSpace
        try inParallel(segments.count, threads: threads) { i in
            found.set(i, try waiting(in: segments[i], space))
        }
        return found.all
    }

    private func waiting(in segment: Segment, _ space: KeyedHash.Space) throws -> [Waiting] {
        guard let orders = segment.reader(SegmentFile.order),
            (0..<segment.personCount).contains(where: { segment.persons[$0].bigEndian.kind == .nobody })
        else { return [] }
        try segment.verify(SegmentFile.order)
        var waiting: [Waiting] = []
        try segment.rows(RowNeed(nobody: true)).forEach { row in
            guard let order = settings.orderKey(orders, row, space) else { return }
            waiting.append(Waiting(row: Int32(truncatingIfNeeded: row), order: order))
        }
        return waiting
    }

    /// By order, the one person who bought it; only orders that rows wait for.
    func buyers(of waiting: [[Waiting]], threads: Int) throws -> [Key128: Key128] {
        let wanted = Set(waiting.joined().map(\.order))
        guard !wanted.isEmpty else { return [:] }
        let buyers = Mutex<[Key128: Buyer]>([:])
        try inParallel(segments.count, threads: threads) { i in
            try eachSale(of: segments[i], owned[i]) { order, person in
                guard wanted.contains(order) else { return }
                buyers.withLock { buyers in
                    switch buyers[order] {
                    case nil: buyers[order] = .one(person)
                    case .one(let other) where other != person: buyers[order] = .several
                    default: break
                    }
                }
            }
        }
        return buyers.withLock { $0 }.compactMapValues { if case .one(let person) = $0 { person } else { nil } }
    }

    /// The orders of a segment's purchases with the persons they belong to.
    private func eachSale(
        of segment: Segment, _ owned: [DeviceOwners.Owned], _ body: (Key128, Key128) -> Void
    ) throws {
        guard let sales = try Sales(of: segment, settings) else { return }
        var next = 0
        try segment.rows(RowNeed(values: [SegmentFile.event: Sales.names])).forEach { row in
            guard let order = sales.order(row), var person = segment.person(ofRow: row), person.kind != .nobody,
                !forgotten.persons.contains(person)
            else { return }
            if person.kind == .device {
                let place = segment.personOfRow[row]
                while next < owned.count, owned[next].person < place { next += 1 }
                if next < owned.count, owned[next].person == place { person = owned[next].owner }
            }
            body(order, person)
        }
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
