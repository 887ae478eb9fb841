import Chronology
import EventLog
import EventStore
import Manifest
import StageKit
import Vocabulary

/// Reads files again whose records were rejected, after the manifest or the program was mended.
///
/// The new reading of a file takes the place of the old one in one commit, so nothing is counted twice. What the gate set
/// aside is part of it; files that have not been taken in before are not.
public struct ReplayStep {
    let ingest: IngestStep

    private var manifest: Manifest { ingest.manifest }

    /// - Parameter date: the date that the gate speaks of; what a night should bring is not judged.
    public init(manifest: Manifest, date: CivilDate, threads: Int) throws {
        ingest = try IngestStep(manifest: manifest, date: date, threads: threads)
    }

    /// - Throws: `Problem` or `Problems`: the gate closed (exit 65), a wrong key (78), an unwritable store (73, 74), an unknown
    ///   source (64). Files that could not be read again stand in the report.
    public func run(_ selection: ReplaySelection, under lock: StoreLock) throws -> ReplayReport {
        let transaction = try ingest.transaction(under: lock)
        let plan = try ReplayPlan(manifest, transaction.catalogue, selection)
        var report = ReplayReport(plan, zone: manifest.zone)
        let forgotten = ingest.forgottenIDs(transaction)
        let taken = try ingest.takeIn(plan.files.map { ingest.taking($0.file, of: $0.source, forgotten) })
        for (file, new) in zip(plan.files, taken) {
            if let reason = new.waiting ?? new.entry.problem {
                report.fail(file.entry, reason)
            } else if new.entry.contentHash != file.entry.contentHash {
                report.fail(file.entry, "its content has changed; nightmarket run takes it in")
            } else {
                try transaction.replace(file.entry, by: new.entry, segments: new.segments, tables: new.tables)
                report.add(file.entry, new.entry.rejects)
            }
        }
        _ = try transaction.prepare(threads: ingest.threads)
        let closed = Gate(manifest: manifest, date: ingest.date, intraday: nil, present: nil).judge(transaction).problems
        guard closed.isEmpty else {
            try transaction.setAside()
            throw Problems(closed)
        }
        try transaction.commit()
        return report
    }

    /// What `run` would do, without a lock and without writing anything.
    public static func preview(
        _ manifest: Manifest, _ selection: ReplaySelection, threads: Int
    ) throws -> ReplayReport {
        let catalogue = try Catalogue.candidate(storeFolder: manifest.store)
            ?? Snapshot.open(storeFolder: manifest.store).catalogue
        let plan = try ReplayPlan(manifest, catalogue, selection)
        var report = ReplayReport(plan, zone: manifest.zone)
        report.isPreview = true
        let files = plan.files
        let read = try sideBySide("replay", sizes: files.map(\.file.look.size), threads: threads) { index, _, advanced in
            let (source, file) = (files[index].source, files[index].file)
            let reader = LogReader(path: file.path, displayName: file.name, format: source.log, keys: .throwaway)
            let result = Result { try reader.read(keptRejects: 0, reject: { _ in }, consume: { _ in }) }
            advanced(Int(file.look.size))
            return result
        }
        for (file, result) in zip(files, read) {
            switch result {
            case .success(let new): report.add(file.entry, new.rejects)
            case .failure(let problem as Problem): report.fail(file.entry, problem.message)
            case .failure(let error): throw error
            }
        }
        return report
    }
}

/// What a replay did, or would do, for people.
public struct ReplayReport: Sendable {
    struct File: Sendable {
        var entry: FileEntry
        var after: [RejectCount]

        /// Records that were rejected before and are not now.
        var admitted: Int { entry.rejected - remaining }
        var remaining: Int { after.reduce(0) { $0 + $1.count } }
        /// Whether any reason counts other records than before.
        var hasChanged: Bool {
            func counts(_ rejects: [RejectCount]) -> [String: Int] {
                Dictionary(rejects.map { ($0.name, $0.count) }, uniquingKeysWith: +)
            }
            return counts(entry.rejects) != counts(after)
        }
    }

    var files: [File] = []
    var warnings: [String]
    /// Files that could not be read again.
    public private(set) var problems: [Problem]
    var isPreview = false
    private let zone: Zone

    init(_ plan: ReplayPlan, zone: Zone) {
        warnings = plan.warnings
        problems = plan.problems
        self.zone = zone
    }

    mutating func add(_ entry: FileEntry, _ after: [RejectCount]) { files.append(File(entry: entry, after: after)) }

    mutating func fail(_ entry: FileEntry, _ reason: String) {
        problems.append(
            Problem(
                .notReplayed, "it was not read again: \(reason)", at: .path(entry.path),
                help: "mend the file, or what the manifest says of source '\(entry.source)'"))
    }

    /// The lines that a person reads: each file with other counts than before and the reasons that changed; then how to publish what came in.
    public func lines(manifest path: String) -> [String] {
        var lines = warnings.map { "warning: \(TerminalText.shown($0))" }
        for file in files where file.hasChanged {
            let (came, remain) = isPreview ? ("would come in", "would remain rejected") : ("came in", "remain rejected")
            lines.append("\(file.entry.source): \(TerminalText.shown(file.entry.path)): \(file.admitted) records \(came), \(file.remaining) \(remain)")
            var left = file.after
            for old in file.entry.rejects {
                let new = left.firstIndex { $0.code == old.code && $0.column == old.column }.map { left.remove(at: $0).count }
                if new != old.count { lines.append("  \(old.name): \(old.count) -> \(new ?? 0)") }
            }
            lines += left.map { "  \($0.name): 0 -> \($0.count)" }
        }
        let unchanged = files.filter { !$0.hasChanged }
        if !unchanged.isEmpty {
            let rejects = unchanged.reduce(0) { $0 + $1.remaining }
            lines.append("\(unchanged.count) file\(unchanged.count == 1 ? "" : "s") as before: \(rejects) record\(rejects == 1 ? "" : "s") rejected for the same reasons")
        }
        let admitted = files.reduce(0) { $0 + $1.admitted }
        let remaining = files.reduce(0) { $0 + $1.remaining }
        lines.append(
            "replay: \(files.count) file\(files.count == 1 ? "" : "s") read; \(admitted) records "
                + (isPreview ? "would come in, \(remaining) would remain rejected" : "came in, \(remaining) remain rejected"))
        if !isPreview, admitted != 0 { lines.append(publishing(path)) }
        return lines
    }

    private func publishing(_ path: String) -> String {
        let changed = files.filter { $0.admitted != 0 }.map(\.entry)
        let first = changed.compactMap { $0.minTime.map(zone.day) ?? $0.firstDate.map(CivilDate.init(daysSinceEpoch:)) }.min()
        let path = ShellWord.quoted(path)
        let run = "publish it: nightmarket run \(path)"
        return first.map { "\(run); older nights: nightmarket backfill \(path) --from \($0) --all" } ?? run
    }
}

extension RejectCount {
    /// The code, with the column that it is about.
    public var name: String { column.map { "\(code) (\($0))" } ?? code }
}
