import CZlib
import Vocabulary

/// Inflates a gzip file of any number of members (zlib), a block at a time.
///
/// Zero bytes after the last member are padding, as for gzip itself; anything else there is damage.
package final class Inflater: ByteSource {
    private enum State { case inMember, betweenMembers, inPadding, ended }

    private let input: FileInput
    /// zlib's state points back to this, so it has a fixed address.
    private let stream: UnsafeMutablePointer<z_stream>
    private var state = State.inMember

    /// - Throws: `log.decoder` when zlib has no memory.
    package init(_ input: FileInput) throws {
        self.input = input
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // 15 bits of window, and 16: a gzip header is expected and its checksum checked.
        let status = inflateInit2_(stream, 15 + 16, ZLIB_VERSION, CInt(MemoryLayout<z_stream>.size))
        guard status == Z_OK else {
            throw Problem(.logDecoder, "zlib cannot start (status \(status))", at: .path(input.name))
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Writes decoded bytes to `target` until it is full or the file ends; returns their number, 0 at the end.
    /// - Throws: `log.damaged` with the offset in the compressed file; `log.unreadable`.
    package func read(into target: UnsafeMutableRawBufferPointer) throws -> Int {
        var written = 0
        while written < target.count && state != .ended {
            let bytes = try input.available()
            switch state {
            case .inMember:
                if bytes.isEmpty { throw damaged("the file ends in the middle of its compressed data") }
                written += try inflateOnce(bytes, into: target, from: written)
            case .betweenMembers:
                if let first = bytes.first {
                    if first == 0 {
                        state = .inPadding
                    } else {
                        guard inflateReset(stream) == Z_OK else { throw damaged("zlib cannot go on") }
                        state = .inMember
                    }
                } else {
                    state = .ended
                }
            case .inPadding:
                if bytes.isEmpty {
                    state = .ended
                } else {
                    let zeros = bytes.prefix { $0 == 0 }.count
                    input.consume(zeros)
                    if zeros < bytes.count { throw damaged("there is something else behind the compressed data") }
                }
            case .ended: break
            }
        }
        return written
    }

    private func inflateOnce(
        _ bytes: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer, from start: Int
    ) throws -> Int {
        let room = target.count - start
        stream.pointee.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress?.assumingMemoryBound(to: UInt8.self))
        stream.pointee.avail_in = UInt32(bytes.count)
        stream.pointee.next_out = target.baseAddress?.advanced(by: start).assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_out = UInt32(room)
        let status = inflate(stream, Z_NO_FLUSH)
        input.consume(bytes.count - Int(stream.pointee.avail_in))
        switch status {
        case Z_STREAM_END: state = .betweenMembers
        case Z_OK: break
        case Z_MEM_ERROR: throw Problem(.logDecoder, "zlib has not enough memory", at: .path(input.name))
        default:
            let what = stream.pointee.msg.map { String(cString: $0) } ?? "status \(status)"
            throw damaged("the compressed data is broken (\(what))")
        }
        return room - Int(stream.pointee.avail_out)
    }

    private func damaged(_ message: String) -> Problem {
        Problem(
            .logDamaged, message, at: .offset(file: input.name, byte: input.offset),
            help: "fetch the file again; nothing of it is used until it is replaced")
    }
}
