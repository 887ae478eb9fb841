import EventLog
import TestSupport
import Vocabulary

/// gzip members, zstd frames and encodings: arbitrary files, and sound ones that were cut or changed.
final class CompressionTarget: FuzzTarget {
    static let name = "compression"
    private static let limit = 1 << 16
    private let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    static func seeds() -> [[UInt8]] {
        let text = Array("id,ts\n1,2026-11-01T10:00:00+08:00\n商品,2\n".utf8)
        let skippable: [UInt8] = [0x50, 0x2A, 0x4D, 0x18, 2, 0, 0, 0, 1, 2]
        let gzip = Compression.gzip(text)
        let zstd = Compression.zstd(text)
        let files = [gzip, gzip + gzip + [0, 0], zstd, zstd + skippable + zstd, skippable, text]
        return files.map { [0, 0] + $0 } + [1, 2].flatMap { mode in [[mode, 0] + text, [mode, 9, 5] + text] }
            + [1, 2, 3].map { [0, $0] + [0xC9, 0xCC, 0x41, 0, 0xFF, 0xFE, 0x3D, 0xD8, 0x81, 0x30, 0x81, 0x30] }
    }

    func run(_ input: UnsafeRawBufferPointer) throws {
        var choices = Choices(input)
        let mode = choices.byte() % 3
        let choice = choices.byte()
        if mode == 0 { return try decode(choices.rest, as: LogFormat.Encoding.allCases[Int(choice) % 4]) }
        let place = Int(choices.byte()) * 256 + Int(choices.byte())
        let text = Array(choices.rest)
        let whole = mode == 1 ? Compression.gzip(text) : Compression.zstd(text)
        // By its name the file must be compressed, so that a first byte that says otherwise is damage.
        let file = mode == 1 ? "log.gz" : "log.zst"
        guard try read(whole, file: file) == .success(text) else { throw Finding("what was compressed does not come back") }
        var changed = whole
        if choice & 1 == 0 {
            changed[place % whole.count] ^= 1 << (choice >> 1 & 7)
            if case .success(let other) = try read(changed, file: file), other != text {
                throw Finding("a flipped bit at \(place % whole.count) changes the text")
            }
        } else {
            changed = Array(whole.prefix(4 + place % (whole.count - 4)))
            if case .success = try read(changed, file: file) { throw Finding("a file cut at \(changed.count) is read as whole") }
        }
    }

    private func decode(_ bytes: UnsafeRawBufferPointer, as encoding: LogFormat.Encoding) throws {
        guard case .success(let text) = try read(bytes, encoding), encoding != .utf8, text.count < Self.limit else { return }
        // What is no character is the byte FF and two digits; all else is UTF-8.
        for (index, part) in text.split(separator: 0xFF, omittingEmptySubsequences: false).enumerated() {
            guard String(validating: part, as: UTF8.self) != nil, index == 0 || part.count >= 2 else {
                throw Finding("\(encoding) gives what is no UTF-8: \(Array(part))")
            }
        }
    }

    private func read(
        _ bytes: some Collection<UInt8>, _ encoding: LogFormat.Encoding = .utf8, file: String = "log"
    ) throws -> Result<[UInt8], Problem> {
        try folder.write(bytes, to: file)
        do {
            return .success(
                try LogPeek.text(path: "\(folder.path)/\(file)", name: file, encoding: encoding, limit: Self.limit))
        } catch let problem as Problem {
            return .failure(problem)
        }
    }
}
