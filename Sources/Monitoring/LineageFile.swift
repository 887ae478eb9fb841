import Glibc
import Vocabulary

extension ProblemCode {
    public static let lineageUnusable = ProblemCode("monitoring.lineage", exit: .inputOutput)
}

/// A file of OpenLineage events, a line each, that grows; whoever rotates logs may move it away at any time.
public struct LineageFile: Sendable {
    private let path: String

    public init(_ path: String) { self.path = path }

    /// Appends an event in one piece; behind half a line, which a crash or a full disk left, on a line of its own.
    /// - Throws: `Problem` `monitoring.lineage`.
    public func append(_ event: LineageEvent) throws {
        let descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw problem("cannot be opened") }
        defer { close(descriptor) }
        var line = event.line
        var last: UInt8 = 0x0A
        if case let size = lseek(descriptor, 0, SEEK_END), size > 0 { _ = pread(descriptor, &last, 1, size - 1) }
        if last != 0x0A { line.insert(0x0A, at: 0) }
        var rest = line[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                throw problem("cannot be written")
            }
            rest = rest.dropFirst(count)
        }
    }

    private func problem(_ what: String) -> Problem {
        Problem(
            .lineageUnusable, "the lineage file \(what): \(String(cString: strerror(errno)))", at: .path(path),
            help: "look at the folder of monitoring.openlineage and its rights; the run itself goes on")
    }
}
