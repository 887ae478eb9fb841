import EventLog
import EventStore
import Foundation
import Manifest
import StageKit
import Vocabulary

extension ProblemCode {
    static let unknownSpace = ProblemCode("forget.unknown-space", exit: .wrongUsage)
}

/// The erasing of a person: its rows are no longer live, rejects that show its ids are taken out, and what comes with
/// its ids later is erased as it comes.
public struct ForgetStep {
    let manifest: Manifest
    let threads: Int
    let folder: StoreFolder
    let key: StoreKey

    /// What was done; no id and no key stands in it.
    public struct Report: Sendable {
        public var rows: Int
        public var rejects: Int
        public var ids: Int
    }

    public init(manifest: Manifest, threads: Int) throws {
        self.manifest = manifest
        self.threads = threads
        folder = StoreFolder(manifest.store)
        key = try StoreKey.load(folder: folder, environment: ProcessInfo.processInfo.environment)
    }

    /// - Parameters:
    ///   - id: as the logs have it.
    ///   - space: the space of user or device ids that it is in.
    /// - Throws: `Problem` `forget.unknown-space` (exit 64), a wrong key (78), an unwritable store (73, 74).
    public func run(_ id: String, space: String, under lock: StoreLock) throws -> Report {
        let spaces = manifest.idSpaces
        guard let kind = spaces.first(where: { $0.name == space })?.kind else {
            let names = spaces.map(\.name)
            throw Problem(
                .unknownSpace, "no source has ids in the space '\(space)'",
                help: nearestName(to: space, among: names).map { "did you mean '\($0)'?" }
                    ?? "there are \(names.joined(separator: ", "))")
        }
        let hash = KeyedHash(secret: key.secret)
        // What the gate kept aside was not judged fit to go live: it is read again by the next run.
        let transaction = try StoreTransaction(
            folder, lock: lock, keyFingerprint: hash.fingerprint, sources: manifest.storeSettings,
            identity: IdentitySettings(maxUsersPerDevice: manifest.maxUsersPerDevice, keys: hash),
            filters: manifest.filterSettings(hash),
            takesUpCandidate: false)
        let before = transaction.catalogue
        let hashed = hash.hash(space: space, id)
        if kind == .device {
            transaction.forget(device: hashed)
        } else {
            try transaction.forget(user: hashed, threads: threads)
        }
        let balance = try transaction.prepare(threads: threads)
        try transaction.commit()

        let tombstones = transaction.catalogue.identity?.tombstones ?? []
        let forgotten = ForgottenIDs(manifest, keys: hash, tombstones: tombstones)
        let delimiters = Dictionary(uniqueKeysWithValues: manifest.sources.map { ($0.name, $0.log.delimiter) })
        let rejects = try transaction.removeRejects { file, line in
            forgotten.mentioned(inLine: line, delimiter: delimiters[file.source] ?? UInt8(ascii: ","))
        }
        return Report(
            rows: balance.total.erased - before.balance.total.erased, rejects: rejects,
            ids: tombstones.count - (before.identity?.tombstones.count ?? 0))
    }
}
