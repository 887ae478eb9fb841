import Chronology
import EventStore
import Explanations
import Manifest
import Marts
import StageKit
import Stages
import Vocabulary

/// What the stages and the store know of a published run.
struct RunFacts {
    let facts: Explainer.Facts

    init(_ manifest: Manifest, _ run: PublishedRun, threads: Int) throws {
        let results = try run.results()
        let snapshot = try openSnapshot(manifest)
        let isSame = snapshot?.fingerprint == results.snapshot
        let hours = isSame ? snapshot.map { FileHours($0.catalogue) } : nil
        let intraday = run.intraday.flatMap { Timestamp.reading($0, in: manifest.zone) }
        let context = StageContext(manifest, date: run.date, intraday: intraday, snapshot, tables: try snapshot?.tables() ?? [])
        var remarks = Self.changes(context, results)
        let declared = DeclaredColumns(StageContext(manifest, date: run.date, intraday: intraday, snapshot))
        if !isSame {
            remarks.append(
                "the store has changed since this run: it no longer says which files hold which days, and lists of persons are those of now")
        }
        facts = Explainer.Facts(
            definition: { column, mart in declared.definition(ofColumn: column, of: mart) },
            holdsTime: { cell, source, file in
                guard let hours, let span = MartCells(cell.mart, manifest).span(cell.row) else { return nil }
                return hours.holds(source, file, span)
            },
            refusesPersons: { selection, node in
                guard let stage = allStages.first(where: { $0.name == node.stage }) else { return "no stage is called \(node.stage)" }
                return stage.refusal(ofPersons: selection, of: node, in: context)
            },
            remarks: remarks)
    }

    /// Formulas and conditions are those of the manifest as it is: what of it differs from what the run recorded.
    private static func changes(_ context: StageContext, _ results: RunResults) -> [String] {
        let manifest = context.manifest
        let fingerprints = NodeFingerprints(context, nil)
        var remarks: [String] = []
        for node in manifest.nodes {
            guard let stage = allStages.first(where: { $0.name == node.stage }),
                let record = results.nodes.first(where: { $0.id == node.id }), let recorded = NodeFingerprint(parts: record.fingerprint),
                let now = try? fingerprints.fingerprint(of: node, stage: stage)
            else { continue }
            let parts = [
                ("the stage's version", now.stage == recorded.stage), ("options", now.options == recorded.options),
                ("the manifest's settings", now.settings == recorded.settings),
            ].filter { !$0.1 }.map(\.0)
            if !parts.isEmpty {
                remarks.append("\(node.id): \(parts.joined(separator: ", ")) changed since this run; what is said of its rules is said of the manifest as it is now")
            }
        }
        return remarks
    }
}
