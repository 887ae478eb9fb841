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

    private static let sales: Set<String> = ["purchase", "order_create"]

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
        var person: Int32 = -1
        var isNobody = false
        for row in 0..<segment.rows {
            if segment.personOfRow[row] != person {
                person = segment.personOfRow[row]
                isNobody = segment.person(ofRow: row)?.kind == .nobody
            }
            guard isNobody, let order = key(orders, row, space) else { continue }
            waiting.append(Waiting(row: Int32(truncatingIfNeeded: row), order: order))
        }
        return waiting
    }

    private func key(_ orders: ColumnReader, _ row: Int, _ space: KeyedHash.Space) -> Key128? {
        orders.type == .key ? orders.key(row) : orders.bytes(row).map { settings.orderKey(space, $0) }
    }

    /// By order, the one person who bought it; only orders that rows wait for.
    func buyers(of waiting: [[Waiting]], threads: Int) throws -> [Key128: Key128] {
        let wanted = Set(waiting.joined().map(\.order))
        guard !wanted.isEmpty else { return [:] }
        let space = settings.orderSpace
        let buyers = Mutex<[Key128: Buyer]>([:])
        try inParallel(segments.count, threads: threads) { i in
            try eachSale(of: segments[i], owned[i], space) { order, person in
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

    /// The orders that a person bought or created.
    func orders(of wanted: Set<Key128>, threads: Int) throws -> Set<Key128> {
        let space = settings.orderSpace
        let found = Mutex<Set<Key128>>([])
        try inParallel(segments.count, threads: threads) { i in
            try eachSale(of: segments[i], owned[i], space) { order, person in
                if wanted.contains(person) { found.withLock { _ = $0.insert(order) } }
            }
        }
        return found.withLock { $0 }
    }

    /// The orders of a segment's purchases with the persons they belong to.
    private func eachSale(
        of segment: Segment, _ owned: [DeviceOwners.Owned], _ space: KeyedHash.Space, _ body: (Key128, Key128) -> Void
    ) throws {
        guard let orders = segment.reader(SegmentFile.order), let events = segment.reader(SegmentFile.event),
            let names = events.dictionary
        else { return }
        let isSale = (0..<names.count).map { code in
            names.slice(code).map { Self.sales.contains(String(decoding: $0, as: UTF8.self)) } ?? false
        }
        guard isSale.contains(true) else { return }
        try segment.verify(SegmentFile.event)
        try segment.verify(SegmentFile.order)
        var next = 0
        for row in 0..<segment.rows {
            guard let code = events.code(row), isSale[code], var person = segment.person(ofRow: row),
                person.kind != .nobody, !forgotten.persons.contains(person), let order = key(orders, row, space)
            else { continue }
            if person.kind == .device {
                let place = segment.personOfRow[row]
                while next < owned.count, owned[next].person < place { next += 1 }
                if next < owned.count, owned[next].person == place { person = owned[next].owner }
            }
            body(order, person)
        }
    }
}
