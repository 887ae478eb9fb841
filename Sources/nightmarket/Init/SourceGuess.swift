import EventLog
import Vocabulary

/// What a source's files are, and which of their columns is which of ours.
enum SourceGuess {
    case events(ColumnGuess)
    case report(ReportGuess)

    /// Nil where no column holds times.
    init?(_ look: LogLook) {
        if let report = ReportGuess(look) {
            self = .report(report)
        } else if let log = ColumnGuess(look) {
            self = .events(log)
        } else {
            return nil
        }
    }

    var mapped: [(ours: String, theirs: String)] {
        switch self {
        case .events(let guess): guess.mapped
        case .report(let guess): guess.mapped
        }
    }

    /// Columns of the files that nothing is known of.
    var others: [String] {
        switch self {
        case .events(let guess): guess.others
        case .report(let guess): guess.others
        }
    }

    var time: TimeGuess {
        switch self {
        case .events(let guess): guess.time
        case .report(let guess): guess.time
        }
    }

    // MARK: The file to blame

    /// Why nothing can be guessed of files of one form together: `init.no-time` at the first that has no times, or else at the first
    /// whose times are written otherwise than those of the first file.
    static func problem(of looks: [LogLook]) -> Problem {
        let guesses = looks.filter(\.hasValues).map { (look: $0, guess: SourceGuess($0)) }
        let odd = guesses.first { $0.guess == nil }
            ?? guesses.dropFirst().first { other in LogLook(joining: [guesses[0].look, other.look]).flatMap { SourceGuess($0) } == nil }
            ?? guesses.first { $0.guess?.time.format != guesses[0].guess?.time.format }
        if let odd, let guess = odd.guess, let first = guesses.first, let known = first.guess {
            return Problem(
                .noTimeColumn, "its times are not written as those of other files that have the same columns", at: .path(odd.look.path),
                help: "they look like \(guess.time.format.rawValue), those of \(first.look.path) like \(known.time.format.rawValue); write a source for each by hand")
        }
        let look = odd?.look ?? looks.first
        return Problem(
            .noTimeColumn, "no column of the file looks like the time of an event", at: look.map { .path($0.path) },
            help: "its columns are \((look?.columns ?? []).map(\.name).joined(separator: ", ")); write its source by hand")
    }
}

extension ProblemCode {
    static let noTimeColumn = ProblemCode("init.no-time", exit: .gateClosed)
}
