import CPostgres
import Dispatch
import Glibc
import Synchronization

/// Connects on a thread of its own: libpq looks names up with the system's resolver, which knows no deadline, when it begins
/// and when it goes on to the next of several hosts. A thread that is late is left behind, and closes what it gets.
enum PostgresDialing {
    /// A connection of libpq, which one thread has at a time.
    struct Line: @unchecked Sendable { let handle: UnsafeMutableRawPointer }

    enum Answer: Sendable {
        case connected(Line)
        /// libpq has words for it.
        case failed(Line)
        /// The server was found, and said nothing in time.
        case silent(Line)
        /// The server was not even found in time.
        case late
        case noMemory

        fileprivate var line: Line? {
            switch self {
            case .connected(let line), .failed(let line), .silent(let line): line
            case .late, .noMemory: nil
            }
        }
    }

    private final class Call: Sendable {
        let answer = Mutex<Answer?>(nil)
        let isGivenUp = Mutex(false)
        let end = DispatchSemaphore(value: 0)
    }

    /// How much longer than the server the thread is waited for, so that the more telling answer comes first.
    private static let grace = DispatchTimeInterval.milliseconds(250)

    /// libpq is loaded.
    /// - Parameter url: nil: what the `PG*` variables and libpq's own files say.
    static func dial(_ url: String?, within seconds: Int) -> Answer {
        let call = Call()
        let deadline = ContinuousClock.now + .seconds(seconds)
        DispatchQueue.global().async {
            let answer = connect(url, until: deadline)
            let isGivenUp = call.isGivenUp.withLock { isGivenUp in
                if !isGivenUp { call.answer.withLock { $0 = answer } }
                return isGivenUp
            }
            if isGivenUp, let line = answer.line { cpg_finish(line.handle) }
            call.end.signal()
        }
        _ = call.end.wait(timeout: .now() + .seconds(seconds) + grace)
        return call.isGivenUp.withLock { isGivenUp in
            isGivenUp = true
            return call.answer.withLock { $0 } ?? .late
        }
    }

    private static func connect(_ url: String?, until deadline: ContinuousClock.Instant) -> Answer {
        let options: [(String, String?)] = [
            ("dbname", url), ("fallback_application_name", "nightmarket"), ("client_encoding", "UTF8"),
        ]
        let words = options.filter { $0.1 != nil }.map { (strdup($0.0), strdup($0.1 ?? "")) }
        defer { for (keyword, value) in words { free(keyword); free(value) } }
        let keywords = words.map { $0.0.map { UnsafePointer($0) } } + [nil]
        let values = words.map { $0.1.map { UnsafePointer($0) } } + [nil]
        guard let handle = cpg_connect(keywords, values) else { return .noMemory }
        var state = CPG_CONNECT_WRITING
        while state != CPG_CONNECT_DONE {
            if cpg_socket(handle) >= 0, !wait(for: state == CPG_CONNECT_READING ? POLLIN : POLLOUT, at: cpg_socket(handle), until: deadline) {
                return .silent(Line(handle: handle))
            }
            state = cpg_connect_go_on(handle)
            if state == CPG_CONNECT_FAILED { return .failed(Line(handle: handle)) }
        }
        return .connected(Line(handle: handle))
    }

    /// - Returns: false where the time is over.
    static func wait(for events: Int32, at socket: Int32, until deadline: ContinuousClock.Instant) -> Bool {
        while true {
            let left = ContinuousClock.now.duration(to: deadline).components
            let milliseconds = left.seconds * 1000 + left.attoseconds / 1_000_000_000_000_000
            guard milliseconds > 0 else { return false }
            var descriptor = pollfd(fd: socket, events: Int16(events), revents: 0)
            let count = poll(&descriptor, 1, Int32(clamping: milliseconds))
            if count > 0 { return true }
            if count < 0, errno != EINTR { return true }
        }
    }
}
