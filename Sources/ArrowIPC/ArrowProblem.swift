import Vocabulary

extension ProblemCode {
    /// The file could not be opened, written or synced.
    public static let arrowCannotWrite = ProblemCode("arrow.cannot-write", exit: .cannotWrite)
    /// The same, because the device is full or failed under the write.
    public static let arrowDeviceFailed = ProblemCode("arrow.cannot-write", exit: .inputOutput)
    /// The file could not be opened or mapped.
    public static let arrowCannotRead = ProblemCode("arrow.cannot-read", exit: .inputOutput)
    /// The bytes are not a whole Arrow IPC file.
    public static let arrowDamaged = ProblemCode("arrow.damaged", exit: .inputOutput)
    /// A sound Arrow file that holds what this reader does not read: other types, compression, several batches.
    public static let arrowUnsupported = ProblemCode("arrow.unsupported", exit: .inputOutput)
    /// The columns handed to the writer do not fit together.
    public static let arrowMalformed = ProblemCode("arrow.malformed", exit: .stageFailed)
}
