import ArrowIPC
import EventLog
import EventStore
import Glibc
import TestSupport
import Vocabulary

/// Rows of one device with categories, and the lines in which their fields lie.
struct CategoryLog {
    typealias Value = [UInt8]?

    struct Row {
        var time: Int64
        var event: [UInt8]
        /// In the order of the mapping.
        var values: [Value]
    }

    /// The names of the categories, in the order of the mapping.
    var names: [String]
    /// The order of the fields in a line: a place among `names`, or -1 for the event.
    var line: [Int]
    var rows: [Row] = []

    init(names: [String], line: [Int]? = nil) {
        self.names = names
        self.line = line ?? [-1] + Array(names.indices)
    }

    static let device = TestRow.key(1, 2)

    var columns: [Column] {
        [Column("event_time", .time)] + names.map { Column($0, .category) }
            + [Column("event", .category), Column("device_id", .key)]
    }

    mutating func add(_ values: [String?], time: Int64 = 0, event: String = "click") {
        rows.append(Row(time: time, event: Array(event.utf8), values: values.map { $0.map { Array($0.utf8) } }))
    }

    /// What stands between the fields of a row, behind the one at a place: one byte where they lie side by side, more where not.
    typealias Between = @Sendable (_ row: Int, _ place: Int) -> [UInt8]

    static let beside: Between = { _, _ in [0x2C] }
    static let apart: Between = { _, _ in [0x2C, 0x2C] }

    /// Batches as the cutter leaves them, nothing readable behind their text.
    /// - Parameters:
    ///   - range: of the rows.
    ///   - batchSize: rows of a batch.
    ///   - tail: bytes of the text behind the last field.
    func eachBatch(
        _ range: Range<Int>, batchSize: Int, tail: Int = 0, between: Between, _ body: (TypedBatch) throws -> Void
    ) throws {
        let batch = TypedBatch(columns: columns)
        for start in stride(from: range.lowerBound, to: range.upperBound, by: batchSize) {
            let slice = start..<min(start + batchSize, range.upperBound)
            var text: [UInt8] = []
            for (i, row) in slice.enumerated() {
                if i > 0 { text.append(0x0A) }
                batch.recordNumbers[i] = Int64(row + 1)
                for column in batch.columns {
                    switch column.column.name {
                    case "event_time": (column.integers[i], column.valid[i]) = (rows[row].time, 1)
                    case "device_id": (column.keys[i], column.valid[i]) = (Self.device, 1)
                    default: break
                    }
                }
                for (place, index) in line.enumerated() {
                    if place > 0 { text += between(row, place - 1) }
                    let value = index < 0 ? rows[row].event : rows[row].values[index]
                    let length = value.map { UInt32($0.count) } ?? Field.nullLength
                    // The columns are the time, the categories and the event.
                    let column = batch.columns[1 + (index < 0 ? names.count : index)]
                    column.fields[i] = Field(start: UInt32(text.count), length: length)
                    text += value ?? []
                }
            }
            text += [UInt8](repeating: 0x2C, count: tail)
            batch.count = slice.count
            let guarded = try GuardedText(text)
            batch.text = guarded.bytes
            try withExtendedLifetime(guarded) { try body(batch) }
        }
    }

    /// The rows in canonical order: by time, the event's rank and name, then the categories in the order of their names.
    func sorted(_ range: Range<Int>) -> [Row] {
        func order(_ a: Value, _ b: Value) -> Bool? {
            switch (a, b) {
            case (nil, nil): nil
            case (nil, _): true
            case (_, nil): false
            case (let a?, let b?): a == b ? nil : a.lexicographicallyPrecedes(b)
            }
        }
        let byName = names.indices.sorted { names[$0] < names[$1] }
        return rows[range].sorted { a, b in
            if a.time != b.time { return a.time < b.time }
            let ranks = [a, b].map { EventVocabulary.rank(of: String(decoding: $0.event, as: UTF8.self)) }
            if ranks[0] != ranks[1] { return ranks[0] < ranks[1] }
            if let before = order(a.event, b.event) { return before }
            for column in byName {
                if let before = order(a.values[column], b.values[column]) { return before }
            }
            return false
        }
    }
}

/// A text in memory of its own whose last byte is the last one that can be read.
final class GuardedText {
    let bytes: UnsafeRawBufferPointer
    private let memory: UnsafeMutableRawPointer
    private let size: Int

    init(_ text: [UInt8]) throws {
        let page = sysconf(Int32(_SC_PAGESIZE))
        let room = (text.count + page - 1) / page * page
        size = room + page
        guard let memory = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), memory != MAP_FAILED,
            mprotect(memory + room, page, PROT_NONE) == 0
        else { throw Problem(ProblemCode("test.no-memory", exit: .cannotWrite), "no memory") }
        self.memory = memory
        let start = memory + (room - text.count)
        text.withUnsafeBytes { if let base = $0.baseAddress { start.copyMemory(from: base, byteCount: text.count) } }
        bytes = UnsafeRawBufferPointer(start: start, count: text.count)
    }

    deinit { munmap(memory, size) }
}

/// Segments that were built, and their bytes.
struct BuiltSegments {
    var entries: [SegmentEntry]
    var files: [[UInt8]]
    let store: TemporaryStore

    init(_ entries: [SegmentEntry], in store: TemporaryStore) {
        self.entries = entries
        self.store = store
        files = entries.map { TemporaryStore.bytes(store.folder.segments + "/" + $0.name) }
    }

    /// Where these segments are not the others, byte for byte.
    func differences(from other: BuiltSegments) -> [String] {
        var found = entries.count == other.entries.count && !entries.isEmpty ? [] : ["\(entries.count) segments, \(other.entries.count)"]
        for (segment, (a, b)) in zip(entries, other.entries).enumerated() {
            for (x, y) in zip(a.columns, b.columns) where x != y { found.append("segment \(segment): column \(x.name)") }
            if a != b { found.append("segment \(segment): entry") }
            if files[segment] != other.files[segment] || files[segment].isEmpty { found.append("segment \(segment): bytes") }
        }
        return found
    }

    /// The values of a category of a segment's file.
    func values(_ name: String, of segment: Int) throws -> [CategoryLog.Value] {
        let file = try ArrowFile(path: store.folder.segments + "/" + entries[segment].name)
        try file.checkContents()
        guard let column = file.column(name), case .dictionary(let index, .utf8) = column.field.type,
            let dictionary = column.dictionary, let offsets = dictionary.offsets
        else { return [] }
        return (0..<file.rowCount).map { row in
            if column.array.nullCount > 0, let bits = column.array.validity, bits[row / 8] >> (row % 8) & 1 == 0 { return nil }
            let data = column.array.data
            let code: Int =
                switch index {
                case .int8: Int(data.loadUnaligned(fromByteOffset: row, as: Int8.self))
                case .int16: Int(data.loadUnaligned(fromByteOffset: row * 2, as: Int16.self))
                case .int32: Int(data.loadUnaligned(fromByteOffset: row * 4, as: Int32.self))
                }
            let start = Int(offsets.loadUnaligned(fromByteOffset: code * 4, as: Int32.self))
            let end = Int(offsets.loadUnaligned(fromByteOffset: code * 4 + 4, as: Int32.self))
            return Array(dictionary.data[start..<end])
        }
    }

    /// Where the segments do not hold these rows, `rowLimit` each and the rest in the last, in canonical order.
    func differences(from log: CategoryLog, rowLimit: Int = 1 << 20) throws -> [String] {
        let starts = Array(stride(from: 0, to: log.rows.count, by: rowLimit))
        guard entries.count == starts.count else { return ["\(entries.count) segments for \(starts.count)"] }
        var found: [String] = []
        for (segment, start) in starts.enumerated() {
            let expected = log.sorted(start..<min(start + rowLimit, log.rows.count))
            if try values("event", of: segment) != expected.map(\.event) { found.append("segment \(segment): event") }
            for (column, name) in log.names.enumerated() {
                let values = try values(name, of: segment)
                if values.count != expected.count { found.append("segment \(segment): \(values.count) rows of \(name)") }
                let row = zip(values, expected).enumerated().first { $1.0 != $1.1.values[column] }?.offset
                if let row { found.append("segment \(segment): row \(row) of \(name)") }
            }
        }
        return found
    }
}
