import Vocabulary

/// The decoded bytes of a file, as UTF-8, whatever its compression and encoding.
struct LogDecoder {
    private let source: any ByteSource
    private let content: HashedSource

    /// Opens a file and finds out by its first bytes, not by its name, how it is compressed.
    /// - Parameter readsAhead: a free thread decodes while what it has decoded is read.
    /// - Throws: `log.unreadable`; `log.not-gzip` and `log.not-zstd` for a file that should be compressed so and is not;
    ///   `log.empty` for one that should be compressed and has no byte.
    init(path: String, name: String, format: LogFormat, readsAhead: Bool) throws {
        let input = try FileInput(path: path, name: name)
        content = HashedSource(try Self.decompressed(input, path: path, format.compression))
        let text = try Transcoder.text(content, as: format.encoding, file: name)
        source = readsAhead ? ReadAhead(text) : text
    }

    /// The hash of the decompressed bytes, before they are decoded as text: the file is the same whatever encoding the
    /// manifest says. To be asked for at the end only.
    var contentHash: String { content.digits }

    /// Fills `target` as far as the file goes; fewer bytes than fit mean that the file has ended.
    /// - Throws: `log.damaged`, `log.unreadable`.
    func read(into target: UnsafeMutableRawBufferPointer) throws -> Int {
        var count = 0
        while count < target.count {
            let more = try source.read(into: UnsafeMutableRawBufferPointer(rebasing: target[count...]))
            if more == 0 { break }
            count += more
        }
        return count
    }

    private static func decompressed(
        _ input: FileInput, path: String, _ compression: LogFormat.Compression
    ) throws -> any ByteSource {
        if compression == .none { return input }
        let first = try input.available()
        for codec in Codec.allCases {
            let isDeclared = compression == codec.compression
            guard isDeclared || compression == .auto else { continue }
            let mustBe = isDeclared || path.hasSuffix(codec.suffix)
            if !first.isEmpty, codec.begins(first), mustBe || first.count >= codec.signatureLength {
                return try codec.decoder(input, path: path)
            }
            if mustBe { throw missing(codec, isEmpty: first.isEmpty, isDeclared: isDeclared, input.name) }
        }
        return input
    }

    private static func missing(_ codec: Codec, isEmpty: Bool, isDeclared: Bool, _ name: String) -> Problem {
        isEmpty
            ? Problem(
                .logEmpty, "the file has no bytes, not even a \(codec) header", at: .path(name),
                help: "fetch the file again")
            : Problem(
                codec.problem, "the file should be \(codec) and does not begin like \(codec)", at: .path(name),
                help: isDeclared
                    ? "set 'compression: auto' if the source has files of both kinds"
                    : "set 'compression: none' if it is not compressed, or rename it")
    }
}

/// A compression that files have.
private enum Codec: String, CaseIterable, CustomStringConvertible {
    case gzip, zstd

    var description: String { rawValue }
    var suffix: String { self == .gzip ? ".gz" : ".zst" }
    var compression: LogFormat.Compression { self == .gzip ? .gzip : .zstd }
    var problem: ProblemCode { self == .gzip ? .logNotGzip : .logNotZstd }
    var signatureLength: Int { self == .gzip ? 2 : 4 }

    /// Whether bytes, if need be fewer than a signature has, begin like this.
    func begins(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let head = bytes.prefix(signatureLength)
        switch self {
        case .gzip: return head.elementsEqual([0x1F, 0x8B].prefix(head.count))
        case .zstd:
            let isSkippable = head.first.map { $0 & 0xF0 == 0x50 } ?? false
            return head.elementsEqual([0x28, 0xB5, 0x2F, 0xFD].prefix(head.count))
                || isSkippable && head.dropFirst().elementsEqual([0x2A, 0x4D, 0x18].prefix(max(0, head.count - 1)))
        }
    }

    func decoder(_ input: FileInput, path: String) throws -> any ByteSource {
        switch self {
        case .gzip: try FastInflater(input, path: path) ?? Inflater(input)
        case .zstd: try ZstdDecoder(input)
        }
    }
}
