import Vocabulary

extension ProblemCode {
    /// A cell holds NaN or an infinity.
    public static let martNotFinite = ProblemCode("mart.not-finite", exit: .stageFailed)
    /// A mart whose rows do not fit its columns.
    public static let martMalformed = ProblemCode("mart.malformed", exit: .stageFailed)
    /// An id that cannot name the files of a mart.
    public static let martBadID = ProblemCode("mart.bad-id", exit: .wrongManifest)
    /// A published file that is not what this program writes.
    public static let outputUnreadable = ProblemCode("output.unreadable", exit: .inputOutput)
    /// A place of the output that may not be written.
    public static let outputCannotWrite = ProblemCode("output.cannot-write", exit: .cannotWrite)
    /// A full disk or a failing device under the output.
    public static let outputInputOutput = ProblemCode("output.io", exit: .inputOutput)
}
