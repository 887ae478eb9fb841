import Chronology
import Databases
import EventLog
import EventStore
import Manifest
import Marts
import StageKit
import Vocabulary

extension ProblemCode {
    static let nothingPublished = ProblemCode("publish.nothing", exit: .stageFailed)
    static let noDatabase = ProblemCode("publish.no-database", exit: .wrongUsage)
    static let otherPipeline = ProblemCode("publish.other-pipeline", exit: .wrongManifest)
}

extension Manifest {
    /// - Throws: `Problem` `publish.other-pipeline` where `current` is the run of another pipeline: two that publish into one
    ///   folder would replace each other's figures. Where its record cannot be read, its data package says whose it is.
    public func requireOwnOutput() throws {
        guard let current = PublishedRun.current(in: output) else { return }
        let other: String
        if let results = try? current.results() {
            other = results.pipeline
        } else if let package = current.packageName, package != DataPackage.name(of: pipeline) {
            other = package
        } else {
            return
        }
        guard other != pipeline else { return }
        throw Problem(
            .otherPipeline, "the output holds the runs of the pipeline '\(other)', and this is '\(pipeline)'", at: .path(output),
            help: "give each pipeline an output of its own; where it only has a new name, remove the link \(output)/current")
    }
}

/// The system step that gathers what the stages recorded, writes the dashboard, run_results.json and datapackage.json, and swaps the
/// run in.
struct PublishStep {
    let manifest: Manifest
    let snapshot: Snapshot

    /// Completes the run directory that the stages wrote into.
    /// - Parameters:
    ///   - started: when the run began, RFC 3339.
    ///   - seconds: what the run took so far.
    ///   - selection: the steps that were asked for; nil for all.
    ///   - makesCurrent: also where a run of the same date knows of more.
    func complete(
        _ run: RunDirectory, started: String?, seconds: Double, selection: RunResults.Selection?, makesCurrent: Bool
    ) throws -> RunDirectory.Publication {
        let records = NodeRecords(runDirectory: run.path)
        var results = results(date: run.date, records: try records.read(), seconds: seconds)
        results.started = started
        results.overrides = manifest.overrides.map(RunResults.Override.init)
        results.selection = selection
        for mart in QualityMarts(manifest: manifest, catalogue: snapshot.catalogue, results: results).all {
            try run.write(mart, formats: manifest.formats)
        }
        try writeDatabase(of: results, into: run)
        return try complete(run, results, makesCurrent: makesCurrent)
    }

    private func complete(_ run: RunDirectory, _ results: RunResults, makesCurrent: Bool = false) throws -> RunDirectory.Publication {
        let page = DashboardPage(manifest: manifest, run: run)
        return try run.complete(name: packageName, results: results, keep: manifest.keepRuns, makesCurrent: makesCurrent, page: page.write)
    }

    /// Publishes the current run's marts once more, in the manifest's forms.
    func republish() throws -> RunDirectory.Publication {
        guard let current = PublishedRun.current(in: manifest.output) else {
            throw Problem(
                .nothingPublished, "nothing is published yet", at: .path(manifest.output),
                help: "start with: nightmarket run \(ShellWord.quoted(manifest.path))")
        }
        try manifest.requireOwnOutput()
        var results = try current.results()
        let run = try RunDirectory.create(in: manifest.output, date: current.date)
        for id in results.nodes.flatMap(\.marts) + QualityMarts.ids.filter({ (try? current.holds($0)) ?? false }) {
            if try !run.link(id, formats: manifest.formats, from: current) {
                try run.write(current.mart(id), formats: manifest.formats)
            }
        }
        results.seconds = 0
        try writeDatabase(of: results, into: run)
        if let intraday = current.intraday { try run.markIntraday(intraday) }
        return try complete(run, results)
    }

    /// Writes the SQLite database of a run in the making, where the manifest wants one.
    private func writeDatabase(of results: RunResults, into run: RunDirectory) throws {
        guard manifest.publish.contains("sqlite") else { return }
        // Equal events give equal bytes: no name of the run, and none of the marts that tell of files.
        let tables = try manifest.tables(
            of: results.nodes.flatMap(\.marts), date: results.date, name: nil, intraday: run.intraday, load: run.mart)
        try SQLiteFile.write(tables, to: run.databasePath)
        try run.describeDatabase()
    }

    private var packageName: String { DataPackage.name(of: manifest.pipeline) }

    private func results(date: CivilDate, records: [RunResults.Node], seconds: Double) -> RunResults {
        let catalogue = snapshot.catalogue
        let order = Dictionary(uniqueKeysWithValues: manifest.nodes.enumerated().map { ($0.element.id, $0.offset) })
        let nodes = records.sorted { order[$0.id, default: .max] < order[$1.id, default: .max] }
        let total = catalogue.balance.total
        let live = catalogue.files.filter { $0.state == .live && $0.stored > 0 }
        return RunResults(
            pipeline: manifest.pipeline, date: date, snapshot: snapshot.fingerprint, status: .done, seconds: seconds,
            nodes: nodes,
            sources: manifest.books(of: catalogue),
            balance: RunResults.SnapshotBalance(
                stored: total.stored, movedCopies: total.movedCopies, live: total.live, duplicate: total.duplicate,
                superseded: total.superseded, filtered: total.filtered, erased: total.erased, moved: total.moved,
                filteredByRule: total.filteredByRule.byRule.filter { $0.count > 0 }
                    .map { RunResults.Count(code: $0.rule, count: $0.count) }),
            lineage: nodes.flatMap { node -> [RunResults.Lineage] in
                let inputs = inputs(of: node.id, among: live)
                return node.marts.map { RunResults.Lineage(mart: $0, node: node.id, inputs: inputs) }
            },
            warnings: catalogue.files.filter { $0.state == .damaged }.map {
                RunResults.Warning(
                    code: "damaged_file", message: $0.problem ?? "damaged", place: "\($0.source): \($0.path)")
            } + ofFiles(catalogue)
                + manifest.settingsNotApplied(to: catalogue, sources: Set(manifest.sources.map(\.name))).map {
                    RunResults.Warning(code: "settings_not_applied", message: $0)
                }
                + manifest.sourcesThatLeft(catalogue).map { RunResults.Warning(code: "source_left", message: $0) }
                + manifest.sourcesWithoutRecords(of: date, files: catalogue.files).map {
                    RunResults.Warning(code: "no_records", message: $1, place: $0.place.description)
                })
    }

    /// The sources whose globs match nothing, and what they match that cannot be taken in.
    private func ofFiles(_ catalogue: Catalogue) -> [RunResults.Warning] {
        manifest.sources.flatMap { source in
            let discovery: Discovery
            do { discovery = try source.discoverFiles(folder: manifest.folder) } catch {
                return Problems.carried(by: error).map { RunResults.Warning(code: $0.code.name, message: $0.message, place: $0.place?.description) }
            }
            var warnings = discovery.passedOver.map {
                RunResults.Warning(code: "passed_over", message: "source \(source.name): passed over \($0)", place: source.place.description)
            }
            guard discovery.files.isEmpty else { return warnings }
            let brought = catalogue.files.contains { $0.source == source.name && $0.state == .live }
            warnings.append(
                RunResults.Warning(
                    code: "no_files",
                    message: "\(source.matchesNothing(folder: manifest.folder)): "
                        + (brought ? "what it brought before still counts" : "it contributes nothing"),
                    place: source.place.description))
            return warnings
        }
    }

    /// The files of the sources that the node looks at.
    private func inputs(of id: String, among files: [FileEntry]) -> [RunResults.Lineage.Input] {
        let sources: Set<String>
        if id == AlertsStep.name {
            sources = AlertsStep.sources(manifest)
        } else {
            guard let node = manifest.nodes.first(where: { $0.id == id }),
                let stage = allStages.first(where: { $0.name == node.stage })
            else { return [] }
            sources = Set(stage.sources(of: node, in: manifest).map(\.name))
        }
        return files.filter { sources.contains($0.source) }.map {
            RunResults.Lineage.Input(source: $0.source, path: $0.path, size: $0.look.size, hash: $0.contentHash)
        }
    }
}

extension Manifest {
    /// The files of every source with their books, as a run's record has them.
    public func books(of catalogue: Catalogue) -> [RunResults.Source] {
        sources.map { source in
            RunResults.Source(
                name: source.name, kind: source.kind.rawValue,
                files: catalogue.files.filter { $0.source == source.name }.map(RunResults.File.init))
        }
    }
}

extension RunResults.File {
    init(_ file: FileEntry) {
        let state: State =
            switch file.state {
            case .live: .live
            case .duplicate: .duplicate
            case .superseded: .replaced
            case .damaged: .damaged
            }
        self.init(
            path: file.path, size: file.look.size, hash: file.contentHash, state: state, read: file.read,
            rejected: file.rejected, stored: file.stored,
            rejects: file.rejects.byCode.sorted { $0.key < $1.key }
                .map { RunResults.Count(code: $0.key, count: $0.value) },
            problem: file.problem)
    }
}
