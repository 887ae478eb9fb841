import EventLog
import EventStore
import TestSupport
import Vocabulary

/// A row of an event log as the tests write and expect it.
struct TestRow: Hashable {
    var time: Int64 = 0
    var event = "click"
    var sequence: Int64?
    var user: Int?
    var device: Int?
    var eventID: Int?
    var channel: String?
    var orderID: String?
    var amount: Int64?
    var member: Bool?
    var day: Int64?
    var phone: Int?
    /// Stored where the columns have it; no part of the texts below.
    var agent: String?

    static let columns = [
        Column("event_id", .key), Column("event_time", .time), Column("sequence", .integer), Column("event", .category),
        Column("user_id", .key), Column("device_id", .key), Column("channel", .category), Column("order_id", .text),
        Column("amount", .decimal), Column("is_member", .boolean), Column("day", .date), Column("phone", .key),
    ]

    /// Ids from here on come in pairs whose hashes share their high half.
    static let twins = 1 << 40

    /// The keyed hash that stands for an id.
    static func key(_ id: Int, _ space: Int) -> Key128 {
        if id >= twins {
            return Key128(high: key((id - twins) / 2, space + 5).high, low: key(id - twins, space).low)
        }
        var generator = SeededGenerator(seed: UInt64(id * 16 + space))
        return Key128(high: generator.next(), low: generator.next())
    }

    var userKey: Key128? { user.map { Self.key($0, 1) } }
    var deviceKey: Key128? { device.map { Self.key($0, 2) } }
    var eventKey: Key128? { eventID.map { Self.key($0, 3) } }
    var phoneKey: Key128? { phone.map { Self.key($0, 4) } }

    /// What a scan of all columns tells of the row.
    func text(source: String) -> String {
        func show<T>(_ value: T?) -> String { value.map { "\($0)" } ?? "-" }
        return [
            source, "\(time)", event, show(sequence), show(userKey?.high), show(deviceKey?.high), show(channel),
            show(orderID), show(amount), show(member), show(day), show(phoneKey?.high),
        ].joined(separator: "|")
    }

    /// A plain restatement of the canonical order of a person's rows.
    static func precedes(_ a: (row: TestRow, source: String), _ b: (row: TestRow, source: String)) -> Bool {
        if let before = precedesInContent(a, b) { return before }
        let (x, y) = (a.row, b.row)
        if let before = order(x.deviceKey, y.deviceKey) { return before }
        if let before = order(x.eventKey?.high, y.eventKey?.high) { return before }
        if let before = order(x.phoneKey, y.phoneKey) { return before }
        return order(x.userKey, y.userKey) ?? false
    }

    /// The canonical order as far as the secret key plays no part; nil where nothing else tells two rows apart.
    static func precedesInContent(
        _ a: (row: TestRow, source: String), _ b: (row: TestRow, source: String)
    ) -> Bool? {
        func bytes(_ text: String?) -> ByteString? { text.map { ByteString(Array($0.utf8)) } }
        let (x, y) = (a.row, b.row)
        if let before = order(x.time, y.time) { return before }
        if let before = order(x.sequence, y.sequence) { return before }
        if let before = order(EventVocabulary.rank(of: x.event), EventVocabulary.rank(of: y.event)) { return before }
        if let before = order(bytes(x.event), bytes(y.event)) { return before }
        if let before = order(x.amount, y.amount) { return before }
        if let before = order(bytes(x.channel), bytes(y.channel)) { return before }
        if let before = order(x.day, y.day) { return before }
        if let before = order(x.member.map { $0 ? 1 : 0 }, y.member.map { $0 ? 1 : 0 }) { return before }
        if let before = order(bytes(x.orderID), bytes(y.orderID)) { return before }
        return order(bytes(a.source), bytes(b.source))
    }

    /// Null first; nil where equal.
    private static func order<T: Comparable>(_ x: T?, _ y: T?) -> Bool? {
        switch (x, y) {
        case (nil, nil): nil
        case (nil, _): true
        case (_, nil): false
        case (let x?, let y?): x < y ? true : y < x ? false : nil
        }
    }
}

struct ByteString: Comparable {
    let bytes: [UInt8]
    init(_ bytes: [UInt8]) { self.bytes = bytes }
    static func < (a: ByteString, b: ByteString) -> Bool { a.bytes.lexicographicallyPrecedes(b.bytes) }
}

/// Batches as the reader would hand them over.
func eachBatch(_ rows: [TestRow], columns: [Column] = TestRow.columns, _ body: (TypedBatch) throws -> Void) rethrows {
    let batch = TypedBatch(columns: columns)
    var start = 0
    while start < rows.count {
        let slice = rows[start..<min(rows.count, start + TypedBatch.capacity)]
        var text: [UInt8] = []
        for (i, row) in slice.enumerated() {
            batch.recordNumbers[i] = Int64(start + i + 1)
            for column in batch.columns { fill(column, i, row, &text) }
        }
        batch.count = slice.count
        try text.withUnsafeBytes {
            batch.text = $0
            try body(batch)
        }
        start += slice.count
    }
}

private func fill(_ column: TypedColumn, _ i: Int, _ row: TestRow, _ text: inout [UInt8]) {
    func set(_ value: Int64?) {
        column.valid[i] = value == nil ? 0 : 1
        // A null's value is garbage on purpose.
        column.integers[i] = value ?? 77
    }
    func set(_ value: Key128?) {
        column.valid[i] = value == nil ? 0 : 1
        column.keys[i] = value ?? Key128(high: 5, low: 5)
    }
    func set(_ value: String?) {
        column.fields[i] = value.map { Field(start: UInt32(text.count), length: UInt32($0.utf8.count)) } ?? .null
        text += Array((value ?? "").utf8)
    }
    switch column.column.name {
    case "event_id": set(row.eventKey)
    case "event_time": set(row.time)
    case "sequence": set(row.sequence)
    case "event": set(row.event)
    case "user_id": set(row.userKey)
    case "device_id": set(row.deviceKey)
    case "channel": set(row.channel)
    case "order_id": set(row.orderID)
    case "amount": set(row.amount)
    case "is_member": set(row.member.map { $0 ? 1 : 0 })
    case "day": set(row.day)
    case "user_agent": set(row.agent)
    default: set(row.phoneKey)
    }
}

extension TemporaryStore {
    /// Takes a log file of events in.
    @discardableResult
    func take(
        _ rows: [TestRow], path: String, source: String = "web", columns: [Column] = TestRow.columns,
        content: String? = nil, rowLimit: Int = 1 << 20, rejected: Int = 0,
        change: StoreTransaction.Change = .replace, into transaction: StoreTransaction
    ) throws -> StoreTransaction.Outcome {
        let builder = try SegmentBuilder(
            columns: columns, source: source, folder: folder, namePrefix: source, origin: "\(path) \(content ?? "")",
            rowLimit: rowLimit)
        try eachBatch(rows, columns: columns, builder.append)
        let segments = try builder.finish()
        let content = content ?? segments.map(\.hash).joined()
        let entry = FileEntry(
            source: source, path: path, look: FileLook(size: Int64(rows.count), modified: Int64(content.count), inode: 1),
            contentHash: content, formatHash: "f", read: rows.count + rejected, rejected: rejected,
            rejects: rejected > 0 ? [RejectCount(column: "event_time", code: "time.invalid", count: rejected, firstRecord: 1)] : [],
            stored: rows.count)
        return try transaction.add(entry, segments: segments, onChange: change)
    }

    func transaction(
        _ sources: [String: SourceSettings] = ["web": .events()], key: String = "k", maxUsersPerDevice: Int = 3,
        linksAtATime: Int? = nil, filters: FilterSettings? = nil
    ) throws -> StoreTransaction {
        var identity = IdentitySettings(maxUsersPerDevice: maxUsersPerDevice)
        if let linksAtATime { identity.linksAtATime = linksAtATime }
        return try StoreTransaction(
            folder, lock: try lock(), keyFingerprint: key, sources: sources, identity: identity, filters: filters)
    }
}

extension SourceSettings {
    static func events(space: String = "web", window: Int64 = 3 * 86_400_000_000) -> SourceSettings {
        SourceSettings(kind: "events", eventIDSpace: space, dedupeWindow: window)
    }
}

extension StoreTransaction {
    /// By segment of a log file, a checksum of its dead rows with their reasons.
    var deadRows: [String: String] {
        let files = Set(catalogue.segments.filter { $0.moved == nil }.map(\.name))
        return Dictionary(uniqueKeysWithValues: catalogue.deletions.filter { files.contains($0.segment) }.map { ($0.segment, $0.checksum) })
    }
}
