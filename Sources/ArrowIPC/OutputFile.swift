import CLinux
import Glibc
import Vocabulary

/// Zero bytes to pad with, alive as long as the process.
struct Zeros: @unchecked Sendable {
    static let shared = Zeros()

    private let buffer: UnsafeRawBufferPointer

    private init() {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: ArrowFormat.alignment, alignment: 8)
        _ = memory.initializeMemory(as: UInt8.self, repeating: 0)
        buffer = UnsafeRawBufferPointer(memory)
    }

    /// - Parameter count: at most 64.
    func bytes(_ count: Int) -> UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: buffer[0..<count]) }
}

/// A new file that is written front to back without copying what it is given.
final class OutputFile {
    private let path: String
    private var descriptor: Int32
    private var position = 0

    init(path: String) throws {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        if descriptor < 0 { throw problem("cannot be created") }
    }

    deinit { if descriptor >= 0 { discard() } }

    /// Writes one message with its body, both padded to 64 bytes, and returns where it lies.
    func write(
        _ message: [UInt8], body: [UnsafeRawBufferPointer], length: Int
    ) throws -> ArrowMessages.Block {
        let start = position
        let head = Self.head(message, at: start)
        try write(head)
        try write(body: body)
        return ArrowMessages.Block(offset: Int64(start), metadataLength: Int64(head.count), bodyLength: Int64(length))
    }

    /// Writes buffers of a body, each padded to 64 bytes.
    func write(body: [UnsafeRawBufferPointer]) throws {
        var pieces: [UnsafeRawBufferPointer] = []
        for piece in body {
            pieces.append(piece)
            let padding = ArrowFormat.padded(piece.count) - piece.count
            if padding > 0 { pieces.append(Zeros.shared.bytes(padding)) }
        }
        try write(pieces)
    }

    /// Leaves room for a message of so many bytes, which `fill` writes when its body is known.
    func reserve(_ count: Int) throws -> Range<Int> {
        let start = position
        try write(Self.head([UInt8](repeating: 0, count: count), at: start))
        return start..<position
    }

    /// Writes a message into the room that was left for one of its length, and returns where it and its body lie.
    func fill(_ room: Range<Int>, _ message: [UInt8], bodyLength: Int) throws -> ArrowMessages.Block {
        let start = room.lowerBound
        let head = Self.head(message, at: start)
        guard head.count == room.count else {
            throw Problem(.arrowMalformed, "a message of \(head.count) bytes has room for \(room.count)", at: .path(path))
        }
        var done = 0
        while done < head.count {
            let count = head.withUnsafeBytes { bytes in
                pwrite(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done, off_t(start + done))
            }
            if count < 0 {
                if errno == EINTR { continue }
                throw problem("cannot be written")
            }
            done += count
        }
        return ArrowMessages.Block(offset: Int64(start), metadataLength: Int64(head.count), bodyLength: Int64(bodyLength))
    }

    /// A message with the prefix that tells its length, padded so that what follows begins at a multiple of 64 bytes.
    private static func head(_ message: [UInt8], at start: Int) -> [UInt8] {
        let end = ArrowFormat.padded(start + 8 + message.count)
        var head: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF]
        withUnsafeBytes(of: UInt32(end - start - 8).littleEndian) { head.append(contentsOf: $0) }
        head += message
        head += [UInt8](repeating: 0, count: end - start - head.count)
        return head
    }

    func write(_ bytes: [UInt8]) throws { try bytes.withUnsafeBytes { try write([$0]) } }

    private func write(_ pieces: [UnsafeRawBufferPointer]) throws {
        let mostVectors = 512
        var next = 0
        while next < pieces.count {
            let group = pieces[next..<min(next + mostVectors, pieces.count)]
            var vectors = group.map {
                iovec(iov_base: UnsafeMutableRawPointer(mutating: $0.baseAddress), iov_len: $0.count)
            }
            next += group.count
            var first = 0
            while first < vectors.count {
                var written = vectors[first...].withUnsafeBufferPointer {
                    writev(descriptor, $0.baseAddress, Int32($0.count))
                }
                if written < 0 {
                    if errno == EINTR { continue }
                    throw problem("cannot be written")
                }
                position += written
                while first < vectors.count, written >= vectors[first].iov_len {
                    written -= vectors[first].iov_len
                    first += 1
                }
                if first < vectors.count, written > 0 {
                    vectors[first].iov_base = vectors[first].iov_base.map { $0 + written }
                    vectors[first].iov_len -= written
                }
            }
        }
    }

    /// Has the system begin to write to the disk, and closes.
    func finish() throws {
        _ = nightmarket_begin_write(descriptor)
        let status = close(descriptor)
        descriptor = -1
        if status != 0, errno != EINTR { throw problem("cannot be closed") }
    }

    /// Removes what was written so far.
    func discard() {
        if descriptor >= 0 { close(descriptor) }
        descriptor = -1
        unlink(path)
    }

    private func problem(_ what: String) -> Problem {
        let number = errno
        let code: ProblemCode = [ENOSPC, EDQUOT, EIO, EFBIG].contains(number) ? .arrowDeviceFailed : .arrowCannotWrite
        let help =
            switch number {
            case ENOSPC, EDQUOT: "free space on the device; the run can then be repeated"
            case EACCES, EPERM, EROFS: "give the user that runs this the right to write there"
            case ENOENT, ENOTDIR: "create the folder first"
            default: nil as String?
            }
        return Problem(code, "the file \(what): \(String(cString: strerror(number)))", at: .path(path), help: help)
    }
}
