import Foundation
import Synchronization
import Vocabulary

/// What a person at a terminal, or a log file, gets to see.
public enum Console {
    public static var outputIsTerminal: Bool { isatty(STDOUT_FILENO) == 1 }
    public static var errorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    /// Cells of a line that tables must fit: those of the environment's COLUMNS where it is exported, else of the terminal
    /// (120 where it cannot be asked); nil where standard output is none and nothing needs to fit.
    public static var tableWidth: Int? {
        if let text = ProcessInfo.processInfo.environment["COLUMNS"], let columns = Int(text), (20...10_000).contains(columns) {
            return columns
        }
        guard outputIsTerminal else { return nil }
        var size = winsize()
        if ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 20 { return Int(size.ws_col) }
        return 120
    }

    /// Writes to standard output.
    /// - Throws: `Problem` when standard output cannot be written (a full disk, a closed pipe).
    public static func print(_ text: String, terminator: String = "\n") throws {
        try write(Array(text.utf8) + Array(terminator.utf8), to: STDOUT_FILENO)
    }

    /// Writes a document to standard output: as it is for a program or a file, on a terminal with everything spelled out
    /// that the terminal would act on.
    public static func show(_ document: [UInt8]) throws {
        guard outputIsTerminal else { return try write(document, to: STDOUT_FILENO) }
        let lines = String(decoding: document, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        try write(Array(lines.map { TerminalText.shown(String($0)) }.joined(separator: "\n").utf8), to: STDOUT_FILENO)
    }

    public static func write(_ bytes: [UInt8], to descriptor: Int32) throws {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress! + written, bytes.count - written) }
            if count < 0 {
                if errno == EINTR { continue }
                throw Problem(.cannotPrint, "cannot write the output: \(String(cString: strerror(errno)))")
            }
            written += count
        }
    }
}

extension ProblemCode {
    public static let cannotPrint = ProblemCode("output.cannot-print", exit: .inputOutput)
}

/// Progress of long work on standard error: a bar with rate and time left on a terminal, a line every ten seconds
/// otherwise, and nothing at all for work that ends within a second.
public final class Progress: Sendable {
    private struct State {
        var shown = Duration.zero
        var drawn = false
    }

    private let title: String
    private let total: Double
    private let unit: String
    private let started = ContinuousClock().now
    private let state = Mutex(State())
    private let terminal = Console.errorIsTerminal

    /// - Parameters:
    ///   - total: what there is to do, in `unit` (such as `MB` or `events`), for the rate.
    public init(_ title: String, total: Double, unit: String) {
        self.title = title
        self.total = total
        self.unit = unit
    }

    /// Tells that a fraction (0 to 1) is done.
    public func update(_ fraction: Double) {
        let elapsed = started.duration(to: ContinuousClock().now)
        state.withLock { state in
            guard elapsed > .seconds(1), elapsed - state.shown >= (terminal ? .milliseconds(200) : .seconds(10)) else {
                return
            }
            state.shown = elapsed
            let line = text(fraction, seconds: elapsed.seconds)
            if terminal {
                state.drawn = true
                try? Console.write(Array("\r\u{1B}[K\(line)".utf8), to: STDERR_FILENO)
            } else {
                Console.log(line)
            }
        }
    }

    /// Clears the bar.
    public func end() {
        state.withLock { state in
            if state.drawn { try? Console.write(Array("\r\u{1B}[K".utf8), to: STDERR_FILENO) }
            state.drawn = false
        }
    }

    private func text(_ fraction: Double, seconds: Double) -> String {
        let fraction = min(1, max(0, fraction))
        let cells = 24
        let full = Int(fraction * Double(cells))
        let bar = String(repeating: "#", count: full) + String(repeating: "-", count: cells - full)
        let rate = seconds > 0 ? total * fraction / seconds : 0
        let left = fraction > 0 ? seconds * (1 - fraction) / fraction : 0
        return "\(title) [\(bar)] \(Int(fraction * 100)) %  \(Int(rate)) \(unit)/s  \(Int(left.rounded(.up))) s left"
    }
}
