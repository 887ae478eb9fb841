import Chronology
import EventLog
import EventStore
import Manifest
import StageKit
import Vocabulary

extension ProblemCode {
    static let tooManyRejects = ProblemCode("gate.rejects", exit: .gateClosed)
    static let notAsDeclared = ProblemCode("gate.not-as-declared", exit: .gateClosed)
    static let tooManyDamaged = ProblemCode("gate.damaged", exit: .gateClosed)
    static let filesMissing = ProblemCode("gate.files-missing", exit: .gateClosed)
    static let stale = ProblemCode("gate.stale", exit: .gateClosed)
}

/// Judges whether a snapshot may go live.
struct Gate {
    let manifest: Manifest
    let date: CivilDate
    /// The instant that an intraday run sees up to.
    let intraday: Int64?
    /// By source, the files that its globs match now; nil where nobody looked, and what a night should bring is not judged.
    let present: [String: Set<String>]?

    struct Judgement {
        var problems: [Problem] = []
        /// The files whose records close it.
        var blamed: [FileEntry] = []
        var warnings: [String] = []
    }

    /// - Parameter transaction: a prepared one.
    func judge(_ transaction: StoreTransaction) -> Judgement {
        let (catalogue, pending) = (transaction.catalogue, transaction.pending)
        var judgement = Judgement()
        for conflict in transaction.conflicts {
            let parties = pending.filter { $0.source == conflict.source && $0.state == .live && conflict.paths.contains($0.path) }
            judgement.blamed += parties
            judgement.problems.append(
                parties.first(where: isGone).map { conflict.problem.with(help: Self.help(forGone: $0)) } ?? conflict.problem)
        }
        for source in manifest.sources {
            let files = pending.filter { $0.source == source.name }
            judgeRejects(source, files, &judgement)
            judgeDamage(source, files, &judgement)
            if let present {
                let live = catalogue.files.filter { $0.source == source.name && $0.state == .live }
                judgeArrival(source, live, matched: present[source.name]?.count ?? 0, &judgement)
            }
        }
        if present != nil {
            judgement.warnings += manifest.sourcesWithoutRecords(of: date, files: catalogue.files).map(\.message)
        }
        judgement.warnings += manifest.sourcesThatLeft(catalogue)
        return judgement
    }

    private func judgeRejects(_ source: Manifest.Source, _ files: [FileEntry], _ judgement: inout Judgement) {
        for file in files where file.read > 0 && file.state != .superseded {
            guard Double(file.rejected) > source.rejectLimit * Double(file.read) else { continue }
            judgement.blamed.append(file)
            let reasons = file.rejects.byCode.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(3)
                .map { "\($0.value) \($0.key)" }.joined(separator: ", ")
            judgement.problems.append(
                Problem(
                    .tooManyRejects,
                    "\(file.rejected) of \(file.read) records were rejected (\(reasons)), over the limit of "
                        + "\(percent(source.rejectLimit)) for source '\(source.name)'",
                    at: .path(file.path),
                    help: (isGone(file) ? Self.help(forGone: file) : "mend the file or the mapping, then nightmarket run")
                        + ", or raise reject_limit; the rejects lie in \(manifest.store)/rejects/\(file.rejectsFile ?? "")"))
        }
    }

    /// Whether the content of a file is not what its path has now, so that no run reads it again.
    func isGone(_ file: FileEntry) -> Bool {
        guard let names = present?[file.source] else { return false }
        return file.rotated || !names.contains(file.path)
    }

    /// - Parameter file: one that the gate set aside and that is there no more.
    private static func help(forGone file: FileEntry) -> String {
        "this content of \(file.path) is gone, but was set aside: give it back mended, or run again with --discard \(ShellWord.quoted(file.path))"
    }

    private func judgeDamage(_ source: Manifest.Source, _ files: [FileEntry], _ judgement: inout Judgement) {
        let unreadable = files.filter { $0.state == .damaged }
        let damaged = unreadable.filter { $0.isDamaged }
        for file in unreadable where !file.isDamaged {
            judgement.problems.append(
                Problem(
                    .notAsDeclared, file.problem ?? "not as the manifest says", at: .path(file.path),
                    help: "mend the file, or what the manifest says of source '\(source.name)'"))
        }
        if let limit = source.damagedLimit, damaged.count > limit {
            judgement.problems.append(
                Problem(
                    .tooManyDamaged,
                    "\(damaged.count) files of source '\(source.name)' are damaged, over its limit of \(limit): "
                        + damaged.prefix(3).map(\.path).joined(separator: ", "),
                    at: source.place, help: "fetch them again, or raise damaged_limit"))
        }
    }

    private func judgeArrival(
        _ source: Manifest.Source, _ live: [FileEntry], matched: Int, _ judgement: inout Judgement
    ) {
        if matched == 0 {
            let message = source.matchesNothing(folder: manifest.folder)
            if source.expectedFilesPerDay.fail != nil || source.freshWithin.fail != nil {
                judgement.problems.append(
                    Problem(.filesMissing, message, at: source.place, help: "look whether the delivery has come"))
            } else {
                judgement.warnings.append(message)
            }
            return
        }
        let arrival = SourceArrival(source, files: live, date: date, intraday: intraday, zone: manifest.zone)
        for shortfall in arrival.shortfalls {
            guard shortfall.level == .fail else {
                judgement.warnings.append(shortfall.message)
                continue
            }
            let code: ProblemCode = shortfall.expectation == .freshWithin ? .stale : .filesMissing
            judgement.problems.append(Problem(code, shortfall.message, at: source.place, help: shortfall.help))
        }
    }

    private func percent(_ fraction: Double) -> String {
        let scaled = (fraction * 10_000).rounded() / 100
        return scaled == scaled.rounded() ? "\(Int(scaled)) %" : "\(scaled) %"
    }
}

extension Manifest.Source {
    /// What is said of a source whose globs match no file.
    func matchesNothing(folder: String) -> String { "no file matches \(patterns(folder: folder)) of source '\(name)'" }
}

extension FileEntry {
    /// Damaged in transit (truncated, flipped bits, unreadable, empty), as against not what the manifest says.
    var isDamaged: Bool {
        [ProblemCode.logDamaged, .logUnreadable, .logEmpty].contains { problem?.hasPrefix($0.name + ":") == true }
    }
}
