import Vocabulary

/// The decoded bytes of a file, whatever its compression.
struct LogDecoder {
    private let input: FileInput
    private let inflater: Inflater?

    /// Opens a file and finds out by its first bytes, not by its name, how it is compressed.
    /// - Throws: `log.unreadable`; `log.not-gzip` for a file that should be gzip and is not; `log.empty` for a file
    ///   that should be gzip and has no byte.
    init(path: String, name: String, compression: LogFormat.Compression) throws {
        input = try FileInput(path: path, name: name)
        let first = try input.available().prefix(2)
        let isGzip = !first.isEmpty && first.elementsEqual([0x1F, 0x8B].prefix(first.count))
        let mustBeGzip = compression == .gzip || (compression == .auto && path.hasSuffix(".gz"))
        if compression == .none {
            inflater = nil
        } else if isGzip && (mustBeGzip || first.count == 2) {
            inflater = try Inflater(input)
        } else if !mustBeGzip {
            inflater = nil
        } else if first.isEmpty {
            throw Problem(
                .logEmpty, "the file has no bytes, not even a gzip header", at: .path(name),
                help: "fetch the file again")
        } else {
            throw Problem(
                .logNotGzip, "the file should be gzip and does not begin like gzip", at: .path(name),
                help: compression == .gzip
                    ? "set 'compression: auto' if the source has files of both kinds"
                    : "set 'compression: none' if it is not compressed, or rename it")
        }
    }

    /// Fills `target` as far as the file goes; fewer bytes than fit mean that the file has ended.
    /// - Throws: `log.damaged`, `log.unreadable`.
    func read(into target: UnsafeMutableRawBufferPointer) throws -> Int {
        var count = 0
        while count < target.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: target[count...])
            let more = try inflater?.read(into: rest) ?? input.read(into: rest)
            if more == 0 { break }
            count += more
        }
        return count
    }
}
