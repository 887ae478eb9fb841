import ArrowIPC
import Synchronization
import Vocabulary

/// A mapped segment. Its structure is checked when it is opened, a column's content when it is first needed.
final class Segment: @unchecked Sendable {
    let entry: SegmentEntry
    let file: ArrowFile
    let rows: Int
    /// The persons' keys as they are stored, in increasing order. In the file's dictionary the other ids of users and devices
    /// follow.
    let persons: UnsafePointer<Key128>
    let personCount: Int
    /// The keys of all persons, users and devices, as they are stored: the persons first.
    let ids: UnsafeBufferPointer<Key128>
    /// Per row the index of its person; never decreases.
    let personOfRow: UnsafePointer<Int32>
    let times: UnsafePointer<Int64>
    private let readers: [String: ColumnReader]
    private let verified = Mutex<Set<String>>([])
    private let isReadPageByPage = Atomic<Bool>(false)

    /// - Throws: `Problem` where the file is missing, damaged, or not the one that the catalogue names.
    convenience init(_ entry: SegmentEntry, path: String) throws { try self.init(entry, MappedFile(path: path)) }

    /// - Throws: `Problem` where the file is damaged, or not the one that the catalogue names.
    init(_ entry: SegmentEntry, _ mapped: MappedFile) throws {
        self.entry = entry
        file = try ArrowFile(mapped)
        let path = mapped.path
        rows = entry.rows
        var readers: [String: ColumnReader] = [:]
        for column in entry.columns {
            guard let stored = file.column(column.name), let reader = ColumnReader(stored, type: column.type) else {
                throw Segment.damaged(path, "the column '\(column.name)' is missing or has another type")
            }
            readers[column.name] = reader
        }
        self.readers = readers
        guard file.rowCount == entry.rows, entry.rows > 0, let time = readers[SegmentFile.time], time.type == .time,
            let event = readers[SegmentFile.event], event.type == .category,
            let person = file.column(SegmentFile.person), person.field.type == SegmentFile.keyDictionary,
            let keys = person.dictionary, let keyBytes = keys.data.baseAddress, keys.count > 0,
            keys.data.count >= keys.count * 16, let indices = person.array.data.baseAddress,
            person.array.data.count >= entry.rows * 4, let timeBytes = time.array.data.baseAddress,
            time.array.data.count >= entry.rows * 8
        else { throw Segment.damaged(path, "it is not the segment that the catalogue names") }
        let last = Int(indices.loadUnaligned(fromByteOffset: (entry.rows - 1) * 4, as: Int32.self))
        guard last >= 0, last < keys.count else { throw Segment.damaged(path, "a row belongs to no person") }
        persons = keyBytes.assumingMemoryBound(to: Key128.self)
        personCount = last + 1
        ids = UnsafeBufferPointer(start: persons, count: keys.count)
        personOfRow = indices.assumingMemoryBound(to: Int32.self)
        times = timeBytes.assumingMemoryBound(to: Int64.self)
    }

    func reader(_ name: String) -> ColumnReader? { readers[name] }

    /// See `MappedReading`. What is read as a whole is read ahead all the same (`willRead`).
    func readsPageByPage() {
        isReadPageByPage.store(true, ordering: .relaxed)
        file.readsPageByPage()
    }

    /// Columns are about to be gone through as a whole, or at places all over them.
    func willRead(_ names: [String]) {
        guard isReadPageByPage.load(ordering: .relaxed) else { return }
        for name in names { if let column = file.column(name) { file.willNeed(column) } }
    }

    /// Checks the content of a column, of the persons where nil, against the catalogue; once in a process.
    func verify(_ name: String?) throws {
        let key = name ?? SegmentFile.person
        if verified.withLock({ $0.contains(key) }) { return }
        let expected = name == nil ? entry.personChecksum : entry.column(key)?.checksum
        willRead([key])
        guard let column = file.column(key), column.checksum() == expected else {
            throw Segment.damaged(file.path, "the column '\(key)' is not what was written")
        }
        _ = verified.withLock { $0.insert(key) }
    }

    static func damaged(_ path: String, _ what: String) -> Problem {
        Problem(
            .storeDamaged, "a file of the store is damaged: \(what)", at: .path(path),
            help: "restore it from a copy, or remove the store's folder and run again: the logs are taken in anew")
    }
}
