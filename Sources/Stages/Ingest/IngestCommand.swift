import ArgumentParser
import EventStore
import StageKit
import Vocabulary

/// The system step `ingest` on the command line.
struct IngestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: StageMain.programName,
        abstract: "Take new and changed files into the store, under the writer's lock.")

    @OptionGroup var arguments: ManifestArguments
    @OptionGroup var day: DateArgument
    @OptionGroup var moment: AsOfArgument
    @Flag(help: .hidden)
    var underLock = false
    @OptionGroup(visibility: .hidden) var replaying: ReplayArguments
    @Flag(help: .hidden)
    var replay = false

    func run() throws {
        try StageMain.reporting {
            let manifest = try arguments.load(stages: allStages)
            let (date, intraday) = try moment.resolve(day, manifest, default: "yesterday")
            let folder = StoreFolder(manifest.store)
            let lock = try underLock ? StoreLock(folder, inherited: 0) : StoreLock(folder)
            let record = IngestRecord(folder)
            record.clear()
            do {
                if replay {
                    let step = try ReplayStep(manifest: manifest, date: date, threads: arguments.threadCount)
                    let report = try step.run(replaying.selection, under: lock)
                    for line in report.lines(manifest: arguments.manifest) { try Console.print(line) }
                    if !report.problems.isEmpty { throw Problems(report.problems) }
                    return .done
                }
                let step = try IngestStep(
                    manifest: manifest, date: date, intraday: intraday, threads: arguments.threadCount)
                let report = try step.run(under: lock)
                for warning in report.warnings { Console.log(TerminalText.shown(warning), level: .warning) }
                Console.log(report.summary)
                if !report.problems.isEmpty { throw Problems(report.problems) }
            } catch {
                record.write(error)
                throw error
            }
            return .done
        }
    }
}

/// Which rejects a replay is about, on the command line.
public struct ReplayArguments: ParsableArguments {
    @Option(help: ArgumentHelp("Only this source; may be given again.", valueName: "source"))
    public var source: [String] = []
    @Option(help: ArgumentHelp("Only files with rejects of this code, such as decimal.invalid; may be given again.", valueName: "code"))
    public var reason: [String] = []
    @Option(help: ArgumentHelp("Where files may lie that are gone from their place; may be given again.", valueName: "glob"))
    public var archive: [String] = []

    public init() {}

    public var selection: ReplaySelection { ReplaySelection(sources: source, codes: reason, archives: archive) }

    /// The words that hand the same selection on to another command.
    public var forwarded: [String] {
        source.flatMap { ["--source", $0] } + reason.flatMap { ["--reason", $0] } + archive.flatMap { ["--archive", $0] }
    }
}
