import Chronology
import Glibc
import Logging
import Marts
import Vocabulary

/// The metadata of log lines.
package enum LogKey {
    package static let run = "run"
    package static let node = "node"
    package static let code = "code"
    package static let place = "place"
    package static let help = "help"
    /// In the order in which they are written.
    package static let all = [run, node, code, place, help]
}

/// Writes each log line to standard error in one piece.
package struct LineLogHandler: LogHandler {
    package enum Form: Sendable {
        /// `bare`: without time, run and node, as a person at a terminal needs it.
        case text(bare: Bool)
        case json(program: String)
    }

    package let form: Form
    package var logLevel: Logger.Level
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?

    package subscript(metadataKey key: String) -> Logger.MetadataValue? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package init(form: Form, logLevel: Logger.Level) {
        self.form = form
        self.logLevel = logLevel
    }

    package func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        let line = line(
            at: RunDate.now, event.level, event.message.description, all.mapValues { $0.description })
        try? Console.write(line, to: STDERR_FILENO)
    }

    /// - Parameter instant: microseconds UTC.
    package func line(at instant: Int64, _ level: Logger.Level, _ message: String, _ metadata: [String: String]) -> [UInt8] {
        let milliseconds = instant / 1000 * 1000
        var bytes: [UInt8] = []
        switch form {
        case .text(let bare):
            if !bare { bytes += Array(prefix(Timestamp.rfc3339(milliseconds / 1_000_000 * 1_000_000, in: .utc), metadata).utf8) }
            if level == .warning { bytes += Array("warning: ".utf8) }
            let text = metadata[LogKey.code].map {
                Problem.text(code: $0, place: metadata[LogKey.place], message, help: metadata[LogKey.help])
            }
            bytes += Array((text ?? LineLogHandler.shown(message)).utf8)
        case .json(let program):
            let head: [JSONValue.Member] = [
                .init("time", .string(Timestamp.rfc3339(milliseconds, in: .utc))), .init("level", .string(level.rawValue)),
                .init("program", .string(program)),
            ]
            let rest = LogKey.all.compactMap { key in metadata[key].map { JSONValue.Member(key, .string($0)) } }
            JSONText.append(.object(head + rest + [.init("message", .string(message))]), to: &bytes)
        }
        bytes.append(0x0A)
        return bytes
    }

    /// Line by line: what names and values would do to a terminal or a log is spelled out.
    private static func shown(_ message: String) -> String {
        message.split(separator: "\n", omittingEmptySubsequences: false).map { TerminalText.shown(String($0)) }
            .joined(separator: "\n")
    }

    /// The time, and of a line of a run the first digits of its id and the node.
    private func prefix(_ time: String, _ metadata: [String: String]) -> String {
        guard let run = metadata[LogKey.run] else { return time + " " }
        return "\(time) [\(run.prefix(8))\(metadata[LogKey.node].map { " " + $0 } ?? "")] "
    }
}
