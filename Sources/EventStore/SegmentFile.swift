import ArrowIPC
import Digests
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

    /// Files of the log with equal rows have segments or tables of their own: what is equal in content differs in origin.
    static func name(prefix: String, origin: String, hash: String) -> String {
        "\(prefix)-\(combined([origin, hash]).prefix(16)).arrow"
    }

    private static let serial = Atomic<Int>(0)

    /// The schema's metadata of a file of a source.
    static func metadata(_ source: String) -> [String] { ["source", source] }

    /// Writes an Arrow file so that it is there whole or not at all; the commit that names it syncs it.
    static func writeWhole(rows: Int, columns: [ArrowColumn], source: String, to path: String, in folder: String) throws {
        let beside = try beside(in: folder)
        try ArrowFileWriter.write(rowCount: rows, columns: columns, metadata: metadata(source), to: beside)
        try settle(beside, at: path)
    }

    /// Where a file is written before it has its name.
    static func beside(in folder: String) throws -> String {
        try FileSystem.makeFolder(folder)
        return "\(folder)/\(StoreFolder.writer)-\(serial.wrappingAdd(1, ordering: .relaxed).oldValue).tmp"
    }

    /// Gives a file that was written whole its name.
    static func settle(_ beside: String, at path: String) throws {
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
