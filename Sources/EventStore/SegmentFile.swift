import ArrowIPC
import Digests
import Glibc
import Synchronization
import Vocabulary

/// The names and types that every segment has, and how one is written.
enum SegmentFile {
    static let person = "person"
    static let time = "event_time"
    static let sequence = "sequence"
    static let event = "event"
    static let eventID = "event_id"
    static let user = "user_id"
    static let device = "device_id"
    static let order = "order_id"
    static let keyDictionary = ArrowType.dictionary(index: .int32, value: .fixedSizeBinary(16))

    /// Writes a segment beside its place, then renames it to a name that its origin and its content determine.
    /// - Parameter columns: the person, then one a mapped column in the order of `types`.
    static func write(
        rows: Int, columns: [ArrowColumn], types: [Column], source: String, minTime: Int64, maxTime: Int64,
        namePrefix: String, origin: String, folder: StoreFolder
    ) throws -> SegmentEntry {
        let sums = columns.map { $0.checksum() ?? "" }
        let hash = combined([source, "\(rows)"] + sums)
        let times = zip(types, columns.dropFirst()).first { $0.0.name == time }?.1.array.data
        let hours = OccupiedHours(times?.bindMemory(to: Int64.self) ?? .init(start: nil, count: 0), in: minTime...maxTime)
        let name = name(prefix: namePrefix, origin: origin, hash: hash)
        try writeWhole(rows: rows, columns: columns, source: source, to: folder.segment(name), in: folder.segments)
        return SegmentEntry(
            name: name, source: source, rows: rows, minTime: minTime, maxTime: maxTime, hours: hours, hash: hash,
            columns: zip(types, sums.dropFirst()).map { StoredColumn(name: $0.name, type: $0.type, checksum: $1) },
            personChecksum: sums[0])
    }

    /// Files of the log with equal rows have segments or tables of their own: what is equal in content differs in origin.
    static func name(prefix: String, origin: String, hash: String) -> String {
        "\(prefix)-\(combined([origin, hash]).prefix(16)).arrow"
    }

    private static let serial = Atomic<Int>(0)

    /// Writes an Arrow file so that it is there whole or not at all; the commit that names it syncs it.
    static func writeWhole(rows: Int, columns: [ArrowColumn], source: String, to path: String, in folder: String) throws {
        try FileSystem.makeFolder(folder)
        let beside = "\(folder)/\(StoreFolder.writer)-\(serial.wrappingAdd(1, ordering: .relaxed).oldValue).tmp"
        try ArrowFileWriter.write(rowCount: rows, columns: columns, metadata: ["source", source], to: beside)
        // A snapshot may name the file that is replaced; the commit syncs only what none named before.
        if FileSystem.exists(path) { try FileSystem.sync(beside) }
        try FileSystem.rename(beside, to: path)
    }

    static func combined(_ parts: [String]) -> String {
        let sum = XXH3()
        for part in parts { sum.add(part) }
        return sum.digits
    }
}

/// A name that is safe in a folder: letters, digits, `.`, `-` and `_`; every other byte becomes `_`.
func safeFileName(_ name: String) -> String {
    let safe = name.utf8.prefix(100).map { byte -> UInt8 in
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: byte
        default: 0x5F
        }
    }
    return String(decoding: safe, as: UTF8.self)
}
