import Digests
import Glibc
import Vocabulary

/// Writes the rejects of one log file to a file of JSON lines that a person can read: one object a reject, and behind
/// them one object with the books of all rejects, of which the file may hold only the first ones. Keys always stand in
/// the same order. The shape has a JSON Schema, docs/schemas/reject.schema.json. The caller gives a name beside the final
/// one and renames the file when it is whole.
public final class RejectFile {
    private static let bufferSize = 64 * 1024

    private let path: String
    private var descriptor: CInt
    private var buffer: [UInt8] = []
    /// Rejects written so far.
    public private(set) var count = 0

    /// Creates the file, or empties it.
    /// - Throws: `rejects.cannot-write`.
    public init(path: String) throws {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o640)
        if descriptor < 0 {
            throw Problem(
                .rejectsCannotWrite, "the file of rejects cannot be written: \(String(cString: strerror(errno)))",
                at: .path(path), help: "check that the directory exists and that this user may write there")
        }
        buffer.reserveCapacity(Self.bufferSize + 8192)
    }

    deinit { if descriptor >= 0 { Glibc.close(descriptor) } }

    /// - Throws: `rejects.write-failed`.
    public func append(_ reject: Reject) throws {
        buffer.append(contentsOf: #"{"file":"#.utf8)
        append(quoted: reject.file)
        buffer.append(contentsOf: #","record":\#(reject.record),"column":"#.utf8)
        append(reject.column)
        buffer.append(contentsOf: #","code":"#.utf8)
        append(quoted: reject.code)
        buffer.append(contentsOf: #","reason":"#.utf8)
        append(quoted: reject.reason)
        buffer.append(contentsOf: #","payload":"#.utf8)
        append(quoted: reject.payload)
        buffer.append(contentsOf: "}\n".utf8)
        count += 1
        if buffer.count >= Self.bufferSize { try flush() }
    }

    /// Ends the file with the books of the rejects: of which content they are (`content_hash`), how many there are for
    /// each column and code, and how many of them stand in this file.
    /// - Throws: `rejects.write-failed`.
    public func close(file: String, _ report: LogReport) throws {
        buffer.append(contentsOf: #"{"file":"#.utf8)
        append(quoted: file)
        buffer.append(contentsOf: #","content_hash":"#.utf8)
        append(quoted: report.contentHash)
        buffer.append(contentsOf: #","rejected":\#(report.rejected),"kept":\#(count),"reasons":["#.utf8)
        for (index, group) in report.rejects.enumerated() {
            buffer.append(contentsOf: (index > 0 ? "," : "").utf8)
            buffer.append(contentsOf: #"{"column":"#.utf8)
            append(group.column)
            buffer.append(contentsOf: #","code":"#.utf8)
            append(quoted: group.code)
            buffer.append(contentsOf: #","count":\#(group.count),"first_record":\#(group.firstRecord)}"#.utf8)
        }
        buffer.append(contentsOf: "]}\n".utf8)
        try close()
    }

    /// Writes what is buffered, has the disk keep it, and closes the file; nothing can be appended after this.
    /// - Throws: `rejects.write-failed`.
    public func close() throws {
        if descriptor < 0 { return }
        try flush()
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw failed(errno) }
        let status = Glibc.close(descriptor)
        descriptor = -1
        guard status == 0 else { throw failed(errno) }
    }

    private func flush() throws {
        var written = 0
        while written < buffer.count {
            let count = buffer.withUnsafeBytes { bytes in
                write(descriptor, bytes.baseAddress?.advanced(by: written), bytes.count - written)
            }
            if count < 0 {
                if errno == EINTR { continue }
                throw failed(errno)
            }
            written += count
        }
        buffer.removeAll(keepingCapacity: true)
    }

    private func failed(_ number: CInt) -> Problem {
        Problem(
            .rejectsWriteFailed, "writing rejects failed: \(String(cString: strerror(number)))", at: .path(path),
            help: "check the space on the disk")
    }

    private func append(_ text: String?) {
        if let text { append(quoted: text) } else { buffer.append(contentsOf: "null".utf8) }
    }

    private func append(quoted text: String) {
        var text = text
        text.withUTF8 { Self.append(quoted: $0, to: &buffer) }
    }

    /// Runs of bytes that stand for themselves are taken at once.
    private static func append(quoted text: UnsafeBufferPointer<UInt8>, to buffer: inout [UInt8]) {
        buffer.append(0x22)
        var start = 0
        for position in text.indices {
            let byte = text[position]
            if byte >= 0x20, byte != 0x22, byte != 0x5C, byte != 0x7F { continue }
            buffer.append(contentsOf: text[start..<position])
            start = position + 1
            switch byte {
            case 0x22, 0x5C: buffer.append(contentsOf: [0x5C, byte])
            case 0x0A: buffer.append(contentsOf: [0x5C, 0x6E])
            case 0x0D: buffer.append(contentsOf: [0x5C, 0x72])
            case 0x09: buffer.append(contentsOf: [0x5C, 0x74])
            default: buffer.append(contentsOf: "\\u00\(hexadecimal([byte]))".utf8)
            }
        }
        buffer.append(contentsOf: text[start...])
        buffer.append(0x22)
    }
}
