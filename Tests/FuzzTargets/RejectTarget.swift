import EventLog
import Vocabulary

/// The file of rejects: our own reader of JSON lines finds in it what was written.
final class RejectTarget: FuzzTarget {
    static let name = "rejects"
    private let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    static func seeds() -> [[UInt8]] {
        [
            Array("logs/a.csv\u{1}e1,\"x\\y\"\u{7F}\t".utf8), Array("../\"\n".utf8), [0, 0xFF, 0xFE], Array("抖音\u{2028}\u{10FFFF}\u{1F}".utf8),
        ]
    }

    func run(_ input: UnsafeRawBufferPointer) throws {
        let middle = input.count / 2
        let file = String(decoding: input[..<middle], as: UTF8.self)
        let payload = String(decoding: input[middle...], as: UTF8.self)
        let path = folder.path + "/rejects"
        let rejects = try RejectFile(path: path)
        try rejects.append(Reject(file: file, record: 5, column: nil, code: "c", reason: file, payload: payload))
        try rejects.close()
        let columns = ["file", "record", "column", "code", "reason", "payload"]
        let format = LogFormat(
            layout: .jsonLines, mappings: columns.map { .init(Column($0, .text), from: .column($0)) })
        let reading = try LogReading(path, format, limits: .standard)
        if file.utf8.contains(0) || payload.utf8.contains(0) {
            guard reading.rejects.map(\.code) == ["text.nul"] else { throw Finding("a NUL gives \(reading)") }
        } else {
            // An empty text is nothing.
            let (file, payload) = (file.isEmpty ? nil : file, payload.isEmpty ? nil : payload)
            guard reading.rows == [[file, "5", nil, "c", file, payload]] else { throw Finding("the reject comes back as \(reading)") }
        }
    }
}
