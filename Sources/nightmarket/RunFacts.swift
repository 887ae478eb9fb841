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
        var remarks = Self.changes(manifest, run, results, snapshot)
        if !isSame {
            remarks.append(
                "the store has changed since this run: it no longer says which files hold which days, and lists of persons are those of now")
        }
        let context = StageContext(
            manifest: manifest, date: run.date, tables: try snapshot?.tables() ?? [], newestEvent: snapshot?.newestEvent,
            oldestEvent: snapshot?.oldestEvent)
        facts = Explainer.Facts(
            definition: { column, node in
                allStages.first { $0.name == node.stage }?.definition(ofColumn: column, of: node, in: manifest)
            },
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
    private static func changes(_ manifest: Manifest, _ run: PublishedRun, _ results: RunResults, _ snapshot: Snapshot?) -> [String] {
        let context = StageContext(
            manifest: manifest, date: run.date, tables: [], newestEvent: snapshot?.newestEvent, oldestEvent: snapshot?.oldestEvent)
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

/// In which hours the files of a snapshot hold rows.
struct FileHours {
    private struct Content: Hashable {
        let source: String
        let path: String
        let hash: String
    }
    private var hours: [Content: [OccupiedHours]] = [:]

    init(_ catalogue: Catalogue) {
        let segments = Dictionary(catalogue.segments.map { ($0.name, $0.hours) }, uniquingKeysWith: { first, _ in first })
        for file in catalogue.files where !file.segments.isEmpty {
            hours[Content(source: file.source, path: file.path, hash: file.contentHash)] = file.segments.compactMap { segments[$0] }
        }
    }

    /// Whether a file holds rows of a span of time; nil where the hours do not tell: for tables, and for a span that begins
    /// or ends within an hour.
    func holds(_ source: String, _ file: RunResults.File, _ span: TimeSpan) -> Bool? {
        let hour: Int64 = 3_600_000_000
        guard span.start % hour == 0, span.end % hour == 0,
            let hours = hours[Content(source: source, path: file.path, hash: file.hash)]
        else { return nil }
        let answers = hours.map { $0.hold(span.start..<span.end) }
        return answers.contains(true) ? true : answers.contains(nil) ? nil : false
    }
}
