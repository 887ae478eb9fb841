import EventLog
import EventStore
import Foundation
import Manifest
import StageKit
import Vocabulary

extension ProblemCode {
    static let compactSettings = ProblemCode("compact.settings", exit: .wrongManifest)
}

/// The removal of erased rows from the store's bytes, and of files that no snapshot names. What is live stays as it is.
public struct CompactStep {
    let manifest: Manifest
    let threads: Int
    let folder: StoreFolder
    let key: StoreKey

    public struct Report: Sendable {
        public var rewritten: StoreTransaction.Compaction
        public var swept: SweptFiles
    }

    public init(manifest: Manifest, threads: Int) throws {
        self.manifest = manifest
        self.threads = threads
        folder = StoreFolder(manifest.store)
        key = try StoreKey.load(folder: folder, environment: ProcessInfo.processInfo.environment)
    }

    /// - Throws: `Problem`: `compact.settings` where the manifest says what no run has applied yet, a wrong key (exit 78), a damaged or unwritable store (73, 74).
    public func run(under lock: StoreLock) throws -> Report {
        if let known = try Catalogue.current(storeFolder: manifest.store),
            let change = manifest.settingsNotApplied(to: known, sources: Set(manifest.sources.map(\.name))).first
        {
            throw Problem(
                .compactSettings, "figures would change: \(change)", at: .path(manifest.path),
                help: "nightmarket run applies it first; then compact")
        }
        // What the gate kept aside is read again by the next run.
        let transaction = try StoreTransaction(
            manifest, folder: folder, keys: KeyedHash(secret: key.secret), lock: lock, takesUpCandidate: false)
        let rewritten = try transaction.compact(threads: threads)
        _ = try transaction.prepare(threads: threads)
        return Report(rewritten: rewritten, swept: try transaction.commit(keepsPrevious: false))
    }
}
