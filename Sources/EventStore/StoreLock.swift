import Glibc
import Vocabulary

/// The right to write a store. The kernel takes it back when the process ends, however it ends.
public final class StoreLock: Sendable {
    private let descriptor: Int32

    /// - Throws: `Problem` `store.locked` (exit 75) while another process holds it.
    public init(_ folder: StoreFolder) throws {
        try folder.make()
        descriptor = open(folder.lock, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw FileSystem.problem(.storeCannotWrite, "cannot open the lock", folder.lock) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let number = errno
            close(descriptor)
            guard number == EWOULDBLOCK else {
                throw FileSystem.problem(.storeInputOutput, "cannot take the lock", folder.lock, errno: number)
            }
            throw Problem(
                .storeLocked, "another run is writing this store", at: .path(folder.path),
                help: "wait until it has ended; its lock ends with it")
        }
    }

    deinit { close(descriptor) }
}
