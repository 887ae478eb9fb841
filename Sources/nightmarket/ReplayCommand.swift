import ArgumentParser
import StageKit
import Stages
import Vocabulary

struct ReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Read the files again that have rejected records, after the manifest was mended.",
        discussion: """
            A file is found by its path and content, also where it was moved to an archive. Its new reading takes the \
            place of the old one; the gate judges as in a run. What comes in is published by the next run.
            """)

    @OptionGroup var arguments: ManifestArguments
    @OptionGroup var rejects: ReplayArguments
    @Flag(help: "Say what would come in, and do nothing.")
    var dryRun = false
    @OptionGroup var waiting: WaitingArgument

    func run() async throws {
        try await reporting {
            let manifest = try arguments.load(stages: allStages)
            if dryRun {
                let report = try ReplayStep.preview(manifest, rejects.selection, threads: arguments.threadCount)
                for line in report.lines(manifest: arguments.manifest) { try Console.print(line) }
                if !report.problems.isEmpty { throw Problems(report.problems) }
                return .done
            }
            let writer = try await Writer(arguments, manifest, wait: waiting.wait)
            return try await writer.monitored {
                try await writer.step("ingest", ["--under-lock", "--replay"] + rejects.forwarded, date: nil)
            }
        }
    }
}
