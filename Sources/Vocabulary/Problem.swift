/// The exit statuses that programs outside rely on (sysexits where one fits).
public enum ExitStatus: Int32, Sendable {
    case done = 0
    case stageFailed = 1
    case alertFired = 3
    case wrongUsage = 64
    case gateClosed = 65
    case cannotWrite = 73
    case inputOutput = 74
    case locked = 75
    case wrongManifest = 78
}

/// A stable name of one kind of problem, with the exit status it leads to.
///
/// Each module declares its own codes as static members in an extension.
public struct ProblemCode: Sendable, Hashable {
    public let name: String
    public let exit: ExitStatus

    public init(_ name: String, exit: ExitStatus) {
        self.name = name
        self.exit = exit
    }
}

/// Where a problem lies: a text position, a record of a file, or a path.
public enum Place: Sendable, Hashable, CustomStringConvertible {
    case text(file: String, line: Int, column: Int)
    case record(file: String, number: Int, column: String?)
    case offset(file: String, byte: Int)
    case path(String)

    public var description: String {
        switch self {
        case .text(let file, let line, let column): "\(file):\(line):\(column)"
        case .record(let file, let number, nil): "\(file), record \(number)"
        case .record(let file, let number, let column?): "\(file), record \(number), column \(column)"
        case .offset(let file, let byte): "\(file), byte \(byte)"
        case .path(let path): path
        }
    }
}

/// An error that a person can act on: what happened, where, what to do, and a stable code.
public struct Problem: Error, Sendable, Hashable, CustomStringConvertible {
    public let code: ProblemCode
    public let message: String
    public let place: Place?
    public let help: String?

    public init(_ code: ProblemCode, _ message: String, at place: Place? = nil, help: String? = nil) {
        self.code = code
        self.message = message
        self.place = place
        self.help = help
    }

    /// The same with another help.
    public func with(help: String) -> Problem { Problem(code, message, at: place, help: help) }

    /// Two lines at the most: what a file's names and values would do to a terminal or a log is spelled out.
    public var description: String {
        Problem.text(code: code.name, place: place?.description, message, help: help)
    }

    /// How people read a problem of which only the words are left.
    public static func text(code: String, place: String?, _ message: String, help: String?) -> String {
        var text = "error[\(code)]: "
        if let place { text += "\(TerminalText.shown(place)): " }
        text += TerminalText.shown(message)
        if let help { text += "\n  help: \(TerminalText.shown(help))" }
        return text
    }
}

/// Several problems found in one pass (a manifest reports all its mistakes at once).
public struct Problems: Error, Sendable, CustomStringConvertible {
    public let all: [Problem]

    public init(_ all: [Problem]) { self.all = all }

    /// The problems that an error carries; empty where it is of another kind.
    public static func carried(by error: any Error) -> [Problem] {
        switch error {
        case let problem as Problem: [problem]
        case let problems as Problems: problems.all
        default: []
        }
    }

    public var description: String { all.map(\.description).joined(separator: "\n") }
}
