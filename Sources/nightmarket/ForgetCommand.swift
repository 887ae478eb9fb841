import ArgumentParser
import EventStore
import Manifest
import StageKit
import Stages

struct ForgetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forget",
        abstract: "Erase a person: its rows are live no longer, nor is what comes with its ids later.",
        discussion: """
            The rows of the user, those without a user of the devices it owns, and those without any id of the orders it \
            placed; the rejects that show one of these ids as well. What is published is made anew by the next run.
            """)

    @Argument(help: "The id as the logs have it.")
    var id: String
    @Option(help: "The space of user or device ids that it is in.")
    var space = "user"
    @OptionGroup var arguments: ManifestArguments

    func run() async throws {
        try await reporting {
            let manifest = try arguments.load(stages: allStages)
            let lock = try StoreLock(StoreFolder(manifest.store))
            let report = try ForgetStep(manifest: manifest, threads: arguments.threadCount).run(id, space: space, under: lock)
            try Console.print(
                "forget: \(report.ids) new id\(report.ids == 1 ? "" : "s") on record (the user, devices it owns, orders it placed); "
                    + "\(report.rows) row\(report.rows == 1 ? "" : "s") erased; "
                    + "\(report.rejects) reject\(report.rejects == 1 ? "" : "s") removed; the next run publishes without them")
            return .done
        }
    }
}
