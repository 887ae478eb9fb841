import Chronology
import EventLog
import EventStore
import Foundation
import Manifest
import StageKit
import Vocabulary

/// The system step that brings the store up to date with the files that the manifest's sources match.
///
/// It reads what is new or changed, lets the gate judge the snapshot that would follow, and makes that snapshot the
/// current one or keeps it aside.
public struct IngestStep {
    let manifest: Manifest
    let date: CivilDate
    /// The instant (microseconds UTC) that an intraday run sees up to: the date's files need not be complete.
    let intraday: Int64?
    let threads: Int
    let folder: StoreFolder
    let key: StoreKey

    public init(manifest: Manifest, date: CivilDate, intraday: Int64? = nil, threads: Int) throws {
        self.manifest = manifest
        self.date = date
        self.intraday = intraday
        self.threads = threads
        folder = StoreFolder(manifest.store)
        key = try StoreKey.load(folder: folder, environment: ProcessInfo.processInfo.environment)
    }

    /// - Parameters:
    ///   - descriptions: what `describe` wrote of files: only these are taken in, without being read again. nil: all
    ///     that is new or changed.
    ///   - discarded: paths of files that close the gate and are gone: nothing of them counts.
    /// - Throws: `Problem` or `Problems`: the gate closed (exit 65), a wrong key (78), an unwritable store (73, 74), `usage.discard`.
    public func run(under lock: StoreLock, descriptions: [FileDescription]? = nil, discarded: [String] = []) throws -> IngestReport {
        let transaction = try transaction(under: lock)
        let forgotten = forgottenIDs(transaction)
        var described = try descriptions.map { try DescribedFiles($0, of: self, tombstones: transaction.tombstones) }
        var report = IngestReport()
        if let lost = transaction.lostCandidate {
            report.warnings.append(
                "what was set aside is lost: \(lost.message) (\(folder.candidate)); files that are there are read again, others do not count")
        }
        report.warnings += dropUnjudged(of: transaction)
        var due: [(taking: FileTaking, taken: TakenFile?)] = []
        var present: [String: Set<String>] = [:]
        for source in manifest.sources {
            let discovery = try source.discoverFiles(folder: manifest.folder)
            report.warnings += discovery.passedOver.map { "source \(source.name): passed over \($0)" }
            let names = Set(discovery.files.map(\.name))
            present[source.name] = names
            let gone = transaction.dropDamaged(of: source.name, except: names)
            report.warnings += gone.map { "\($0): the damaged file is gone; it is waited for no longer" }
            let formatHash = source.formatHash
            for file in discovery.files {
                let verdict = transaction.verdict(
                    source: source.name, path: file.name, look: file.look, formatHash: formatHash)
                let description = described?.remove(source.name, file.name)
                if case .unchanged(let entry) = verdict, !entry.deservesAnotherLook {
                    report.unchanged += 1
                    continue
                }
                if described != nil, description == nil { continue }
                due.append((taking(file, of: source, forgotten), description.flatMap { described?.use($0, for: file, of: source) }))
            }
        }
        report.warnings += described?.warnings ?? []

        var read = try takeIn(due.filter { $0.taken == nil }.map(\.taking))[...]
        for (_, known) in due {
            guard let taken = known ?? read.popFirst() else { break }
            if let reason = taken.waiting {
                report.warnings.append(
                    "waiting: \(taken.entry.path): still being written (\(reason)); the next run takes it in")
                continue
            }
            let outcome = try transaction.add(
                taken.entry, segments: taken.segments, tables: taken.tables, onChange: taken.change)
            report.add(taken.entry, outcome)
        }

        report.balance = try transaction.prepare(threads: threads)
        if let healed = transaction.healed {
            report.warnings.append(
                healed.message + (healed.place.map { " (\($0))" } ?? "") + "; nothing needs it any more, and all rows were judged anew")
        }
        let gate = Gate(manifest: manifest, date: date, intraday: intraday, present: present)
        var closed = gate.judge(transaction)
        if !discarded.isEmpty {
            report.warnings += try discard(discarded, of: transaction, gate, closed)
            report.balance = try transaction.prepare(threads: threads)
            closed = gate.judge(transaction)
        }
        report.warnings += closed.warnings
        report.problems = closed.problems
        if report.problems.isEmpty { try transaction.commit() } else { try transaction.setAside() }
        return report
    }

    /// Takes what was set aside of sources back that are not in the manifest any more: nothing would judge it.
    /// - Returns: what to tell of it.
    private func dropUnjudged(of transaction: StoreTransaction) -> [String] {
        let names = Set(manifest.sources.map(\.name))
        let files = transaction.pending.filter { !names.contains($0.source) }
        guard !files.isEmpty else { return [] }
        return transaction.withdraw(files) { change(of: $0) }.map {
            "\($0.path): its source '\($0.source)' is not in the manifest any more; it was never published, and nothing of it counts"
        }
    }

    private func change(of file: FileEntry) -> StoreTransaction.Change {
        manifest.sources.first { $0.name == file.source }?.change ?? .replace
    }

    /// Takes files back that close the gate.
    /// - Returns: what to tell of them.
    private func discard(_ paths: [String], of transaction: StoreTransaction, _ gate: Gate, _ closed: Gate.Judgement) throws -> [String] {
        func refused(_ path: String, _ what: String, _ help: String) -> Problem {
            Problem(.discardUsage, what, at: .path(path), help: help)
        }
        let gone = closed.blamed.filter(gate.isGone)
        let files = try paths.flatMap { path in
            let files = gone.filter { $0.path == path }
            guard files.isEmpty else { return files }
            if closed.blamed.contains(where: { $0.path == path }) {
                throw refused(
                    path, "the file is still there, so that the next run would take it in", "move it away first, or mend it and leave --discard out")
            }
            let names = Set(gone.map(\.path)).sorted()
            throw refused(
                path, "no file of that name closes the gate",
                names.isEmpty ? "no file that closes it is gone: leave --discard out" : "these do, and are gone: " + names.joined(separator: ", "))
        }
        let withdrawn = transaction.withdraw(files) { change(of: $0) }
        if let file = files.first(where: { !withdrawn.contains($0) }) {
            throw refused(file.path, "what it holds is published under another name", "mend the mapping, or raise reject_limit")
        }
        return withdrawn.map { "\($0.path): discarded; nothing of it counts" }
    }

    func transaction(under lock: StoreLock) throws -> StoreTransaction {
        try StoreTransaction(manifest, folder: folder, keys: KeyedHash(secret: key.secret), lock: lock)
    }

    /// The ids that were forgotten before a transaction.
    func forgottenIDs(_ transaction: StoreTransaction) -> ForgottenIDs {
        ForgottenIDs(manifest, keys: KeyedHash(secret: key.secret), tombstones: transaction.tombstones)
    }

    func taking(_ file: DiscoveredFile, of source: Manifest.Source, _ forgotten: ForgottenIDs) -> FileTaking {
        FileTaking(
            source: source, file: file, formatHash: source.formatHash, folder: folder,
            keys: KeyedHash(secret: key.secret), forgotten: forgotten, keptRejects: manifest.keepRejects)
    }

    /// The files that a run would read, by a quick look, with the reason.
    public static func waiting(
        _ manifest: Manifest, catalogue: Catalogue?
    ) throws -> [(source: String, name: String, reason: String)] {
        try manifest.sources.flatMap { source in
            let formatHash = source.formatHash
            return try source.discoverFiles(folder: manifest.folder).files.compactMap { file in
                let known = catalogue?.files.last { $0.source == source.name && $0.path == file.name }
                guard let known else { return (source.name, file.name, "new") }
                if known.formatHash != formatHash { return (source.name, file.name, "how it is read has changed") }
                if known.look != file.look || known.deservesAnotherLook { return (source.name, file.name, "changed") }
                return nil
            }
        }
    }

    /// The paths of files that the gate set aside and that are gone from their place: what was read of them is nowhere else.
    public static func setAsideAndGone(_ manifest: Manifest) throws -> [String] {
        guard let candidate = Catalogue.candidate(storeFolder: manifest.store) else { return [] }
        let known = Set(((try? Catalogue.current(storeFolder: manifest.store)).flatMap { $0 }?.files ?? []).map { [$0.source, $0.path, $0.contentHash] })
        let present = Dictionary(
            try manifest.sources.map { ($0.name, Set(try $0.discoverFiles(folder: manifest.folder).files.map(\.name))) }, uniquingKeysWith: { first, _ in first })
        return candidate.files.filter { file in
            file.state == .live && !known.contains([file.source, file.path, file.contentHash])
                && (file.rotated || present[file.source]?.contains(file.path) != true)
        }.map(\.path)
    }

    /// Reads files side by side; the result is in the order of the files.
    func takeIn(_ due: [FileTaking]) throws -> [TakenFile] {
        let now = RunDate.now
        // One budget of memory, shared by the builders that are at work at the same time.
        let byteLimit = max(16 << 20, (192 << 20) / max(1, min(threads, due.count)))
        return try sideBySide("ingest", sizes: due.map(\.file.look.size), threads: threads) { index, hasFreeThread, advanced in
            try due[index].run(byteLimit: byteLimit, overlaps: hasFreeThread, now: now, advanced: advanced)
        }
    }
}

extension StoreTransaction {
    var tombstones: [Tombstone] { catalogue.identity?.tombstones ?? [] }
}

extension FileEntry {
    /// A file that could not be opened may be readable now though its size and time are what they were.
    var deservesAnotherLook: Bool { state == .damaged && problem?.hasPrefix(ProblemCode.logUnreadable.name) == true }
}
