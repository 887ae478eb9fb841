import Chronology
import EventLog
import Foundation
import Vocabulary

/// What reading a log gave, as plain values.
struct LogContents: Equatable {
    var rows: [[String?]] = []
    /// The record numbers of the rows.
    var numbers: [Int64] = []
    var rejects: [Reject] = []
    var report = LogReport()

    var codes: [String] { rejects.map(\.code) }
    /// The values of a source with one column.
    var values: [String?] { rows.map { $0[0] } }
}

enum LogFixture {
    static let keys = KeyedHash(secret: Array(0..<16))

    /// A format of text columns that are named after their places, without a header: `c0`, `c1`...
    static func textColumns(
        _ count: Int, delimiter: UInt8 = 0x2C, isPrivate: [String: LogFormat.PrivateTreatment] = [:]
    ) -> LogFormat {
        let names = (0..<count).map { "c\($0)" }
        return LogFormat(
            delimiter: delimiter, header: names,
            mappings: names.map { LogFormat.Mapping(Column($0, .text), from: .column($0)) }, privateColumns: isPrivate)
    }

    /// A format of one column without a header.
    static func single(
        _ type: ColumnType, named name: String = "value", time: LogFormat.TimeFormat = .iso8601, zone: Zone = .utc,
        required: Bool = false
    ) -> LogFormat {
        LogFormat(
            header: ["it", "end"], timeFormat: time, zone: zone,
            mappings: [LogFormat.Mapping(Column(name, type), from: .column("it"), required: required)])
    }

    /// Writes the bytes to a file whose name ends so for as long as `body` runs.
    static func withFile<T>(_ bytes: [UInt8], named name: String = "log.csv", _ body: (String) throws -> T) throws -> T
    {
        // In memory where that is to be had: the tests write thousands of small files.
        let memory = "/dev/shm"
        let directory = access(memory, W_OK) == 0 ? memory : FileManager.default.temporaryDirectory.path
        let path = "\(directory)/\(UUID().uuidString)-\(name)"
        defer { unlink(path) }
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        return try body(path)
    }

    static func read(
        _ bytes: [UInt8], _ format: LogFormat, named name: String = "log.csv", limits: RecordLimits = .standard,
        scansPlainLines: Bool = true, readsAhead: Bool = false
    ) throws -> LogContents {
        try withFile(bytes, named: name) { path in
            let reader = LogReader(
                path: path, displayName: name, format: format, keys: keys, limits: limits,
                scansPlainLines: scansPlainLines, readsAhead: readsAhead)
            var contents = LogContents()
            contents.report = try reader.read(
                reject: { contents.rejects.append($0) },
                consume: { batch in
                    for row in 0..<batch.count {
                        contents.numbers.append(batch.recordNumbers[row])
                        contents.rows.append(batch.columns.map { value(of: $0, row, batch.text) })
                    }
                })
            return contents
        }
    }

    static func read(_ text: String, _ format: LogFormat) throws -> LogContents { try read(Array(text.utf8), format) }

    private static func value(of column: TypedColumn, _ row: Int, _ text: UnsafeRawBufferPointer) -> String? {
        if column.isNull(row) { return nil }
        switch column.column.type {
        case .category, .text: return column.bytes(row, in: text).map { String(decoding: $0, as: UTF8.self) }
        case .key: return hexadecimal(column.keys[row])
        default: return String(column.integers[row])
        }
    }

    static func hexadecimal(_ key: Key128) -> String {
        [key.high, key.low].map { word in
            let digits = String(word, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}

/// The problem that an operation throws, if it throws one.
func problem(_ operation: () throws -> Void) -> Problem? {
    do {
        try operation()
        return nil
    } catch { return error as? Problem }
}
