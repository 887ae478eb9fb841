import Vocabulary

extension ProblemCode {
    /// The folder holds no snapshot yet.
    public static let storeEmpty = ProblemCode("store.empty", exit: .stageFailed)
    /// Another run is writing.
    public static let storeLocked = ProblemCode("store.locked", exit: .locked)
    /// The ids of the store were hashed under another secret key.
    public static let storeWrongKey = ProblemCode("store.wrong-key", exit: .wrongManifest)
    /// A secret key that cannot be used.
    public static let storeBadKey = ProblemCode("store.bad-key", exit: .wrongManifest)
    /// A file of the store is not what was written.
    public static let storeDamaged = ProblemCode("store.damaged", exit: .inputOutput)
    /// The store was written by a newer version of this program.
    public static let storeFormat = ProblemCode("store.format", exit: .inputOutput)
    /// The books of a snapshot do not balance.
    public static let storeUnbalanced = ProblemCode("store.unbalanced", exit: .stageFailed)
    /// Two sources give one column different types.
    public static let storeColumnType = ProblemCode("store.column-type", exit: .wrongManifest)
    /// A batch or a call that breaks the contract of the store.
    public static let storeMisuse = ProblemCode("store.misuse", exit: .stageFailed)
    /// Two different rows of a versioned table have the same key and version.
    public static let tableConflict = ProblemCode("table.conflict", exit: .gateClosed)
    /// A table's key or version column is not among its columns.
    public static let tableKey = ProblemCode("table.key", exit: .wrongManifest)
    /// Reading or writing failed (a full disk, missing rights).
    public static let storeInputOutput = ProblemCode("store.io", exit: .inputOutput)
    public static let storeCannotWrite = ProblemCode("store.cannot-write", exit: .cannotWrite)
}
