import ArgumentParser
import Chronology
import EventStore
import Foundation
import Manifest
import Marts
import StageKit
import Vocabulary

/// An analytical stage on the command line: alone for an analyst, or into a run directory for the orchestrator.
struct AnalysisCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: StageMain.programName,
        abstract: allStages.first { $0.name == StageMain.stageName }?.doc ?? "",
        discussion: """
            Computes on the snapshot that the last run left, without touching what is published and without a lock.
            """, version: programVersion)

    @OptionGroup var arguments: ManifestArguments
    @Argument(
        help: "The nodes of this stage to compute (default: all of the manifest).",
        completion: ManifestCompletion.nodes(of: StageMain.stageName))
    var names: [String] = []
    @OptionGroup var day: DateArgument
    @OptionGroup var moment: AsOfArgument
    @OptionGroup var printing: MartPrinting
    @Option(
        help: ArgumentHelp(
            "List the persons behind one figure instead of showing marts: values of its row, and its column, such as step=2,dropped.",
            valueName: "figure"))
    var persons: PersonSelection?
    @OptionGroup(title: "Past one machine") var scale: ScaleArguments
    @Option(help: .hidden)
    var into: String?

    func run() throws {
        try StageMain.reporting {
            let manifest = try arguments.load(stages: allStages)
            let work = try scale.work()
            guard let stage = allStages.first(where: { $0.name == StageMain.stageName }) else { return .wrongUsage }
            let nodes = try select(manifest, stage)
            try checkPersons(nodes, work)
            let (date, intraday) = try moment.resolve(
                day, manifest, default: PublishedRun.current(in: manifest.output)?.date.description ?? "yesterday")
            if persons != nil, let node = nodes.first { manifest.warnOfOtherOverrides(than: date, of: node) }
            let snapshot = try Snapshot.open(storeFolder: manifest.store, threads: arguments.threadCount)
            let context = StageContext(manifest, date: date, intraday: intraday, snapshot, tables: try snapshot.tables())
            let progress = Progress(stage.name, total: Double(snapshot.liveRows) * work.share, unit: "events")
            let runner = StageRunner(
                stage: stage, context: context, snapshot: snapshot, threads: arguments.threadCount, persons: persons,
                progress: { progress.update($0) })
            let outcomes: [NodeOutcome]
            switch work {
            case .whole:
                outcomes = try runner.run(nodes)
                progress.end()
            case .range(let persons, let given, let partial):
                let (file, failed) = try runner.runRound(nodes, over: persons, given: scale.readGiven(given))
                progress.end()
                try file.write(to: partial)
                return report(failed)
            case .merge(let files, let given, let partial):
                let merged = try runner.merge(
                    nodes, try files.map(PartialFile.init(readingFrom:)), given: scale.readGiven(given), finishes: partial == nil)
                switch merged {
                case .finished(let finished): outcomes = finished
                case .partial(let file, let another):
                    if let partial { try file.write(to: partial) }
                    if !another.isEmpty {
                        Console.log("round \(file.origin.round + 1) is needed by \(another.joined(separator: ", "))")
                    }
                    return .done
                }
            }
            if let into {
                return try record(outcomes, of: stage, context, snapshot, in: RunDirectory.open(into))
            }
            return try show(outcomes)
        }
    }

    private func checkPersons(_ nodes: [Manifest.Node], _ work: ScaleArguments.Work) throws {
        guard persons != nil else { return }
        guard nodes.count == 1 else {
            throw Problem(
                .personsUsage, "--persons lists those of one node, not of \(nodes.count)",
                help: "name one: " + nodes.map(\.name).joined(separator: ", "))
        }
        guard case .whole = work, into == nil else {
            throw Problem(
                .personsUsage, "persons are listed by one process", help: "leave --buckets, --partial and --merge out")
        }
    }

    private func select(_ manifest: Manifest, _ stage: any Stage.Type) throws -> [Manifest.Node] {
        let all = manifest.nodes.filter { $0.stage == stage.name }
        if names.isEmpty { return all }
        return try names.map { name in
            guard let node = all.first(where: { $0.name == name || $0.id == name }) else {
                let near = nearestName(to: name, among: all.map(\.name)).map { "did you mean '\($0)'?" }
                throw Problem(
                    .unknownNode, "the manifest has no \(stage.name) called '\(name)'", at: .path(manifest.path),
                    help: near ?? "it has: " + all.map(\.name).joined(separator: ", "))
            }
            return node
        }
    }

    private func record(
        _ outcomes: [NodeOutcome], of stage: any Stage.Type, _ context: StageContext, _ snapshot: Snapshot,
        in run: RunDirectory
    ) throws -> ExitStatus {
        let records = NodeRecords(runDirectory: run.path)
        let fingerprints = NodeFingerprints(context, snapshot)
        var status = ExitStatus.done
        for outcome in outcomes {
            // A node that cannot be prepared has failed, and is never taken over.
            let fingerprint = try? fingerprints.fingerprint(of: outcome.node, stage: stage)
            var record = RunResults.Node(
                id: outcome.node.id, stage: stage.name, status: .done, seconds: outcome.seconds, rows: 0, marts: [],
                fingerprint: fingerprint?.parts ?? [],
                overrides: context.manifest.overrides(of: outcome.node).map(RunResults.Override.init))
            do {
                for mart in try outcome.result.get() {
                    try run.write(mart, formats: context.manifest.formats)
                    record.rows += mart.rows.count
                    record.marts.append(mart.id)
                    for note in mart.notes where note.isLoud {
                        Console.log(TerminalText.shown("\(mart.id): \(note.message)"), level: .warning, node: outcome.node.id)
                    }
                }
            } catch {
                let failure = Console.report(error, node: outcome.node.id)
                // A full disk or an unwritable folder ends the run with its own status; anything else fails the node.
                if failure == .cannotWrite || failure == .inputOutput {
                    status = failure
                } else if status == .done {
                    status = .stageFailed
                }
                record.status = .failed
                record.reason = String(describing: error)
            }
            try records.write(record)
        }
        return status
    }

    /// Reports the nodes that failed; the status is that of the first.
    private func report(_ outcomes: [NodeOutcome]) -> ExitStatus {
        var status = ExitStatus.done
        for outcome in outcomes {
            guard case .failure(let error) = outcome.result else { continue }
            let failure = Console.report(error, node: outcome.node.id)
            if status == .done { status = failure }
        }
        return status
    }

    private func show(_ outcomes: [NodeOutcome]) throws -> ExitStatus {
        let status = report(outcomes)
        try printing.show(outcomes.flatMap { (try? $0.result.get()) ?? [] }, showsAll: persons != nil, isPrivate: persons != nil)
        return status
    }
}
