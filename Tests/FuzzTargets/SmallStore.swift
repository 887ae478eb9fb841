import EventLog
import EventStore
import Vocabulary

/// A store with two logs of events, repeats among them, and a table; and what reading it gives.
final class SmallStore {
    let folder: ScratchFolder
    var path: String { folder.path }
    /// One file of each kind, relative to the folder.
    let files: [String]
    private static let log = """
        id,ts,user,event,channel,amount,order,member
        1,2026-11-01T10:00:00Z,ann,click,a,,,true
        2,2026-11-01T10:01:00Z,ann,purchase,b,9.5,o1,true
        2,2026-11-01T10:01:00Z,ann,purchase,b,9.5,o1,true
        3,2026-11-02T00:00:00Z,bo,click,,,,
        4,2026-11-02T01:00:00Z,,click,a,,,false

        """

    init() throws {
        folder = try ScratchFolder()
        let store = StoreFolder(folder.path)
        try store.make()
        do {
            let transaction = try StoreTransaction(
                store, lock: try StoreLock(store), keyFingerprint: "k",
                sources: [
                    "web": SourceSettings(kind: "events", eventIDSpace: "web", dedupeWindow: 86_400_000_000),
                    "costs": SourceSettings(kind: "costs", eventIDSpace: "costs", dedupeWindow: 0, key: ["date"]),
                ])
            try Self.takeEvents(store, into: transaction)
            try Self.takeCosts(store, into: transaction)
            _ = try transaction.prepare(threads: 1)
            try transaction.commit()
        }
        files = ["segments", "deletions", "tables"].compactMap { [path = folder.path] kind in
            ScratchFolder.names(in: "\(path)/\(kind)").first.map { "\(kind)/\($0)" }
        } + ["catalogue.json"]
        guard files.count == 4 else { throw Finding("the small store lacks a kind of file: \(files)") }
    }

    private static func takeEvents(_ store: StoreFolder, into transaction: StoreTransaction) throws {
        let format = LogFormat(mappings: [
            .init(Column("event_id", .key), from: .column("id")), .init(Column("event_time", .time), from: .column("ts")),
            .init(Column("user_id", .key), from: .column("user")), .init(Column("event", .category), from: .column("event")),
            .init(Column("channel", .category), from: .column("channel")), .init(Column("amount", .decimal), from: .column("amount")),
            .init(Column("order_id", .text), from: .column("order")), .init(Column("is_member", .boolean), from: .column("member")),
        ])
        let builder = try SegmentBuilder(
            columns: format.storedColumns, source: "web", folder: store, namePrefix: "web", origin: "log")
        let report = try read(log, format, store, builder.append)
        try transaction.add(entry("web", report), segments: try builder.finish())
    }

    private static func takeCosts(_ store: StoreFolder, into transaction: StoreTransaction) throws {
        let format = LogFormat(mappings: [
            .init(Column("date", .date), from: .column("date")), .init(Column("channel", .category), from: .column("channel")),
            .init(Column("spend", .decimal), from: .column("spend")),
        ])
        let builder = try TableBuilder(
            columns: format.storedColumns, source: "costs", folder: store, namePrefix: "costs", origin: "costs")
        let report = try read("date,channel,spend\n2026-11-01,a,5\n2026-11-02,b,7.25\n", format, store, builder.append)
        try transaction.add(entry("costs", report), tables: try builder.finish())
    }

    private static func read(
        _ text: String, _ format: LogFormat, _ store: StoreFolder, _ take: (TypedBatch) throws -> Void
    ) throws -> LogReport {
        let scratch = try ScratchFolder()
        try scratch.write(Array(text.utf8), to: "log")
        let reader = LogReader(
            path: scratch.path + "/log", displayName: "log", format: format, keys: KeyedHash(secret: Array(0..<16)))
        return try reader.read(reject: { _ in }, consume: take)
    }

    private static func entry(_ source: String, _ report: LogReport) -> FileEntry {
        FileEntry(
            source: source, path: "log", look: FileLook(size: 1, modified: 1, inode: 1), contentHash: report.contentHash,
            formatHash: "f", read: report.read, rejected: report.rejected, stored: report.accepted)
    }

    /// Every row and every table, as text.
    /// - Throws: `Problem` where a file is not what was written.
    func contents() throws -> [String] {
        let snapshot = try Snapshot.open(storeFolder: path)
        let columns: Set<String> = ["user_id", "channel", "amount", "order_id", "is_member"]
        let consumers = try snapshot.scan(ScanRequest(columns: columns, span: nil), threads: 1) { layout, count in
            (0..<count).map { _ in RowCollector(layout) }
        }
        let rows = consumers.compactMap { $0 as? RowCollector }.flatMap(\.rows)
        return rows.sorted() + (try snapshot.tables()).map { "\($0)" }
    }
}

private final class RowCollector: ScanConsumer {
    private let layout: any ScanLayout
    private(set) var rows: [String] = []

    init(_ layout: any ScanLayout) { self.layout = layout }

    func consume(_ batch: EventRows) {
        for row in 0..<batch.count {
            var cells = ["\(batch.times[row])", layout.eventNames[Int(batch.events[row])]]
            if let slot = layout.slot("user_id") { cells.append("\(batch.valid(slot)[row] == 1 ? batch.keys(slot)[row] : .zero)") }
            if let slot = layout.slot("amount") { cells.append("\(batch.valid(slot)[row]) \(batch.integers(slot)[row])") }
            if let slot = layout.slot("is_member") { cells.append("\(batch.valid(slot)[row]) \(batch.integers(slot)[row])") }
            if let slot = layout.slot("order_id") { cells.append(String(decoding: batch.texts(slot)[row], as: UTF8.self)) }
            if let slot = layout.slot("channel"), case let code = Int(batch.codes(slot)[row]) {
                cells.append(code < 0 ? "-" : layout.values(ofSlot: slot)[code])
            }
            rows.append(cells.joined(separator: "|"))
        }
    }

    func endBucket() {}
}
