import ArgumentParser
import StageKit
import Stages
import Vocabulary

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Take in what has arrived, compute what is due, and publish it whole or not at all.")

    @OptionGroup var arguments: ManifestArguments
    @OptionGroup var day: DateArgument
    @Flag(help: "Compute every node, also those whose inputs and options are what they were.")
    var force = false
    @Flag(help: "Say what would run, and why, and do nothing.")
    var dryRun = false

    func run() async throws {
        try await reporting {
            let manifest = try arguments.load(stages: allStages)
            let date = try day.resolve(manifest, default: "yesterday")
            try RunDate.refuseFuture(date, zone: manifest.zone)
            if dryRun {
                try PlanReport(manifest: manifest, date: date, force: force).print()
                return .done
            }
            return try await Night(arguments: arguments, manifest: manifest, date: date, force: force).run()
        }
    }
}
