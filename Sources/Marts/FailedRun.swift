import Chronology
import Glibc
import Vocabulary

/// A run that was not published, kept beside the published ones where no reader looks.
///
/// While it is open (`output/runs/.failed-YYYY-MM-DD-NNN`) the marts that it finished lie in it, and a later run of its
/// date takes them over. Once its date is published it is settled (`.settled-...`), and only its record is left.
public struct FailedRun: Sendable, Hashable, Comparable {
    public let output: String
    public let date: CivilDate
    /// Counts the failed runs of a date from 1.
    public let number: Int
    public let isOpen: Bool

    private static let open = ".failed-"
    private static let settled = ".settled-"

    public var name: String {
        let digits = String(number)
        return "failed-\(date)-\(String(repeating: "0", count: max(0, 3 - digits.count)))\(digits)"
    }

    public var path: String {
        "\(output)/runs/\(isOpen ? FailedRun.open : FailedRun.settled)\(name.dropFirst("failed-".count))"
    }

    public static func < (a: FailedRun, b: FailedRun) -> Bool { (a.date, a.number) < (b.date, b.number) }

    /// The failed runs of an output, oldest first.
    public static func all(in output: String) -> [FailedRun] {
        OutputFiles.names(in: "\(output)/runs").compactMap { name in
            guard let prefix = [open, settled].first(where: name.hasPrefix),
                let run = PublishedRun(output: output, name: String(name.dropFirst(prefix.count)))
            else { return nil }
            return FailedRun(output: output, date: run.date, number: run.number, isOpen: prefix == open)
        }.filter { OutputFiles.isPlainDirectory($0.path) }.sorted()
    }

    /// What the run did and why it failed.
    /// - Throws: `Problem` where nobody could write it: the run was killed.
    public func results() throws -> RunResults {
        let file = "\(path)/\(RunResults.fileName)"
        return try RunResults(reading: OutputFiles.read(file), file: file)
    }

    /// Settles the open runs of a date; with a number only those before it.
    static func settle(in output: String, date: CivilDate, before number: Int = .max) -> [Problem] {
        all(in: output).filter { $0.isOpen && $0.date == date && $0.number < number }.flatMap { run in
            warnings(of: run.path, run.settle)
        }
    }

    func settle() throws {
        let after = FailedRun(output: output, date: date, number: number, isOpen: false)
        guard rename(path, after.path) == 0 else { throw Problem.output(path, "cannot be settled") }
        for name in OutputFiles.names(in: after.path) where name != RunResults.fileName {
            try OutputFiles.remove("\(after.path)/\(name)")
        }
    }

    static func prune(in output: String, keep: Int) -> [Problem] {
        all(in: output).dropLast(max(1, keep)).flatMap { run in
            warnings(of: run.path) { try OutputFiles.remove(run.path) }
        }
    }

    /// The problems of work that nothing depends on.
    static func warnings(of path: String, _ body: () throws -> Void) -> [Problem] {
        do {
            try body()
            return []
        } catch let problem as Problem {
            return [problem]
        } catch {
            return [Problem(.outputInputOutput, "\(error)", at: .path(path))]
        }
    }
}

extension RunDirectory {
    /// Marks the run as one that sees up to an instant within its date (RFC 3339).
    public func markIntraday(_ asOf: String) throws {
        try OutputFiles.write(Array(asOf.utf8), to: "\(path)/\(PublishedRun.intradayFile)")
    }

    /// Whether it is still a run in the making: neither published nor given up.
    public var isStanding: Bool { OutputFiles.isPlainDirectory(path) }

    /// Gives the run up and keeps its record with the marts that it finished.
    /// - Throws: `Problem` of the output.
    @discardableResult
    public func keepAside(_ results: RunResults) throws -> FailedRun {
        var results = results
        results.run = nil
        try OutputFiles.write(results.write(), to: "\(path)/\(RunResults.fileName)")
        return try moveAside()
    }

    @discardableResult
    func moveAside() throws -> FailedRun {
        let number = (FailedRun.all(in: output).last { $0.date == date }?.number ?? 0) + 1
        let failed = FailedRun(output: output, date: date, number: number, isOpen: true)
        try OutputFiles.removeHalfWritten(in: path)
        guard rename(path, failed.path) == 0 else { throw Problem.output(failed.path, "cannot be put in its place") }
        try OutputFiles.syncDirectory("\(output)/runs")
        // The next intraday run sees further: nothing is to be retried.
        if OutputFiles.size("\(failed.path)/\(PublishedRun.intradayFile)") != nil {
            try failed.settle()
            return FailedRun(output: output, date: date, number: number, isOpen: false)
        }
        // It took over what the failed runs before it had finished.
        if OutputFiles.isPlainDirectory("\(failed.path)/\(RunDirectory.descriptions)") {
            _ = FailedRun.settle(in: output, date: date, before: number)
        }
        return failed
    }
}
