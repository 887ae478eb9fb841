import ArgumentParser
import EventStore
import Ledger
import Manifest
import Marts
import StageKit
import Vocabulary

/// The system step `publish` on the command line: completes the run directory of the orchestrator, or, alone,
/// publishes the current marts once more (in the forms that the manifest names now).
struct PublishCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: StageMain.programName,
        abstract: "Complete a run and swap it in; alone: publish the current marts anew in the manifest's forms.", version: programVersion)

    @OptionGroup var arguments: ManifestArguments
    @Flag(help: "Publish nothing anew: bring the manifest's PostgreSQL database to the published run.")
    var postgres = false
    @Flag(help: .hidden)
    var underLock = false
    @Flag(help: .hidden)
    var makeCurrent = false
    @Option(help: .hidden)
    var into: String?
    @Option(help: .hidden)
    var seconds: Double = 0
    @Option(help: .hidden)
    var started: String?
    @Option(parsing: .unconditionalSingleValue, help: .hidden)
    var selected: [String] = []
    @Option(parsing: .unconditionalSingleValue, help: .hidden)
    var excluded: [String] = []

    func run() throws {
        try StageMain.reporting {
            let manifest = try arguments.load(stages: allStages)
            let folder = StoreFolder(manifest.store)
            let lock = try into == nil && !underLock ? StoreLock(folder) : StoreLock(folder, inherited: 0)
            defer { withExtendedLifetime(lock) {} }
            if postgres {
                guard let database = DatabaseStep(manifest) else {
                    throw Problem(
                        .noDatabase, "the manifest names no PostgreSQL database", at: .path(manifest.path), help: "add postgres: { }")
                }
                return try database.run() ? .done : .stageFailed
            }
            let step = PublishStep(manifest: manifest, snapshot: try Snapshot.open(storeFolder: manifest.store))
            let selection = selected.isEmpty && excluded.isEmpty ? nil : RunResults.Selection(select: selected, exclude: excluded)
            let publication = try into.map {
                try step.complete(RunDirectory.open($0), started: started, seconds: seconds, selection: selection, makesCurrent: makeCurrent)
            } ?? step.republish()
            for warning in publication.warnings { Console.warn(warning) }
            if let later = publication.later {
                let whole = later.intraday.map { "as of \($0)" } ?? "the whole night"
                Console.log(
                    "publish: \(later.name) of the same date knows of more (\(whole)): 'current' stays there; --make-current puts this run in its place",
                    level: .warning)
            } else if !publication.isCurrent {
                Console.log("publish: a newer date is published already; 'current' stays where it is")
            }
            Console.log("publish: \(publication.run.path)")
            for (override, nodes) in publication.results.overriddenNodes where !nodes.isEmpty {
                Console.log(
                    "publish: figures of \(nodes.joined(separator: ", ")) are not as the manifest says: \(TerminalText.shown(override.words))",
                    level: .warning)
            }
            // In a night the orchestrator does both, the database once all its nights are published.
            if into == nil {
                note(publication.run, manifest)
                _ = try DatabaseStep(manifest)?.run()
            }
            return .done
        }
    }

    /// The ledger is an index: whatever happens to it, the run is published.
    private func note(_ run: PublishedRun, _ manifest: Manifest) {
        do {
            try Ledger.note([LedgerEntry(run)], output: manifest.output)
        } catch {
            Console.warn(error)
        }
    }
}
