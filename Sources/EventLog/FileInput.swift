import Glibc
import Vocabulary

/// A file read from start to end through one large buffer.
package final class FileInput: ByteSource {
    static let bufferSize = 256 * 1024

    let name: String
    private let descriptor: CInt
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: FileInput.bufferSize, alignment: 16)
    /// The unread bytes of the buffer.
    private(set) var unread = 0..<0
    /// Bytes of the file read into the buffer or past it so far.
    private(set) var position = 0

    /// - Throws: `log.unreadable`.
    package init(path: String, name: String) throws {
        self.name = name
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 { throw Self.unreadable(name, errno) }
        _ = posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        buffer.deallocate()
    }

    /// Where the next unread byte lies in the file.
    var offset: Int { position - unread.count }

    /// The unread bytes, after reading more where there are none; empty at the end of the file.
    func available() throws -> UnsafeRawBufferPointer {
        if unread.isEmpty { unread = 0..<(try readOnce(into: buffer)) }
        return UnsafeRawBufferPointer(rebasing: buffer[unread])
    }

    func consume(_ count: Int) { unread = (unread.lowerBound + count)..<unread.upperBound }

    /// Fills as much of `target` as the file has: first what is unread, then from the file directly.
    package func read(into target: UnsafeMutableRawBufferPointer) throws -> Int {
        if unread.isEmpty { return try readOnce(into: target) }
        let count = min(unread.count, target.count)
        UnsafeMutableRawBufferPointer(rebasing: target[..<count])
            .copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[unread.prefix(count)]))
        consume(count)
        return count
    }

    private func readOnce(into target: UnsafeMutableRawBufferPointer) throws -> Int {
        while true {
            let count = Glibc.read(descriptor, target.baseAddress, target.count)
            if count >= 0 {
                position += count
                return count
            }
            if errno != EINTR { throw Self.unreadable(name, errno) }
        }
    }

    private static func unreadable(_ name: String, _ number: CInt) -> Problem {
        Problem(
            .logUnreadable, "the file cannot be read: \(String(cString: strerror(number)))", at: .path(name),
            help: "check that it exists and that this user may read it")
    }
}
