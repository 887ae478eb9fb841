import Vocabulary

/// What can be wrong with a file as a whole. Such a file contributes nothing; what is wrong with one record is a
/// `Reject`.
extension ProblemCode {
    /// The file cannot be opened or read.
    public static let logUnreadable = ProblemCode("log.unreadable", exit: .inputOutput)
    /// The compressed stream is truncated or broken.
    public static let logDamaged = ProblemCode("log.damaged", exit: .gateClosed)
    /// The file should be gzip by its name or the manifest, and is not.
    public static let logNotGzip = ProblemCode("log.not-gzip", exit: .gateClosed)
    /// The file should be zstd by its name or the manifest, and is not.
    public static let logNotZstd = ProblemCode("log.not-zstd", exit: .gateClosed)
    /// There is not even a header.
    public static let logEmpty = ProblemCode("log.empty", exit: .gateClosed)
    /// The bytes are evidently no UTF-8 text.
    public static let logNotText = ProblemCode("log.not-text", exit: .gateClosed)
    /// The first record cannot be read as a header.
    public static let logBadHeader = ProblemCode("log.bad-header", exit: .gateClosed)
    /// The header lacks a column that the source maps.
    public static let logMissingColumn = ProblemCode("log.missing-column", exit: .gateClosed)
    /// The header has a mapped column twice.
    public static let logDuplicateColumn = ProblemCode("log.duplicate-column", exit: .gateClosed)
    /// The delimiter is a quote or a line break.
    public static let logBadDelimiter = ProblemCode("log.bad-delimiter", exit: .wrongManifest)
    /// A constant is no value of its column's type.
    public static let logBadConstant = ProblemCode("log.bad-constant", exit: .wrongManifest)
    /// A library refused to work (out of memory).
    public static let logDecoder = ProblemCode("log.decoder", exit: .stageFailed)
    /// The file of rejects cannot be opened.
    public static let rejectsCannotWrite = ProblemCode("rejects.cannot-write", exit: .cannotWrite)
    /// Writing the file of rejects failed (a full disk).
    public static let rejectsWriteFailed = ProblemCode("rejects.write-failed", exit: .inputOutput)
}
