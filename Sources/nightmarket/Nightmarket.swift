import ArgumentParser
import Glibc
import StageKit
import Stages
import Vocabulary

/// The orchestrator: the only program that starts processes.
@main
struct Nightmarket: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "nightmarket",
        abstract: "A nightly marketing-analytics pipeline: logs and ad reports in, dashboard-ready JSON out.",
        version: programVersion,
        subcommands: [
            RunCommand.self, RetryCommand.self, BackfillCommand.self, ReplayCommand.self, PlanCommand.self, StatusCommand.self,
            CheckCommand.self, SchemaCommand.self, SimulateCommand.self, InitCommand.self, ForgetCommand.self,
            CompactCommand.self, VerifyCommand.self, PlanExperimentCommand.self, WhyCommand.self, DiffCommand.self, MatchCommand.self,
        ])

    static func main() async {
        if let refusal = CommandLine.arguments.dropFirst().first.flatMap(StageMain.refusal) { Glibc.exit(Console.report(refusal).rawValue) }
        await main(nil)
    }
}

/// The exit status that an error leads to.
func exitCode(of error: any Error) -> Int32 {
    if let interrupted = error as? Interrupted { return 128 + interrupted.signal }
    return (Problems.carried(by: error).first?.code.exit ?? .stageFailed).rawValue
}

/// Runs a command's body and turns what it throws into a message on standard error and an exit status.
func reporting(_ body: () async throws -> ExitStatus) async throws {
    let status: ExitStatus
    do {
        status = try await body()
    } catch let interrupted as Interrupted {
        Console.log(interrupted.description, level: .error)
        throw ExitCode(exitCode(of: interrupted))
    } catch {
        status = Console.report(error)
    }
    if status != .done { throw ExitCode(status.rawValue) }
}
