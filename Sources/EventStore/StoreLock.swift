import Glibc
import Vocabulary

/// The right to write a store. The kernel takes it back when the process ends, however it ends.
public final class StoreLock: Sendable {
    private let descriptor: Int32

    /// - Throws: `Problem` `store.locked` (exit 75) while another process holds it.
    public init(_ folder: StoreFolder) throws {
        try folder.make()
        let opened = open(folder.lock, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
        guard opened >= 0 else { throw FileSystem.problem(.storeCannotWrite, "cannot open the lock", folder.lock) }
        guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
            let number = errno
            close(opened)
            guard number == EWOULDBLOCK else {
                throw FileSystem.problem(.storeInputOutput, "cannot take the lock", folder.lock, errno: number)
            }
            throw Problem(
                .storeLocked, "another run is writing this store", at: .path(folder.path),
                help: "wait until it has ended; its lock ends with it")
        }
        descriptor = opened
    }

    /// Shares the lock that the parent process holds and handed down as an open descriptor of the lock file.
    /// - Throws: `Problem` `store.locked` (exit 75) where the descriptor is not that of this store's lock.
    public init(_ folder: StoreFolder, inherited: Int32) throws {
        var theirs = stat()
        var ours = stat()
        guard fstat(inherited, &theirs) == 0, stat(folder.lock, &ours) == 0, theirs.st_dev == ours.st_dev,
            theirs.st_ino == ours.st_ino, flock(inherited, LOCK_EX | LOCK_NB) == 0
        else {
            throw Problem(
                .storeLocked, "the lock of this store was not handed down", at: .path(folder.path),
                help: "only `nightmarket run` starts this step with --under-lock; leave the option out")
        }
        let kept = fcntl(inherited, F_DUPFD_CLOEXEC, 3)
        guard kept >= 0 else { throw FileSystem.problem(.storeInputOutput, "cannot keep the lock", folder.lock) }
        descriptor = kept
    }

    /// The open lock file, for a child process to share the lock: it then lasts until the last of them has ended.
    public var sharedDescriptor: Int32 { descriptor }

    deinit { close(descriptor) }
}
