import CISAL
import Glibc
import Vocabulary

/// Inflates a gzip file with ISA-L, some three times as fast as zlib; whatever ISA-L refuses is zlib's to judge.
///
/// At the first doubt the file is opened anew with zlib, which passes over what was delivered: what a file holds, and what
/// is wrong with it, is what zlib says.
package final class FastInflater: ByteSource {
    private enum State { case inMember, betweenMembers, ended }

    private let path: String
    private let input: FileInput
    private let member: UnsafeMutableRawPointer
    private var state = State.inMember
    private var delivered = 0
    private var fallback: Inflater?

    /// - Returns: nil where there is no memory for ISA-L.
    package init?(_ input: FileInput, path: String) {
        guard let member = nightmarket_isal_make() else { return nil }
        self.member = member
        self.input = input
        self.path = path
        nightmarket_isal_begin(member)
    }

    deinit { free(member) }

    /// Writes decoded bytes to `target` until it is full or the file ends; returns their number, 0 at the end.
    /// - Throws: `log.damaged` with the offset in the compressed file; `log.unreadable`.
    package func read(into target: UnsafeMutableRawBufferPointer) throws -> Int {
        if fallback == nil, let count = try inflate(into: target) {
            delivered += count
            return count
        }
        let inflater = try fallback ?? passedOver(delivered, target)
        fallback = inflater
        return try inflater.read(into: target)
    }

    /// - Returns: nil where the file is not plainly whole.
    private func inflate(into target: UnsafeMutableRawBufferPointer) throws -> Int? {
        var written = 0
        while written < target.count && state != .ended {
            let bytes = try input.available()
            switch state {
            case .inMember:
                guard !bytes.isEmpty, let count = inflateOnce(bytes, into: target, from: written) else { return nil }
                written += count
            case .betweenMembers:
                if let first = bytes.first {
                    if first != 0x1F { return nil }
                    nightmarket_isal_begin(member)
                    state = .inMember
                } else {
                    state = .ended
                }
            case .ended: break
            }
        }
        return written
    }

    private func inflateOnce(
        _ bytes: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer, from start: Int
    ) -> Int? {
        let room = target.count - start
        guard let input = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self),
            let output = target.baseAddress?.advanced(by: start).assumingMemoryBound(to: UInt8.self)
        else { return nil }
        var (unread, free) = (UInt32(bytes.count), UInt32(room))
        let status = nightmarket_isal_inflate(member, input, &unread, output, &free)
        if status < 0 { return nil }
        self.input.consume(bytes.count - Int(unread))
        if status == 1 { state = .betweenMembers }
        return room - Int(free)
    }

    /// zlib on the same file, behind its first bytes.
    private func passedOver(_ count: Int, _ buffer: UnsafeMutableRawBufferPointer) throws -> Inflater {
        let inflater = try Inflater(try FileInput(path: path, name: input.name))
        var left = count
        while left > 0 {
            let passed = try inflater.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(left)))
            if passed == 0 { break }
            left -= passed
        }
        return inflater
    }
}
