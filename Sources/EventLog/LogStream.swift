import Vocabulary

/// The decoded text of a file as it passes through the window; counted on the way.
final class LogStream {
    let window: TextWindow
    private(set) var hasEnded = false
    private(set) var decodedBytes = 0

    private let name: String
    private let decoder: LogDecoder

    /// Opens the file and decodes its first bytes; skips a byte order mark.
    /// - Throws: `log.unreadable`, `log.damaged`, `log.not-gzip`, `log.not-zstd`, `log.empty`, `log.not-text`.
    init(path: String, name: String, format: LogFormat, constants: [UInt8], limits: RecordLimits, readsAhead: Bool) throws {
        self.name = name
        decoder = try LogDecoder(path: path, name: name, format: format, readsAhead: readsAhead)
        window = TextWindow(constants: constants, capacity: limits.window)
        // A decoder fills a window of this size at once, so that the first bytes are all there.
        try refill()
        try checkText(delimiter: format.delimiter)
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        if unread.starts(with: mark) { window.advance(to: window.cursor + mark.count) }
    }

    /// Skips the physical lines in front of the header, and a line such as `sep=;` behind them, which Excel writes.
    /// - Returns: the delimiter that such a line gives.
    /// - Throws: `log.damaged`, `log.unreadable`.
    func skipPreamble(_ preamble: LogFormat.Dialect.Preamble) throws -> UInt8? {
        if case .lines(let count) = preamble {
            for _ in 0..<count where !(window.unreadCount == 0 && hasEnded) { try skipLine() }
        }
        let head = unread.prefix(6)
        guard head.count >= 5, head.prefix(4).elementsEqual("sep=".utf8) || head.prefix(4).elementsEqual("SEP=".utf8),
            ![0x22, 0x0A, 0x0D].contains(head[4]), head.count == 5 || head[5] == 0x0A || head[5] == 0x0D
        else { return nil }
        let delimiter = head[4]
        try skipLine()
        return delimiter
    }

    /// Goes behind the next line end: a line feed, a carriage return, or both.
    private func skipLine() throws {
        while true {
            let end = ByteScan.lineEnd(in: window.base, from: window.cursor)
            if end < window.end {
                let isCarriageReturn = window.bytes[end] == 0x0D
                window.advance(to: end + 1)
                if window.unreadCount == 0 && !hasEnded { try refill() }
                if isCarriageReturn, unread.first == 0x0A { window.advance(to: window.cursor + 1) }
                return
            }
            window.advance(to: window.end)
            if hasEnded { return }
            try refill()
        }
    }

    /// Decodes more bytes. All offsets into the window are void after this.
    /// - Throws: `log.damaged`, `log.unreadable`.
    func refill() throws {
        let (added, ended) = try window.refill { try decoder.read(into: $0) }
        decodedBytes += added.count
        hasEnded = ended
    }

    /// The hash of the file's decompressed bytes, once it has ended.
    var contentHash: String { decoder.contentHash }

    private var unread: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: window.base + window.cursor, count: window.unreadCount)
    }

    private static let signatures: [(bytes: [UInt8], what: String)] = [
        ([0x50, 0x4B, 0x03, 0x04], "a zip archive"), ([0x28, 0xB5, 0x2F, 0xFD], "compressed with zstd"),
        ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "compressed with xz"), ([0x1F, 0x8B], "compressed with gzip"),
        ([0xFF, 0xFE], "UTF-16"), ([0xFE, 0xFF], "UTF-16"),
    ]

    /// Text has hardly a control character but its delimiter; of binary data, or of UTF-16, a tenth or more are.
    private func checkText(delimiter: UInt8) throws {
        for (bytes, what) in Self.signatures where unread.starts(with: bytes) {
            throw notText("the file is not plain text: it looks like \(what)")
        }
        let head = unread.prefix(4096)
        let expected: [UInt8] = [0x09, 0x0A, 0x0D, delimiter]
        let controls = head.reduce(0) { $0 + ($1 < 0x20 && !expected.contains($1) ? 1 : 0) }
        if head.count >= 16 && controls * 10 > head.count { throw notText("the file is binary, not text") }
    }

    private func notText(_ message: String) -> Problem {
        Problem(.logNotText, message, at: .path(name), help: "give text in the encoding that the source declares, plain or compressed with gzip or zstd")
    }
}
