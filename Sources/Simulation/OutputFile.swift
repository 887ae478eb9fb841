import CZlib
import Glibc
import Vocabulary

/// A file that is written compressed or plain beside its name and takes the name when it is whole.
final class OutputFile {
    private let path: String
    private let temporary: String
    private var descriptor: Int32
    private let stream: UnsafeMutablePointer<z_stream>?
    private var block = [UInt8](repeating: 0, count: 1 << 16)
    /// Bytes in the file so far.
    private(set) var size = 0

    /// - Parameter gzipLevel: zlib's level; nil writes plain bytes. The gzip header carries no name and no time.
    /// - Throws: `Problem` with `simulation.cannot-write`.
    init(_ path: String, gzipLevel: Int?) throws {
        self.path = path
        temporary = path + ".part"
        descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard let gzipLevel, descriptor >= 0 else {
            stream = nil
            if descriptor < 0 { throw failure("opened") }
            return
        }
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        self.stream = stream
        let gzipWindow: Int32 = 15 + 16
        let status = deflateInit2_(
            stream, Int32(gzipLevel), Z_DEFLATED, gzipWindow, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        if status != Z_OK {
            throw Problem(.simulationCannotWrite, "zlib cannot start: status \(status)", at: .path(path))
        }
    }

    deinit {
        if let stream {
            deflateEnd(stream)
            stream.deallocate()
        }
        if descriptor >= 0 {
            Glibc.close(descriptor)
            unlink(temporary)
        }
    }

    func write(_ bytes: [UInt8]) throws {
        if stream == nil {
            try bytes.withUnsafeBytes { try put($0) }
        } else {
            try deflateAll(bytes, flush: Z_NO_FLUSH)
        }
    }

    /// Completes the file and gives it its name.
    func finish() throws {
        if stream != nil { try deflateAll([], flush: Z_FINISH) }
        let closed = Glibc.close(descriptor)
        descriptor = -1
        guard closed == 0, rename(temporary, path) == 0 else {
            let problem = failure("completed")
            unlink(temporary)
            throw problem
        }
    }

    private func deflateAll(_ bytes: [UInt8], flush: Int32) throws {
        guard let stream else { return }
        let full = block.count
        try bytes.withUnsafeBufferPointer { input in
            stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
            stream.pointee.avail_in = uInt(input.count)
            repeat {
                try block.withUnsafeMutableBufferPointer { output in
                    stream.pointee.next_out = output.baseAddress
                    stream.pointee.avail_out = uInt(full)
                    let status = deflate(stream, flush)
                    guard status != Z_STREAM_ERROR else {
                        throw Problem(.simulationCannotWrite, "zlib cannot compress: status \(status)", at: .path(path))
                    }
                    let made = full - Int(stream.pointee.avail_out)
                    try put(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(output)[..<made]))
                }
            } while stream.pointee.avail_out == 0
            stream.pointee.next_in = nil
        }
    }

    private func put(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes
        while let base = rest.baseAddress, rest.count > 0 {
            let written = Glibc.write(descriptor, base, rest.count)
            if written < 0 {
                if errno == EINTR { continue }
                throw failure("written")
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[written...])
        }
        size += bytes.count
    }

    private func failure(_ done: String) -> Problem {
        Problem(
            .simulationCannotWrite, "the file cannot be \(done): \(String(cString: strerror(errno)))", at: .path(path),
            help: "give a folder that can be written to, on a disk with room")
    }
}
