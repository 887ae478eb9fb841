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

    func run() throws {
        try StageMain.reporting {
            let manifest = try arguments.load(stages: allStages)
            let (date, intraday) = try moment.resolve(day, manifest, default: "yesterday")
            let folder = StoreFolder(manifest.store)
            let lock = try underLock ? StoreLock(folder, inherited: 0) : StoreLock(folder)
            let record = IngestRecord(folder)
            record.clear()
            do {
                let step = try IngestStep(
                    manifest: manifest, date: date, intraday: intraday, threads: arguments.threadCount)
                let report = try step.run(under: lock)
                for line in report.lines { Console.log(line) }
                if !report.problems.isEmpty { throw Problems(report.problems) }
            } catch {
                record.write(error)
                throw error
            }
            return .done
        }
    }
}
