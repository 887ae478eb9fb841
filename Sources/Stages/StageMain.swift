import ArgumentParser
import Foundation
import Glibc
import StageKit
import Vocabulary

/// The main of every stage executable: its own file name says which stage it is.
public enum StageMain {
    private static let prefix = "nightmarket-"

    /// The name that the program was called by.
    static let programName = URL(fileURLWithPath: CommandLine.arguments.first ?? "").lastPathComponent
    static let stageName = programName.hasPrefix(prefix) ? String(programName.dropFirst(prefix.count)) : programName

    /// The names of all stages, in the order in which a night comes by them.
    private static let names = ["ingest"] + allStages.map { $0.name } + [AlertsStep.name, "publish"]

    /// What to answer where the orchestrator is asked for what a stage does; nil for any other word.
    public static func refusal(ofCommand word: String) -> Problem? {
        guard names.contains(word) else { return nil }
        return Problem(
            .unknownStage, "'\(word)' is no command of nightmarket: the stage is a program of its own",
            help: "call it as \(prefix)\(word) MANIFEST")
    }

    public static func run() -> Never {
        ParentWatch.start()
        // A file that grows over the limit of the shell is an error of the write, as a full disk is.
        signal(SIGXFSZ, SIG_IGN)
        if let run = ProcessInfo.processInfo.environment[Orchestrator.runVariable] { Console.logs(of: run, step: stageName) }
        switch stageName {
        case "ingest": IngestCommand.main()
        case AlertsStep.name: AlertsCommand.main()
        case "publish": PublishCommand.main()
        case let name where allStages.contains { $0.name == name }: AnalysisCommand.main()
        default:
            let status = Console.report(
                Problem(
                    .unknownStage, "there is no stage called '\(stageName)'",
                    help: "call this program as nightmarket-STAGE, with one of: "
                        + names.joined(separator: ", ")))
            exit(status.rawValue)
        }
        exit(0)
    }

    /// Runs a command's body and turns what it throws into a message on standard error and an exit status.
    static func reporting(_ body: () throws -> ExitStatus) throws {
        let status: ExitStatus
        do {
            status = try body()
        } catch {
            status = Console.report(error)
        }
        if status != .done { throw ExitCode(status.rawValue) }
    }
}

extension ProblemCode {
    static let unknownStage = ProblemCode("usage.stage", exit: .wrongUsage)
    static let unknownNode = ProblemCode("usage.node", exit: .wrongUsage)
    static let oneMartOnly = ProblemCode("usage.one-mart", exit: .wrongUsage)
}
