import Chronology
import EventLog
import EventStore
import Foundation
import Manifest
import StageKit
import Vocabulary

extension ProblemCode {
    static let unknownSpace = ProblemCode("forget.unknown-space", exit: .wrongUsage)
}

/// The erasing of persons: their rows are no longer live, rejects that show their ids are taken out, and what comes with
/// their ids later is erased as it comes.
public struct ForgetStep {
    let manifest: Manifest
    let threads: Int
    let folder: StoreFolder
    let key: StoreKey

    /// What was done; no id and no key stands in it.
    public struct Report: Sendable {
        public var rows: Int
        public var rejects: Int
        /// Ids that are newly on record as forgotten: those asked for, and the devices and orders that belong to them.
        public var ids: Int
        /// How many of the ids asked for no event names.
        public var unnamed: Int
        /// The space of ids that they were looked for in.
        public var space: String
    }

    public init(manifest: Manifest, threads: Int) throws {
        self.manifest = manifest
        self.threads = threads
        folder = StoreFolder(manifest.store)
        key = try StoreKey.load(folder: folder, environment: ProcessInfo.processInfo.environment)
    }

    /// - Parameters:
    ///   - ids: as the logs have them.
    ///   - space: the space of user or device ids that they are in.
    ///   - source: in place of the space, a source whose user ids (without such, device ids) they are.
    /// - Throws: `Problem` `forget.unknown-space` (exit 64), a wrong key (78), an unwritable store (73, 74).
    public func run(_ ids: [String], space: String?, source: String?, under lock: StoreLock) throws -> Report {
        let space = try resolve(space, source)
        let hash = KeyedHash(secret: key.secret)
        // What the gate kept aside was not judged fit to go live: it is read again by the next run.
        let transaction = try StoreTransaction(
            manifest, folder: folder, keys: hash, lock: lock, takesUpCandidate: false)
        let before = transaction.catalogue
        let keys = Set(ids.map { hash.hash(space: space.name, $0) })
        let unnamed = keys.count - (try transaction.named(space.kind, keys).count)
        for key in keys { transaction.forget(space.kind, key) }
        let balance = try transaction.prepare(threads: threads)

        let tombstones = transaction.catalogue.identity?.tombstones ?? []
        let forgotten = ForgottenIDs(manifest, keys: hash, tombstones: tombstones)
        let delimiters = Dictionary(uniqueKeysWithValues: manifest.sources.map { ($0.name, $0.log.delimiter) })
        let rejects = try transaction.removeRejects { file, line in
            forgotten.mentioned(inLine: line, delimiter: delimiters[file.source] ?? UInt8(ascii: ","))
        }
        let report = Report(
            rows: balance.total.erased - before.balance.total.erased, rejects: rejects,
            ids: tombstones.count - (before.identity?.tombstones.count ?? 0), unnamed: unnamed, space: space.name)
        transaction.record(
            Erasure(
                time: Timestamp.rfc3339(RunDate.now / 1_000_000 * 1_000_000, in: manifest.zone), ids: keys.count,
                rows: report.rows, rejects: report.rejects))
        try transaction.commit()
        return report
    }

    private func resolve(_ space: String?, _ source: String?) throws -> Manifest.IDSpace {
        let spaces = manifest.idSpaces
        if let source {
            guard let own = manifest.sources.first(where: { $0.name == source })?.idSpaces.first else {
                let names = manifest.sources.filter { !$0.idSpaces.isEmpty }.map(\.name)
                throw Problem(
                    .unknownSpace, "no source '\(source)' has ids of users or devices", help: Self.help(source, names))
            }
            return own
        }
        let name = space ?? "user"
        guard let found = spaces.first(where: { $0.name == name }) else {
            throw Problem(
                .unknownSpace, "no source has ids in the space '\(name)'", help: Self.help(name, spaces.map(\.name)))
        }
        return found
    }

    private static func help(_ name: String, _ names: [String]) -> String {
        nearestName(to: name, among: names).map { "did you mean '\($0)'?" }
            ?? (names.isEmpty ? "map user_id or device_id" : "there are \(names.joined(separator: ", "))")
    }
}
