import Glibc
import Vocabulary

/// Turns the text of a file from its encoding into UTF-8 (the C library's iconv), a block at a time.
///
/// A byte that is no part of a character becomes the byte FF, which no UTF-8 has, and its two hexadecimal digits. So
/// what cannot be decoded costs the records that hold it in a mapped column of text, and not the file.
final class Transcoder: ByteSource {
    private static let inputSize = 64 * 1024
    private static let outputSize = 4 * inputSize
    private static let digits = Array("0123456789ABCDEF".utf8)

    private let source: any ByteSource
    private let converter: iconv_t
    /// Bytes of a unit that is dropped where it cannot be decoded.
    private let unit: Int
    private let input: UnsafeMutableRawBufferPointer
    private var inputCount: Int
    private let output: UnsafeMutableRawBufferPointer
    private var ready = 0..<0
    private var sourceHasEnded = false

    /// The text of `source`: as it is where it is UTF-8 by declaration or by its byte order mark, which overrules what is
    /// declared; decoded otherwise. UTF-16 without a mark is little-endian unless its first byte is zero.
    /// - Throws: `log.decoder` where the C library does not know the encoding.
    static func text(_ source: any ByteSource, as encoding: LogFormat.Encoding, file: String) throws -> any ByteSource {
        encoding == .utf8 ? source : try Transcoder(source, encoding, file: file)
    }

    private init(_ source: any ByteSource, _ encoding: LogFormat.Encoding, file: String) throws {
        // Read before anything is allocated: where this throws, no deinit runs.
        let head = try Self.head(of: source)
        self.source = source
        input = .allocate(byteCount: Self.inputSize, alignment: 16)
        output = .allocate(byteCount: Self.outputSize, alignment: 16)
        input.copyBytes(from: head)
        inputCount = head.count
        unit = encoding == .utf16 ? 2 : 1
        let name = Self.name(of: encoding, head: head)
        converter = iconv_open("UTF-8", name)
        // iconv_open answers -1 as a pointer.
        if Int(bitPattern: converter) == -1 {
            throw Problem(
                .logDecoder, "this system's C library cannot decode \(name)", at: .path(file),
                help: "install its character sets (the package libc6 or libc-gconv-modules)")
        }
    }

    deinit {
        if Int(bitPattern: converter) != -1 { iconv_close(converter) }
        input.deallocate()
        output.deallocate()
    }

    /// The first four bytes, or as many as there are.
    private static func head(of source: any ByteSource) throws -> [UInt8] {
        var head = [UInt8](repeating: 0, count: 4)
        var count = 0
        while count < head.count {
            let more = try head.withUnsafeMutableBytes {
                try source.read(into: UnsafeMutableRawBufferPointer(rebasing: $0[count...]))
            }
            if more == 0 { break }
            count += more
        }
        return Array(head[..<count])
    }

    private static func name(of encoding: LogFormat.Encoding, head: [UInt8]) -> String {
        if head.starts(with: [0xEF, 0xBB, 0xBF]) { return "UTF-8" }
        switch encoding {
        case .utf8: return "UTF-8"
        case .gb18030: return "GB18030"
        case .latin1: return "ISO-8859-1"
        case .utf16:
            if head.starts(with: [0xFE, 0xFF]) { return "UTF-16BE" }
            return head.first == 0 ? "UTF-16BE" : "UTF-16LE"
        }
    }

    /// - Throws: what the source throws.
    func read(into target: UnsafeMutableRawBufferPointer) throws -> Int {
        while ready.isEmpty {
            if !sourceHasEnded {
                let room = UnsafeMutableRawBufferPointer(rebasing: input[inputCount...])
                let count = try source.read(into: room)
                sourceHasEnded = count == 0
                inputCount += count
            }
            if inputCount == 0 { return 0 }
            convert()
        }
        let count = min(ready.count, target.count)
        UnsafeMutableRawBufferPointer(rebasing: target[..<count])
            .copyMemory(from: UnsafeRawBufferPointer(rebasing: output[ready.prefix(count)]))
        ready = (ready.lowerBound + count)..<ready.upperBound
        return count
    }

    /// Converts the input into the empty output, which has room for all of it; keeps the beginning of a character.
    private func convert() {
        var next = input.baseAddress?.assumingMemoryBound(to: CChar.self)
        var left = inputCount
        var target = output.baseAddress?.assumingMemoryBound(to: CChar.self)
        var room = output.count
        while left > 0 {
            if iconv(converter, &next, &left, &target, &room) != -1 { break }
            if errno == EINVAL && !sourceHasEnded { break }
            for _ in 0..<min(unit, left) {
                let byte = UInt8(bitPattern: next?.pointee ?? 0)
                for part in [0xFF, Self.digits[Int(byte >> 4)], Self.digits[Int(byte & 15)]] {
                    target?.pointee = CChar(bitPattern: part)
                    target = target?.successor()
                    room -= 1
                }
                next = next?.successor()
                left -= 1
            }
        }
        ready = 0..<(output.count - room)
        if left > 0, let next { input.baseAddress?.copyMemory(from: next, byteCount: left) }
        inputCount = left
    }
}
