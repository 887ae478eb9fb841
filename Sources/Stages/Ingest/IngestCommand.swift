import ArgumentParser
import EventStore
import StageKit
import Vocabulary

/// The system step `ingest` on the command line.
struct IngestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: StageMain.programName,
        abstract: "Take new and changed files into the store, under the writer's lock.", version: programVersion)

    @OptionGroup var arguments: ManifestArguments
    @OptionGroup var day: DateArgument
    @OptionGroup var moment: AsOfArgument
    @OptionGroup var discarding: DiscardArguments
    @OptionGroup(title: "Past one machine") var scale: IngestScaleArguments
    @Flag(help: .hidden)
    var underLock = false
    @OptionGroup(visibility: .hidden) var replaying: ReplayArguments
    @Flag(help: .hidden)
    var replay = false

    func run() throws {
        try StageMain.reporting {
            let manifest = try arguments.load(stages: allStages)
            let work = try scale.work()
            let (date, intraday) = try moment.resolve(day, manifest, default: "yesterday")
            if case .files(let files, let partial) = work {
                try discarding.refuse(where: "--file reads files and judges none")
                let step = try IngestStep(manifest: manifest, date: date, intraday: intraday, threads: arguments.threadCount)
                let warnings = try step.describe(files, to: partial)
                for warning in warnings { Console.log(TerminalText.shown(warning), level: .warning) }
                return .done
            }
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
                try manifest.refuseFilesOfATrial()
                let step = try IngestStep(
                    manifest: manifest, date: date, intraday: intraday, threads: arguments.threadCount)
                var descriptions: [FileDescription]?
                if case .merge(let files) = work { descriptions = try files.map(FileDescription.init(readingFrom:)) }
                let report = try step.run(under: lock, descriptions: descriptions, discarded: discarding.discard)
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

/// What the ingest takes on the command line to do its work in several processes.
struct IngestScaleArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Read only this file into the store, without a commit and without the lock, for --merge; may be given again.",
            valueName: "path"), completion: .file())
    var file: [String] = []
    @Option(help: ArgumentHelp("Where to describe what was read.", valueName: "file"), completion: .file())
    var partial: String?
    @Option(
        parsing: .upToNextOption, help: ArgumentHelp("Commit the files that were described.", valueName: "file"),
        completion: .file())
    var merge: [String] = []

    enum Work {
        case all
        case files([String], partial: String)
        case merge([String])
    }

    /// - Throws: `Problem` `usage.scale`.
    func work() throws -> Work {
        guard file.isEmpty == (partial == nil), merge.isEmpty || file.isEmpty else {
            throw Problem(
                .scaleUsage, "--file and --partial belong together, and to no --merge",
                help: "read with: --file PATH --partial FILE; commit with: --merge FILE...")
        }
        if let partial { return .files(file, partial: partial) }
        return merge.isEmpty ? .all : .merge(merge)
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
