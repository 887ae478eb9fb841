import Vocabulary

/// The first text of a file, for programs that must find out how it is written.
package enum LogPeek {
    /// Up to `limit` bytes, decompressed, in UTF-8.
    /// - Throws: `log.unreadable`, `log.damaged`, `log.empty`, `log.not-gzip`, `log.not-zstd`.
    package static func text(path: String, name: String, encoding: LogFormat.Encoding, limit: Int) throws -> [UInt8] {
        let decoder = try LogDecoder(path: path, name: name, format: LogFormat(encoding: encoding, mappings: []), readsAhead: false)
        var bytes = [UInt8](repeating: 0, count: limit)
        let count = try bytes.withUnsafeMutableBytes { try decoder.read(into: $0) }
        return Array(bytes[..<count])
    }

    /// The encoding that the bytes of a file are most likely in, and whether they say so by a mark.
    package static func encoding(of bytes: [UInt8]) -> LogFormat.Encoding {
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) { return .utf16 }
        let head = bytes.prefix(4096)
        if head.count >= 4, head.reduce(0, { $0 + ($1 == 0 ? 1 : 0) }) * 5 > head.count { return .utf16 }
        if isUTF8(bytes) { return .utf8 }
        return isChinese(bytes) ? .gb18030 : .latin1
    }

    /// Whether hardly a byte beyond ASCII is outside a character: a few records may be broken, or the last one cut off.
    private static func isUTF8(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBytes { bytes in
            var characters = 0
            var broken = 0
            var position = 0
            while position < bytes.count {
                let length = TextTyping.scalarLength(bytes, at: position)
                if length == 0 && position + 3 < bytes.count { broken += 1 }
                if length > 1 { characters += 1 }
                position += max(length, 1)
            }
            return broken == 0 || broken * 20 < characters
        }
    }

    /// Whether bytes beyond ASCII come in pairs, as Chinese in GB18030 does and the accents of Latin-1 do not.
    private static func isChinese(_ bytes: [UInt8]) -> Bool {
        var pairs = 0
        var singles = 0
        var position = 0
        while position < bytes.count {
            if bytes[position] < 0x80 {
                position += 1
            } else if position + 1 < bytes.count, bytes[position] >= 0xA1, bytes[position + 1] >= 0xA1 {
                pairs += 1
                position += 2
            } else {
                singles += 1
                position += 1
            }
        }
        return pairs > singles
    }
}
