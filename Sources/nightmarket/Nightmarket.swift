import ArgumentParser
import StageKit
import Vocabulary

/// The orchestrator: the only program that starts processes.
@main
struct Nightmarket: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "nightmarket",
        abstract: "A nightly marketing-analytics pipeline: logs and ad reports in, dashboard-ready JSON out.",
        subcommands: [
            RunCommand.self, RetryCommand.self, BackfillCommand.self, ReplayCommand.self, PlanCommand.self, StatusCommand.self,
            CheckCommand.self, SchemaCommand.self, SimulateCommand.self, InitCommand.self, ForgetCommand.self,
            CompactCommand.self,
        ])
}

/// Runs a command's body and turns what it throws into a message on standard error and an exit status.
func reporting(_ body: () async throws -> ExitStatus) async throws {
    let status: ExitStatus
    do {
        status = try await body()
    } catch let interrupted as Interrupted {
        Console.log(interrupted.description)
        throw ExitCode(128 + interrupted.signal)
    } catch {
        status = Console.report(error)
    }
    if status != .done { throw ExitCode(status.rawValue) }
}
