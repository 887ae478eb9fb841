import ArgumentParser
import Foundation
import Logging
import Synchronization
import Vocabulary

/// How log lines are written.
public enum LogStyle: String, Sendable, CaseIterable, ExpressibleByArgument {
    /// For people; outside a terminal with the time and, in a run, its id and node.
    case text
    /// A JSON object a line.
    case json
    /// `text` on a terminal, `json` elsewhere.
    case auto
}

/// The least severe lines that are written.
public enum LogLevel: String, Sendable, CaseIterable, ExpressibleByArgument {
    case debug, info, warning, error

    var level: Logger.Level {
        switch self {
        case .debug: .debug
        case .info: .info
        case .warning: .warning
        case .error: .error
        }
    }
}

/// What every command takes that writes log lines.
public struct LogArguments: ParsableArguments {
    @Option(help: "How log lines are written: text, json, or auto (text on a terminal, json elsewhere).")
    public var logFormat: LogStyle = .text
    @Option(help: "The least severe log lines to write: debug, info, warning or error.")
    public var logLevel: LogLevel = .info

    public init() {}

    /// The words that hand the same choices on to another command.
    var forwarded: [String] { ["--log-format", logFormat.rawValue, "--log-level", logLevel.rawValue] }
}

extension Console {
    /// Made with the defaults; a command sets it when it knows its options.
    private static let logger = Mutex(makeLogger(.text, .info))

    /// Writes log lines from now on as the command line asks.
    static func startLog(_ style: LogStyle, _ level: LogLevel) {
        logger.withLock { logger in
            var fresh = makeLogger(style, level.level)
            for key in [LogKey.run, LogKey.node] { fresh[metadataKey: key] = logger[metadataKey: key] }
            logger = fresh
        }
    }

    /// Says of every further line which run it belongs to, and of those about no particular node which step writes it.
    public static func logs(of run: String, step: String?) {
        logger.withLock {
            $0[metadataKey: LogKey.run] = .string(run)
            $0[metadataKey: LogKey.node] = step.map { .string($0) }
        }
    }

    /// Writes a line to the log; a failure to do so is nobody's to hear of.
    /// - Parameter node: the node that it is about.
    public static func log(_ text: String, level: LogLevel = .info, node: String? = nil) {
        log(level, text, node: node)
    }

    /// Writes an error that stops nothing to the log.
    public static func warn(_ error: any Error) {
        let problems = Problems.carried(by: error)
        for problem in problems { log(.warning, problem) }
        if problems.isEmpty { log(.warning, String(describing: error), node: nil) }
    }

    /// Reports an error in the log and gives the exit status that it leads to.
    /// - Parameter node: the node that it ended.
    public static func report(_ error: any Error, node: String? = nil) -> ExitStatus {
        let problems = Problems.carried(by: error)
        for problem in problems { log(.error, problem, node: node) }
        if problems.isEmpty { log(.error, String(describing: error), node: node) }
        return problems.first?.code.exit ?? .stageFailed
    }

    private static func log(_ level: LogLevel, _ problem: Problem, node: String? = nil) {
        log(
            level, problem.message, node: node,
            [LogKey.code: problem.code.name, LogKey.place: problem.place?.description, LogKey.help: problem.help])
    }

    private static func log(_ level: LogLevel, _ text: String, node: String?, _ more: [String: String?] = [:]) {
        var metadata = more.compactMapValues { $0.map { Logger.MetadataValue.string($0) } }
        if let node { metadata[LogKey.node] = .string(node) }
        logger.withLock { $0 }.log(level: level.level, Logger.Message(stringLiteral: text), metadata: metadata)
    }

    private static func makeLogger(_ style: LogStyle, _ level: Logger.Level) -> Logger {
        let program = URL(fileURLWithPath: CommandLine.arguments.first ?? "").lastPathComponent
        let isTerminal = errorIsTerminal
        let form: LineLogHandler.Form =
            switch style {
            case .json: .json(program: program)
            case .auto where !isTerminal: .json(program: program)
            case .text, .auto: .text(bare: isTerminal)
            }
        return Logger(label: program) { _ in LineLogHandler(form: form, logLevel: level) }
    }
}
