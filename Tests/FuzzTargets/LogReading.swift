import EventLog
import Vocabulary

/// Everything that reading a log gave, to hold two ways of reading against each other.
struct LogReading: Equatable {
    private(set) var rows: [[String?]] = []
    private(set) var numbers: [Int64] = []
    private(set) var rejects: [Reject] = []
    private(set) var report = LogReport()
    private(set) var problem: Problem?

    /// The limits of the targets: small, so that inputs reach them.
    static func limits(window: Int) -> RecordLimits {
        var limits = RecordLimits()
        limits.field = 48
        limits.record = 160
        limits.window = window
        limits.columns = 12
        return limits
    }

    /// - Throws: `Finding` where a promise of the reader is broken.
    init(_ path: String, _ format: LogFormat, limits: RecordLimits, scansPlainLines: Bool = true) throws {
        let reader = LogReader(
            path: path, displayName: "log", format: format, keys: KeyedHash(secret: Array(0..<16)), limits: limits,
            scansPlainLines: scansPlainLines)
        do {
            report = try reader.read(reject: { rejects.append($0) }, consume: { try take($0) })
        } catch let found as Problem {
            problem = found
            return
        }
        guard report.read == report.accepted + report.rejected, report.accepted == rows.count,
            report.rejected == rejects.count
        else { throw Finding("the books do not balance: \(report)") }
    }

    private mutating func take(_ batch: TypedBatch) throws {
        for row in 0..<batch.count {
            numbers.append(batch.recordNumbers[row])
            rows.append(try batch.columns.map { try Self.value(of: $0, row, batch.text) })
        }
    }

    private static func value(of column: TypedColumn, _ row: Int, _ text: UnsafeRawBufferPointer) throws -> String? {
        if column.isNull(row) { return nil }
        switch column.column.type {
        case .category, .text:
            guard let bytes = column.bytes(row, in: text) else { return nil }
            guard let string = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
                throw Finding("the column \(column.column.name) holds \(Array(bytes)), which is no text")
            }
            return string
        case .key: return "\(column.keys[row])"
        case .time where !TimeTyping.range.contains(column.integers[row]): throw Finding("a time out of range")
        default: return String(column.integers[row])
        }
    }
}
