import ArgumentParser
import Chronology
import EventStore
import Manifest
import Marts
import StageKit
import Vocabulary

/// The system step `alerts` on the command line: alone for an analyst, on what is published, or in the run directory of
/// the orchestrator.
struct AlertsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: StageMain.programName,
        abstract: "Judge marts by the manifest's alerts; alone: those of the published run, changing nothing.", version: programVersion)

    @OptionGroup var arguments: ManifestArguments
    @OptionGroup var day: DateArgument
    @OptionGroup var moment: AsOfArgument
    @OptionGroup var printing: MartPrinting
    @Option(help: .hidden)
    var into: String?

    func run() throws {
        try StageMain.reporting {
            let manifest = try arguments.load(stages: allStages)
            let (date, intraday) = try moment.resolve(
                day, manifest, default: PublishedRun.current(in: manifest.output)?.date.description ?? "yesterday")
            let snapshot = try Snapshot.open(storeFolder: manifest.store)
            let step = AlertsStep(manifest, snapshot, date: date, intraday: intraday)
            if let into { return try record(step, manifest, in: RunDirectory.open(into)) }
            guard let run = PublishedRun.newest(of: date, in: manifest.output) else {
                throw Problem(
                    .nothingPublished, "nothing is published for \(date)", at: .path(manifest.output),
                    help: "start with: nightmarket run \(ShellWord.quoted(manifest.path)) --date \(date)")
            }
            let problems = manifest.alerts.flatMap { AlertCheck.problems(of: $0, in: step.context) }
            if !problems.isEmpty { throw Problems(problems) }
            try printing.show(try step.run { id in try run.holds(id) ? run.mart(id) : nil })
            return .done
        }
    }

    private func record(_ step: AlertsStep, _ manifest: Manifest, in run: RunDirectory) throws -> ExitStatus {
        let started = ContinuousClock().now
        var record = RunResults.Node(
            id: AlertsStep.name, stage: AlertsStep.name, status: .done, seconds: 0, rows: 0, marts: [],
            fingerprint: try step.fingerprint(of: run),
            overrides: manifest.overrides.filter(\.isOfAlerts).map(RunResults.Override.init))
        var status = ExitStatus.done
        do {
            for mart in try step.run({ id in try run.holds(id) ? run.mart(id) : nil }) {
                try run.write(mart, formats: manifest.formats)
                record.rows += mart.rows.count
                record.marts.append(mart.id)
            }
        } catch {
            status = Console.report(error)
            record.status = .failed
            record.reason = String(describing: error)
            if status != .cannotWrite, status != .inputOutput { status = .stageFailed }
        }
        record.seconds = started.duration(to: ContinuousClock().now).seconds
        try NodeRecords(runDirectory: run.path).write(record)
        return status
    }
}
