import EventLog
import EventStore
import Manifest
import Vocabulary

extension StoreTransaction {
    /// Starts from the store of a manifest, under its settings.
    /// - Throws: `Problem` `store.wrong-key` (exit 78).
    convenience init(
        _ manifest: Manifest, folder: StoreFolder, keys: KeyedHash, lock: StoreLock, takesUpCandidate: Bool = true
    ) throws {
        try self.init(
            folder, lock: lock, keyFingerprint: keys.fingerprint,
            sources: manifest.storeSettings,
            identity: IdentitySettings(maxUsersPerDevice: manifest.maxUsersPerDevice, keys: keys),
            filters: manifest.filterSettings(keys),
            takesUpCandidate: takesUpCandidate)
    }
}
